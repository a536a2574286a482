"""Applications with all that belongs to them, and their history."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.applications.rules import REASONS_FOR, ActorKind, Channel, Outcome, Reason, Stage
from tracker.core.db import Base, enum_column, now
from tracker.documents.models import Document
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind


class Candidate(Base):
    """One human outside, by a confirmed address: joins applications made with it."""

    __tablename__ = "candidate"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


def _reasons_fit() -> str:
    """Write the table of reasons for each outcome as SQL."""

    def quoted(value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    pairs = [
        f"(outcome = {quoted(outcome.value)} AND disposition_reason IN"
        f" ({', '.join(quoted(each.value) for each in Reason if each in reasons)}))"
        for outcome, reasons in REASONS_FOR.items()
    ]
    return "disposition_reason IS NULL OR " + " OR ".join(pairs)


class Application(Base):
    """One candidate's for one posting. Stage, outcome and reason are three separate fields.

    `email` is as typed; `email_key` lower-cased, for looking up. `content_sha256` is a
    digest of everything submitted, so that a used token with other content is noticed.
    `email_confirmed_at` is set when a link that was mailed there is used. One that staff
    keyed in may lack an address: '' then. `source` is the tag of the link that the candidate
    came by, `heard_from` their own words. `replaces_id` is the earlier one by the same
    candidate that this one took the place of; both are kept. `received_on` is the day that a
    keyed-in one came on, in the employer's zone; `submitted_at` is when it was keyed in.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="outcome_has_time"),
        CheckConstraint(
            "outcome IS NOT NULL OR disposition_reason IS NULL", name="reason_needs_outcome"
        ),
        CheckConstraint(
            "outcome IS NULL OR outcome = 'withdrawn' OR disposition_reason IS NOT NULL",
            name="outcome_needs_reason",
        ),
        CheckConstraint(
            "outcome IS NULL OR outcome NOT IN ('hired', 'declined offer') OR stage = 'offer'",
            name="offer_first",
        ),
        CheckConstraint(
            "disposition_reason IS NULL OR disposition_reason <> 'other' OR disposition_note <> ''",
            name="other_is_explained",
        ),
        CheckConstraint(_reasons_fit(), name="reason_fits_outcome"),
        CheckConstraint(
            "name <> '' AND (email <> '' OR channel NOT IN ('web', 'mail'))", name="reachable"
        ),
        CheckConstraint(
            "(channel IN ('web', 'mail')) = (entered_by_id IS NULL)", name="keyed_in_by_whom"
        ),
        CheckConstraint(
            "(channel IN ('web', 'mail')) = (received_on IS NULL)", name="keyed_in_came_on"
        ),
        Index("ix_application_list", "posting_id", "submitted_at", "id"),
        Index("ix_application_newest", "submitted_at", "id"),
        Index("ix_application_address", "email_key", "posting_id"),
        Index("ix_application_standing", "posting_id", "outcome", "stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    candidate_id: Mapped[int | None] = mapped_column(ForeignKey("candidate.id"), index=True)
    submission_token: Mapped[str] = mapped_column(Text, unique=True)
    content_sha256: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)
    email_confirmed_at: Mapped[dt.datetime | None]
    phone: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text, default="en")
    submitted_at: Mapped[dt.datetime] = mapped_column(default=now)
    stage: Mapped[Stage] = mapped_column(enum_column(Stage, "stage"), default=Stage.RECEIVED)
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, "outcome"))
    disposition_reason: Mapped[Reason | None] = mapped_column(
        enum_column(Reason, "disposition_reason")
    )
    disposition_note: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[dt.datetime | None]
    receipt_email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"), default=Channel.WEB)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    received_on: Mapped[dt.date | None]
    source: Mapped[str] = mapped_column(Text, default="")
    heard_from: Mapped[str] = mapped_column(Text, default="")
    is_late: Mapped[bool] = mapped_column(default=False)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it so

    posting: Mapped[Posting] = relationship()
    entered_by: Mapped[Person | None] = relationship()
    receipt_email: Mapped[OutgoingEmail | None] = relationship()
    documents: Mapped[list["ApplicationDocument"]] = relationship(
        order_by="ApplicationDocument.rank", back_populates="application"
    )
    answers: Mapped[list["Answer"]] = relationship(
        order_by="Answer.rank", back_populates="application"
    )
    skills: Mapped[list["SkillAnswer"]] = relationship(
        order_by="SkillAnswer.rank", back_populates="application"
    )
    history: Mapped[list["StageChange"]] = relationship(
        order_by="StageChange.id", back_populates="application"
    )
    requests: Mapped[list["DocumentRequest"]] = relationship(
        order_by="DocumentRequest.id", back_populates="application"
    )

    @property
    def passed(self) -> frozenset[Stage]:
        """The stages in which it has stood, but for moves that were taken back."""
        undone = {each.undoes_id for each in self.history}
        return frozenset(each.new_stage for each in self.history if each.id not in undone)


