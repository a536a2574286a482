"""Count what comes from one place, so that a flood is stopped and a full library is not."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.applications.models import Tally
from tracker.applications.throttle import Act, Limit
from tracker.core.db import db
from tracker.core.errors import N_, TooManyRequestsError

KEPT = dt.timedelta(days=1)
Place = tuple[str, Limit]
"""What is counted by (a hash of a network, a posting), and how much of it is allowed."""


class FloodError(TooManyRequestsError):
    """More came from one `place` than people send. Everything kept so far stays kept."""

    def __init__(self, act: Act, *, place: str, retry_after: int) -> None:
        super().__init__(
            N_(
                "Too much was sent from your network in a short time, so this was not taken."
                " Nothing that you saved is lost. Try again in some minutes."
            ),
            retry_after=retry_after,
        )
        self.act, self.place = act, place


def count(act: Act, places: Iterable[Place], *, at: dt.datetime, size: int = 0) -> None:
    """Count one act in each of its places; raises `FloodError` past what one of them allows.

    Last in its transaction, since others from the same place wait for its end; what raises
    is rolled back and counts for nothing.
    """
    limits = dict(places)
    if not limits:
        return
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    new = insert(Tally).values(
        [
            {
                "act": act,
                "place": place,
                "window_at": limit.window_at(at),
                "count": 1,
                "size": size,
            }
            for place, limit in limits.items()
        ]
    )
    counted = new.on_conflict_do_update(
        index_elements=[Tally.act, Tally.place, Tally.window_at],
        set_={"count": Tally.count + 1, "size": Tally.size + new.excluded.size},
    ).returning(Tally.place, Tally.count, Tally.size)
    for place, number, sized in db.session.execute(counted).all():
        _check(act, (place, limits[place]), number, sized, at)


def check_room(act: Act, places: Iterable[Place], *, at: dt.datetime) -> None:
    """Raise `FloodError` where nothing more is allowed, before any work is done for it."""
    for place, limit in places:
        found = db.session.execute(
            select(Tally.count, Tally.size).where(
                Tally.act == act, Tally.place == place, Tally.window_at == limit.window_at(at)
            )
        ).one_or_none()
        if found is not None:
            number, size = found
            _check(act, (place, limit), number + 1, size, at)


def _check(act: Act, counted: Place, number: int, size: int, at: dt.datetime) -> None:
    place, limit = counted
    if limit.is_passed(number, size):
        raise FloodError(act, place=place, retry_after=limit.wait(at))


def forget_tallies(*, at: dt.datetime) -> None:
    """Delete counts of windows that are over for a day."""
    db.session.execute(delete(Tally).where(Tally.window_at < at - KEPT))
