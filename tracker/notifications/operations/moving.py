"""What happens to a mail that stands in the outbox: sent again, held, come back."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.core.jobs import after_commit
from tracker.notifications.headers import check_address, one_line
from tracker.notifications.models import MailChange, OutgoingEmail
from tracker.notifications.operations.history import add_change, note
from tracker.notifications.rules import CONFIDENTIAL, LOST, OPEN, ChangeKind, MailState, check_move
from tracker.notifications.wording import find_message

CORRECTABLE = LOST | {MailState.DELAYED}
LONGEST_REPORT = 1000
LISTED = "subscription"
"""What a mail is about that a subscriber has asked for."""


def send_anew(email: OutgoingEmail) -> None:
    """Let a mail wait for its turn from the beginning; its tries are counted afresh."""
    check_move(email.state, MailState.WAITING)
    email.state, email.next_attempt_at = MailState.WAITING, now()
    email.attempts_count = 0
    email.claimed_until = email.claimed_by = None
    email.sent_at = email.delivered_at = email.dropped_at = None
    db.session.flush()
    after_commit("deliver")


def retry(email: OutgoingEmail, *, by: Any, outdated: str = "") -> OutgoingEmail:
    """Send a mail again that did not go, or came back; its tries are counted afresh.

    `outdated` says why it tells what is no longer so (see `check_true`).
    """
    check_idle(email)
    if email.dropped_at is not None:
        raise DomainError("This mail was dropped. Take it back first. Nothing was sent.")
    check_true(email, outdated)
    check_address(email.recipient_address)
    held = email.state is MailState.HELD
    add_change(email, ChangeKind.RELEASED if held else ChangeKind.AGAIN, by=by)
    send_anew(email)
    note("mail_sent_again", by, email=email.id)
    return email


def correct_address(
    email: OutgoingEmail, address: str, *, by: Any, outdated: str = ""
) -> OutgoingEmail:
    """Send a mail that did not go, or came back, to another address; `outdated` as in `retry`.

    Mail about a person's account carries a link that signs in: it never goes anywhere else.
    Mail to colleagues carries links that act in their name: see `may_correct`.
    """
    if email.about_kind == "person":
        raise DomainError(
            "This mail carries a link for one person only. Correct the address under People and"
            " send them a new link from there."
        )
    if email.about_kind == LISTED:
        raise DomainError(
            "Only the owner of an address asks for mail about openings, so it goes nowhere else."
            " They ask anew from the careers page. Nothing was changed."
        )
    if _is_bound(email):
        raise DomainError(
            "This mail asks the owner of an address whether it is theirs, so it goes nowhere else."
            " Nothing was changed."
        )
    check_idle(email)
    if email.state not in CORRECTABLE:
        raise DomainError("This mail has not failed. Its address stays as it is.")
    check_true(email, outdated)
    if not may_correct(email, by=by):
        raise DomainError(
            "This mail was written to a colleague, and what is in it acts in their name. Ask an"
            " administrator to correct the address. Nothing was changed."
        )
    if email.about_kind == CONFIDENTIAL and by is not None and address.strip().lower() == by.email:
        raise DomainError(
            "This mail is for somebody else's eyes alone, so it is not sent to your own address."
            " Enter the address of whoever arranges accommodations. Nothing was changed."
        )
    before, email.recipient_address = email.recipient_address, check_address(address)
    add_change(email, ChangeKind.CORRECTED, by=by, words=email.recipient_address, before=before)
    send_anew(email)
    note("mail_address_corrected", by, email=email.id)
    return email


def in_order(emails: Iterable[OutgoingEmail]) -> None:
    """Let mails that were sent again together go in the order in which they were written."""
    at = now()
    for email in emails:
        if email.state is MailState.WAITING:
            email.next_attempt_at = at
    db.session.flush()


def may_correct(email: OutgoingEmail, *, by: Any) -> bool:
    """Tell whether a person (None: the system) may send a mail that failed elsewhere.

    A candidate's mistyped address is corrected by whoever sees the mail; any other mail may
    carry a colleague's private link, and only administrators send that to another address.
    """
    if email.state not in CORRECTABLE or email.about_kind in {"person", LISTED}:
        return False
    if _is_bound(email):
        return False
    return is_to_candidate(email) or by is None or by.role is Role.ADMINISTRATOR


def is_to_candidate(email: OutgoingEmail) -> bool:
    """Tell whether a mail was written to a candidate, wherever it goes."""
    message = find_message(email.message)
    return message is not None and message.audience == "candidate"


def _is_bound(email: OutgoingEmail) -> bool:
    message = find_message(email.message)
    return message is not None and message.bound


def put_secrets(email: OutgoingEmail, fresh: Mapping[str, str]) -> None:
    """Put other secrets of links in place of those that a mail carries, wherever they stand."""
    for old, new in fresh.items():
        email.text, email.html = email.text.replace(old, new), email.html.replace(old, new)
        email.words = email.words.replace(old, new) if email.words is not None else None
    db.session.flush()


class OutdatedError(DomainError):
    """A mail that has yet to go tells what is no longer so."""


def check_true(email: OutgoingEmail, outdated: str) -> None:
    """Raise `OutdatedError` for a mail that a room above has found to be untrue by now.

    This room knows no application: whoever calls from above looks whether what the mail tells
    still stands, and says in `outdated` why not.
    """
    if outdated and email.state is not MailState.SENT:
        raise OutdatedError(outdated)


def check_idle(email: OutgoingEmail) -> None:
    """Raise `DomainError` for a mail that has gone, or is just being sent."""
    if email.state is MailState.SENT:
        raise DomainError("This mail has been sent already. Nothing was sent again.")
    if in_hand(email):
        raise DomainError("This mail is being sent just now. Look again in a minute.")


def in_hand(email: OutgoingEmail) -> bool:
    """Tell whether a worker is just sending a mail."""
    return email.claimed_until is not None and email.claimed_until > now()


def bounce(
    email: OutgoingEmail, *, words: str, at: dt.datetime, recipient: str | None = None
) -> MailState:
    """Note that a mail which was sent came back; returns where it stands now.

    `words` are the report's, `at` is when it was made, `recipient` whom it names, where it
    does. A report about an earlier sending (the mail was sent again since, or to another
    address, or waits for that) is kept as history and changes nothing; so does one that is
    read twice.
    """
    words = one_line(words, limit=LONGEST_REPORT)
    if _is_known(email, {ChangeKind.BOUNCED, ChangeKind.LATE_BOUNCE}, words, at):
        return email.state
    late = not _is_about_last_sending(email, at, recipient)
    add_change(email, ChangeKind.LATE_BOUNCE if late else ChangeKind.BOUNCED, words=words, at=at)
    if not late:
        check_move(email.state, MailState.BOUNCED)
        email.state, email.last_answer, email.delivered_at = MailState.BOUNCED, words, None
    db.session.flush()
    note("mail_bounced", None, email=email.id, late=late)
    return email.state


def _is_about_last_sending(email: OutgoingEmail, at: dt.datetime, recipient: str | None) -> bool:
    """Tell whether a report made then, which names `recipient`, is about where a mail went last."""
    here = recipient is None or recipient.strip().lower() == email.recipient_address.lower()
    return (
        here
        and email.state is MailState.SENT
        and email.sent_at is not None
        and at >= email.sent_at - _SKEW
    )


# Clocks differ: a report made a little "before" the mail was sent is about that mail.
_SKEW = dt.timedelta(minutes=10)


def report_delay(email: OutgoingEmail, *, words: str, at: dt.datetime) -> MailState:
    """Note that a server further on is late with a mail: a line of its story and no state."""
    words = one_line(words, limit=LONGEST_REPORT)
    if not _is_known(email, {ChangeKind.DELAY_REPORTED}, words, at):
        add_change(email, ChangeKind.DELAY_REPORTED, words=words, at=at)
        db.session.flush()
        note("mail_delay_reported", None, email=email.id)
    return email.state


def report_delivery(
    email: OutgoingEmail, *, words: str, at: dt.datetime, recipient: str | None = None
) -> None:
    """Note that a mail which was sent was delivered, as a report says (RFC 3464, "delivered").

    Arguments as in `bounce`; a report about an earlier sending is a line of its story.
    """
    words = one_line(words, limit=LONGEST_REPORT)
    if _is_known(email, {ChangeKind.DELIVERY_REPORTED}, words, at):
        return
    add_change(email, ChangeKind.DELIVERY_REPORTED, words=words, at=at)
    if _is_about_last_sending(email, at, recipient):
        email.delivered_at = email.delivered_at or at
    db.session.flush()
    note("mail_delivery_reported", None, email=email.id)


def _is_known(email: OutgoingEmail, kinds: set[ChangeKind], words: str, at: dt.datetime) -> bool:
    statement = select(MailChange.id).where(
        MailChange.email_id == email.id,
        MailChange.kind.in_(kinds),
        MailChange.words == words,
        MailChange.at == at,
    )
    return db.session.scalar(statement.limit(1)) is not None


def hold_unsent(*, before: dt.datetime, by: Any) -> int:
    """Hold back every unsent mail made before a time, until somebody sends it again.

    After a restore nobody can tell which of them had gone. Returns how many are held.
    """
    statement = (
        select(OutgoingEmail)
        .where(OutgoingEmail.state.in_(OPEN), OutgoingEmail.created_at < before)
        .with_for_update()
    )
    emails = db.session.scalars(statement).all()
    for email in emails:
        check_move(email.state, MailState.HELD)
        email.state, email.next_attempt_at = MailState.HELD, None
        email.claimed_until = email.claimed_by = None
        email.last_answer = "Held back after a restore: it may have gone before."
        add_change(email, ChangeKind.HELD, by=by, words=email.last_answer)
    db.session.flush()
    note("unsent_mail_held", by, count=len(emails))
    return len(emails)
