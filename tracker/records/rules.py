"""How long a packet is kept, how often it is tried, how much goes into one PDF."""

import datetime as dt
import enum

from tracker.core.errors import DomainError


class PacketState(enum.StrEnum):
    """Where a packet is on its way."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


KEPT = dt.timedelta(days=1)
CLAIM = dt.timedelta(minutes=6)
"""How long a worker has for one application, or for joining; longer than any child may take."""

TRIES = 3
MOST_WAITING = 5
MOST_PAGES, MOST_BYTES = 2_000, 100 << 20
"""A PDF that would have more is parted, between two applications."""


class TooManyPacketsError(DomainError):
    """Somebody has asked for more packets than can be made for them at once."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            "Several packets are being made for you already. Wait for one of them to be ready,"
            " then ask again."
        )


def volumes(sizes: list[tuple[int, int]]) -> list[range]:
    """Part applications, each of so many pages and bytes, into as few PDFs as may be."""
    parted, begin, pages, length = list[range](), 0, 0, 0
    for at, (more_pages, more_bytes) in enumerate(sizes):
        full = pages + more_pages > MOST_PAGES or length + more_bytes > MOST_BYTES
        if full and at > begin:
            parted.append(range(begin, at))
            begin, pages, length = at, 0, 0
        pages, length = pages + more_pages, length + more_bytes
    return [*parted, range(begin, len(sizes))]
