"""Title, text and length."""

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections
from tracker.postings.checks.manuscript import MOST_READ

LONG = "She reads a new book to the children on the mat by the window. " * 90

FLAGS: Table = {
    "no-title": [{"title": " "}],
    "nothing-written": [{"summary": " ", "sections": ()}, {"summary": ""} | sections(("A", " "))],
    "no-text": [{"sections": ()}],
    "too-short": [{"summary": ""} | sections(("", "To be decided."))],
    "too-long": [LONG, "word " * (MOST_READ // 4)],
}
SPARES: Table = {
    "no-title": [{"title": "Page"}],
    "nothing-written": [{"summary": ""}, {"sections": ()}],
    "no-text": [{}, {"summary": "", "sections": ()}],
    "too-short": [{}, {"sections": ()}],
    "too-long": [LONG[:3000]],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_a_posting_that_lacks_nothing_has_no_finding() -> None:
    assert found({}) == {}
