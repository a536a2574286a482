"""Postings and what they ask for."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.core import pages
from tracker.core.db import Base, enum_column, now
from tracker.organization.models import Position
from tracker.postings.rules import (
    Closing,
    DocumentKind,
    MemberRole,
    PayUnit,
    PostingState,
    QuestionKind,
    SectionKind,
    state_at,
)


class Posting(Base):
    """An opening as published.

    `closes_on` and `closes_time` are in the employer's zone; `closes_at` is the same as an
    instant and what closing is decided by. `listed_on` is the day from which an unlisted one
    stands in the lists, `listed_at` the instant at which that day begins. Nothing unknown is
    guessed: it is NULL or ''.

    Where a second person publishes: who asked for it, who edited it last since then, who
    approved.
    """

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("pay_min <= pay_max", name="pay_order"),
        CheckConstraint("pay_min >= 0", name="pay_positive"),
        CheckConstraint(
            "(pay_min IS NULL AND pay_max IS NULL) OR pay_unit IS NOT NULL", name="pay_has_unit"
        ),
        CheckConstraint("hours_min <= hours_max", name="hours_order"),
        CheckConstraint("openings >= 1", name="openings"),
        CheckConstraint("(closes_on IS NULL) = (closes_at IS NULL)", name="closing_instant"),
        CheckConstraint("NOT (open_until_filled AND closes_on IS NOT NULL)", name="closing_rule"),
        CheckConstraint(
            "contact_person_id IS NULL OR contact_position_id IS NULL", name="one_contact"
        ),
        CheckConstraint(
            "state IN ('draft', 'cancelled') OR "
            "(title <> '' AND (contact_person_id IS NOT NULL OR contact_position_id IS NOT NULL))",
            name="published_is_whole",
        ),
        CheckConstraint(
            "state NOT IN ('open', 'closed', 'filled') OR published_at IS NOT NULL",
            name="published_has_time",
        ),
        CheckConstraint("(listed_on IS NULL) = (listed_at IS NULL)", name="listing_instant"),
        CheckConstraint("listed_on IS NULL OR unlisted", name="listed_later"),
        CheckConstraint(
            "state <> 'awaiting approval' OR asked_by_id IS NOT NULL", name="asked_by_somebody"
        ),
        CheckConstraint(
            "approved_by_id IS NULL OR (asked_by_id IS NOT NULL AND approved_by_id <> asked_by_id"
            " AND (edited_by_id IS NULL OR approved_by_id <> edited_by_id))",
            name="second_person",
        ),
        CheckConstraint(
            "NOT is_template OR (state = 'draft' AND published_at IS NULL)",
            name="template_is_draft",
        ),
        UniqueConstraint("source_name", "source_sha256"),
        Index("ix_posting_list", "state", "unlisted", "published_at"),
        Index("ix_posting_due", "state", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[PostingState] = mapped_column(
        enum_column(PostingState, "state"), default=PostingState.DRAFT
    )
    title: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    employment_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    hours_min: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    hours_max: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    schedule: Mapped[str] = mapped_column(Text, default="")
    evenings: Mapped[bool] = mapped_column(default=False)
    weekends: Mapped[bool] = mapped_column(default=False)
    pay_min: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    pay_max: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    pay_unit: Mapped[PayUnit | None] = mapped_column(enum_column(PayUnit, "pay_unit"))
    currency: Mapped[str] = mapped_column(Text, default="USD")
    pay_note: Mapped[str] = mapped_column(Text, default="")
    benefits: Mapped[str] = mapped_column(Text, default="")
    location: Mapped[str] = mapped_column(Text, default="")
    reports_to: Mapped[str] = mapped_column(Text, default="")
    contact_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"), index=True)
    closes_on: Mapped[dt.date | None]
    closes_time: Mapped[dt.time | None]
    closes_at: Mapped[dt.datetime | None]
    open_until_filled: Mapped[bool] = mapped_column(default=False)
    first_review_on: Mapped[dt.date | None]
    interviews_begin_on: Mapped[dt.date | None]
    answer_by_on: Mapped[dt.date | None]
    openings: Mapped[int] = mapped_column(default=1)
    subject_keyword: Mapped[str] = mapped_column(Text, default="")
    unlisted: Mapped[bool] = mapped_column(default=False)
    listed_on: Mapped[dt.date | None]
    listed_at: Mapped[dt.datetime | None]
    accepting: Mapped[bool] = mapped_column(default=True)
    accepts_late: Mapped[bool] = mapped_column(default=False)
    equal_opportunity_text: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    publish_at: Mapped[dt.datetime | None]
    published_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    source_name: Mapped[str | None] = mapped_column(Text)
    source_sha256: Mapped[str | None] = mapped_column(Text)
    source_text: Mapped[str | None] = mapped_column(Text)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # What postings are begun from: a draft that is never published and listed nowhere.
    is_template: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so

    contact_person: Mapped[Person | None] = relationship(foreign_keys=[contact_person_id])
    contact_position: Mapped[Position | None] = relationship(foreign_keys=[contact_position_id])
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    changed_by: Mapped[Person | None] = relationship(foreign_keys=[changed_by_id])
    sections: Mapped[list["PostingSection"]] = relationship(
        order_by="PostingSection.rank", cascade="all, delete-orphan", back_populates="posting"
    )
    documents: Mapped[list["RequestedDocument"]] = relationship(
        order_by="RequestedDocument.rank", cascade="all, delete-orphan", back_populates="posting"
    )
    questions: Mapped[list["Question"]] = relationship(
        order_by="Question.rank", cascade="all, delete-orphan", back_populates="posting"
    )
    skills: Mapped[list["Skill"]] = relationship(
        order_by="Skill.rank", cascade="all, delete-orphan", back_populates="posting"
    )
    members: Mapped[list["PostingMember"]] = relationship(
        cascade="all, delete-orphan", back_populates="posting"
    )
    changes: Mapped[list["PostingChange"]] = relationship(
        order_by="PostingChange.id", back_populates="posting"
    )

    def state_at(self, at: dt.datetime) -> PostingState:
        """Return the state that holds at a time, whether or not the clock's job has run."""
        return state_at(self.state, self.closes_at, at)

    def is_accepting(self, at: dt.datetime) -> bool:
        """Tell whether an application sent at that time would be taken."""
        return self.accepting and self.state_at(at) is PostingState.OPEN

    def is_unlisted(self, at: dt.datetime) -> bool:
        """Tell whether only those with the link find it at that time."""
        return self.unlisted and (self.listed_at is None or self.listed_at > at)

    @property
    def closing(self) -> Closing:
        """All that decides whether an application is taken; ask it `taking`."""
        return Closing(
            self.state, self.closes_at, self.closed_at, self.accepting, self.accepts_late
        )

    @property
    def label(self) -> str:
        """What staff call it: its title, else its reference."""
        return self.title or f"Untitled posting {self.reference}"


