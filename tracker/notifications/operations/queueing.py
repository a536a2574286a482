"""Write a mail into the outbox, draw it, and change the words it goes in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tracker.core import colours
from tracker.core.db import db, now
from tracker.core.errors import DomainError, StaleError
from tracker.core.jobs import after_commit
from tracker.core.languages import DEFAULT
from tracker.core.rendering import in_language, render, render_block, template_exists, translated
from tracker.notifications import queries
from tracker.notifications.headers import (
    AddressError,
    check_address,
    list_headers,
    new_message_id,
    one_line,
    thread_headers,
)
from tracker.notifications.models import Letterhead, OutgoingEmail, Wording
from tracker.notifications.operations.attaching import attach
from tracker.notifications.operations.history import add_change, note
from tracker.notifications.replying import ReplyTo, reply_address
from tracker.notifications.rules import Attachment, ChangeKind, MailState
from tracker.notifications.wording import (
    Message,
    check_wording,
    fill,
    message_named,
)

AUTOMATIC = {
    "Auto-Submitted": "auto-generated",  # RFC 3834
    # Exchange answers by this one; reports that a mail came back (NDR) are wanted.
    "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
}
HELD_FOR_A_LOOK = "Mail of this kind is held for a look before it goes."
_PLAIN = "_message"

_MANY_BLANK_LINES = re.compile(r"\n{3,}")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")


@dataclass(frozen=True)
class Words:
    """A message's words with its values filled in, as its templates see them (`wording`)."""

    subject: str
    body: str

    @property
    def body_html(self) -> Markup:
        """The body as escaped paragraphs."""
        paragraphs = _PARAGRAPHS.split(self.body.replace("\r\n", "\n").strip())
        lines = (Markup("<br>\n").join(each.split("\n")) for each in paragraphs)
        return Markup("\n").join(Markup("<p>{}</p>").format(each) for each in lines)


@dataclass(frozen=True)
class Rendered:
    """A mail as it would go: subject, plain text, HTML; `held` where it waits for a look first."""

    subject: str
    text: str
    html: str
    language: str = DEFAULT
    words: str = ""
    held: bool = False


def queue(
    message: str,
    *,
    to: tuple[str, str],
    values: Mapping[str, str],
    context: Mapping[str, Any] | None = None,
    about: tuple[str, int] | None = None,
    once_key: str | None = None,
    reply_to: tuple[str, str] | None = None,
    thread: Sequence[str] = (),
    calendar: str | None = None,
    calendar_method: str | None = None,
    language: str = "en",
    automatic: bool = True,
    from_name: str = "",
    attachments: Sequence[Attachment] = (),
    unsubscribe: str | None = None,
    unsubscribe_by_mail: str | None = None,
) -> OutgoingEmail:
    """Write a mail into the outbox; the worker sends it once this transaction has committed.

    A second call with the same `once_key` returns the first one's row. An address that no
    mail can be sent to makes a failed mail, not an error: what caused it goes on, and the
    Messages page shows it. `calendar` is iCalendar text, with its method (RFC 5546).
    `attachments` are stored files (see `attach`).
    `reply_to` is whom a reply reaches; where it goes, `replying` says. `thread` are the
    Message-IDs of what this answers, oldest first. `automatic` is False for what a person
    wrote themselves, whom `from_name` names; the address is the employer's all the same.
    `unsubscribe`, for a list, is the address whose POST ends it (RFC 8058), and
    `unsubscribe_by_mail` a mailto link. A kind that the employer wants to see first is held
    until somebody lets it go.
    """
    if once_key is not None and (known := queries.by_once_key(once_key)) is not None:
        return known
    if (calendar is None) != (calendar_method is None):
        raise ValueError("A calendar and its method come together.")
    reply = reply_address(message_named(message), to=to, about=about, reply_to=reply_to)
    rendered = preview(message, values, context=context or {}, reply=reply, language=language)
    email = addressed(to, rendered)
    email.sender_name = one_line(from_name) or email.sender_name
    email.headers = {**(AUTOMATIC if automatic else {}), **thread_headers(thread)}
    email.headers |= list_headers(unsubscribe, unsubscribe_by_mail)
    email.message, email.once_key = message, once_key
    email.calendar, email.calendar_method = calendar, calendar_method
    email.about_kind, email.about_id = about or (None, None)
    if reply:
        email.reply_to_name, email.reply_to_address = reply.name, reply.address
    attach(email, attachments)
    if email.state is MailState.WAITING and rendered.held:
        email.state, email.next_attempt_at = MailState.HELD, None
        email.words, email.last_answer = rendered.words, HELD_FOR_A_LOOK
    added = add(email)
    if added is email and email.state is MailState.HELD:
        add_change(email, ChangeKind.HELD, words=HELD_FOR_A_LOOK)
        db.session.flush()
    return added


def addressed(to: tuple[str, str], rendered: Rendered) -> OutgoingEmail:
    """Make the row: whom from, whom to; what cannot be sent to fails at once, visibly."""
    sender = queries.sender()
    email = OutgoingEmail(
        state=MailState.WAITING,
        message_id=new_message_id(sender.address),
        recipient_name=one_line(to[0]),
        recipient_address=one_line(to[1]),
        sender_name=one_line(sender.name),
        sender_address=sender.address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        headers=dict(AUTOMATIC),
    )
    try:
        email.recipient_address = check_address(to[1])
    except AddressError as error:
        email.state = MailState.FAILED
        email.next_attempt_at = None
        email.last_answer = error.message
    return email


