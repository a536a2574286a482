"""Every rule has cases, every text is checked in no time, and real postings raise no alarm."""

import dataclasses
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.plugins.cost import cost
from tests.postings.checks import (
    test_applying,
    test_conditions,
    test_contacts,
    test_dates,
    test_equality,
    test_exclusions,
    test_forbidden,
    test_links,
    test_physical,
    test_structure,
    test_whole,
    test_wording,
)
from tests.postings.checks.cases import AT, each_of, facts_of, found, whole
from tracker.postings.checks import RULES, check
from tracker.postings.checks.findings import MOST_PLACES, SEVERITIES
from tracker.postings.content import DocumentValue, QuestionValue, SectionValue
from tracker.postings.parsing import read_pages
from tracker.postings.readings import values_of
from tracker.postings.rules import DocumentKind, QuestionKind

FAMILIES = (
    test_applying,
    test_conditions,
    test_contacts,
    test_dates,
    test_equality,
    test_exclusions,
    test_forbidden,
    test_links,
    test_physical,
    test_structure,
    test_whole,
    test_wording,
)
BLOCKING = {"no-title", "nothing-written", "no-contact", "contact-unreachable", "closing-past"}


def test_every_rule_has_what_it_flags_and_what_it_spares() -> None:
    flagged = [code for family in FAMILIES for code in family.FLAGS]
    spared = [code for family in FAMILIES for code in family.SPARES]
    assert sorted(flagged) == sorted(spared) == sorted(RULES)


def test_only_what_a_posting_cannot_do_without_stops_it() -> None:
    assert {code for code, rule in RULES.items() if rule.severity == "blocks"} == BLOCKING


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_says_why_and_how_to_mend_in_sentences(code: str) -> None:
    rule = RULES[code]
    assert rule.severity in SEVERITIES
    assert not set(code) - set(string.ascii_lowercase + "-")
    assert (rule.name[-1] != ".", rule.why[-1], rule.mend[-1]) == (True, ".", ".")


def test_the_gravest_comes_first() -> None:
    codes = list(found({"title": "", "benefits": ""} | {"contact_unconfirmed": True}))
    assert codes == ["no-title", "no-benefits", "contact-unconfirmed"]


@pytest.mark.parametrize(
    ("code", "case"), [case for family in FAMILIES for case in each_of(family.FLAGS)]
)
def test_a_finding_is_one_object_a_place(code: str, case: object) -> None:
    shown = next(each for each in check(facts_of(case), at=AT) if each.code == code)  # type: ignore[arg-type]
    rows = shown.as_json()
    assert 1 <= len(rows) <= MOST_PLACES
    assert {frozenset(row) for row in rows} == {
        frozenset(("code", "severity", "field", "name", "section", "words", "note", "why", "mend"))
    }


# Texts that make patterns try again and again, links and headings that never end.
BOMBS = [
    "a" * 200_000,
    "A" * 200_000,
    "must have " * 20_000,
    "lift " * 40_000,
    "no " * 70_000,
    "[" * 200_000,
    "[a](" * 50_000,
    "![" * 100_000,
    "](" * 100_000,
    "<a href=" * 25_000,
    "<" * 200_000,
    "<img " * 40_000,
    "# " * 100_000,
    "#\n" * 100_000,
    "- a\n" * 50_000,
    "Monday, " * 25_000,
    "1/1/" * 50_000,
    "April 1 " * 25_000,
    "$1 to " * 33_000,
    "a@" * 100_000,
    "a.a" * 66_000,
    "https://" * 25_000,
    "mailto:" * 28_000,
    "applications " * 15_000,
    "send resume " * 16_000,
    "resume send " * 16_000,
    "e-mail your " * 16_000,
    "include provide state " * 9_000,
    "graduate experience of " * 8_000,
    "AB " * 66_000,
    "A.B." * 50_000,
    "\n" * 200_000,
    "\x00\u202e" * 100_000,
    "| a " * 50_000,
    "**a" * 66_000,
    "_a_" * 66_000,
    "&lt;" * 50_000,
    "```\n" * 50_000,
    "> " * 100_000,
    "reports to the Head of " * 8_000,
    "Pay: 1\n" * 28_000,
    "equal opportunity " * 11_000,
    "Experience with:\n\n- a\n- b\n\n" * 7_000,
]
_WORDS_TEXT = """
must have a car native speaker recent graduate lift 50 lbs accommodation salary range $55,000
$15/hour Monday, March 9, 2027 by April 1 until filled resume cover letter send jobs@example.org
[a](http://b.con) ![](x) ### - * <br> age date of birth convicted DML (DML) equal opportunity
martial Applications should be submitted no not reports to the Head of
"""
WORDS = st.sampled_from(_WORDS_TEXT.split())
ANY_TEXT = st.one_of(
    st.text(max_size=400),
    st.lists(WORDS, max_size=60).map(" ".join),
    st.lists(st.one_of(WORDS, st.sampled_from(["\n", "\n\n", "# ", "- "])), max_size=80).map(
        "".join
    ),
)


