"""Those who have applied hear of a material change: everybody whose application is open, once."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, text
from time_machine import Traveller

from tests.applications.factories import submitted_application
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tracker.applications import operations
from tracker.applications.models import Application, CandidateLink
from tracker.applications.operations import telling
from tracker.applications.rules import Outcome, Reason
from tracker.core.db import db, lock, now, writing
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.postings import operations as publishing
from tracker.postings import queries
from tracker.postings.models import Announcement, Posting

DEC_24 = dt.date(2026, 12, 24)


def applied(posting: Posting, *names: str, language: str = "en") -> list[int]:
    """Applications of candidates by name."""
    return [
        submitted_application(
            posting, name=each.title(), email=f"{each}@example.org", language=language
        ).id
        for each in names
    ]


def open_posting() -> Posting:
    return postings.open_posting(documents=[], questions=[], skills=[])


def extended(posting_id: int, day: dt.date = DEC_24, *, reason: str = "Few applied.") -> None:
    """Extend a posting and commit, telling nobody in that transaction."""
    with writing():
        posting: Posting = lock(Posting, posting_id)
        publishing.extend(posting, by=None, reason=reason, closes_on=day)
        db.session.commit()


def told() -> list[tuple[str, str]]:
    """Whom the outbox tells of changes, and the subject."""
    db.session.rollback()
    rows = db.session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.message == "posting_changed")
        .order_by(OutgoingEmail.id)
    )
    return [(each.recipient_address, each.subject) for each in rows]


@pytest.mark.both_databases
def test_everybody_whose_application_is_open_is_told_once(any_app: Flask, clock: Traveller) -> None:
    posting = open_posting()
    ids = applied(posting, "ann", "ben", "cem", "dee")
    with writing():
        operations.withdraw(db.session.get_one(Application, ids[1]))
        operations.move(
            db.session.get_one(Application, ids[2]),
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.BETTER_QUALIFIED,
            by=postings.coordinator(),
            mail=False,
        )
        db.session.commit()
    applied(postings.open_posting(title="Page", documents=[], questions=[], skills=[]), "eve")
    clock.shift(dt.timedelta(hours=1))
    extended(posting.id)
    clock.shift(dt.timedelta(hours=1))
    applied(posting, "fay")  # saw the posting as it is now
    for _ in range(3):
        run_now("tell_changes")
    subject = "Something has changed: Children's Librarian"
    assert told() == [("ann@example.org", subject), ("dee@example.org", subject)]
    announcement = db.session.scalars(select(Announcement)).one()
    assert (announcement.told, announcement.done_at) == (2, now())


def test_each_change_is_a_mail_of_its_own(app: Flask, clock: Traveller) -> None:
    posting_id = (posting := open_posting()).id
    applied(posting, "ann")
    extended(posting_id)
    extended(posting_id, dt.date(2026, 12, 31))
    run_now("tell_changes")
    assert [address for address, _ in told()] == ["ann@example.org"] * 2


def test_the_mail_says_what_changed_in_the_candidates_language_and_not_why(
    app: Flask, clock: Traveller
) -> None:
    posting_id = (posting := open_posting()).id
    applied(posting, "ann")
    applied(posting, "luz", language="es")
    extended(posting_id, reason="The director forgot.")
    run_now("tell_changes")
    english, spanish = db.session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.message == "posting_changed")
        .order_by(OutgoingEmail.id)
    )
    said = "closing date extended to Thursday 24 December 2026, end of the day"
    assert f"- {said}\n" in english.text
    assert said in english.html
    assert "- fecha de cierre ampliada: jueves 24 de diciembre de 2026, al final del día\n" in (
        spanish.text
    )
    assert "forgot" not in english.text + english.html + spanish.text + spanish.html
    assert f"http://localhost/postings/{posting.slug}\n" in english.text


@pytest.mark.both_databases
def test_who_applied_in_the_moment_of_the_change_is_told_too(
    any_app: Flask, clock: Traveller
) -> None:
    """Sent before it, and written a moment after it: the first look could not find it."""
    posting_id = (posting := open_posting()).id
    applied(posting, "ann")
    sent_at = now()
    clock.shift(dt.timedelta(seconds=1))
    extended(posting_id)
    run_now("tell_changes")
    submitted_application(posting, at=sent_at, email="ben@example.org")
    clock.shift(telling.SETTLING)
    run_now("tell_changes")
    assert [address for address, _ in told()] == ["ann@example.org", "ben@example.org"]
    assert queries.to_announce() == []


def test_few_are_told_in_the_transaction_of_the_change(app: Flask) -> None:
    posting_id = (posting := open_posting()).id
    applied(posting, "ann", "ben")
    with writing():
        locked: Posting = lock(Posting, posting_id)
        publishing.extend(locked, by=None, reason="Few applied.", closes_on=_in_days(60))
        operations.tell_changes_of(posting_id)
        db.session.commit()
    assert [address for address, _ in told()] == ["ann@example.org", "ben@example.org"]


def test_a_change_that_is_rolled_back_tells_nobody(app: Flask) -> None:
    posting_id = (posting := open_posting()).id
    applied(posting, "ann")
    with writing():
        locked: Posting = lock(Posting, posting_id)
        publishing.extend(locked, by=None, reason="Few applied.", closes_on=_in_days(60))
        operations.tell_changes_of(posting_id)
    run_now("tell_changes")
    assert told() == []


def _in_days(count: int) -> dt.date:
    return now().date() + dt.timedelta(days=count)


def test_many_are_told_by_the_job_and_the_request_does_the_same_work_for_any_number(
    app: Flask, count_queries: QueryCounter, clock: Traveller
) -> None:
    counts: list[int] = []
    for size in (telling.AT_ONCE + 2, telling.AT_ONCE + 90):
        posting_id = (posting := open_posting()).id
        many_of(posting, size, len(counts))
        with count_queries() as statements, writing():
            locked: Posting = lock(Posting, posting_id)
            publishing.extend(locked, by=None, reason="Few applied.", closes_on=_in_days(60))
            operations.tell_changes_of(posting_id)
            db.session.commit()
        counts.append(len(statements))
        assert len(queries.to_announce(posting_id=posting_id)) == 1
        clock.shift(telling.SETTLING)
        run_now("tell_changes")
        assert queries.to_announce(posting_id=posting_id) == []
    assert counts[0] == counts[1]
    addresses = [address for address, _ in told()]
    assert len(addresses) == len(set(addresses)) == 2 * telling.AT_ONCE + 92


def many_of(posting: Posting, count: int, group: int) -> None:
    """That many applications, made of one that was sent."""
    first = submitted_application(posting, email=f"g{group}-0@example.org")
    names = {each.key for each in Application.__mapper__.column_attrs} - {"id", "version"}
    for number in range(1, count):
        values = {name: getattr(first, name) for name in names}
        address = f"g{group}-{number}@example.org"
        values |= {
            "number": f"2026-{group}{number:04}",
            "submission_token": f"token-{group}-{number}",
            "email": address,
            "email_key": address,
            "receipt_email_id": None,
        }
        db.session.add(Application(**values))
    db.session.commit()


@pytest.mark.both_databases
def test_after_a_crash_it_goes_on_and_tells_nobody_twice(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job dies between two batches, and once after a batch that it could not commit."""
    monkeypatch.setattr(telling, "BATCH", 3)
    posting_id = (posting := open_posting()).id
    many_of(posting, 8, 0)
    extended(posting_id, _in_days(60))
    (version_id,) = queries.to_announce()
    with writing():
        assert operations.tell_change(version_id, most=3)
        db.session.commit()
    with writing():
        assert operations.tell_change(version_id, most=3)  # dies here: nothing was committed
    assert len(told()) == 3
    run_now("tell_changes")
    assert sorted(address for address, _ in told()) == [f"g0-{n}@example.org" for n in range(8)]
    links = select(CandidateLink).where(CandidateLink.mailed)
    db.session.execute(text("UPDATE announcement SET told_through = 0, done_at = NULL"))
    before = len(db.session.scalars(links).all())
    db.session.commit()
    run_now("tell_changes")  # even where all of its progress was lost
    assert (len(told()), len(db.session.scalars(links).all())) == (8, before)


def test_who_has_no_address_is_passed_over(app: Flask) -> None:
    posting_id = (posting := open_posting()).id
    ids = applied(posting, "ann", "ben")
    db.session.execute(
        text(
            "UPDATE application SET email = '', email_key = '', channel = 'paper',"
            " entered_by_id = :who, received_on = '2026-11-20' WHERE id = :id"
        ),
        {"who": postings.coordinator().id, "id": ids[0]},
    )
    db.session.commit()
    extended(posting_id, _in_days(60))
    run_now("tell_changes")
    assert [address for address, _ in told()] == ["ben@example.org"]
    assert {each.state for each in db.session.scalars(select(OutgoingEmail))} == {MailState.WAITING}


def test_saving_on_the_page_tells_them_with_the_change(client: Client) -> None:
    posting = open_posting()
    applied(posting, "ann")
    postings.sign_in(client, postings.coordinator())
    url = f"/staff/postings/{posting.id}"
    answer = client.submit(
        url,
        {"reason": "Few applied.", "closes_on": _in_days(60).isoformat()},
        form="/extend",
        button="Extend",
    )
    assert answer.status_code == 303
    assert [address for address, _ in told()] == ["ann@example.org"]
