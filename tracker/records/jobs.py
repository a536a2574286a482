"""Work behind the pages: make packets, forget those of yesterday, keep the words of search."""

import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tracker.applications import queries as applications
from tracker.core.db import db, now, writing
from tracker.core.files import PAGES, files
from tracker.core.jobs import job
from tracker.core.rendering import in_language
from tracker.records import operations, queries
from tracker.records.binding import Binder, Made
from tracker.records.models import Packet
from tracker.records.operations import indexing
from tracker.records.queries import Contents, finding

log = logging.getLogger(__name__)

LARGEST = (1 << 31) - 1
"""In bytes; what a row can say of a file."""


CHANGES = 300
APPLICATIONS = 20
SLICE_S = 20.0
"""How much is indexed at a time: changes looked at, applications in one commit, seconds."""

_binding = threading.Lock()


class GoneError(Exception):
    """Nobody waits for the packet any more: its day is over, or its subject was removed."""


@job("packets")
def make_packets() -> None:
    """Make packets that wait, one after the other; what a dead worker left is found again.

    A worker makes one at a time, however many nudges it gets: its other threads have mail to
    send.
    """
    if not _binding.acquire(blocking=False):
        return
    try:
        _make_waiting()
    finally:
        _binding.release()


def _make_waiting() -> None:
    while (packet_id := _claim()) is not None:
        try:
            _make(packet_id)
        except GoneError:
            log.info("packet_gone: %s", packet_id)
        except Exception:
            # Whatever it was, whoever waits must be told some day.
            log.exception("packet_failed: %s", packet_id)
            _give_back(packet_id)


def _claim() -> int | None:
    with writing():
        packet = operations.claim(at=now())
        packet_id = packet.id if packet is not None else None
        db.session.commit()
    return packet_id


def _give_back(packet_id: int) -> None:
    with writing():
        packet = db.session.get(Packet, packet_id, with_for_update=True)
        if packet is not None:
            operations.give_back(packet, at=now())
            db.session.commit()


def _make(packet_id: int) -> None:
    """Make one packet while no lock is held; its file is stored before the row names it."""
    packet = db.session.get(Packet, packet_id)
    if packet is None:
        raise GoneError
    ids = queries.applications_in(packet)
    posting = packet.posting.title if packet.posting is not None else None
    with_originals, zone = packet.with_originals, applications.time_zone()
    db.session.rollback()
    if not ids:
        raise GoneError
    with tempfile.TemporaryDirectory(prefix=PAGES) as folder, in_language("en"):
        made = Binder(Path(folder), zone).bind(
            _contents(ids),
            posting=posting,
            with_originals=with_originals,
            report=lambda done: _report(packet_id, done, len(ids)),
        )
        _keep(packet_id, made)


def _contents(ids: list[int]) -> Iterator[Contents]:
    for application_id in ids:
        contents = queries.contents_of(application_id)
        db.session.rollback()
        if contents is not None:
            yield contents


def _report(packet_id: int, done: int, total: int) -> None:
    with writing():
        packet = db.session.get(Packet, packet_id, with_for_update=True)
        if packet is None:
            raise GoneError
        operations.report(packet, done=done, total=total)
        db.session.commit()


def _keep(packet_id: int, made: Made) -> None:
    with made.path.open("rb") as source:
        stored = files().store(source, limit=LARGEST)
    with writing():
        packet = db.session.get(Packet, packet_id, with_for_update=True)
        if packet is not None and packet.file_key is None:
            operations.finish(packet, stored, file_name=made.file_name, media_type=made.media_type)
            db.session.commit()
            return
    files().delete(stored.key)  # another worker was faster, or nobody waits any more


@job("sweep_packets", minutes=30)
def sweep_packets() -> None:
    """Forget packets a day after they were made: rows first, then files."""
    with writing():
        keys = operations.forget_expired(at=now())
        db.session.commit()
    for key in keys:
        files().delete(key)


@job("index")
def index_changed() -> None:
    """Cut the words of applications that have changed, while no lock is held, and keep them.

    What is left after a while is left to the next minute: others wait for the worker too.
    """
    until = time.monotonic() + SLICE_S
    while time.monotonic() < until:
        changes = finding.waiting_changes(CHANGES)
        chosen = {key: changes[key] for key in list(changes)[:APPLICATIONS]}
        entries = finding.entries_of(chosen)
        db.session.rollback()
        if not chosen:
            return
        with writing():
            done = indexing.store(entries, chosen)
            db.session.commit()
        if not done:
            return  # somebody has them all; the sweep comes again


@job("index_missing", minutes=30)
def index_missing() -> None:
    """Find applications that no change has named, as after a new version of the rules."""
    while missing := finding.unindexed(CHANGES):
        with writing():
            indexing.note(missing)
            db.session.commit()
    index_changed()
