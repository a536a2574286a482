"""The outbox and its story."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.db import Base, enum_column, now
from tracker.notifications.rules import AttemptResult, ChangeKind, MailState


class Letterhead(Base):
    """Who mail is from. One row, written when the employer's profile is saved.

    It stands in this room because every room below the employer's sends mail too.
    """

    __tablename__ = "letterhead"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    sender_name: Mapped[str] = mapped_column(Text)
    sender_address: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text, default="America/New_York")
    accent_colour: Mapped[str | None] = mapped_column(Text)


class Wording(Base):
    """The employer's own words for a message, in place of the built-in ones."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("message", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="en")
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so


class HeldMessage(Base):
    """A kind of message whose mails the employer wants to see before they go.

    `by_id` names a person of a room above, so it stands without a foreign key.
    """

    __tablename__ = "held_message"

    message: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int | None]


class OutgoingEmail(Base):
    """One mail to one recipient: a row in the transaction that causes it, sent later.

    `message_id` is made once and kept over every try. `once_key`, where given, makes a
    cause send at most one mail. `about_kind` and `about_id` name the row it is about, and
    stand without a foreign key because this room lies below every other. `words` is the
    part of a held mail that can be rewritten. A mail that was held and shall not go stays
    held, with the time at which it was dropped. `sent_at` is when our mail server took it over;
    `delivered_at` when a report said that it arrived, which most servers never do.
    `interrupted_count` counts the workers that died with it in hand: each may have sent it.
    """

    __tablename__ = "outgoing_email"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('sent', 'bounced')) = (sent_at IS NOT NULL)", name="sent_has_time"
        ),
        CheckConstraint("delivered_at IS NULL OR sent_at IS NOT NULL", name="delivered_had_gone"),
        CheckConstraint("dropped_at IS NULL OR state = 'held'", name="dropped_is_held"),
        CheckConstraint("attempts_count >= 0", name="attempts_count"),
        CheckConstraint("interrupted_count >= 0", name="interrupted_count"),
        Index("ix_outgoing_email_due", "next_attempt_at", "id"),
        Index("ix_outgoing_email_state", "state", "id"),
        Index(
            "ix_outgoing_email_claimed",
            "claimed_by",
            sqlite_where=text("claimed_by IS NOT NULL"),
            postgresql_where=text("claimed_by IS NOT NULL"),
        ),
        Index("ix_outgoing_email_about", "about_kind", "about_id"),
        Index("ix_outgoing_email_newest", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text, unique=True)
    once_key: Mapped[str | None] = mapped_column(Text, unique=True)
    recipient_name: Mapped[str] = mapped_column(Text, default="")
    recipient_address: Mapped[str] = mapped_column(Text)
    sender_name: Mapped[str] = mapped_column(Text)
    sender_address: Mapped[str] = mapped_column(Text)
    reply_to_name: Mapped[str] = mapped_column(Text, default="")
    reply_to_address: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    calendar_method: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    about_kind: Mapped[str | None] = mapped_column(Text)
    about_id: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    state: Mapped[MailState] = mapped_column(
        enum_column(MailState, "state"), default=MailState.WAITING
    )
    attempts_count: Mapped[int] = mapped_column(default=0)
    interrupted_count: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(default=now)
    claimed_until: Mapped[dt.datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[dt.datetime | None]
    delivered_at: Mapped[dt.datetime | None]
    last_answer: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)
    dropped_at: Mapped[dt.datetime | None]

    attempts: Mapped[list["DeliveryAttempt"]] = relationship(
        back_populates="email", order_by="DeliveryAttempt.id"
    )
    attachments: Mapped[list["EmailAttachment"]] = relationship(
        back_populates="email", order_by="EmailAttachment.rank"
    )
    changes: Mapped[list["MailChange"]] = relationship(
        back_populates="email", order_by="MailChange.id"
    )

    @property
    def domain(self) -> str:
        """The part of the recipient's address that says where it goes."""
        return self.recipient_address.rpartition("@")[2]


class EmailAttachment(Base):
    """A stored file that goes with a mail; read from the store when the mail is delivered.

    The file is another row's, a document's as a rule, and goes when that does: nothing deletes
    a file because a mail named it. `size` is in bytes, as stored.
    """

    __tablename__ = "email_attachment"
    __table_args__ = (
        UniqueConstraint("email_id", "rank"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"))
    rank: Mapped[int]
    file_key: Mapped[str] = mapped_column(Text, index=True)
    file_name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]

    email: Mapped[OutgoingEmail] = relationship(back_populates="attachments")


class DeliveryAttempt(Base):
    """One try at one mail, where it was to go, and what the server said."""

    __tablename__ = "delivery_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    recipient_address: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[AttemptResult] = mapped_column(enum_column(AttemptResult, "result"))
    code: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text, default="")

    email: Mapped[OutgoingEmail] = relationship(back_populates="attempts")


class MailChange(Base):
    """Something done to a mail, or reported of it, besides trying to send it.

    `by_id` and `by_name` say who did it, as they were called then; nobody for the system.
    `before` holds what was there: an address, or a subject and words that were rewritten.
    """

    __tablename__ = "mail_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind, "kind"))
    by_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[str] = mapped_column(Text, default="")

    email: Mapped[OutgoingEmail] = relationship(back_populates="changes")
