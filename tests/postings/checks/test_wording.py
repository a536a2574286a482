"""Plain words."""

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections
from tracker.postings.checks.wording import grade_of

LONG = "You will " + "plan and hold the hour of stories for children of the town and " * 6 + "rest."
HARD = (
    "Administrative responsibilities encompass organizational prioritization, interdepartmental"
    " communication, comprehensive documentation, technological modernization, and continuous"
    " evaluation of institutional effectiveness methodologies. "
) * 8
PLAIN = "You read to the children. You choose new books with us. We meet on Monday. " * 12

FLAGS: Table = {
    "abbreviation": ["Experience with an ILS is a plus.", "Staffs the DML on Fridays."],
    "jargon": [
        "Weeding the collection each spring.",
        "You are a rockstar at the desk.",
        "Able to hit the ground running.",
    ],
    "long-sentence": [LONG],
    "hard-to-read": [HARD],
}
SPARES: Table = {
    "abbreviation": [
        "Staffs the Digital Media Lab (DML). The DML is open on Fridays.",
        "The DML (Digital Media Lab) is open on Fridays.",
        "The integrated library system is new; ILS experience is a plus.",
        "An MLIS from an ALA-accredited program, or an MBA. IT knowledge. 9 AM to 5 PM.",
        "Experience with HP Procurve and Microsoft SQL servers.",
        "APPLICATIONS ARE READ WEEKLY. PLEASE DO NOT PHONE.",
        "Write to HR@example.org or see example.org/DML.",
    ],
    "jargon": [
        "Weeding the garden behind the library.",
        "Reads to children about ninjago and unicorns.",
        "Wears a hat.",
    ],
    "long-sentence": ["You plan the hour of stories. " * 20, "- " + LONG.removesuffix(".")],
    "hard-to-read": [PLAIN, HARD[:200]],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_an_abbreviation_is_shown_once_with_what_stands_around_it() -> None:
    (place,) = found("ILS experience. More ILS.")["abbreviation"].places
    assert (place.words, place.note) == ("ILS", "In: ILS experience.")


def test_the_equal_opportunity_statement_is_not_held_to_plain_words() -> None:
    assert "long-sentence" not in found(sections(("Equal opportunity", LONG)))


def test_easy_words_in_short_sentences_have_a_low_grade() -> None:
    easy = [["we", "read", "to", "the", "cat"]] * 20
    hard = [["organizational", "responsibilities", "encompass", "communication"] * 6] * 20
    assert grade_of(easy) < 1
    assert grade_of(hard) > 20
    assert grade_of([]) == 0
