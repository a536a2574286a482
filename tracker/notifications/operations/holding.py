"""Mail that is held for a look before it goes: which kinds are, and what a person does then."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from markupsafe import escape

from tracker.core.db import db, lock, now
from tracker.core.errors import DomainError
from tracker.notifications import queries
from tracker.notifications.headers import check_address, one_line
from tracker.notifications.masking import mask
from tracker.notifications.models import HeldMessage, OutgoingEmail
from tracker.notifications.operations.history import add_change, note
from tracker.notifications.operations.moving import check_idle, check_true, in_hand, send_anew
from tracker.notifications.operations.queueing import Words
from tracker.notifications.rules import LOST, OPEN, ChangeKind, MailState, check_move
from tracker.notifications.wording import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    WordingError,
    message_named,
)

_TITLE = re.compile(r"(<title>\s*).*?(\s*</title>)", re.DOTALL)
_URL = re.compile(r"https?://[^\s<>\"'()]+")
NOT_HELD = "This mail is not held any more. Nothing was changed."


def hold_kind(message: str, *, held: bool, by: Any) -> None:
    """Choose whether mails of a kind wait for a look before they go.

    Those that are in the outbox already stay as they are. Raises `DomainError` for a kind
    that somebody waits for at their screen, or that goes to colleagues.
    """
    if not message_named(message).may_be_held:
        raise DomainError("Mail of this kind always goes at once: somebody waits for it.")
    row = db.session.get(HeldMessage, message, with_for_update=True)
    if held and row is None:
        db.session.add(HeldMessage(message=message, by_id=getattr(by, "id", None)))
    elif not held and row is not None:
        db.session.delete(row)
    db.session.flush()
    note("message_kind_held" if held else "message_kind_goes_at_once", by, message=message)


def release(email: OutgoingEmail, *, by: Any, outdated: str = "") -> OutgoingEmail:
    """Let a held mail go.

    `outdated` says why what it tells is no longer so, as a room above has found (see
    `check_true`): then it does not go, and `OutdatedError` is raised.
    """
    _check_held(email)
    check_true(email, outdated)
    add_change(email, ChangeKind.RELEASED, by=by)
    send_anew(email)
    note("mail_released", by, email=email.id)
    return email


def let_go(emails: Iterable[OutgoingEmail], *, by: Any) -> None:
    """Release those of these mails that wait for a look; called by whoever had them written."""
    for email in emails:
        if email.state is MailState.HELD and email.words is not None and email.dropped_at is None:
            release(email, by=by)


def drop(email: OutgoingEmail, *, by: Any, why: str = "", outdated: str = "") -> OutgoingEmail:
    """Decide that a held mail does not go. It stays in the outbox, and can be taken back.

    `why` stands in its story, where no person has said it by hand. One that is `outdated`
    (see `check_true`) is dropped as well where it waits, has failed or has come back.
    """
    if outdated and email.state in OPEN | LOST:
        check_idle(email)
        _set_aside(email)
    _check_held(email)
    email.dropped_at = now()
    add_change(email, ChangeKind.DROPPED, by=by, words=why)
    db.session.flush()
    note("mail_dropped", by, email=email.id)
    return email


def _set_aside(email: OutgoingEmail) -> None:
    """Hold a mail that is not to be tried again by itself; when it once went, its tries say."""
    check_move(email.state, MailState.HELD)
    email.state, email.next_attempt_at, email.sent_at = MailState.HELD, None, None
    email.claimed_until = email.claimed_by = email.delivered_at = None


def drop_unsent(ids: Collection[int], *, by: Any, why: str) -> int:
    """Drop those of these mails that wait: for a look, their turn or another try; how many.

    Called from above, in the transaction that makes what they tell untrue. What a worker has in
    hand just now goes, and so it counts as gone; what failed or came back is left to a person,
    who sees there what else is wrong.
    """
    dropped = 0
    for email_id in sorted(ids):
        email: OutgoingEmail = lock(OutgoingEmail, email_id)
        held = email.state is MailState.HELD and email.words is not None
        if (held and email.dropped_at is None) or (email.state in OPEN and not in_hand(email)):
            drop(email, by=by, why=why, outdated=why)
            dropped += 1
    return dropped


def drop_held(ids: Collection[int], *, by: Any, why: str) -> int:
    """Drop those of these mails that wait for a look; returns how many. Called as above."""
    found = queries.held_among(ids)
    for email_id in sorted(found):
        email: OutgoingEmail = lock(OutgoingEmail, email_id)
        if email.state is MailState.HELD and email.dropped_at is None:
            drop(email, by=by, why=why)
    return len(found)


def readdress_held(
    about: tuple[str, int], old: str, new: str, *, by: Any = None
) -> list[OutgoingEmail]:
    """Let what waits for a look go to a corrected address, once it goes; returns these mails.

    What is held tells what nobody may read but its candidate.
    """
    found = []
    for email in queries.about(*about):
        held = email.state is MailState.HELD
        if held and email.recipient_address.lower() == old.strip().lower():
            before, email.recipient_address = email.recipient_address, check_address(new)
            add_change(email, ChangeKind.CORRECTED, by=by, words=new, before=before)
            found.append(email)
    db.session.flush()
    return found


def has_told_nobody(email: OutgoingEmail) -> bool:
    """Tell whether a mail waits for a look, or was dropped so, and nobody has ever let it go."""
    if email.state is not MailState.HELD or email.words is None:
        return False
    let_go = {ChangeKind.RELEASED, ChangeKind.AGAIN}
    return not email.attempts and not any(each.kind in let_go for each in email.changes)


def take_back(email: OutgoingEmail, *, by: Any) -> OutgoingEmail:
    """Put a dropped mail back among those that are held."""
    if email.state is not MailState.HELD or email.dropped_at is None:
        raise DomainError("This mail was not dropped. Nothing was changed.")
    email.dropped_at = None
    add_change(email, ChangeKind.TAKEN_BACK, by=by)
    db.session.flush()
    return email


def _check_held(email: OutgoingEmail) -> None:
    check_idle(email)
    if email.state is not MailState.HELD or email.dropped_at is not None:
        raise DomainError(NOT_HELD)


def may_edit(email: OutgoingEmail) -> bool:
    """Tell whether the words of this one mail can be rewritten."""
    return (
        email.state is MailState.HELD
        and email.dropped_at is None
        and bool(email.words)
        and str(email.words) in email.text
        and str(Words("", str(email.words)).body_html) in email.html
    )


def words_to_edit(email: OutgoingEmail) -> str:
    """The words of a held mail, with private links hidden: they come back when it is saved."""
    return mask(email.words or "")


def edit(email: OutgoingEmail, *, subject: str, body: str, shown: str, by: Any) -> OutgoingEmail:
    """Rewrite subject and words of one held mail; its links, files and facts stay under them.

    `shown` is what was there when it was opened. Raises `WordingError`, and `DomainError`
    where the mail is not held any more or somebody else has rewritten it meanwhile.
    """
    _check_held(email)
    if not may_edit(email):
        raise DomainError("The words of this mail cannot be changed. Release it, or drop it.")
    if _plain(shown) != _plain(words_to_edit(email)):
        raise DomainError(
            "Somebody else changed this mail while you had it open. Nothing was overwritten."
        )
    subject, body = one_line(subject, limit=LONGEST_SUBJECT + 1), _plain(body)
    _check_words(subject, body)
    old = Words(email.subject, email.words or "")
    new = Words(subject, _unmasked(body, old.body))
    before = f"{old.subject}\n\n{words_to_edit(email)}"
    email.text = email.text.replace(old.body, new.body, 1)
    email.html = email.html.replace(str(old.body_html), str(new.body_html), 1)
    title = str(escape(new.subject))
    email.html = _TITLE.sub(lambda found: found[1] + title + found[2], email.html, count=1)
    email.subject, email.words = new.subject, new.body
    add_change(email, ChangeKind.EDITED, by=by, before=before)
    db.session.flush()
    note("mail_edited", by, email=email.id)
    return email


def _plain(text: str) -> str:
    """Text as it is kept: one kind of line break, no control characters, no wide gaps."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char for char in text if char >= " " or char in "\n\t").strip()
    return re.sub(r"\n{3,}", "\n\n", text)


def _check_words(subject: str, body: str) -> None:
    if not subject:
        raise WordingError("Enter a subject.", field="subject")
    if len(subject) > LONGEST_SUBJECT:
        raise WordingError(
            f"The subject is too long: at most {LONGEST_SUBJECT} characters.", field="subject"
        )
    if not body:
        raise WordingError("Enter the text of the mail.", field="body")
    if len(body) > LONGEST_BODY:
        raise WordingError(
            f"The text is too long: at most {LONGEST_BODY} characters.", field="body"
        )


def _unmasked(text: str, old: str) -> str:
    """Put the private links of the old words back where they stand hidden in the new ones."""
    for url in _URL.findall(old):
        if (hidden := mask(url)) != url:
            text = text.replace(hidden, url, 1)
    return text