class PostingSection(Base):
    """A part of the posting's text: what it is, heading ('' for opening words) and Markdown."""

    __tablename__ = "posting_section"

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    rank: Mapped[int]
    kind: Mapped[SectionKind] = mapped_column(
        enum_column(SectionKind, "kind"), default=SectionKind.OTHER
    )
    heading: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)

    posting: Mapped[Posting] = relationship(back_populates="sections")


class RequestedDocument(Base):
    """A document that the posting asks for. `word_limit` is for what is typed or read."""

    __tablename__ = "requested_document"
    __table_args__ = (CheckConstraint("word_limit > 0", name="word_limit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    rank: Mapped[int]
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind, "kind"))
    title: Mapped[str] = mapped_column(Text)
    instructions: Mapped[str] = mapped_column(Text, default="")
    word_limit: Mapped[int | None]
    required: Mapped[bool] = mapped_column(default=True)

    posting: Mapped[Posting] = relationship(back_populates="documents")


class Question(Base):
    """A question that the posting puts to candidates. `choices` only for a choice."""

    __tablename__ = "question"
    __table_args__ = (CheckConstraint("word_limit > 0", name="word_limit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    rank: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[QuestionKind] = mapped_column(enum_column(QuestionKind, "kind"))
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    word_limit: Mapped[int | None]
    required: Mapped[bool] = mapped_column(default=True)

    posting: Mapped[Posting] = relationship(back_populates="questions")


class Skill(Base):
    """A tool or skill whose familiarity candidates are asked to state."""

    __tablename__ = "skill"

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(Text)

    posting: Mapped[Posting] = relationship(back_populates="skills")


class PostingMember(Base):
    """A further person of a posting: who manages it, and who is copied on its mail."""

    __tablename__ = "posting_member"
    __table_args__ = (UniqueConstraint("posting_id", "person_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[MemberRole] = mapped_column(enum_column(MemberRole, "role"))

    posting: Mapped[Posting] = relationship(back_populates="members")
    person: Mapped[Person] = relationship(lazy="joined")


class PostingChange(Base):
    """One move of a posting from state to state: who, when, why."""

    __tablename__ = "posting_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    old: Mapped[PostingState] = mapped_column(enum_column(PostingState, "old"))
    new: Mapped[PostingState] = mapped_column(enum_column(PostingState, "new"))
    reason: Mapped[str] = mapped_column(Text, default="")
    # What the person confirmed by name when publishing: codes of findings.
    confirmed: Mapped[list[str]] = mapped_column(JSON, default=list)

    posting: Mapped[Posting] = relationship(back_populates="changes")
    by: Mapped[Person | None] = relationship()


class ShortLink(Base):
    """A short address of a posting, for a poster or a list: `source` tells where it hung.

    How often it was opened is counted, and nothing of who did. One that has ended keeps its
    row, so that its code never leads anywhere else.
    """

    __tablename__ = "short_link"
    __table_args__ = (
        CheckConstraint("length(code) = 6 AND code = upper(code)", name="code"),
        CheckConstraint("source <> ''", name="source"),
        CheckConstraint("opened >= 0", name="opened"),
        UniqueConstraint("posting_id", "source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    source: Mapped[str] = mapped_column(Text)
    opened: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[dt.datetime | None]

    posting: Mapped[Posting] = relationship()


WATCHED = {
    "employer": "",
    "letterhead": "",
    "badge": "",
    "position": "",
    "leave": "",
    "person": "name, title, email, disabled_at",
    "posting": "",
    "posting_section": "",
    "requested_document": "",
    "question": "",
    "skill": "",
    "posting_version": "",
}
"""All that the public pages show: their tables note every change of these."""

pages.watch(WATCHED)