class ApplicationDocument(Base):
    """A document of an application, with what it was asked for as.

    `added_at` is empty for what the application came with, which never changes: the receipt
    lists it. What was asked for later has its time, and the colleague who scanned it, if one did.
    """

    __tablename__ = "application_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    rank: Mapped[int]
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind, "kind"))
    title: Mapped[str] = mapped_column(Text)
    typed: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[dt.datetime | None]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    application: Mapped[Application] = relationship(back_populates="documents")
    document: Mapped[Document] = relationship()
    added_by: Mapped[Person | None] = relationship()


class DocumentRequest(Base):
    """A further document that a candidate was asked for, and what came of it.

    `asked_by` is nobody where Tracker itself asks, for a clean copy of an infected file.
    """

    __tablename__ = "document_request"
    __table_args__ = (
        CheckConstraint("title <> ''", name="says_what"),
        CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        CheckConstraint(
            "(answered_at IS NULL) = (application_document_id IS NULL)", name="answered_by_file"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    instructions: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"))
    answered_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    application_document_id: Mapped[int | None] = mapped_column(
        ForeignKey("application_document.id"), unique=True
    )

    application: Mapped[Application] = relationship(back_populates="requests")
    asked_by: Mapped[Person | None] = relationship(lazy="joined")
    answer: Mapped[ApplicationDocument | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Tell whether the candidate is still to send it."""
        return self.answered_at is None and self.withdrawn_at is None


class Answer(Base):
    """An answer, with the question as it was put."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    rank: Mapped[int]
    question: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)

    application: Mapped[Application] = relationship(back_populates="answers")


class SkillAnswer(Base):
    """How well the candidate knows one tool: 0 not yet … 3 could teach it."""

    __tablename__ = "skill_answer"
    __table_args__ = (CheckConstraint("level BETWEEN 0 AND 3", name="level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    rank: Mapped[int]
    skill: Mapped[str] = mapped_column(Text)
    level: Mapped[int]

    application: Mapped[Application] = relationship(back_populates="skills")


class StageChange(Base):
    """One move of an application: who, when, why. Never changed, never deleted.

    `undoes_id` names the move that this one takes back. `email_id` is the mail to the
    candidate that went with it.
    """

    __tablename__ = "stage_change"
    __table_args__ = (
        CheckConstraint("(by_kind = 'person') = (by_id IS NOT NULL)", name="person_is_named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    by_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind, "by_kind"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    old_stage: Mapped[Stage | None] = mapped_column(enum_column(Stage, "old_stage"))
    new_stage: Mapped[Stage] = mapped_column(enum_column(Stage, "new_stage"))
    old_outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, "old_outcome"))
    new_outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, "new_outcome"))
    reason: Mapped[Reason | None] = mapped_column(enum_column(Reason, "reason"))
    note: Mapped[str] = mapped_column(Text, default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("stage_change.id"), unique=True)
    email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"))

    application: Mapped[Application] = relationship(back_populates="history")
    by: Mapped[Person | None] = relationship()


class ApplicationNote(Base):
    """What a colleague wrote down about an application. Candidates never see it."""

    __tablename__ = "application_note"
    __table_args__ = (CheckConstraint("text <> ''", name="says_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    text: Mapped[str] = mapped_column(Text)

    application: Mapped[Application] = relationship()
    by: Mapped[Person] = relationship(lazy="joined")


class CandidateLink(Base):
    """A secret link to one application's own page: hashed, revocable.

    `mailed` ones prove the address when used; one shown on a receipt page does not. `shared_at`
    is when the shared computer that showed it was last used, and None where none did.
    """

    __tablename__ = "candidate_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    mailed: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[dt.datetime | None]
    shared_at: Mapped[dt.datetime | None] = mapped_column(index=True)

    application: Mapped[Application] = relationship()


class Reader(Base):
    """A person who has a part in one application and may therefore see it.

    Higher rooms write here (an assignment, a seat on a panel), so that "who may see this"
    is one question asked in one place. `because`: 'assigned', 'panel', 'asked'.
    """

    __tablename__ = "reader"
    __table_args__ = (UniqueConstraint("application_id", "person_id", "because"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    because: Mapped[str] = mapped_column(Text)
    since: Mapped[dt.datetime] = mapped_column(default=now)
