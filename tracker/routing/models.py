"""Assignments of applications to contacts, and the private links that open them."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import Base, enum_column, now
from tracker.notifications.models import OutgoingEmail
from tracker.routing.rules import LinkDeed, Why


class Assignment(Base):
    """An application given to a person, with why, when they were told and when it was seen.

    One open assignment of a person to an application; `told_email_id` is the mail that
    told them. A fetched link is no look: `seen_at` is set by a POST or a signed-in view.
    `by_id` is who reassigned it by hand. `later_until` is the moment until which they have asked
    for more time.
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
    later_until: Mapped[dt.datetime | None]
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


class LinkRevocation(Base):
    """The private links of a person to an application were ended by a colleague.

    While it stands, no link of theirs opens the application, however many mails carry one;
    `lifted_at` is when a colleague sent them a new one.
    """

    __tablename__ = "link_revocation"
    __table_args__ = (
        Index(
            "uq_link_revocation_standing",
            "application_id",
            "person_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    lifted_at: Mapped[dt.datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    by: Mapped[Person] = relationship(foreign_keys=[by_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])


class LinkAct(Base):
    """Something was done behind a private link, in the name of the person it was made for.

    `signed_in_id` is who was signed in in that browser at the time, where it was another
    person: the page had told them as whom they act.
    """

    __tablename__ = "link_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("contact_link.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    what: Mapped[LinkDeed] = mapped_column(enum_column(LinkDeed, "what"))
    signed_in_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    link: Mapped[ContactLink] = relationship()
    signed_in: Mapped[Person | None] = relationship()


class MoreTime(Base):
    """A contact asked for more time, until when, and why. Kept, however often they ask."""

    __tablename__ = "more_time"
    __table_args__ = (CheckConstraint("until > asked_at", name="ahead"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    until: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(Text, default="")

    assignment: Mapped[Assignment] = relationship()


class Consultation(Base):
    """A colleague was asked to look at an application, and what they said. No score.

    `name` is what the asker called them, who may not know how the employer does; `email_id`
    the mail that asked. They have looked when they said so by a POST or came signed in.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("person_id <> asked_by_id", name="somebody_else"),
        CheckConstraint("opinion = '' OR answered_at IS NOT NULL", name="opinion_has_time"),
        CheckConstraint("answered_at IS NULL OR looked_at IS NOT NULL", name="looked_first"),
        Index(
            "uq_consultation_open",
            "application_id",
            "asked_by_id",
            "person_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    email_id: Mapped[int] = mapped_column(ForeignKey("outgoing_email.id"))
    looked_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]
    opinion: Mapped[str] = mapped_column(Text, default="")

    application: Mapped[Application] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    email: Mapped[OutgoingEmail] = relationship()
