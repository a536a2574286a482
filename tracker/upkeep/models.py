"""What the house as a whole remembers of itself."""

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, now


class FirstStart(Base):
    """A first start that is under way: its tables are made and its demo is still to be loaded.

    The row is written in the transaction that makes the tables, and deleted in the one that
    loads the demo: whatever ends a start in between, the next one goes on. A backup leaves it
    out: what comes back from one has begun long ago.
    """

    __tablename__ = "first_start"
    __table_args__ = (CheckConstraint("id = 1", name="one"), {"info": {"derived": True}})

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    begun_at: Mapped[dt.datetime] = mapped_column(default=now)