def add(email: OutgoingEmail) -> OutgoingEmail:
    """Add a mail; where another transaction was first with its `once_key`, return that one."""
    if email.once_key is None:  # nothing that another could have been first with
        db.session.add(email)
        db.session.flush()
        after_commit("deliver")
        return email
    db.session.flush()
    try:
        with db.session.begin_nested():
            db.session.add(email)
    except IntegrityError:
        known = queries.by_once_key(email.once_key)
        if known is None:
            raise
        return known
    after_commit("deliver")
    return email


def preview(
    message: str | Message,
    values: Mapping[str, str] | None = None,
    *,
    context: Mapping[str, Any] | None = None,
    subject: str | None = None,
    body: str | None = None,
    reply: ReplyTo | None = None,
    language: str = "en",
) -> Rendered:
    """Draw a mail without queueing it: with the samples where no values are given.

    `subject` and `body` try out words that are not saved yet; raises `WordingError` where
    they cannot be used.
    """
    found = message if isinstance(message, Message) else message_named(message)
    with in_language(language):
        if values is None:
            values = {name: translated(each) for name, each in found.samples.items()}
        if context is None:
            context = {
                name: translated(each) if isinstance(each, str) else each
                for name, each in found.context_samples.items()
            }
    words = _words(found, values, subject, body, language)
    everything = {**_surroundings(reply, language), **context, "wording": words}
    name = f"emails/{found.name if template_exists(f'emails/{found.name}.txt') else _PLAIN}"
    with in_language(language):
        text = render(f"{name}.txt", **everything)
        title = render_block(f"{name}.txt", "subject", **everything)
        html = render(f"{name}.html", **everything)
    return Rendered(
        subject=one_line(title or words.subject),
        text=_MANY_BLANK_LINES.sub("\n\n", text.replace("\r\n", "\n")).strip("\n") + "\n",
        html=html.strip() + "\n",
        language=language,
        words=_MANY_BLANK_LINES.sub("\n\n", words.body.replace("\r\n", "\n")),
        held=queries.is_held(found.name),
    )


def _surroundings(reply: ReplyTo | None, language: str) -> dict[str, Any]:
    """What every mail's template may show, whatever the message."""
    sender = queries.sender()
    return {
        "employer": {"name": sender.name},
        "time_zone": sender.time_zone,
        "palette": colours.palette(sender.accent),
        "locale": language,
        "tried_out": "",
        "reply_to_name": one_line(reply.told) if reply else "",
        "reply_reaches": reply.reaches.name.lower() if reply and reply.reaches else "",
    }


def _words(
    message: Message,
    values: Mapping[str, str],
    subject: str | None,
    body: str | None,
    language: str,
) -> Words:
    missing = message.placeholders - set(values)
    if missing:
        raise LookupError(f"{message.name} lacks values for {sorted(missing)}.")
    template = wording_of(message, language)
    subject = template.subject if subject is None else subject
    body = template.body if body is None else body
    check_wording(message, subject, body)
    return Words(one_line(fill(subject, values)), fill(body, values).strip())


def built_in(message: Message, language: str = DEFAULT) -> Words:
    """A message's built-in words in a language, its placeholders still in them."""
    with in_language(language):
        return Words(translated(message.subject), translated(message.body))


def wording_of(message: Message, language: str = DEFAULT) -> Words:
    """The words that a message goes in: the employer's own, else the built-in ones.

    English words of the employer's own never go to somebody who reads another language,
    unless there are no built-in words in that language either.
    """
    own, built = _own_words(message, language), built_in(message, language)
    if own is None and language != DEFAULT and built == built_in(message):
        own = _own_words(message, DEFAULT)
    return own or built


def _own_words(message: Message, language: str) -> Words | None:
    own = queries.own_wording(message.name, language)
    try:
        if own is not None:
            check_wording(message, own.subject, own.body)
    except DomainError:
        return None  # a placeholder has gone since the words were saved
    return Words(own.subject, own.body) if own is not None else None


def reword(
    message: str,
    *,
    subject: str,
    body: str,
    version: int | None = None,
    language: str = "en",
    by: Any,
) -> Wording:
    """Save the employer's own words for a message.

    `version` is that of the words that were edited, None where they were the built-in ones.
    Raises `WordingError`, and `StaleError` where somebody else was faster.
    """
    found = message_named(message)
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    check_wording(found, subject, body)
    own = _lock_wording(message, language)
    if (own.version if own else None) != version:
        raise StaleError(
            "Somebody else changed this wording while you had it open. Nothing was overwritten."
        )
    if own is None:
        own = Wording(message=message, language=language)
        db.session.add(own)
    own.subject, own.body, own.changed_at = subject, body, now()
    db.session.flush()
    note("wording_changed", by, message=message)
    return own


def restore_wording(message: str, *, language: str = "en", by: Any) -> None:
    """Go back to the built-in words of a message."""
    own = _lock_wording(message_named(message).name, language)
    if own is not None:
        db.session.delete(own)
        db.session.flush()
        note("wording_restored", by, message=message)


def _lock_wording(message: str, language: str) -> Wording | None:
    statement = (
        select(Wording)
        .where(Wording.message == message, Wording.language == language)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def write_letterhead(
    *,
    sender_name: str,
    sender_address: str,
    time_zone: str,
    accent_colour: str | None = None,
    by: Any,
) -> Letterhead:
    """Say who mail is from, and in which colour.

    Raises `AddressError` for an address nobody can write from. What is no colour is left out:
    it would stand in the style of every mail.
    """
    letterhead = db.session.get(Letterhead, 1) or Letterhead(id=1)
    letterhead.sender_name = one_line(sender_name) or "Tracker"
    letterhead.sender_address = check_address(sender_address)
    letterhead.time_zone = time_zone
    letterhead.accent_colour = colours.normalize(accent_colour or "")
    db.session.add(letterhead)
    db.session.flush()
    note("letterhead_written", by, address=letterhead.sender_address)
    return letterhead
