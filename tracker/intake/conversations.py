"""Reads of conversations with candidates: what came in, what colleagues wrote, what waits."""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Text, and_, bindparam, cast, column, func, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from tracker.accounts.models import Person, SignInLink
from tracker.applications import queries as applications
from tracker.applications.models import (
    Application,
    CandidateLink,
    DraftLink,
    DraftMove,
    NewAddress,
    ReplaceLink,
)
from tracker.core import links
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.core.tokens import hash_token
from tracker.intake.models import (
    FetchedMessage,
    IncomingAttachment,
    IncomingEmail,
    IntakeMailbox,
    Letter,
    LetterDraft,
    Reply,
)
from tracker.intake.redaction import redact
from tracker.intake.rules import FetchState, Writer
from tracker.interviews.models import Interview
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.notifications.tags import read_tag, tag_in
from tracker.notifications.wording import find_message
from tracker.postings.models import Posting, SubscriptionLink
from tracker.routing.models import ContactLink

LINKS = (
    ContactLink,
    CandidateLink,
    ReplaceLink,
    NewAddress,
    DraftLink,
    DraftMove,
    SignInLink,
    SubscriptionLink,
)


def replies_to(application_id: int) -> Sequence[Reply]:
    """Every mail that came in about an application, oldest first, with its files."""
    return db.session.scalars(
        select(Reply)
        .where(Reply.application_id == application_id)
        .options(
            joinedload(Reply.person),
            joinedload(Reply.incoming).options(
                selectinload(IncomingEmail.attachments), joinedload(IncomingEmail.forwarded_by)
            ),
        )
        .order_by(Reply.id)
    ).all()


def written_by_candidate(application_id: int) -> list[Reply]:
    """Every mail that a candidate wrote about their application, oldest first, with its files.

    None that a colleague passed on: what of it is whose cannot be told, and it is in no thread
    of the candidate's.
    """
    return [
        each
        for each in replies_to(application_id)
        if each.writer is Writer.CANDIDATE and each.incoming.forwarded_by_id is None
    ]


def by_address_alone(incoming: IncomingEmail) -> bool:
    """Tell whether only its sender's address, easily made up, says what a mail is about.

    It answers no mail of ours, came to no tagged address, and nobody put it there.
    """
    if incoming.outgoing_email_id is not None or incoming.filed_at is not None:
        return False
    own, key = links.intake_address(), links.signing_key()
    tags = [tag_in(each, own) for each in incoming.recipients]
    return not any(read_tag(key, each) for each in tags if each)


def shown(words: str) -> str:
    """What a mail says of itself, as it may be shown: without private links and tags."""
    return redact(words, secrets_among)


def reply_of(application_id: int, reply_id: int) -> Reply:
    """One mail that came in about an application, else `NotFoundError`."""
    reply = db.session.get(Reply, reply_id)
    if reply is None or reply.application_id != application_id:
        raise NotFoundError
    return reply


def attachment_of(application_id: int, attachment_id: int) -> tuple[Reply, IncomingAttachment]:
    """One file that came with a mail about an application, else `NotFoundError`."""
    row = db.session.execute(
        select(Reply, IncomingAttachment)
        .join(IncomingAttachment, IncomingAttachment.email_id == Reply.incoming_id)
        .where(Reply.application_id == application_id, IncomingAttachment.id == attachment_id)
        .options(joinedload(Reply.incoming))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1]


def known_reply(incoming_id: int) -> Reply | None:
    """The reply that a mail was found to be, if it was."""
    return db.session.scalars(select(Reply).where(Reply.incoming_id == incoming_id)).one_or_none()


def said_before(
    application_id: int, incoming: IncomingEmail, text: str, *, since: dt.datetime
) -> bool:
    """Tell whether a mail's words came from its sender about an application since a time.

    The same words with a file that had not come with them are something new.
    """
    before = (
        select(Reply.incoming_id)
        .join(Reply.incoming)
        .where(
            Reply.application_id == application_id,
            Reply.at >= since,
            Reply.text == text,
            IncomingEmail.from_address == incoming.from_address,
        )
    )
    if db.session.scalar(before.limit(1)) is None:
        return False
    brought = {each.sha256 for each in incoming.attachments if each.accepted}
    known = select(IncomingAttachment.sha256).where(
        IncomingAttachment.email_id.in_(before), IncomingAttachment.sha256.in_(brought)
    )
    return brought <= set(db.session.scalars(known))


