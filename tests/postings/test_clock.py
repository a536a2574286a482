"""Publishing, closing and reopening happen on time by themselves, also where clocks change.

The employer is in New York: clocks go forward on 14 March 2027 at 2:00 and back on 7 November
2027 at 2:00. In Lord Howe they move by half an hour; in Cairo they go forward at midnight.
"""

import datetime as dt

import pytest
from flask import Flask
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.postings.desk import problems
from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
    employer,
    open_posting,
    person,
    sign_in,
)
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError
from tracker.core.jobs import run_now
from tracker.postings import operations, queries
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState, closing_instant, listing_instant, opening_instant

S = PostingState
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
NEW_YORK = "America/New_York"


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2026-12-01T09:00", NEW_YORK, "2026-12-01T14:00"),
        ("2027-07-01T09:00", NEW_YORK, "2027-07-01T13:00"),
        ("2027-03-14T02:30", NEW_YORK, "2027-03-14T07:30"),  # never comes: 3:30 in summer time
        ("2027-11-07T01:30", NEW_YORK, "2027-11-07T05:30"),  # comes twice: the first one
        ("2027-10-03T02:15", "Australia/Lord_Howe", "2027-10-02T15:45"),
    ],
)
def test_what_is_to_open_opens_at_the_first_moment_that_its_time_means(
    local: str, zone: str, expected: str
) -> None:
    assert opening_instant(dt.datetime.fromisoformat(local), zone) == utc(expected)


@pytest.mark.parametrize(
    ("on", "zone", "expected"),
    [
        ("2027-03-14", NEW_YORK, "2027-03-14T05:00"),
        ("2027-03-15", NEW_YORK, "2027-03-15T04:00"),
        ("2027-04-30", "Africa/Cairo", "2027-04-29T22:00"),  # midnight never comes that day
    ],
)
def test_a_day_begins_where_its_clock_says(on: str, zone: str, expected: str) -> None:
    assert listing_instant(dt.date.fromisoformat(on), zone) == utc(expected)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("on", "at"),
    [
        (dt.date(2027, 3, 14), dt.time(2, 30)),  # does not exist
        (dt.date(2027, 11, 7), dt.time(1, 30)),  # exists twice
        (dt.date(2027, 11, 7), None),  # a day of 25 hours
    ],
)
def test_a_posting_closes_to_the_second_where_clocks_change(
    any_app: Flask, clock: Traveller, on: dt.date, at: dt.time | None
) -> None:
    posting_id = open_posting(closes_on=on, closes_time=at).id
    instant = closing_instant(on, at, NEW_YORK)
    states = []
    for moment in (instant - SECOND, instant):
        clock.move_to(moment)
        run_now("postings_clock")
        db.session.rollback()
        states.append(db.session.get_one(Posting, posting_id).state)
    assert states == [S.OPEN, S.CLOSED]
    assert db.session.get_one(Posting, posting_id).closed_at == instant


@pytest.mark.both_databases
@pytest.mark.parametrize("local", ["2027-03-14T02:30", "2027-11-07T01:30"])
def test_a_posting_opens_on_time_where_clocks_change(
    any_app: Flask, clock: Traveller, local: str
) -> None:
    instant = opening_instant(dt.datetime.fromisoformat(local), NEW_YORK)
    posting = draft_posting(publish_at=instant, closes_on=dt.date(2027, 12, 24))
    operations.publish(posting, by=None)
    db.session.commit()
    seen = []
    for moment in (instant - MINUTE, instant, instant + dt.timedelta(hours=1)):
        clock.move_to(moment)
        run_now("postings_clock")
        db.session.rollback()
        seen.append((posting.state, posting.published_at))
    # The hour that comes twice opens it once.
    assert seen == [(S.SCHEDULED, None), (S.OPEN, instant), (S.OPEN, instant)]


@pytest.mark.both_databases
def test_what_was_due_while_the_server_was_down_is_done_when_it_is_up(
    any_app: Flask, clock: Traveller
) -> None:
    start = now()
    closing = open_posting(title="Closes", closes_on=dt.date(2026, 11, 24))
    opening = draft_posting(title="Opens", publish_at=start + dt.timedelta(hours=2))
    operations.publish(opening, by=None)
    gone = draft_posting(
        title="Both", publish_at=start + dt.timedelta(hours=2), closes_on=dt.date(2026, 11, 24)
    )
    operations.publish(gone, by=None)
    again = closed_posting(title="Again", closes_on=dt.date(2026, 12, 24))
    operations.plan_reopening(
        again, by=None, reason="The one we chose left.", opens_at=start + dt.timedelta(hours=3)
    )
    db.session.commit()
    clock.shift(dt.timedelta(days=3))  # nothing ran in between
    assert list(queries.open_listed()) == []
    for _ in range(2):
        run_now("postings_clock")
    db.session.rollback()
    assert [each.state for each in (closing, opening, gone, again)] == [
        S.CLOSED,
        S.OPEN,
        S.DRAFT,
        S.OPEN,
    ]
    # It closed when it said it would, whenever that was written down; it was never public
    # before it was.
    assert closing.closed_at == utc("2026-11-25T04:59:59")
    assert opening.published_at == now()
    assert "could not be published" in queries.history_of(gone)[-1].reason
    assert queries.history_of(again)[-1].reason == "The one we chose left."


