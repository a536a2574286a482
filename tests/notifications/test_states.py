"""A mail's states, the moves between them, and what is reported of mail that had gone."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.notifications.factories import queue, reload
from tests.plugins.mail import MailServer
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError
from tracker.notifications import operations, queries
from tracker.notifications.delivery import deliver_due
from tracker.notifications.models import MailChange, OutgoingEmail
from tracker.notifications.rules import MOVES, MailState, check_move, may_move

WAITING, SENT, DELAYED, FAILED, HELD, BOUNCED = MailState
ALLOWED = {
    (WAITING, SENT), (WAITING, DELAYED), (WAITING, FAILED), (WAITING, HELD),
    (DELAYED, SENT), (DELAYED, DELAYED), (DELAYED, FAILED), (DELAYED, HELD), (DELAYED, WAITING),
    (FAILED, WAITING), (FAILED, SENT), (FAILED, HELD),
    (HELD, WAITING), (HELD, SENT),
    (SENT, BOUNCED),
    (BOUNCED, WAITING), (BOUNCED, HELD),
}  # fmt: skip
WORDS = "550 5.1.1 Nobody of that name"


@pytest.mark.parametrize("old", MailState)
@pytest.mark.parametrize("new", MailState)
def test_every_move_is_allowed_or_refused_as_the_table_says(old: MailState, new: MailState) -> None:
    assert may_move(old, new) is ((old, new) in ALLOWED)
    if (old, new) in ALLOWED:
        check_move(old, new)
    else:
        with pytest.raises(DomainError, match="Nothing was"):
            check_move(old, new)


def test_every_state_has_its_moves() -> None:
    assert set(MOVES) == set(MailState)


def sent(app: Flask, server: MailServer, to: str = "ann@example.org") -> int:
    """A mail that the server took."""
    app.config["MAIL_URL"] = server.url
    email_id = queue(to).id
    deliver_due()
    assert reload(email_id).state is SENT
    return email_id


def bounce(email_id: int, at: dt.datetime | None = None, **more: str) -> MailState:
    """Let a report about a mail arrive."""
    with writing():
        email = queries.one_mail(email_id, locked=True)
        state = operations.bounce(email, words=WORDS, at=at or now(), **more)
        db.session.commit()
    return state


def history(email_id: int) -> list[tuple[str, str]]:
    """What was done to a mail and reported of it, oldest first."""
    return [(each.kind.value, each.words) for each in reload(email_id).changes]


def test_a_mail_that_came_back_says_so_and_keeps_when_it_went(
    any_app: Flask, smtp_server: MailServer
) -> None:
    email_id = sent(any_app, smtp_server)
    went = reload(email_id).sent_at
    assert bounce(email_id) is BOUNCED
    email = reload(email_id)
    assert (email.state, email.last_answer, email.sent_at) == (BOUNCED, WORDS, went)
    assert history(email_id) == [("bounced", WORDS)]


def test_a_report_that_is_read_twice_counts_once(app: Flask, smtp_server: MailServer) -> None:
    email_id, at = sent(app, smtp_server), now()
    assert [bounce(email_id, at) for _ in range(3)] == [BOUNCED] * 3
    assert history(email_id) == [("bounced", WORDS)]


def test_a_mail_that_came_back_goes_elsewhere(any_app: Flask, smtp_server: MailServer) -> None:
    email_id = sent(any_app, smtp_server, "gone@example.org")
    bounce(email_id)
    with writing():
        operations.correct_address(
            queries.one_mail(email_id, locked=True), "ann@example.org", by=None
        )
        db.session.commit()
    assert (reload(email_id).state, reload(email_id).sent_at) == (WAITING, None)
    deliver_due()
    assert reload(email_id).state is SENT
    first, second = smtp_server.received
    assert second.recipients == ("ann@example.org",)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert [kind for kind, _ in history(email_id)] == ["bounced", "address corrected"]
    (correction,) = [each for each in reload(email_id).changes if each.before]
    assert (correction.before, correction.words) == ("gone@example.org", "ann@example.org")


def test_a_late_report_about_an_earlier_sending_changes_nothing(
    any_app: Flask, smtp_server: MailServer
) -> None:
    email_id = sent(any_app, smtp_server, "gone@example.org")
    bounce(email_id)
    with writing():
        operations.correct_address(
            queries.one_mail(email_id, locked=True), "ann@example.org", by=None
        )
        db.session.commit()
    hour = dt.timedelta(hours=1)
    assert bounce(email_id, now() - hour) is WAITING
    deliver_due()
    # It was made before the mail went again, or names the address that was corrected.
    assert bounce(email_id, now() - 2 * hour) is SENT
    assert bounce(email_id, now() + hour, recipient="Gone@example.org") is SENT
    assert [kind for kind, _ in history(email_id)][-3:] == ["late bounce"] * 3
    assert bounce(email_id, now() + 2 * hour, recipient="Ann@example.org") is BOUNCED


def test_a_delay_that_is_reported_is_a_note_and_no_state(
    app: Flask, smtp_server: MailServer
) -> None:
    email_id, at = sent(app, smtp_server), now()
    for _ in range(2):
        with writing():
            email = queries.one_mail(email_id, locked=True)
            operations.report_delay(email, words="451 Box full, trying\r\non", at=at)
            db.session.commit()
    assert reload(email_id).state is SENT
    assert history(email_id) == [("delay reported", "451 Box full, trying on")]


@pytest.mark.parametrize("state", [WAITING, DELAYED, FAILED, HELD])
def test_the_database_lets_no_unsent_mail_have_a_time(any_app: Flask, state: MailState) -> None:
    email_id = queue().id
    with pytest.raises(IntegrityError):
        db.session.execute(
            update(OutgoingEmail)
            .where(OutgoingEmail.id == email_id)
            .values(state=state, sent_at=now())
        )


@pytest.mark.parametrize("state", [SENT, BOUNCED])
def test_the_database_wants_a_time_for_what_has_gone(any_app: Flask, state: MailState) -> None:
    email_id = queue().id
    with pytest.raises(IntegrityError):
        db.session.execute(
            update(OutgoingEmail).where(OutgoingEmail.id == email_id).values(state=state)
        )


def test_only_a_held_mail_is_dropped(any_app: Flask) -> None:
    email_id = queue().id
    with pytest.raises(IntegrityError):
        db.session.execute(
            update(OutgoingEmail).where(OutgoingEmail.id == email_id).values(dropped_at=now())
        )


def test_history_is_kept_with_whom_it_was_by(app: Flask) -> None:
    email_id = queue("nowhere").id

    class Somebody:
        id, name = 7, "Ida Moreno"

    with writing():
        email = queries.one_mail(email_id, locked=True)
        email.recipient_address = "ann@example.org"
        operations.retry(email, by=Somebody())
        db.session.commit()
    change = db.session.scalars(select(MailChange)).one()
    assert (change.kind.value, change.by_id, change.by_name) == ("sent again", 7, "Ida Moreno")
