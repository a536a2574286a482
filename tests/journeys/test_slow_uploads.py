"""Slow lines: whoever sends byte by byte keeps neither the web nor the database from others."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys import crashing
from tests.journeys.candidates import Candidate, hear, inside, open_posting, wait_until
from tests.plugins.servers import LiveServer, ServerStarter
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.upkeep.serving import TURNS_PER_WORKER

WORKERS = 2
SLOW = WORKERS * TURNS_PER_WORKER + 2
ASKED_AFTER = "02"  # in Linux's list of connections: a timer for asking whether the line is dead


def asked_after(server: LiveServer) -> list[bool]:
    """For each open connection of the server's: whether the kernel asks after the caller."""
    rows = [each.split() for each in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [row for row in rows if row[1].endswith(f":{server.port:04X}") and row[3] == "01"]
    return [row[5].startswith(ASKED_AFTER) for row in ours]


@pytest.mark.both_databases
def test_slow_uploads_hold_up_nobody(
    start_server: ServerStarter, database: str, tmp_path: Path
) -> None:
    server = start_server(
        TMPDIR=str(tmp_path), DATABASE_URL=database, WEB_WORKERS=str(WORKERS), WORKER_CLOCK="0"
    )
    opening = open_posting(server)
    # The turns are the same on both; on the second only the database is of interest.
    count = SLOW if database.startswith("sqlite") else 2
    slow = [Candidate(opening, f"Slow {number}") for number in range(count)]
    with ThreadPoolExecutor(2) as people, ExitStack() as lines:
        list(people.map(Candidate.fill, slow))
        callers = [lines.enter_context(each.call()) for each in slow]
        wait_until(lambda: len(asked_after(server)) >= count, "every line to be open")
        assert all(asked_after(server))
        # Their forms are half here; a whole one is written to the database meanwhile.
        Candidate(opening, "Quick").apply()
        with inside(server):
            assert [each.name for each in db.session.query(Application)] == ["Quick"]
        for each, caller in zip(slow, callers, strict=True):
            rest = each.body[len(each.body) // 2 :]
            caller.sendall(rest[:-2])
        time.sleep(0.1)
        for each, caller in zip(slow, callers, strict=True):
            caller.sendall(each.body[-2:])
        assert [hear(caller) for caller in callers] == [303] * count
    assert len(crashing.kept(server).receipts) == count + 1
    assert server.stop() == 0
