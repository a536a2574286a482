"""The equal-opportunity statement."""

import pytest

from tests.postings.checks.cases import STATEMENT, Case, Table, each_of, found, sections

RETYPED = STATEMENT.replace("marital", "martial").replace("principle", "principal")

FLAGS: Table = {
    "equal-opportunity-missing": [{"statement": " "}],
    "equal-opportunity-differs": [
        {"own_statement": "We try."},
        {"own_statement": RETYPED},
        {"own_statement": STATEMENT.replace("color, ", "")},
        sections(("Equal employment opportunity", RETYPED)),
    ],
    "equal-opportunity-slip": [
        {"statement": RETYPED},
        {"statement": "", "own_statement": RETYPED},
    ],
}
SPARES: Table = {
    "equal-opportunity-missing": [
        {},
        {"statement": "", "own_statement": STATEMENT},
        {"statement": ""} | sections(("Equal opportunity", STATEMENT)),
    ],
    "equal-opportunity-differs": [
        {"own_statement": STATEMENT.replace(" ", "  ").replace("sex", "*sex*")},
        {"own_statement": STATEMENT, "statement": ""},
        sections(("Equal employment opportunity", STATEMENT)),
        # A word of it in passing is no statement beside the employer's.
        "Fernhollow is an equal opportunity employer.",
        "She learned martial arts, and explains the principal parts of a machine.",
    ],
    "equal-opportunity-slip": [{}, {"own_statement": RETYPED}, "Teaches martial arts."],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_each_difference_is_shown_beside_the_employers_words() -> None:
    case = {"own_statement": RETYPED.replace("color, ", "").replace("does.", "does so well.")}
    places = found(case)["equal-opportunity-differs"].places
    assert [(place.words, place.note) for place in places] == [
        ("regard to race,", "After this, the employer's says “color,”."),
        ("martial", "The employer's says “marital”."),
        ("principal", "The employer's says “principle”."),
        ("does so well.", "The employer's says “does.”."),
    ]


def test_another_text_altogether_is_not_taken_apart() -> None:
    (place,) = found({"own_statement": "We try."})["equal-opportunity-differs"].places
    assert place.note == "It has hardly a word of the employer's."
