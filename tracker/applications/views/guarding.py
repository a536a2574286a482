"""What is let in: in time, from a person as far as that can be told, and no flood of it.

What tells a person from a script stands in `core.guarding`, since every room's forms use it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request
from flask_babel import gettext

from tracker.accounts.throttle import network_of
from tracker.applications import operations, queries
from tracker.applications.models import Draft
from tracker.applications.operations import FloodError
from tracker.applications.throttle import BY_NETWORK, BY_POSTING, Act, Limit
from tracker.applications.views import bp
from tracker.core import formats
from tracker.core.db import now
from tracker.core.guarding import SHOWN, TRAP, asks_again, press_again, stamp
from tracker.core.tokens import keyed_hash
from tracker.postings.models import Posting
from tracker.postings.rules import Taking

__all__ = ["SHOWN", "TRAP", "asks_again", "press_again", "stamp"]


@dataclass(frozen=True)
class Deadline:
    """What a form says of its closing time, once that has passed.

    `ends_at` is when the grace ends that this candidate has; without one they may be late.
    """

    is_late: bool = False
    ends_at: dt.datetime | None = None


@bp.before_request
def _arrive() -> None:
    """Note when a request came, before what it brings is read: a slow line is nobody's fault."""
    g.arrived_at = now()


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "guard_trap": TRAP,
        "guard_shown": SHOWN,
        "guard_stamp": stamp,
        "deadline_of": deadline_of,
    }


# In time


def arrived_at() -> dt.datetime:
    """When this request began to arrive."""
    at: dt.datetime = g.arrived_at
    return at


def is_taken(posting: Posting, draft: Draft | None) -> bool:
    """Tell whether an application would be taken now, of somebody with that draft."""
    begun_at = draft.begun_at if draft is not None else None
    return posting.closing.taking(now(), begun_at=begun_at) is not Taking.NOT


def deadline_of(posting: Posting, draft: Draft | None) -> Deadline:
    """Say how an application with that draft is taken now, and until when."""
    at, closing = now(), posting.closing
    taking = closing.taking(at, begun_at=draft.begun_at if draft is not None else None)
    ends_at = closing.grace_ends_at(at) if taking is Taking.GRACE else None
    return Deadline(is_late=taking is Taking.LATE, ends_at=ends_at)


# No flood


def count(act: Act, posting_id: int, *, size: int = 0) -> None:
    """Count what came in, last in the transaction that takes it; raises `FloodError`."""
    operations.count(act, _places(act, posting_id), at=now(), size=size)


def check_room(act: Act, posting_id: int) -> None:
    """Raise `FloodError` where no more is taken, before any work is done for it."""
    operations.check_room(act, _places(act, posting_id), at=now())


def _places(act: Act, posting_id: int) -> list[tuple[str, Limit]]:
    if not current_app.config["FLOOD_LIMITS"]:
        return []
    found = [(f"network {_network()}", BY_NETWORK[act])]
    if act in BY_POSTING:
        found.append((f"posting {posting_id}", BY_POSTING[act]))
    return found


def _network() -> str:
    """Hash the network that the request came from with our key: the table names nobody."""
    network = network_of(request.remote_addr)
    return keyed_hash(current_app.config["SECRET_KEY"], "tally", network)


def flooded(error: FloodError) -> str:
    """Say that too much came at once, that all is kept, and from when on to try again."""
    at = now() + dt.timedelta(seconds=error.retry_after)
    return str(
        gettext(
            "Very many applications, files or questions came from your network or for this"
            " posting in a short time, so this was not sent yet. Everything is kept. Press the"
            " button again after %(time)s.",
            time=formats.time(at + dt.timedelta(minutes=1), queries.time_zone()),
        )
    )
