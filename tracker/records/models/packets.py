"""Packets that were asked for: what of, by whom, and the file once it is made."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import Base, enum_column, now
from tracker.postings.models import Posting
from tracker.records.rules import KEPT, PacketState


def _expiry() -> dt.datetime:
    return now() + KEPT


class Packet(Base):
    """One application's packet, or a posting's, for one person; forgotten after a day.

    `done` of `total` applications are set so far. While it is made, a worker has it until
    `claimed_until`.
    """

    __tablename__ = "packet"
    __table_args__ = (
        CheckConstraint("(application_id IS NULL) <> (posting_id IS NULL)", name="of_one_thing"),
        CheckConstraint("(state = 'ready') = (file_key IS NOT NULL)", name="ready_has_file"),
        CheckConstraint("state <> 'failed' OR problem <> ''", name="failure_is_explained"),
        # Made again from what it was made of: a backup leaves it out.
        {"info": {"derived": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True)
    with_originals: Mapped[bool] = mapped_column(default=False)
    state: Mapped[PacketState] = mapped_column(
        enum_column(PacketState, "state"), default=PacketState.WAITING
    )
    claimed_until: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    file_key: Mapped[str | None] = mapped_column(Text, unique=True)
    file_name: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(Text, default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(Text, default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[dt.datetime] = mapped_column(default=_expiry, index=True)

    asked_by: Mapped[Person] = relationship()
    application: Mapped[Application | None] = relationship()
    posting: Mapped[Posting | None] = relationship()
