"""Two applications by one address, and how much comes from one place."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.applications.models.whole import Application
from tracker.applications.throttle import Act
from tracker.core.db import Base, enum_column, now


class ReplaceLink(Base):
    """A secret link, mailed to an address that applied again: the newer takes the earlier's place.

    Hashed, expiring, single use, acting by POST; `used_at` is when it did.
    """

    __tablename__ = "replace_link"
    __table_args__ = (CheckConstraint("newer_id > earlier_id", name="newer_is_later"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    newer_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]

    earlier: Mapped[Application] = relationship(foreign_keys=[earlier_id])
    newer: Mapped[Application] = relationship(foreign_keys=[newer_id])


class Tally(Base):
    """How much of one kind came from one place in one window of time.

    `place` is a keyed hash of a network or an address, or names a posting: the table names
    nobody.
    """

    __tablename__ = "tally"
    __table_args__ = (UniqueConstraint("act", "place", "window_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[Act] = mapped_column(enum_column(Act, "act"))
    place: Mapped[str] = mapped_column(Text)
    window_at: Mapped[dt.datetime] = mapped_column(index=True)
    count: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
