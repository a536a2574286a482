"""Ask for packets, make them a worker's, say how far they are, forget them."""

import datetime as dt

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core import jobs
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.core.files import StoredFile
from tracker.postings.models import Posting
from tracker.records import queries
from tracker.records.models import Packet
from tracker.records.rules import (
    CLAIM,
    KEPT,
    MOST_WAITING,
    TRIES,
    PacketState,
    TooManyPacketsError,
)

GAVE_UP = (
    "The packet could not be made. It was tried several times; try again, or download the"
    " documents one by one."
)


def ask(of: Application | Posting, *, with_originals: bool, by: Person) -> Packet:
    """Have a packet made; the same one that is being made already is given again.

    Raises `DomainError` for a posting without applications that the person may see, and
    `TooManyPacketsError` past a few at once.
    """
    application_id = of.id if isinstance(of, Application) else None
    posting_id = of.id if isinstance(of, Posting) else None
    waiting = queries.waiting_of(by)
    for each in waiting:
        same = (each.application_id, each.posting_id, each.with_originals)
        if same == (application_id, posting_id, with_originals):
            return each
    if len(waiting) >= MOST_WAITING:
        raise TooManyPacketsError
    total = 1 if posting_id is None else queries.count_in(by, posting_id)
    if not total:
        raise DomainError("There are no applications yet, so there is nothing to put together.")
    packet = Packet(
        asked_by_id=by.id,
        application_id=application_id,
        posting_id=posting_id,
        with_originals=with_originals,
        total=total,
    )
    db.session.add(packet)
    db.session.flush()
    jobs.after_commit("packets")
    return packet


def claim(*, at: dt.datetime) -> Packet | None:
    """Take the next packet for this worker alone; one that was tried too often has failed."""
    while True:
        packet = db.session.scalars(
            queries.unclaimed(at).with_for_update(skip_locked=True, of=Packet)
        ).one_or_none()
        if packet is None:
            return None
        if packet.tries < TRIES:
            break
        packet.state, packet.problem = PacketState.FAILED, GAVE_UP
        db.session.flush()
    packet.tries += 1
    packet.claimed_until = at + CLAIM
    db.session.flush()
    return packet


def report(packet: Packet, *, done: int, total: int) -> None:
    """Say how many applications are set, and keep the packet for this worker."""
    packet.done, packet.total = done, total
    packet.claimed_until = now() + CLAIM
    db.session.flush()


def finish(packet: Packet, stored: StoredFile, *, file_name: str, media_type: str) -> None:
    """Name the file that was made; it is kept for a day from now."""
    packet.state = PacketState.READY
    packet.file_key, packet.size, packet.sha256 = stored.key, stored.size, stored.sha256
    packet.file_name, packet.media_type = file_name, media_type
    packet.claimed_until, packet.expires_at = None, now() + KEPT
    db.session.flush()


def give_back(packet: Packet, *, at: dt.datetime) -> None:
    """Let the packet be tried again in a minute, or say that it failed for good."""
    packet.claimed_until = at + dt.timedelta(minutes=1)
    if packet.tries >= TRIES:
        packet.state, packet.problem = PacketState.FAILED, GAVE_UP
    db.session.flush()


def forget_expired(*, at: dt.datetime) -> list[str]:
    """Delete the rows of packets whose day is over; returns the keys of their files."""
    gone = queries.expired(at)
    keys = [each.file_key for each in gone if each.file_key is not None]
    for each in gone:
        db.session.delete(each)
    db.session.flush()
    return keys
