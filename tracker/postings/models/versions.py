"""What a posting has said since it was published, and who is still to hear of a change."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.core.db import Base, enum_column, now, with_tables
from tracker.postings.models.posting import Posting
from tracker.postings.rules import VersionKind


class PostingVersion(Base):
    """Everything that readers of a posting saw from one time on; it never changes again.

    `snapshot` is canonical JSON (see `postings.versions`). `changes` are the material
    differences to the version before, as its page tells them; empty for the first.
    """

    __tablename__ = "posting_version"
    __table_args__ = (
        UniqueConstraint("posting_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("snapshot <> ''", name="snapshot"),
        CheckConstraint("NOT is_material OR reason <> ''", name="material_has_reason"),
        CheckConstraint("NOT is_material OR number > 1", name="first_changes_nothing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    number: Mapped[int]
    kind: Mapped[VersionKind] = mapped_column(enum_column(VersionKind, "kind"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    snapshot: Mapped[str] = mapped_column(Text)
    is_material: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    posting: Mapped[Posting] = relationship()
    by: Mapped[Person | None] = relationship()


class Announcement(Base):
    """A material change that those who have applied are told of, and how far that has come.

    `told_through` is the last application that was looked at. Done means that all were.
    """

    __tablename__ = "announcement"
    __table_args__ = (CheckConstraint("told >= 0", name="told"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("posting_version.id"), primary_key=True)
    told_through: Mapped[int] = mapped_column(default=0)
    told: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[dt.datetime | None] = mapped_column(index=True)

    version: Mapped[PostingVersion] = relationship()


class PlannedReopening(Base):
    """A closed posting opens again by itself at a time; `problem` says why it could not."""

    __tablename__ = "planned_reopening"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("NOT (open_until_filled AND closes_on IS NOT NULL)", name="closing_rule"),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True)
    opens_at: Mapped[dt.datetime] = mapped_column(index=True)
    closes_on: Mapped[dt.date | None]
    open_until_filled: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    problem: Mapped[str] = mapped_column(Text, default="")

    posting: Mapped[Posting] = relationship()
    by: Mapped[Person | None] = relationship()


KEPT = "posting_id, number, kind, at, reason, snapshot, is_material, changes"
_NAME = "posting_version_kept"
with_tables(
    "after_create",
    "sqlite",
    [
        f"CREATE TRIGGER {_NAME} BEFORE UPDATE OF {KEPT} ON posting_version"
        f" BEGIN SELECT RAISE(ABORT, '{_NAME}'); END"
    ],
)
with_tables(
    "before_create",
    "postgresql",
    [
        f"CREATE OR REPLACE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_NAME}' USING ERRCODE = 'check_violation'; END $$"
    ],
)
with_tables(
    "after_create",
    "postgresql",
    [
        f"CREATE TRIGGER {_NAME} BEFORE UPDATE OF {KEPT} ON posting_version"
        f" FOR EACH ROW EXECUTE FUNCTION {_NAME}()"
    ],
)
with_tables("after_drop", "postgresql", [f"DROP FUNCTION IF EXISTS {_NAME}()"])
