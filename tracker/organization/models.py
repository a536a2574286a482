"""The employer and its positions."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.core.db import Base, now
from tracker.core.tokens import hash_token

_PRINT = 12  # characters of a key's hash: enough to tell pictures apart, useless as a key


class Employer(Base):
    """The employer's profile. One row; the sender of mail stands on the letterhead."""

    __tablename__ = "employer"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("length(currency) = 3", name="currency"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    region: Mapped[str] = mapped_column(Text, default="")
    postal_code: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(Text, default="US")
    website: Mapped[str] = mapped_column(Text, default="")
    time_zone: Mapped[str] = mapped_column(Text, default="America/New_York")
    currency: Mapped[str] = mapped_column(Text, default="USD")
    accent_colour: Mapped[str] = mapped_column(Text, default="#1f5f8b")
    logo_key: Mapped[str | None] = mapped_column(Text)
    logo_type: Mapped[str | None] = mapped_column(Text)
    introduction: Mapped[str] = mapped_column(Text, default="")
    film_url: Mapped[str] = mapped_column(Text, default="")
    equal_opportunity_statement: Mapped[str] = mapped_column(Text, default="")
    accommodation_name: Mapped[str] = mapped_column(Text, default="")
    accommodation_email: Mapped[str] = mapped_column(Text, default="")
    accommodation_phone: Mapped[str] = mapped_column(Text, default="")
    privacy_notice: Mapped[str] = mapped_column(Text, default="")
    is_demo: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so

    @property
    def logo_print(self) -> str:
        """What tells this logo from an earlier one in its address; empty without one."""
        return hash_token(self.logo_key)[:_PRINT] if self.logo_key else ""

    @property
    def logo_url(self) -> str:
        """Where the logo is served, for ever the same bytes; empty without one."""
        return f"/employer/logo/{self.logo_print}" if self.logo_key else ""


class ContactMail(Base):
    """What goes with mail to contacts. One row, written with the profile.

    `limit_mb` is the largest that a mail may become with its attachments as they travel, a third
    larger than the files.
    """

    __tablename__ = "contact_mail"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("limit_mb BETWEEN 1 AND 50", name="limit_mb"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    attach_documents: Mapped[bool] = mapped_column(default=False)
    limit_mb: Mapped[int] = mapped_column(default=10)


class Publishing(Base):
    """Who publishes. One row: whether every posting is published by a second person."""

    __tablename__ = "publishing"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    second_person: Mapped[bool] = mapped_column(default=False)


class Badge(Base):
    """An award's picture on the careers page, with its link and alternative text."""

    __tablename__ = "badge"
    __table_args__ = (CheckConstraint("alternative_text <> ''", name="alternative_text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(default=0)
    file_key: Mapped[str] = mapped_column(Text, unique=True)
    media_type: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    link: Mapped[str] = mapped_column(Text, default="")
    alternative_text: Mapped[str] = mapped_column(Text)

    @property
    def file_print(self) -> str:
        """What tells this picture from an earlier one in its address."""
        return hash_token(self.file_key)[:_PRINT]

    @property
    def url(self) -> str:
        """Where the picture is served, for ever the same bytes."""
        return f"/employer/badges/{self.id}/{self.file_print}"


class Position(Base):
    """A post in the organization that outlives its holder.

    `next_id` is the position whose people answer for this one while it is vacant, and while
    its holder and deputy are both away.
    """

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("holder_id IS NULL OR holder_id <> deputy_id", name="deputy_is_another"),
        CheckConstraint("next_id <> id", name="next_is_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text, unique=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    next_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so

    holder: Mapped[Person | None] = relationship(foreign_keys=[holder_id], lazy="joined")
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id], lazy="joined")


class Leave(Base):
    """Days on which a person is away: from the first to the last of them, in the employer's zone.

    Whoever is away answers for nothing on those days. `by_id` is who wrote it down.
    """

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="in_order"),
        Index("ix_leave_days", "until_on", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class WorkingWeek(Base):
    """The days of the week that are worked, as ISO's digits: Monday is 1. One row, or none yet."""

    __tablename__ = "working_week"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("days <> ''", name="some_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    days: Mapped[str] = mapped_column(Text, default="12345")


class ClosedDay(Base):
    """A date on which nobody works, whatever day of the week it is: a holiday."""

    __tablename__ = "closed_day"

    on: Mapped[dt.date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