def passed_on_since(application_id: int, since: dt.datetime, *, person: Person | None) -> int:
    """Count the mails about an application that were passed on since a time.

    A colleague's own, or those of everybody who is none: many from a candidate, or from a
    machine, do not hold up what a colleague answers.
    """
    statement = select(func.count(Reply.id)).where(
        Reply.application_id == application_id,
        Reply.at >= since,
        Reply.held == "",
        Reply.person == person,
    )
    return db.session.scalar(statement) or 0


def unanswered_of(application_id: int) -> Sequence[Reply]:
    """What a candidate wrote about an application and nobody has answered yet."""
    return db.session.scalars(
        select(Reply).where(
            Reply.application_id == application_id,
            Reply.writer == Writer.CANDIDATE,
            Reply.answered_at.is_(None),
        )
    ).all()


def waiting_for_answer(person: Person, *, limit: int) -> Sequence[Reply]:
    """Candidates' messages that nobody has answered, of applications that somebody sees."""
    return db.session.scalars(
        select(Reply)
        .join(Reply.application)
        .where(
            Reply.writer == Writer.CANDIDATE,
            Reply.answered_at.is_(None),
            applications.visible_to(person),
        )
        .options(
            joinedload(Reply.application).joinedload(Application.posting).load_only(Posting.title)
        )
        .order_by(Reply.at, Reply.id)
        .limit(limit)
    ).all()


def mails_between(application: Application, address: str) -> Sequence[OutgoingEmail]:
    """Mails about an application to one address, oldest first: the thread as its reader has it."""
    return db.session.scalars(
        select(OutgoingEmail)
        .where(
            OutgoingEmail.about_kind == "application",
            OutgoingEmail.about_id == application.id,
            func.lower(OutgoingEmail.recipient_address) == address.lower(),
        )
        .order_by(OutgoingEmail.id)
    ).all()


def draft_of(application_id: int, person_id: int) -> LetterDraft | None:
    """What a person has typed to a candidate and not sent yet."""
    return db.session.scalars(
        select(LetterDraft).where(
            LetterDraft.application_id == application_id, LetterDraft.by_id == person_id
        )
    ).one_or_none()


def letter_by_token(token: str) -> Letter | None:
    """The letter that a form has sent already, if it has."""
    return db.session.scalars(select(Letter).where(Letter.token == token)).one_or_none()


def letters_since(application_id: int, since: dt.datetime, *, by: Person) -> Sequence[str]:
    """What a person has written to a candidate since a time, behind a link or by mail."""
    return db.session.scalars(
        select(Letter.text).where(
            Letter.application_id == application_id, Letter.by_id == by.id, Letter.at >= since
        )
    ).all()


def secrets_among(possible: Collection[str]) -> set[str]:
    """Tell which of some texts are secrets of private links, as the database knows them.

    One question for all of them and every kind of link, however many they are.
    """
    hashes = {hash_token(each): each for each in possible}
    if not hashes:
        return set()
    given = bindparam("hashes", type_=Text)
    if db.session.get_bind().dialect.name == "sqlite":
        unpacked = func.json_each(given)
    else:
        unpacked = func.json_array_elements_text(cast(given, JSON))
    wanted = unpacked.table_valued(column("value", Text))
    asked = select(wanted.c.value)
    known = union_all(
        *(select(model.token_hash).where(model.token_hash.in_(asked)) for model in LINKS)
    )
    rows = db.session.scalars(known, {"hashes": json.dumps(list(hashes))})
    return {hashes[each] for each in rows}


def mailboxes() -> Sequence[IntakeMailbox]:
    """Every mailbox that is or was read, with what is wrong with it."""
    return db.session.scalars(select(IntakeMailbox).order_by(IntakeMailbox.id)).all()


