"""How an application is taken: open, within the grace, late, or not at all; to the second."""

import datetime as dt
from typing import Any

import pytest

from tests.plugins.apps import Client
from tests.postings import factories
from tracker.core.db import db, now
from tracker.postings import operations
from tracker.postings.models import Posting
from tracker.postings.rules import GRACE, Closing, PostingState, Taking, closing_instant

CLOSES = dt.datetime(2027, 5, 14, 21, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
S = PostingState


def closing(
    state: PostingState = S.OPEN,
    *,
    closed_at: dt.datetime | None = None,
    accepting: bool = True,
    late: bool = False,
    closes_at: dt.datetime | None = CLOSES,
) -> Closing:
    return Closing(state, closes_at, closed_at, accepting, late)


@pytest.mark.parametrize(
    ("after", "begun", "taking"),
    [
        (-SECOND, None, Taking.OPEN),
        (dt.timedelta(), None, Taking.NOT),
        (dt.timedelta(), -SECOND, Taking.GRACE),
        (dt.timedelta(), dt.timedelta(), Taking.NOT),
        (GRACE - SECOND, -SECOND, Taking.GRACE),
        (GRACE, -SECOND, Taking.NOT),
        (GRACE + SECOND, -SECOND, Taking.NOT),
    ],
)
def test_who_had_begun_before_the_closing_time_has_fifteen_minutes(
    after: dt.timedelta, begun: dt.timedelta | None, taking: Taking
) -> None:
    begun_at = None if begun is None else CLOSES + begun
    assert closing().taking(CLOSES + after, begun_at=begun_at) is taking
    by_the_clock = closing(S.CLOSED, closed_at=CLOSES)
    if after >= dt.timedelta():  # the clock's job has written it down, and nothing changes
        assert by_the_clock.taking(CLOSES + after, begun_at=begun_at) is taking


@pytest.mark.parametrize(
    ("after", "taking"),
    [(-SECOND, Taking.OPEN), (dt.timedelta(), Taking.LATE), (dt.timedelta(days=9), Taking.LATE)],
)
def test_late_applications_come_where_the_posting_allows(
    after: dt.timedelta, taking: Taking
) -> None:
    assert closing(late=True).taking(CLOSES + after) is taking


def test_within_the_grace_nobody_is_late() -> None:
    assert closing(late=True).taking(CLOSES, begun_at=CLOSES - SECOND) is Taking.GRACE


@pytest.mark.parametrize(
    "ended",
    [
        closing(S.CLOSED, closed_at=CLOSES - SECOND, late=True),
        closing(S.FILLED, closed_at=CLOSES, late=True),
        closing(S.CANCELLED, closed_at=CLOSES, late=True),
        closing(S.CLOSED, closed_at=CLOSES, closes_at=None, late=True),
        closing(accepting=False, late=True),
    ],
    ids=["by hand", "filled", "cancelled", "until filled, closed by hand", "takes none"],
)
def test_what_people_have_ended_has_no_grace_and_takes_nobody_late(ended: Closing) -> None:
    begun_at = CLOSES - dt.timedelta(days=1)
    assert ended.taking(CLOSES, begun_at=begun_at) is Taking.NOT
    assert ended.grace_ends_at(CLOSES) is None


@pytest.mark.parametrize(
    ("on", "time"),
    [
        (dt.date(2027, 3, 14), dt.time(2, 30)),  # does not exist: clocks go forward
        (dt.date(2027, 11, 7), dt.time(1, 30)),  # comes twice: clocks go back
        (dt.date(2027, 11, 7), dt.time(1, 55)),
    ],
)
def test_the_grace_is_fifteen_minutes_also_where_clocks_change(on: dt.date, time: dt.time) -> None:
    closes_at = closing_instant(on, time, "America/New_York")
    asked = closing(closes_at=closes_at)
    begun_at = closes_at - SECOND
    last = closes_at + dt.timedelta(minutes=14, seconds=59)
    assert asked.taking(last, begun_at=begun_at) is Taking.GRACE
    assert asked.taking(last + SECOND, begun_at=begun_at) is Taking.NOT
    assert asked.grace_ends_at(closes_at) == closes_at + dt.timedelta(minutes=15)


# The posting's page


def past_closing(client: Client, minutes: int, **values: Any) -> Posting:
    """A posting whose closing time is that long past, the clock's job not yet run."""
    posting = factories.open_posting(documents=[], **values)
    posting.closes_at = now() - dt.timedelta(minutes=minutes)
    db.session.commit()
    return posting


def test_the_page_says_until_when_who_had_begun_may_finish(client: Client, clock: object) -> None:
    posting = past_closing(client, 5)
    page = client.page(f"/postings/{posting.slug}", status=410)
    assert page.link("Finish your application") == f"http://localhost/postings/{posting.slug}/apply"
    assert "If you had begun before, you can finish until 10:10 am." in page.text


def test_after_the_grace_the_page_leads_nowhere(client: Client, clock: object) -> None:
    page = client.page(f"/postings/{past_closing(client, 15).slug}", status=410)
    assert page.all("a[@class='btn btn-primary btn-lg']") == []


def test_where_late_ones_are_taken_the_page_says_so_and_is_closed_all_the_same(
    client: Client, clock: object
) -> None:
    posting = past_closing(client, 60, accepts_late=True)
    page = client.page(f"/postings/{posting.slug}", status=410)
    assert page.link("Apply late") == f"http://localhost/postings/{posting.slug}/apply"
    assert page.all("script[@type='application/ld+json']") == []
    assert posting.title not in client.page("/").text


def test_a_posting_closed_by_hand_takes_nobody_late(client: Client) -> None:
    posting = factories.open_posting(documents=[], accepts_late=True)
    operations.close(posting, by=None)
    db.session.commit()
    page = client.page(f"/postings/{posting.slug}", status=410)
    assert page.all("a[@class='btn btn-primary btn-lg']") == []


def test_staff_say_whether_late_ones_are_taken(client: Client) -> None:
    posting = factories.draft_posting()
    factories.sign_in(client, factories.coordinator())
    url = f"/staff/postings/{posting.id}/edit"
    client.submit(url, {"accepts_late": True}, form="posting", button="Save")
    assert db.session.get_one(Posting, posting.id).accepts_late is True
    client.submit(url, {"accepts_late": False}, form="posting", button="Save")
    assert db.session.get_one(Posting, posting.id).accepts_late is False
