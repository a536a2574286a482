"""States of a posting, the instant it closes, the names it is called by."""

import datetime as dt
from itertools import product

import pytest

from tracker.core.errors import DomainError
from tracker.postings.addressing import free_slug, reference_of, slug_of
from tracker.postings.checks import asks_for_mail, same_words
from tracker.postings.rules import PostingState, check_move, closing_instant, state_at

S = PostingState
ALLOWED = {
    (S.DRAFT, S.SCHEDULED),
    (S.DRAFT, S.OPEN),
    (S.DRAFT, S.AWAITING),
    (S.AWAITING, S.SCHEDULED),
    (S.AWAITING, S.OPEN),
    (S.SCHEDULED, S.AWAITING),
    (S.SCHEDULED, S.DRAFT),
    (S.SCHEDULED, S.OPEN),
    (S.OPEN, S.CLOSED),
    (S.OPEN, S.FILLED),
    (S.CLOSED, S.FILLED),
}
WITH_REASON = {
    (S.DRAFT, S.CANCELLED),
    (S.AWAITING, S.DRAFT),
    (S.AWAITING, S.CANCELLED),
    (S.SCHEDULED, S.CANCELLED),
    (S.OPEN, S.CANCELLED),
    (S.CLOSED, S.CANCELLED),
    (S.CLOSED, S.OPEN),
    (S.FILLED, S.OPEN),
    (S.CANCELLED, S.DRAFT),
}


def passes(old: PostingState, new: PostingState, reason: str) -> bool:
    try:
        check_move(old, new, reason=reason)
    except DomainError:
        return False
    return True


@pytest.mark.parametrize(("old", "new"), list(product(S, S)))
def test_a_posting_moves_only_along_its_life(old: PostingState, new: PostingState) -> None:
    assert passes(old, new, "Because.") is ((old, new) in ALLOWED | WITH_REASON)


@pytest.mark.parametrize(("old", "new"), sorted(ALLOWED | WITH_REASON))
def test_some_moves_need_a_reason(old: PostingState, new: PostingState) -> None:
    assert passes(old, new, "  ") is ((old, new) in ALLOWED)


@pytest.mark.parametrize(
    ("on", "time", "expected"),
    [
        # Winter and summer in New York: five and four hours behind.
        ("2026-12-01", None, "2026-12-02T04:59:59+00:00"),
        ("2026-07-01", None, "2026-07-02T03:59:59+00:00"),
        ("2026-07-01", "17:00", "2026-07-01T21:00:00+00:00"),
        # The day the clocks go back has 25 hours: 1:30 comes twice, the second one counts.
        ("2026-11-01", None, "2026-11-02T04:59:59+00:00"),
        ("2026-11-01", "01:30", "2026-11-01T06:30:00+00:00"),
        # The day they go forward has 23: 2:30 never comes; it is read as 3:30.
        ("2027-03-14", "02:30", "2027-03-14T07:30:00+00:00"),
        ("2027-03-14", None, "2027-03-15T03:59:59+00:00"),
    ],
)
def test_a_posting_closes_at_an_instant_of_the_employers_zone(
    on: str, time: str | None, expected: str
) -> None:
    day = dt.date.fromisoformat(on)
    clock = dt.time.fromisoformat(time) if time else None
    assert closing_instant(day, clock, "America/New_York").isoformat() == expected


def test_past_its_closing_an_open_posting_is_closed() -> None:
    at = dt.datetime(2026, 12, 2, 5, 0, tzinfo=dt.UTC)
    second = dt.timedelta(seconds=1)
    assert [state_at(S.OPEN, at, at - second), state_at(S.OPEN, at, at)] == [S.OPEN, S.CLOSED]


@pytest.mark.parametrize("state", [state for state in S if state is not S.OPEN])
def test_no_other_state_changes_by_itself(state: PostingState) -> None:
    at = dt.datetime(2026, 12, 2, 5, 0, tzinfo=dt.UTC)
    assert state_at(state, at, at) is state


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Children's Librarian", "childrens-librarian"),
        ("  Part-Time  Page (Evenings & Weekends) ", "part-time-page-evenings-weekends"),
        ("Bibliothécaire – section jeunesse", "bibliothecaire-section-jeunesse"),
        ("図書館員", ""),
        ("a" * 80, "a" * 60),
        ("word " * 40, "-".join(["word"] * 12)),
    ],
)
def test_a_slug_is_the_title_in_plain_letters(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_taken_slug_gets_the_next_number() -> None:
    assert [
        free_slug("page", set()),
        free_slug("page", {"page"}),
        free_slug("page", {"page", "page-2", "page-4"}),
    ] == ["page", "page-2", "page-3"]


def test_a_reference_is_year_and_number() -> None:
    assert [reference_of(2026, 14), reference_of(2026, 1234)] == ["2026-014", "2026-1234"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("We are  fair.\nTo all.", "We are fair. To all.", True),
        ("**We’re** fair", "We're fair", True),
        ("regardless of marital status", "regardless of martial status", False),
    ],
)
def test_two_statements_are_the_same_when_their_words_are(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same


@pytest.mark.parametrize(
    "text",
    [
        "Apply with a letter and resume to Ida, [ida@example.org](mailto:ida@example.org).",
        "Please send a letter of interest and a résumé to jobs@example.org by Friday.",
        "Your application may be sent by e-mail to the director.",
        "Email your resume to the Head of Reader Services.",
    ],
)
def test_a_text_that_asks_for_mailed_applications_is_noticed(text: str) -> None:
    assert asks_for_mail(f"Duties come first.\n\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "Help patrons send e-mail and print resumes.",
        "Review passport applications and answer questions in person and by e-mail.",
        "Send your application with the form on this page.",
        "Write to jobs@example.org with questions about the job.",
        "We teach how a resume is written.\n\nQuestions go to jobs@example.org.",
    ],
)
def test_a_text_that_only_speaks_of_resumes_or_mail_is_not(text: str) -> None:
    assert not asks_for_mail(text)
