"""Assignments of applications to contacts, and the private links that open them."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import Base, enum_column, now
from tracker.notifications.models import OutgoingEmail
from tracker.routing.rules import Why


class Assignment(Base):
    """An application given to a person, with why, when they were told and when it was seen.

    One open assignment of a person to an application; `told_email_id` is the mail that
    told them. A fetched link is no look: `seen_at` is set by a POST or a signed-in view.
    `by_id` is who reassigned it by hand.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("application_id", "person_id"),
        Index("ix_assignment_unseen", "person_id", "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    why: Mapped[Why] = mapped_column(enum_column(Why, "why"))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    told_email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"))
    fetched_at: Mapped[dt.datetime | None]
    seen_at: Mapped[dt.datetime | None]
    acknowledged_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]

    application: Mapped[Application] = relationship()
    person: Mapped[Person] = relationship(lazy="joined", foreign_keys=[person_id])
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])
    told_email: Mapped[OutgoingEmail] = relationship()


class ContactLink(Base):
    """A secret link that opens one application to one person without an account."""

    __tablename__ = "contact_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]

    application: Mapped[Application] = relationship()
    person: Mapped[Person] = relationship(lazy="joined")


class LinkFetch(Base):
    """A private link was fetched. Says nothing about a human: scanners open links too."""

    __tablename__ = "link_fetch"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("contact_link.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)


class LinkRequest(Base):
    """A colleague, to whom a mail was forwarded, asks for a link of their own.

    Somebody the employer knows gets it at once; for others the link's owner decides.
    """

    __tablename__ = "link_request"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("granted IS NULL OR decided_at IS NOT NULL", name="decision_has_time"),
        UniqueConstraint("link_id", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("contact_link.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    decided_at: Mapped[dt.datetime | None]
    granted: Mapped[bool | None]

    link: Mapped[ContactLink] = relationship()
