"""Pay and benefits."""

from decimal import Decimal

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections, words
from tracker.postings.rules import PayUnit

NO_PAY = {"pay_min": None, "pay_max": None, "pay_unit": None}
FLAT = {"pay_min": Decimal(55_000), "pay_max": Decimal(55_000)}
HOURLY = {"pay_min": Decimal(15), "pay_max": Decimal(15), "pay_unit": PayUnit.HOUR}

FLAGS: Table = {
    "pay-missing": [NO_PAY],
    "no-benefits": [{"benefits": " "}],
    "pay-range-single": [
        {"pay_max": None},
        {"pay_min": None},
        FLAT | sections(("Salary", "An annual salary range of $55,000, with regular raises.")),
        FLAT | {"pay_note": "Within the range of the union's contract."},
    ],
    "pay-unit-differs": [
        HOURLY | {"pay_unit": PayUnit.YEAR},
        {"pay_unit": PayUnit.HOUR},
        sections(("Salary", "$25.50 an hour.")),
    ],
    "pay-differs": [
        sections(("Salary", "The salary is $48,000 a year.")),
        sections(("Salary", "$52,000 to $66,000 a year.")),
    ],
}
SPARES: Table = {
    "pay-missing": [{"pay_max": None}],
    "no-benefits": [
        {},
        {"benefits": ""} | sections(("Benefits", "Health insurance and a pension.")),
        {"benefits": ""} | sections(("Hours", "This is a part-time position with no benefits.")),
    ],
    "pay-range-single": [
        {},
        FLAT | sections(("Salary", "The annual salary is $55,000.")),
        FLAT | sections(("Duties", "Plan a wide range of programs. The salary is $55,000 a year.")),
    ],
    "pay-unit-differs": [
        {},
        HOURLY | sections(("Salary", "$15/hour")),
        HOURLY | sections(("Duties", "Spend a budget of $80,000 a year on books.")),
        {"pay_unit": PayUnit.MONTH, "pay_min": Decimal(4000), "pay_max": Decimal(4000)},
    ],
    "pay-differs": [
        sections(("Salary", "$52,000 to $61,000 a year.")),
        sections(("Salary", "The salary starts at $52,000 a year.")),
        "We raised $90,000 for the garden last year.",
    ],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_the_sentence_with_the_lone_figure_is_quoted() -> None:
    case = FLAT | sections(("Salary", "Come. An annual salary range of $55,000 is paid. Stay."))
    assert words(case, "pay-range-single") == ["An annual salary range of $55,000 is paid."]


def test_no_benefits_need_no_second_word_about_pay() -> None:
    assert set(found(NO_PAY | {"benefits": ""})) == {"pay-missing", "no-benefits"}
