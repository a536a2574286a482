"""Words as they are cut, what a person typed as it is read, and the places that are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.records import words
from tracker.records.words import GAP, Term, asked, cut, entry_of, excerpt, stands_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jane.doe@example.org", ["jane", "doe", "example", "org"]),
        ("2026-AB3CD", ["2026", "ab3cd"]),
        ("Élodie MÜLLER-Straße", ["elodie", "muller", "strasse"]),
        ("e\u0301te\u0301", ["ete"]),
        ("Łukasz Sørensen, Đorđe", ["lukasz", "sorensen", "dorde"]),
        ("ΣΊΣΥΦΟΣ σίσυφος", ["σισυφοσ", "σισυφοσ"]),
        ("Ѐ Ёлка", ["е", "елка"]),
        ("山田太郎", ["山", "田", "太", "郎"]),
        ("ﬁle ½ ٣٤", ["file", "1", "2", "34"]),
        ("under_scored % \x00 \u202e", ["under", "scored"]),
        ("x" * 100, ["x" * words.LONGEST]),
    ],
)
def test_words_are_cut_without_case_and_accents(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    "written",
    ["2035550100", "203 555 0100", "(203) 555-0100", "203.555.0100", "+1 (203) 555-0100"],
)
@pytest.mark.parametrize("typed", ["2035550100", "203 555-0100", "(203) 5550100", "1-203-555-0100"])
def test_a_telephone_number_is_found_however_it_is_written(written: str, typed: str) -> None:
    entry = entry_of([written])
    assert [term.words for term in asked(typed)] == [("2035550100",)]
    assert "2035550100" in entry.loose | set(entry.places)
    assert "203 555 0100" in " ".join(entry.places)


def test_a_name_with_an_apostrophe_is_found_with_and_without_it() -> None:
    entry = entry_of(["Nuala O’Brien"])
    assert (entry.places, entry.loose) == (["nuala", "o", "brien", GAP], {"obrien"})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Story  times", [Term(("story",)), Term(("times",))]),
        ("story*", [Term(("story",), prefix=True)]),
        ('"story times"', [Term(("story", "times"))]),
        ('"story ti*" x', [Term(("story", "ti"), prefix=True), Term(("x",))]),
        ('"story times', [Term(("story", "times"))]),
        ("doe@example.org", [Term(("doe", "example", "org"))]),
        ("same SAME", [Term(("same",))]),
        ('a"b c"d', [Term(("a",)), Term(("b", "c")), Term(("d",))]),
        ('* " % OR-', [Term(("or",))]),
        ("", []),
        ('%%% "" \x00', []),
    ],
)
def test_what_is_typed_is_read(typed: str, expected: list[Term]) -> None:
    assert asked(typed) == expected


def test_only_so_much_is_asked_for_at_once() -> None:
    assert len(asked(" ".join(f"w{number}" for number in range(100)))) == words.MOST_TERMS
    (phrase,) = asked('"' + "again " * 100 + '"')
    assert len(phrase.words) == words.LONGEST_PHRASE


def test_a_long_text_is_found_to_its_end_and_stays_within_the_limits() -> None:
    entry = entry_of(["again and " * 12_000 + "unique"])
    assert (len(entry.places), entry.places.count("again")) == (
        words.MOST_PLACES,
        words.MOST_PLACES_A_WORD,
    )
    assert entry.loose == {"unique"}
    endless = entry_of([" ".join(f"{number:060}" for number in range(15_000))])
    kept = {*endless.places, *endless.loose}
    assert 0 < sum(len(word) for word in kept) < words.MOST_BYTES


def shown(text: str, typed: str) -> str:
    """The place that is shown, with what was found in brackets."""
    pieces = excerpt(text, asked(typed), width=60)
    return "".join(f"[{each.text}]" if each.found else each.text for each in pieces)


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("I led story times.", "story", "I led [story] times."),
        ("I led\n\nstory\ttimes.", '"story times"', "I led [story times]."),
        ("Élodie, die Straße", "elodie strasse", "[Élodie], die [Straße]"),
        ("Write to jane.doe@example.org", "doe", "Write to jane.[doe]@example.org"),
        ("Call (203) 555-0100", "2035550100", "Call [(203) 555-0100]"),
        ("Mr O’Brien", "obrien", "Mr [O’Brien]"),
        ("山田太郎です", "田太", "山[田太]郎です"),
        ("½ a", "2", "[½] a"),
        ("librarian, libraries", "librar*", "[librarian], [libraries]"),
        ("no such thing", "story", ""),
        (
            "word " * 30 + "needle " + "word " * 30,
            "needle",
            "… word word word word [needle] word word word word word word …",
        ),
    ],
)
def test_the_place_is_shown_with_the_words_marked(text: str, typed: str, expected: str) -> None:
    assert shown(text, typed) == expected


@given(st.text(), st.text())
def test_any_text_is_cut_and_shown(text: str, typed: str) -> None:
    terms = asked(typed)
    entry = entry_of([text])
    assert all(word == GAP or cut(word) == [word] for word in entry.places)
    single = [term for term in terms if len(term.words) == 1 and not term.prefix]
    for term in single:
        stands = term.words[0] in {*entry.places, *entry.loose}
        assert stands_in(text, term) == bool(excerpt(text, [term])) == stands
    found = [piece.text for piece in excerpt(text, terms) if piece.found]
    assert all(cut(each) for each in found)
