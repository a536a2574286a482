"""Who gets applications, and whom the job reports to."""

import datetime as dt

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections

NOBODY = {"has_contact": False, "contact_reachable": False, "contact": ""}
HOUSE = {"positions": ("Head of Reader Services", "Director"), "people": ("Head of Youth",)}

FLAGS: Table = {
    "no-contact": [NOBODY],
    "contact-unreachable": [{"contact_reachable": False}],
    "contact-away": [
        {"contact_away_until": dt.date(2027, 3, 1)},
        {"contact_away_until": dt.date(2027, 3, 19)},
    ],
    "contact-unconfirmed": [{"contact_unconfirmed": True}],
    "reports-to-unknown": [
        HOUSE | {"reports_to": "Head of Circulation"},
        HOUSE | sections(("Duties", "This position reports to the Head of Circulation.")),
    ],
}
SPARES: Table = {
    "no-contact": [{}],
    "contact-unreachable": [{}, NOBODY],
    "contact-away": [
        {},
        {"contact_away_until": dt.date(2027, 2, 28)},
        {"contact_away_until": dt.date(2027, 3, 19), "contact_reachable": False},
    ],
    "contact-unconfirmed": [{}, {"contact_unconfirmed": True, "contact_reachable": False}],
    "reports-to-unknown": [
        {"reports_to": "Head of Circulation"},
        HOUSE | {"reports_to": "head of reader services"},
        HOUSE | {"reports_to": "Head of Youth, Ida Moreno"},
        HOUSE | sections(("Duties", "Prepares monthly reports to the Board of Trustees.")),
    ],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_a_title_that_is_nearly_one_of_ours_is_offered() -> None:
    case = HOUSE | {"reports_to": "Head of Readers Services"}
    (place,) = found(case)["reports-to-unknown"].places
    assert place.note == "Do you mean “Head of Reader Services”?"


def test_leave_says_until_when() -> None:
    (place,) = found({"contact_away_until": dt.date(2027, 3, 19)})["contact-away"].places
    assert (place.words, place.note) == ("Ida Moreno", "Away until 19 March 2027.")
