"""Mail that arrived, what was inside, and what staff chose to do with such mail."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.applications.models import Application, ApplicationDocument, StageChange
from tracker.core.db import Base, enum_column, now
from tracker.intake.rules import FetchState, RuleKind, Verdict, Writer
from tracker.interviews.models import Interview
from tracker.notifications.headers import is_message_id
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting


class IncomingEmail(Base):
    """One mail that arrived: its raw file first, then what was understood of it.

    `sha256` and `size` are of the raw file; the same bytes are one row. Until it is understood
    `verdict` is empty, and `claimed_by` says which process is at it. `fingerprint` is what makes
    two mails the same message (`sameness`): the first one has it, a later one names the first
    in `duplicate_of_id`. `arrived_at` is when the employer's own server got it, where it says
    so. `recipients` are all addresses it was sent or delivered to; `reply_ids` the Message-IDs
    that it answers, nearest first. `suggestions` are postings that it may be for, with the
    confidence and why. `filed_*` and `dismissed_*` say what became of it in the Unsorted tray.
    `mistaken_id` is the move that ended the application which it was taken for by mistake.
    """

    __tablename__ = "incoming_email"
    __table_args__ = (
        CheckConstraint("(verdict IS NULL) = (understood_at IS NULL)", name="verdict_has_time"),
        CheckConstraint(
            "(verdict = 'duplicate') = (duplicate_of_id IS NOT NULL)", name="duplicate_of_what"
        ),
        CheckConstraint(
            "verdict IS NULL OR verdict <> 'application' OR application_id IS NOT NULL",
            name="application_is_there",
        ),
        CheckConstraint("filed_at IS NULL OR dismissed_at IS NULL", name="one_end"),
        CheckConstraint("dismissed_at IS NULL OR dismissal <> ''", name="dismissed_with_reason"),
        CheckConstraint("size >= 0", name="size"),
        Index("ix_incoming_email_newest", "kept_at", "id"),
        Index("ix_incoming_email_message_id", "message_id"),
        Index("ix_incoming_email_verdict", "verdict", "id"),
        Index("ix_incoming_email_sender", "from_address", "understood_at"),
        Index(
            "ix_incoming_email_pending",
            "id",
            sqlite_where=text("verdict IS NULL"),
            postgresql_where=text("verdict IS NULL"),
        ),
        Index(
            "ix_incoming_email_tray",
            "verdict",
            "id",
            sqlite_where=text(
                "verdict IN ('unsorted', 'quarantined') AND filed_at IS NULL"
                " AND dismissed_at IS NULL"
            ),
            postgresql_where=text(
                "verdict IN ('unsorted', 'quarantined') AND filed_at IS NULL"
                " AND dismissed_at IS NULL"
            ),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_key: Mapped[str] = mapped_column(Text, unique=True)
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(Text, default="")
    kept_at: Mapped[dt.datetime] = mapped_column(default=now)
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_until: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    fingerprint: Mapped[str | None] = mapped_column(Text, unique=True)
    duplicate_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("incoming_email.id", deferrable=True, initially="DEFERRED"), index=True
    )
    message_id: Mapped[str] = mapped_column(Text, default="")
    from_name: Mapped[str] = mapped_column(Text, default="")
    from_address: Mapped[str] = mapped_column(Text, default="")
    recipients: Mapped[list[str]] = mapped_column(JSON, default=list)
    reply_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    subject: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[dt.datetime | None]
    arrived_at: Mapped[dt.datetime | None]
    text: Mapped[str] = mapped_column(Text, default="")
    understood_at: Mapped[dt.datetime | None]
    verdict: Mapped[Verdict | None] = mapped_column(enum_column(Verdict, "verdict"))
    why: Mapped[str] = mapped_column(Text, default="")
    suggestions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True)
    outgoing_email_id: Mapped[int | None] = mapped_column(
        ForeignKey("outgoing_email.id"), index=True
    )
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"), index=True)
    forwarded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("filing_rule.id"))
    filed_at: Mapped[dt.datetime | None]
    filed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    dismissed_at: Mapped[dt.datetime | None]
    dismissed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    dismissal: Mapped[str] = mapped_column(Text, default="")
    mistaken_id: Mapped[int | None] = mapped_column(ForeignKey("stage_change.id"), index=True)

    attachments: Mapped[list["IncomingAttachment"]] = relationship(
        order_by="IncomingAttachment.rank", back_populates="email"
    )
    duplicate_of: Mapped["IncomingEmail | None"] = relationship(remote_side="IncomingEmail.id")
    application: Mapped[Application | None] = relationship()
    posting: Mapped[Posting | None] = relationship()
    outgoing_email: Mapped[OutgoingEmail | None] = relationship()
    interview: Mapped[Interview | None] = relationship()
    forwarded_by: Mapped[Person | None] = relationship(foreign_keys=[forwarded_by_id])
    filed_by: Mapped[Person | None] = relationship(foreign_keys=[filed_by_id])
    dismissed_by: Mapped[Person | None] = relationship(foreign_keys=[dismissed_by_id])
    rule: Mapped["FilingRule | None"] = relationship()
    mistaken: Mapped[StageChange | None] = relationship()

    @property
    def thread(self) -> list[str]:
        """The Message-IDs that an answer to its sender names, oldest first.

        None for what a colleague passed on: where it was written it has another number.
        """
        if self.forwarded_by_id is not None or not is_message_id(self.message_id):
            return []
        return [*reversed(self.reply_ids), self.message_id]

    @property
    def became_application(self) -> bool:
        """Say whether an application was made of it; a message put to one is none."""
        return (
            self.application_id is not None
            and self.posting_id is not None
            and self.verdict is not Verdict.DUPLICATE
        )


class IncomingAttachment(Base):
    """A file inside a mail, and whether it was taken; its bytes stay in the mail's raw file.

    `guess` says in words what it was taken for. `application_document_id` is the document that
    was made of it, where one was: the same bytes, or a PDF of photographs.
    """

    __tablename__ = "incoming_attachment"
    __table_args__ = (
        UniqueConstraint("email_id", "rank"),
        CheckConstraint("accepted OR reason <> ''", name="refused_with_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("incoming_email.id"), index=True)
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text, default="")
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    guess: Mapped[str] = mapped_column(Text, default="")
    application_document_id: Mapped[int | None] = mapped_column(
        ForeignKey("application_document.id"), index=True
    )

    email: Mapped[IncomingEmail] = relationship(back_populates="attachments")
    application_document: Mapped[ApplicationDocument | None] = relationship()


class FilingRule(Base):
    """A choice in the Unsorted tray that later mail follows: this sender or subject, that posting.

    Without a posting such mail is dismissed. `removed_at` ends it; `used` counts what followed.
    """

    __tablename__ = "filing_rule"
    __table_args__ = (
        CheckConstraint("value <> ''", name="says_something"),
        Index(
            "ix_filing_rule_one",
            "kind",
            "value",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RuleKind] = mapped_column(enum_column(RuleKind, "kind"))
    value: Mapped[str] = mapped_column(Text)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[dt.datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    used: Mapped[int] = mapped_column(default=0)

    posting: Mapped[Posting | None] = relationship()
    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    removed_by: Mapped[Person | None] = relationship(foreign_keys=[removed_by_id])


class CalendarAnswer(Base):
    """What somebody's calendar answered to an invitation (RFC 5546 §3.2.3), as it came."""

    __tablename__ = "calendar_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("incoming_email.id"), index=True)
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"), index=True)
    uid: Mapped[str] = mapped_column(Text)
    attendee: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int] = mapped_column(default=0)
    at: Mapped[dt.datetime] = mapped_column(default=now)

    email: Mapped[IncomingEmail] = relationship()
    interview: Mapped[Interview | None] = relationship()


