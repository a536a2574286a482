"""Stored documents: what was received, what it is, what it says."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.db import Base, now
from tracker.documents.scanning import CLEARED


class Document(Base):
    """A file that was accepted, byte for byte as sent, under a generated key.

    `file_name` is what the sender called it: shown, never used as a path. `media_type` and
    `kind` are what the content is. `preview_state`: 'waiting', 'ready' or 'none'; while it
    waits, the worker that draws it has it until `preview_claimed_until`. `scan_state`: 'none'
    where no virus scanner is set, else 'waiting', 'clean' or 'infected'; only 'none' and
    'clean' ones are shown to anyone.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("preview_state IN ('waiting', 'ready', 'none')", name="preview_state"),
        CheckConstraint(
            "scan_state IN ('none', 'waiting', 'clean', 'infected')", name="scan_state"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_key: Mapped[str] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    pages: Mapped[int | None]
    words: Mapped[int | None]
    first_lines: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    preview_state: Mapped[str] = mapped_column(Text, default="waiting", index=True)
    preview_claimed_until: Mapped[dt.datetime | None]
    scan_state: Mapped[str] = mapped_column(Text, default="none", index=True)
    scan_claimed_until: Mapped[dt.datetime | None]
    scan_note: Mapped[str] = mapped_column(Text, default="")
    scanned_at: Mapped[dt.datetime | None]

    text: Mapped["DocumentText | None"] = relationship(back_populates="document")
    page_images: Mapped[list["PageImage"]] = relationship(
        back_populates="document", order_by="PageImage.number"
    )
    originals: Mapped[list["OriginalFile"]] = relationship(
        back_populates="document", order_by="OriginalFile.rank"
    )

    @property
    def is_cleared(self) -> bool:
        """Tell whether it may be read: no scanner was set, or the scanner found nothing."""
        return self.scan_state in CLEARED


class DocumentText(Base):
    """What was read in a document: plain text, and for non-PDF files sanitised HTML."""

    __tablename__ = "document_text"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")

    document: Mapped[Document] = relationship(back_populates="text")


class PageImage(Base):
    """A picture of one page (from 1), stored as a file of its own."""

    __tablename__ = "page_image"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    number: Mapped[int]
    file_key: Mapped[str] = mapped_column(Text, unique=True)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]

    document: Mapped[Document] = relationship(back_populates="page_images")


class OriginalFile(Base):
    """A photograph that a document was made of, byte for byte as sent, in order of pages."""

    __tablename__ = "original_file"
    __table_args__ = (
        UniqueConstraint("document_id", "rank"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    rank: Mapped[int]
    file_key: Mapped[str] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)

    document: Mapped[Document] = relationship(back_populates="originals")
