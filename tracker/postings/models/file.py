"""What Tracker and a posting's file in a folder agreed on."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.db import Base, now
from tracker.postings.models.posting import Posting


class PostingFile(Base):
    """The words that a posting and its file had in common last, by the file's `base` line.

    One row for each base, since an older copy of the file may still come back: what was
    changed since is told apart from what was changed there. `imported` tells that the words
    came from the file; `state` is what the file said then of where the posting stands.
    """

    __tablename__ = "posting_file"
    __table_args__ = (UniqueConstraint("posting_id", "base"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    base: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    name: Mapped[str] = mapped_column(Text, index=True)
    state: Mapped[str] = mapped_column(Text)
    imported: Mapped[bool]
    agreed_at: Mapped[dt.datetime] = mapped_column(default=now)

    posting: Mapped[Posting] = relationship()