class IntakeMailbox(Base):
    """A folder on a mail server: how far it was read, by whom just now, and what is wrong.

    Numbers of messages (UIDs) hold under one `uid_validity`; `last_uid` is the highest that has
    a row. `name` is user, server and folder; another one begins anew.
    """

    __tablename__ = "intake_mailbox"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint("(trouble = '') = (failures = 0)", name="trouble_is_counted"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claim_ends"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    uid_validity: Mapped[int] = mapped_column(BigInteger, default=0)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_until: Mapped[dt.datetime | None]
    read_at: Mapped[dt.datetime | None]
    next_at: Mapped[dt.datetime] = mapped_column(default=now)
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(Text, default="")


class FetchedMessage(Base):
    """A message on the server: a row when it is seen there, before anything is done with it.

    `size` is what the server says. `settled_at` is when it was marked or moved there, after it
    was kept here.
    """

    __tablename__ = "fetched_message"
    __table_args__ = (
        UniqueConstraint("mailbox_id", "uid_validity", "uid"),
        CheckConstraint("(state = 'kept') = (incoming_id IS NOT NULL)", name="kept_as_what"),
        Index("ix_fetched_message_state", "mailbox_id", "state", "uid"),
        Index(
            "ix_fetched_message_unsettled",
            "mailbox_id",
            "uid",
            sqlite_where=text("state = 'kept' AND settled_at IS NULL"),
            postgresql_where=text("state = 'kept' AND settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("intake_mailbox.id"))
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[FetchState] = mapped_column(
        enum_column(FetchState, "state"), default=FetchState.FOUND
    )
    incoming_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_email.id"), index=True)
    found_at: Mapped[dt.datetime] = mapped_column(default=now)
    settled_at: Mapped[dt.datetime | None]

    mailbox: Mapped[IntakeMailbox] = relationship()
    incoming: Mapped[IncomingEmail | None] = relationship()


class Reply(Base):
    """A mail that arrived and belongs to an application: who wrote it, and what.

    `text` is what may be shown and passed on: without private links and tags. `held` says why
    it was not passed on; empty where it was. `answered_at` is when somebody wrote back, or said
    that no answer is needed.
    """

    __tablename__ = "reply"
    __table_args__ = (
        CheckConstraint(
            "(writer = 'colleague') = (person_id IS NOT NULL)", name="colleague_is_named"
        ),
        CheckConstraint(
            "answered_at IS NOT NULL OR answered_by_id IS NULL", name="answer_has_time"
        ),
        Index("ix_reply_application", "application_id", "id"),
        Index(
            "ix_reply_unanswered",
            "at",
            "id",
            sqlite_where=text("writer = 'candidate' AND answered_at IS NULL"),
            postgresql_where=text("writer = 'candidate' AND answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incoming_id: Mapped[int] = mapped_column(ForeignKey("incoming_email.id"), unique=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    writer: Mapped[Writer] = mapped_column(enum_column(Writer, "writer"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    text: Mapped[str] = mapped_column(Text)
    held: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[dt.datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    incoming: Mapped[IncomingEmail] = relationship()
    application: Mapped[Application] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])


class Letter(Base):
    """What a colleague wrote to a candidate: on the application's page, or by replying to a mail.

    `token` is of the form that sent it, so that one pressed twice writes once; `reply_id` the
    mail that was passed on.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("text <> ''", name="says_something"),
        CheckConstraint("token IS NOT NULL OR reply_id IS NOT NULL", name="written_somehow"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    text: Mapped[str] = mapped_column(Text)
    token: Mapped[str | None] = mapped_column(Text, unique=True)
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"), unique=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"), unique=True)

    application: Mapped[Application] = relationship()
    by: Mapped[Person] = relationship()
    email: Mapped[OutgoingEmail] = relationship()


class LetterDraft(Base):
    """What a colleague has typed to a candidate and not sent yet."""

    __tablename__ = "letter_draft"
    __table_args__ = (UniqueConstraint("application_id", "by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[dt.datetime] = mapped_column(default=now)
