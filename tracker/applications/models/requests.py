"""What candidates and staff ask of each other once an application is there."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.applications.models.whole import Application
from tracker.applications.rules import AnswerWay
from tracker.core.db import Base, enum_column, now


class LostLink(Base):
    """An address for which lost links were asked: a row for every address, known or not.

    The page that asks does nothing but write it, so its answer and its work tell nobody
    whether somebody applied with it; the worker then mails whoever there is.
    """

    __tablename__ = "lost_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(default=now)


class NewAddress(Base):
    """An address that a candidate wants their mail to go to, until a link mailed there is used."""

    __tablename__ = "new_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    email: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    used_at: Mapped[dt.datetime | None]

    application: Mapped[Application] = relationship()


class ContactChange(Base):
    """A name, telephone number or address that was corrected after the application was sent.

    `by_id` is the colleague who corrected it; nobody where the candidate did.
    """

    __tablename__ = "contact_change"
    __table_args__ = (
        CheckConstraint("field IN ('name', 'phone', 'email')", name="field"),
        CheckConstraint("old <> new", name="differs"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    field: Mapped[str] = mapped_column(Text)
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)

    application: Mapped[Application] = relationship()
    by: Mapped[Person | None] = relationship()


class AnswerByHand(Base):
    """What a candidate without an address was told by letter, by telephone or at the desk."""

    __tablename__ = "answer_by_hand"
    __table_args__ = (CheckConstraint("note <> ''", name="says_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    way: Mapped[AnswerWay] = mapped_column(enum_column(AnswerWay, "way"))
    note: Mapped[str] = mapped_column(Text)

    application: Mapped[Application] = relationship()
    by: Mapped[Person] = relationship(lazy="joined")


class Completion(Base):
    """Questions that a candidate who applied by mail was not asked yet: their page asks them.

    `asked_at` is when they were first shown the page; `answered_at` when they answered.
    """

    __tablename__ = "completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    answered_at: Mapped[dt.datetime | None]

    application: Mapped[Application] = relationship()


class AccommodationRequest(Base):
    """What a candidate needs, for the employer's contact for it; reviewers never see it."""

    __tablename__ = "accommodation_request"
    __table_args__ = (CheckConstraint("text <> ''", name="says_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    text: Mapped[str] = mapped_column(Text)
    email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"))

    application: Mapped[Application] = relationship()
