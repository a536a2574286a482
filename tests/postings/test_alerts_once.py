"""Nobody gets more than one mail about openings a day, whatever ends or sets back a worker."""

import datetime as dt
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.databases import fresh_sqlite
from tests.postings import factories
from tests.postings.alerting import DAY, deliver, next_morning, went
from tests.postings.subscribers import (
    news,
    subscribe,
    subscriptions,
    tell,
    titles,
)
from tracker.app import create_app
from tracker.core.db import db, now, writing
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.postings import operations
from tracker.postings.fitting import day_at
from tracker.postings.models import (
    Posting,
    SeenOpening,
    SubscriptionDay,
)


@pytest.fixture(autouse=True)
def _house(app: Flask) -> None:
    """An application with an employer stands in every test."""
    factories.employer()


def test_a_crash_before_the_commit_leaves_nothing_and_after_it_everything(
    clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe()
    factories.open_posting()
    next_morning(clock)
    day = day_at(now(), "America/New_York")
    assert day is not None
    (subscription,) = subscriptions()
    number = subscription.id
    with writing():  # a worker that ends before its commit
        assert operations.tell_of_openings(number, day, at=now()) is not None
    assert (news(), db.session.scalars(select(SubscriptionDay)).all()) == ([], [])
    assert db.session.scalars(select(SeenOpening)).all() == []
    for _ in range(2):  # one that was killed right after it, and started again
        with writing():
            operations.tell_of_openings(number, day, at=now())
            db.session.commit()
    tell()
    assert len(news()) == 1


@pytest.mark.both_databases
def test_two_workers_at_one_moment_write_one_mail(any_app: Flask) -> None:
    subscribe()
    posting = factories.open_posting()
    (subscription,) = subscriptions()
    subscription.confirmed_at = now() - 3 * DAY
    posting.published_at = now() - 2 * DAY
    number = subscription.id
    db.session.commit()
    at = dt.datetime.combine(now().date(), dt.time(18), tzinfo=dt.UTC)
    day = day_at(at, "America/New_York")
    assert day is not None
    gate, failures = threading.Barrier(2), []

    def work() -> None:
        with any_app.app_context():
            gate.wait()
            try:
                with writing():
                    operations.tell_of_openings(number, day, at=at)
                    db.session.commit()
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    db.session.rollback()
    assert failures == []
    assert len(news()) == 1


@pytest.mark.both_databases
def test_the_database_itself_holds_one_day_to_one_row(any_app: Flask) -> None:
    subscribe()
    (subscription,) = subscriptions()
    day = now().date()
    for _ in range(2):
        db.session.add(SubscriptionDay(subscription_id=subscription.id, day=day))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_clock_that_is_set_back_brings_no_second_mail(clock: Traveller) -> None:
    subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    deliver()
    factories.open_posting(title="Two")
    for hours in (24, 48):
        clock.move_to(now() - dt.timedelta(hours=hours))
        tell()
    assert len(news()) == 1


@pytest.mark.parametrize(
    ("at", "on"),
    [
        # New York, clocks go forward on 14 March 2027 and back on 7 November.
        (dt.datetime(2027, 3, 14, 10, 59, tzinfo=dt.UTC), None),
        (dt.datetime(2027, 3, 14, 11, 0, tzinfo=dt.UTC), dt.date(2027, 3, 14)),
        (dt.datetime(2027, 3, 15, 3, 59, tzinfo=dt.UTC), dt.date(2027, 3, 14)),
        (dt.datetime(2027, 3, 15, 4, 0, tzinfo=dt.UTC), None),
        (dt.datetime(2027, 11, 7, 11, 59, tzinfo=dt.UTC), None),
        (dt.datetime(2027, 11, 7, 12, 0, tzinfo=dt.UTC), dt.date(2027, 11, 7)),
        (dt.datetime(2027, 11, 8, 4, 59, tzinfo=dt.UTC), dt.date(2027, 11, 7)),
        (dt.datetime(2027, 11, 8, 5, 0, tzinfo=dt.UTC), None),
    ],
)
def test_a_day_is_one_day_also_where_clocks_change(at: dt.datetime, on: dt.date | None) -> None:
    day = day_at(at, "America/New_York")
    assert (day.on if day else None) == on


@pytest.mark.parametrize("weekend", [dt.date(2027, 3, 13), dt.date(2027, 11, 6)])
def test_four_days_around_a_change_of_clocks_are_four_mails(
    clock: Traveller, weekend: dt.date
) -> None:
    clock.move_to(dt.datetime.combine(weekend - DAY, dt.time(12), tzinfo=dt.UTC))
    subscribe()
    for hour in range(4 * 24):
        clock.shift(dt.timedelta(hours=1))
        factories.open_posting(title=f"Opening {hour}", closes_on=None, open_until_filled=True)
        tell()
        for mail in news():
            if mail.state is not MailState.SENT:
                went(mail)
    zone = ZoneInfo("America/New_York")
    days = [each.created_at.astimezone(zone).date() for each in news()]
    assert days == [weekend + number * DAY for number in range(4)]


def test_while_a_mail_is_late_no_second_one_is_written(clock: Traveller) -> None:
    """Nothing takes the mail for two days; then it goes, and that day has had its mail."""
    subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    factories.open_posting(title="Two")
    next_morning(clock)
    tell()
    assert len(news()) == 1
    went(news()[0])
    tell()
    assert len(news()) == 1
    next_morning(clock)
    tell()
    assert [titles(each) for each in news()] == [["one"], ["two"]]


def test_who_comes_back_on_the_same_day_has_had_their_mail(
    client: Client, clock: Traveller
) -> None:
    token = subscribe()
    factories.open_posting(title="One")
    next_morning(clock)
    tell()
    client.post(f"/alerts/{token}/end")
    subscribe()
    factories.open_posting(title="Two")
    clock.shift(dt.timedelta(hours=5))
    tell()
    assert news() == []


def test_a_mail_that_waits_is_written_anew_when_an_opening_closes(clock: Traveller) -> None:
    subscribe()
    closing = factories.open_posting(title="One")
    factories.open_posting(title="Two")
    next_morning(clock)
    tell()
    assert sorted(titles(news()[0])) == ["one", "two"]
    operations.close(db.session.get_one(Posting, closing.id), by=None)
    db.session.commit()
    tell()
    assert [titles(each) for each in news()] == [["two"]]
    old = db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id)).all()[1]
    assert (old.state, old.text, old.next_attempt_at) == (MailState.HELD, "", None)