@pytest.mark.both_databases
def test_a_planned_reopening_comes_at_its_minute_and_only_once(
    any_app: Flask, clock: Traveller
) -> None:
    who, opens_at = coordinator(), now() + dt.timedelta(days=5)
    posting = open_posting(closes_on=dt.date(2026, 11, 24))
    clock.shift(dt.timedelta(days=2))
    with writing():
        operations.plan_reopening(
            lock(Posting, posting.id),
            by=who,
            reason="Too few applied.",
            opens_at=opens_at,
            closes_on=dt.date(2026, 12, 24),
        )
        db.session.commit()
    states = []
    for moment in (opens_at - MINUTE, opens_at, opens_at + MINUTE):
        clock.move_to(moment)
        run_now("postings_clock")
        db.session.rollback()
        states.append(posting.state)
    assert states == [S.CLOSED, S.OPEN, S.OPEN]
    last = queries.history_of(posting)[-1]
    assert (last.old, last.new, last.by_id, last.at) == (S.CLOSED, S.OPEN, who.id, opens_at)
    assert (posting.closes_on, queries.planned_reopening(posting)) == (
        dt.date(2026, 12, 24),
        None,
    )


def test_a_planned_reopening_that_cannot_be_says_why_and_is_tried_once(
    app: Flask, clock: Traveller
) -> None:
    contact = person("leaves@example.org")
    posting = closed_posting(contact=contact)
    operations.plan_reopening(
        posting, by=None, reason="Too few.", opens_at=now() + dt.timedelta(hours=1)
    )
    contact.disabled_at = now()
    db.session.commit()
    clock.shift(dt.timedelta(hours=2))
    for _ in range(2):
        run_now("postings_clock")
    db.session.rollback()
    plan = queries.planned_reopening(posting)
    assert plan is not None
    assert (posting.state, "contact" in plan.problem.lower()) == (S.CLOSED, True)
    assert queries.due_to_reopen(now()) == []


def test_a_plan_that_would_come_to_nothing_is_refused_at_once(app: Flask, clock: Traveller) -> None:
    posting = closed_posting(closes_on=dt.date(2026, 12, 1))
    later = now() + dt.timedelta(days=20)
    for values in (
        {"reason": "Why", "opens_at": now()},
        {"reason": " ", "opens_at": now() + MINUTE},
        {"reason": "Why", "opens_at": later},
        {"reason": "Why", "opens_at": later, "closes_on": dt.date(2026, 12, 2)},
    ):
        with pytest.raises(DomainError):
            operations.plan_reopening(posting, by=None, **values)  # type: ignore[arg-type]
    assert queries.planned_reopening(posting) is None


def test_whatever_else_is_done_to_a_posting_ends_the_plan(app: Flask) -> None:
    posting = closed_posting()
    at = now() + dt.timedelta(days=1)
    operations.plan_reopening(posting, by=None, reason="Too few.", opens_at=at)
    operations.fill(posting, by=None)
    assert queries.planned_reopening(posting) is None
    operations.plan_reopening(posting, by=None, reason="They left.", opens_at=at)
    operations.reopen(posting, by=None, reason="Now.")
    assert queries.planned_reopening(posting) is None


def test_in_another_zone_of_the_employers_its_times_stay_and_the_instants_move(
    app: Flask, clock: Traveller
) -> None:
    posting = draft_posting(
        publish_at=opening_instant(dt.datetime.fromisoformat("2026-12-01T09:00"), NEW_YORK),
        closes_on=dt.date(2026, 12, 24),
        unlisted=True,
        listed_on=dt.date(2026, 12, 10),
    )
    employer(time_zone="America/Los_Angeles")
    assert operations.follow_zone("America/Los_Angeles", before=NEW_YORK) == 1
    assert (posting.publish_at, posting.listed_at, posting.closes_at) == (
        utc("2026-12-01T17:00"),
        utc("2026-12-10T08:00"),
        utc("2026-12-25T07:59:59"),
    )
    assert operations.follow_zone("America/Los_Angeles", before="America/Los_Angeles") == 0


# The staff's page


def test_staff_plan_a_reopening_and_take_it_back(client: Client, clock: Traveller) -> None:
    posting = closed_posting(closes_on=dt.date(2026, 12, 24))
    sign_in(client, coordinator())
    url = f"/staff/postings/{posting.id}"
    client.submit(
        url,
        {"reason": "The one we chose left.", "opens_at": "2026-12-01T09:00"},
        form="/reopen",
        button="Reopen",
    )
    page = client.page(url)
    assert "On Tuesday 1 December 2026, 9:00 am. Reason: The one we chose left." in page.text
    plan = queries.planned_reopening(posting)
    assert plan is not None
    assert plan.opens_at == utc("2026-12-01T14:00")
    client.submit(url, form="/stay", button="Leave it closed")
    db.session.rollback()
    assert queries.planned_reopening(posting) is None


def test_extending_without_a_reason_keeps_what_was_typed(client: Client, clock: Traveller) -> None:
    posting = open_posting()
    sign_in(client, coordinator())
    url = f"/staff/postings/{posting.id}"
    answer = client.submit(url, {"closes_on": "2027-01-31"}, form="/extend", button="Extend")
    assert answer.status_code == 422
    assert problems(answer) == [
        "Give a reason. This changes what those who have applied went by: closing date. Nothing"
        " was saved yet."
    ]
    assert 'value="2027-01-31"' in answer.text


def test_a_new_closing_date_and_none_are_refused_together(client: Client, clock: Traveller) -> None:
    posting = open_posting()
    sign_in(client, coordinator())
    typed = {"reason": "Few.", "closes_on": "2027-01-31", "open_until_filled": "y"}
    answer = client.submit(f"/staff/postings/{posting.id}", typed, form="/extend", button="Extend")
    assert answer.status_code == 422
    assert "Give a closing date or tick this, not both." in answer.text