def left_on_server(mailbox_id: int) -> int:
    """Count the messages that were too large to fetch."""
    statement = select(func.count(FetchedMessage.id)).where(
        FetchedMessage.mailbox_id == mailbox_id, FetchedMessage.state == FetchState.TOO_LARGE
    )
    return db.session.scalar(statement) or 0


def reports_on(email: OutgoingEmail) -> Sequence[IncomingEmail]:
    """What came back about one of our mails, oldest first: bounces, delays, automatic answers."""
    return db.session.scalars(
        select(IncomingEmail)
        .where(IncomingEmail.outgoing_email_id == email.id)
        .order_by(IncomingEmail.id)
    ).all()


# One conversation, as pages show it


@dataclass(frozen=True)
class Line:
    """One message of a conversation with a candidate, in or out.

    `who` is the candidate, a colleague, somebody else, or `house` for mail that Tracker writes by
    itself. `text` is empty for the house's own mail, whose page has it; `held` says why what
    came in was not passed on. `by_address` says that only the sender's address makes it the
    candidate's, `passed_on_by` which colleague sent it on.
    """

    at: dt.datetime
    who: str
    name: str
    subject: str
    text: str = ""
    held: str = ""
    state: MailState | None = None
    dropped: bool = False
    email_id: int | None = None
    reply_id: int | None = None
    incoming_id: int | None = None
    waits: bool = False
    files: tuple[IncomingAttachment, ...] = ()
    by_address: bool = False
    passed_on_by: str = ""


HOUSE = "house"


def conversation_with(application: Application) -> list[Line]:
    """Everything that was written to a candidate and that came in about them, oldest first."""
    went = _mails_to_candidate(application.id)
    replies = {each.id: each for each in replies_to(application.id)}
    # What a colleague mailed and was passed on is there once, as the letter that went.
    letters = [_went(row, replies.pop(row.reply_id, None)) for row in went]
    return sorted([*map(_came, replies.values()), *letters], key=lambda line: line.at)


def _mails_to_candidate(application_id: int) -> list[Any]:
    """Mail about an application and its interviews that was written to the candidate.

    With the letter that it carries, where a colleague wrote it.
    """
    kind, row_id = OutgoingEmail.about_kind, OutgoingEmail.about_id
    held = select(Interview.id).where(Interview.application_id == application_id)
    statement = (
        select(
            OutgoingEmail.id,
            OutgoingEmail.message,
            OutgoingEmail.subject,
            OutgoingEmail.state,
            OutgoingEmail.dropped_at,
            OutgoingEmail.created_at,
            Letter.text,
            Letter.reply_id,
            Person.name,
        )
        .outerjoin(Letter, Letter.email_id == OutgoingEmail.id)
        .outerjoin(Person, Person.id == Letter.by_id)
        .where(
            or_(
                and_(kind == "application", row_id == application_id),
                and_(kind == "interview", row_id.in_(held)),
            )
        )
        .order_by(OutgoingEmail.id)
    )
    return [row for row in db.session.execute(statement) if _is_to_candidate(row.message)]


def _is_to_candidate(name: str) -> bool:
    message = find_message(name)
    return message is not None and message.audience == "candidate"


def _went(row: Any, reply: Reply | None) -> Line:
    return Line(
        at=row.created_at,
        who=Writer.COLLEAGUE.value if row.name else HOUSE,
        name=row.name or "",
        subject=row.subject,
        text=row.text or "",
        state=row.state,
        dropped=row.dropped_at is not None,
        email_id=row.id,
        files=tuple(reply.incoming.attachments) if reply is not None else (),
    )


def _came(reply: Reply) -> Line:
    incoming = reply.incoming
    known = reply.person.name if reply.person else ""
    return Line(
        at=reply.at,
        who=reply.writer.value,
        name=known or incoming.from_name or incoming.from_address,
        subject=redact(incoming.subject),
        text=reply.text,
        held=reply.held,
        reply_id=reply.id,
        incoming_id=incoming.id,
        waits=reply.writer is Writer.CANDIDATE and reply.answered_at is None,
        files=tuple(incoming.attachments),
        by_address=reply.writer is Writer.CANDIDATE and by_address_alone(incoming),
        passed_on_by=incoming.forwarded_by.name if incoming.forwarded_by is not None else "",
    )
