"""Interviews, the people on their panels, and the times that candidates are offered.

The database refuses a panelist two interviews at one time: an exclusion constraint on
PostgreSQL, triggers on SQLite (both in the migration and below, for `create_all`).
"""

import datetime as dt

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import Base, enum_column, now
from tracker.interviews.rules import Change, InterviewKind, InterviewState, ProposalState
from tracker.notifications.models import OutgoingEmail


class Interview(Base):
    """One interview of one application. `uid` never changes; `sequence` as RFC 5546 says."""

    __tablename__ = "interview"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("round >= 1", name="round"),
        CheckConstraint("sequence >= 0", name="sequence"),
        CheckConstraint("place <> '' OR link <> ''", name="somewhere"),
        Index("ix_interview_day", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[InterviewKind] = mapped_column(enum_column(InterviewKind, "kind"))
    round: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    time_zone: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(Text, default="")
    notes_for_candidate: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[InterviewState] = mapped_column(
        enum_column(InterviewState, "state"), default=InterviewState.SCHEDULED
    )
    uid: Mapped[str] = mapped_column(Text, unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    organizer_name: Mapped[str] = mapped_column(Text)
    organizer_address: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[dt.datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so

    application: Mapped[Application] = relationship()
    panelists: Mapped[list["Panelist"]] = relationship(
        order_by="Panelist.id", back_populates="interview"
    )
    history: Mapped[list["InterviewChange"]] = relationship(
        order_by="InterviewChange.id", back_populates="interview"
    )


class Panelist(Base):
    """A person's seat in an interview, with its time repeated so that the database can see it.

    `active` is false once removed or the interview cancelled: the seat then blocks nothing.
    """

    __tablename__ = "panelist"
    __table_args__ = (
        UniqueConstraint("interview_id", "person_id"),
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("ix_panelist_busy", "person_id", "active", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    active: Mapped[bool] = mapped_column(default=True)

    interview: Mapped[Interview] = relationship(back_populates="panelists")
    person: Mapped[Person] = relationship(lazy="joined")


class InterviewChange(Base):
    """What was done to an interview: who, when, and the time it was set to."""

    __tablename__ = "interview_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    what: Mapped[Change] = mapped_column(enum_column(Change, "what"))
    starts_at: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(Text, default="")

    interview: Mapped[Interview] = relationship(back_populates="history")
    by: Mapped[Person | None] = relationship()


class Proposal(Base):
    """Times that a contact offers to a candidate, who picks one; one stands open at a time.

    `answer` is what the candidate says where none fits. `interview_id` is what their choice has
    become. What is over keeps its slots: what was offered is part of the story.
    """

    __tablename__ = "interview_proposal"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_has_time"),
        CheckConstraint("(state = 'chosen') = (interview_id IS NOT NULL)", name="chosen_is_booked"),
        CheckConstraint("answer = '' OR state = 'none fits'", name="answer_where_none_fits"),
        CheckConstraint("expires_at > proposed_at", name="ahead"),
        CheckConstraint("round >= 1", name="round"),
        CheckConstraint("place <> '' OR link <> ''", name="somewhere"),
        Index(
            "uq_interview_proposal_open",
            "application_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_interview_proposal_due", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(default=now)
    kind: Mapped[InterviewKind] = mapped_column(enum_column(InterviewKind, "kind"))
    round: Mapped[int] = mapped_column(default=1)
    time_zone: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(Text, default="")
    notes_for_candidate: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[dt.datetime]
    state: Mapped[ProposalState] = mapped_column(
        enum_column(ProposalState, "state"), default=ProposalState.OPEN
    )
    settled_at: Mapped[dt.datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"), unique=True)
    email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"))

    application: Mapped[Application] = relationship()
    proposed_by: Mapped[Person] = relationship(lazy="joined")
    interview: Mapped[Interview | None] = relationship()
    email: Mapped[OutgoingEmail | None] = relationship()
    slots: Mapped[list["ProposedSlot"]] = relationship(
        order_by="ProposedSlot.rank", back_populates="proposal"
    )


class ProposedSlot(Base):
    """One of the times of a proposal, from 1. One slot becomes one interview at the most."""

    __tablename__ = "proposed_slot"
    __table_args__ = (
        UniqueConstraint("proposal_id", "rank"),
        UniqueConstraint("proposal_id", "starts_at"),
        CheckConstraint("rank BETWEEN 1 AND 5", name="rank"),
        CheckConstraint("starts_at < ends_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("interview_proposal.id"))
    rank: Mapped[int]
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"), unique=True)

    proposal: Mapped[Proposal] = relationship(back_populates="slots")


BUSY = "panelist_busy"
_OVERLAP = (
    "NEW.active AND EXISTS (SELECT 1 FROM panelist AS other WHERE other.active"
    " AND other.person_id = NEW.person_id AND other.id <> coalesce(NEW.id, -1)"
    " AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)"
)
SQLITE_DDL = tuple(
    f"CREATE TRIGGER {BUSY}_{what} BEFORE {what.upper()} ON panelist WHEN {_OVERLAP}"
    f" BEGIN SELECT RAISE(ABORT, '{BUSY}'); END"
    for what in ("insert", "update")
)
POSTGRESQL_DDL = (
    f"ALTER TABLE panelist ADD CONSTRAINT {BUSY} EXCLUDE USING gist"
    " (int8range(person_id, person_id, '[]') WITH &&,"
    " tstzrange(starts_at, ends_at) WITH &&) WHERE (active)"
)
for _dialect, _statements in (("sqlite", SQLITE_DDL), ("postgresql", (POSTGRESQL_DDL,))):
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        event.listen(Panelist.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
