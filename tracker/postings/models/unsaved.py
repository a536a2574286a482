"""What people have typed about postings and not saved yet."""

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.core.db import Base, now
from tracker.postings.models.posting import Posting


class UnsavedWords(Base):
    """One open editor of one person, and the words typed there that were not saved yet.

    `token` is the editor's own: somebody who has a posting open twice has two rows, and neither
    overwrites the other. Without a posting it is a new one. `typed` is the form as the browser
    sends it, each name with its values; NULL while nothing was typed. `seen_at` is when the
    editor was last known to be open, `left_at` when it said that it closes, `version` the
    posting's that the words are based on.
    """

    __tablename__ = "unsaved_words"
    __table_args__ = (
        CheckConstraint("(typed IS NULL) = (kept_at IS NULL)", name="kept"),
        CheckConstraint("seen_at >= opened_at", name="seen"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(Text, unique=True)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    typed: Mapped[dict[str, list[str]] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int | None]
    opened_at: Mapped[dt.datetime] = mapped_column(default=now)
    seen_at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    kept_at: Mapped[dt.datetime | None]
    left_at: Mapped[dt.datetime | None]

    posting: Mapped[Posting | None] = relationship()
    person: Mapped[Person] = relationship(lazy="joined")
