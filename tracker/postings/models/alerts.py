"""Those who want to hear of new openings by mail, and nothing about them but what that takes."""

import datetime as dt

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.db import Base, enum_column, now
from tracker.postings.models.posting import Posting
from tracker.postings.rules import Pause


class Subscription(Base):
    """One address that is told of new openings, once its owner has confirmed that they want it.

    Anybody may type an address, any number of times: each makes a row of its own, and only one
    of an address is ever confirmed. `kinds` are kinds of employment, `words` what is looked for
    in titles; nothing chosen is everything. `resumed_at` is when mail last began again after a
    pause: what came back before that pauses nothing. Numbers are never used twice, since the
    mails that are kept name them.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("email <> '' AND email_key = lower(email_key)", name="address"),
        CheckConstraint("(paused_at IS NULL) = (pause IS NULL)", name="pause_has_time"),
        CheckConstraint(
            "confirmed_at IS NOT NULL OR (paused_at IS NULL AND resumed_at IS NULL)",
            name="pause_of_confirmed",
        ),
        Index(
            "uq_subscription_confirmed",
            "email_key",
            unique=True,
            sqlite_where=text("confirmed_at IS NOT NULL"),
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
        Index("ix_subscription_address", "email_key", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="en")
    words: Mapped[str] = mapped_column(Text, default="")
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    confirmed_at: Mapped[dt.datetime | None]
    paused_at: Mapped[dt.datetime | None]
    pause: Mapped[Pause | None] = mapped_column(enum_column(Pause, "pause"))
    resumed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so


class SubscriptionLink(Base):
    """A secret link that was mailed to a subscriber, by its hash.

    It confirms or changes until `expires_at`, and ends the subscription for as long as there is
    one. What is left of it after that names nobody, and says that all has ended.
    """

    __tablename__ = "subscription_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscription.id", ondelete="SET NULL"), index=True
    )
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)

    subscription: Mapped[Subscription | None] = relationship()


class SubscriptionDay(Base):
    """A day, in the employer's zone, on which a subscriber was written to: once, by the key.

    `openings` are the numbers of the postings that the mail tells of.
    """

    __tablename__ = "subscription_day"
    __table_args__ = (UniqueConstraint("subscription_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id", ondelete="CASCADE"))
    day: Mapped[dt.date]
    openings: Mapped[list[int]] = mapped_column(JSON, default=list)
    email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"), index=True)


class SeenOpening(Base):
    """An opening that is no news to a subscriber: told, looked at and not wanted, or older."""

    __tablename__ = "seen_opening"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True
    )
    posting_id: Mapped[int] = mapped_column(
        ForeignKey("posting.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    posting: Mapped[Posting] = relationship()
