"""What candidates write before they have applied: drafts with their links, and questions."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.db import Base, now
from tracker.documents.models import Document
from tracker.postings.models import Posting


class Draft(Base):
    """What a candidate has typed and sent so far, tied to their browser by a secret.

    `answers` holds the form's fields as typed. `submission_token` makes one application of
    any number of tries: an application takes it over, and it is unique there. `begun_at` is
    when anything of an application first came. `replaces_id` is the application that this one
    is going to take the place of. `shared_at` is when the shared computer that it is on was last
    used, and None on any other.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    browser_hash: Mapped[str] = mapped_column(Text, index=True)
    submission_token: Mapped[str] = mapped_column(Text, unique=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    begun_at: Mapped[dt.datetime | None]
    changed_at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    shared_at: Mapped[dt.datetime | None] = mapped_column(index=True)

    posting: Mapped[Posting] = relationship()
    files: Mapped[list["DraftFile"]] = relationship(
        order_by="DraftFile.id", cascade="all, delete-orphan", back_populates="draft"
    )


class DraftFile(Base):
    """An accepted file of a draft, for one of the documents that the posting asks for."""

    __tablename__ = "draft_file"
    __table_args__ = (UniqueConstraint("draft_id", "requested_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    requested_id: Mapped[int] = mapped_column(
        ForeignKey("requested_document.id", ondelete="CASCADE")
    )
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)

    draft: Mapped[Draft] = relationship(back_populates="files")
    # In one statement, so that a file replaced by another click is seen before or after.
    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)


class DraftLink(Base):
    """A secret link, mailed to a candidate, that opens their draft on another device: hashed."""

    __tablename__ = "draft_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    draft: Mapped[Draft] = relationship()


class DraftMove(Base):
    """A browser that a draft has left for another: by the hash of its token it is told so."""

    __tablename__ = "draft_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    browser_hash: Mapped[str] = mapped_column(Text, index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)

    draft: Mapped[Draft] = relationship()


class Enquiry(Base):
    """A question that somebody put to a posting's contact before applying."""

    __tablename__ = "enquiry"
    __table_args__ = (CheckConstraint("name <> '' AND email <> ''", name="answerable"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="en")
    email_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_email.id"))

    posting: Mapped[Posting] = relationship()