def test_a_mail_that_waits_is_not_sent_when_all_of_it_has_closed(clock: Traveller) -> None:
    subscribe()
    factories.open_posting(closes_on=dt.date(2026, 11, 24), closes_time=dt.time(9))
    next_morning(clock)
    tell()
    assert len(news()) == 1
    clock.shift(dt.timedelta(hours=3))
    tell()
    assert news() == []


def test_after_a_restore_nobody_is_written_to_twice_that_day(
    app: Flask, clock: Traveller, tmp_path: Path
) -> None:
    """What went after the backup is known to nobody; the next morning it is told again."""
    subscribe()
    factories.open_posting()
    saved = tmp_path / "before.tar.gz"
    db.session.rollback()
    runner = app.test_cli_runner()
    next_morning(clock)
    result = runner.invoke(args=["backup", str(saved)])
    assert result.exit_code == 0, result.output
    place = tmp_path / "restored"
    place.mkdir()
    empty = create_app(
        {
            **{name: app.config[name] for name in ("TESTING", "BASE_URL", "SECRET_KEY")},
            "INSTANCE_PATH": str(place / "instance"),
            "DATABASE_URL": fresh_sqlite(place),
            "FILES_URL": str(place / "files"),
        }
    )
    with empty.app_context():
        result = empty.test_cli_runner().invoke(args=["restore", str(saved)])
        assert result.exit_code == 0, result.output
        tell()
        assert news() == []
        next_morning(clock)
        tell()
        assert len(news()) == 1
        db.session.remove()
        db.engine.dispose()
    empty.extensions["huey"].storage.close()