def everywhere(text: str) -> Iterator[object]:
    """The text in every field that takes any."""
    facts = whole(
        title=text[:300],
        summary=text,
        schedule=text,
        benefits=text,
        pay_note=text,
        reports_to=text[:300],
        own_statement=text,
        sections=(SectionValue(text[:300], text), SectionValue("To apply", text)),
        documents=(DocumentValue(DocumentKind.OTHER, text[:300], text[:300]),),
        questions=(QuestionValue(text[:300], QuestionKind.CHOICE, (text[:300], text)),),
        skills=(text[:300],),
        positions=("Director", text[:300]),
    )
    yield from check(facts, at=AT)


def work_s(look: Callable[[], object]) -> float:
    """The processor time of a look."""
    with cost() as spent:
        look()
    return spent.seconds


def grows_steadily(look: Callable[[str], object], text: str) -> bool:
    """Tell whether twice the text is about twice the work; where each letter asks all, it is four.

    The best of a few tries counts: a crowded machine makes one of them slow.
    """
    for _ in range(4):
        half = work_s(lambda: look(text[: len(text) // 2]))
        if work_s(lambda: look(text)) < max(3 * half, 0.2):
            return True
    return False


@pytest.mark.parametrize("bomb", BOMBS, ids=[repr(bomb[:12]) for bomb in BOMBS])
def test_no_text_holds_the_check_up(bomb: str) -> None:
    assert grows_steadily(lambda text: check(facts_of(text), at=AT), bomb)


@pytest.mark.parametrize("bomb", BOMBS[::4], ids=[repr(bomb[:12]) for bomb in BOMBS[::4]])
def test_no_text_in_every_field_holds_it_up(bomb: str) -> None:
    assert grows_steadily(lambda text: list(everywhere(text)), bomb)


@given(text=ANY_TEXT)
@example(text="# \n\n[]()\n<img>")
@example(text="\ud800 https://[::1 mailto:@ 31/02/2027 ![x]( ](")
def test_any_text_is_checked_and_never_raises(text: str) -> None:
    for each in everywhere(text):
        assert each.places == () or all(len(one.words) <= 201 for one in each.places)  # type: ignore[attr-defined]


OWN = Path(__file__).parents[1] / "pages"
# Real pages lie beside a checkout, where there are any; they are no part of the project.
GIVEN = Path(__file__).resolve().parents[4] / "shared" / "postings"
PAGES = sorted(
    path
    for folder in (OWN, GIVEN)
    for path in folder.glob("*")
    if path.suffix in {".md", ".txt", ".html"}
    and path.name not in {"README.md", "careers-page.md", "list.md", "nothing-open.md"}
)
# What is rightly said about words of these pages. What the fields lack, the fields' tests know.
RIGHT: dict[str, set[str]] = {
    "bookkeeper.md": {"asks-for-mail"},
    "collection-development-librarian.md": {"asks-for-mail", "date-without-year"},
    "passport-agent.md": {"asks-for-mail"},
    "program-specialist.md": {"asks-for-mail", "address-mismatch"},
    "readers-advisor.md": {"asks-for-mail", "abbreviation", "jargon"},
    "senior-technology-assistant.md": {"asks-for-mail", "physical-demands", "skills-not-asked"},
    "shelver.md": {"asks-for-mail", "physical-demands"},
    "technology-help-desk-assistant.md": {"asks-for-mail", "equal-opportunity-slip"},
    "technology-manager.md": {"asks-for-mail"},
}
OF_WORDS = set(RULES) - {
    *(code for family in (test_whole, test_conditions, test_contacts) for code in family.FLAGS),
    *("closing-past", "no-closing-rule", "dates-order"),
    *("equal-opportunity-differs", "equal-opportunity-missing"),
}


@pytest.mark.parametrize("path", PAGES, ids=[path.name for path in PAGES])
def test_of_a_page_only_what_is_wrong_is_flagged(path: Path) -> None:
    values = values_of(read_pages([(path.name, path.read_bytes())], AT.date())[0])
    facts = dataclasses.replace(
        whole(),
        statement="",
        own_statement=values["equal_opportunity_text"],
        closes_at=None,
        closes_on=values["closes_on"],
        summary=values["summary"],
        schedule=values["schedule"],
        sections=tuple(values["sections"]),
        documents=tuple(values["documents"]),
        skills=tuple(values["skills"]),
        accepting=values["accepting"],
    )
    codes = {each.code for each in check(facts, at=AT)} & OF_WORDS
    assert codes == RIGHT.get(path.name, codes if path.parent == OWN else set())
