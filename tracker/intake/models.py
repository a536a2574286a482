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
from tracker.applications.models import Application, ApplicationDocument
from tracker.core.db import Base, enum_column, now
from tracker.intake.rules import RuleKind, Verdict
from tracker.interviews.models import Interview
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
        Index(
            "ix_incoming_email_pending",
            "id",
            sqlite_where=text("verdict IS NULL"),
            postgresql_where=text("verdict IS NULL"),
        ),
        Index(
            "ix_incoming_email_tray",
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
