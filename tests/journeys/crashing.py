"""Kill as `kill -9` and power cuts do, and look at what is there afterwards.

Processes are found in Linux's own lists, so that nothing but Tracker itself has to help.
"""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from tests.journeys.candidates import Shown, inside, wait_until
from tests.plugins.mail import MailServer
from tests.plugins.servers import ROOT, LiveServer
from tracker.applications.models import Application, Draft
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.routing.models import Assignment
from tracker.upkeep import verification

# Hands that kill


def web_workers(server: LiveServer) -> list[int]:
    """The processes that answer the web, oldest first: those that listen on the server's port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {
        f"socket:[{row[9]}]"
        for row in rows
        if row[3] == "0A" and row[1].endswith(f":{server.port:04X}")
    }
    found = [pid for pid in processes(server) if listening & _open_files(pid)]
    return sorted(found, key=_started)


def callers_of(port: int) -> set[int]:
    """The processes, but this one, that hold a connection to a port of this machine."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(f":{port:04X}")}
    pids = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    return {pid for pid in pids if pid != os.getpid() and sockets & _open_files(pid)}


def mail_worker(server: LiveServer) -> int | None:
    """The process that does the background work: the supervisor's other child."""
    assert server.process is not None
    parents = _parents()
    web = {parents.get(pid) for pid in web_workers(server)}
    children = [pid for pid, parent in parents.items() if parent == server.process.pid]
    others = [pid for pid in children if pid not in web]
    return others[0] if web and len(children) == 2 and len(others) == 1 else None


def processes(server: LiveServer) -> list[int]:
    """The supervisor first, then every process below it."""
    assert server.process is not None
    parents, found, below = _parents(), [], [server.process.pid]
    while below:
        found += below
        below = [child for child, parent in parents.items() if parent in below]
    return found


def kill(pids: list[int]) -> None:
    """End processes as `kill -9` does; one that has ended meanwhile is no error."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def cut_the_power(server: LiveServer) -> None:
    """Kill everything at once: the supervisor first, so that it starts nothing again."""
    assert server.process is not None
    everything = processes(server)
    kill(everything)
    server.process.wait()
    wait_until(lambda: not any(map(_is_running, everything)), "everything to be gone")


def _parents() -> dict[int, int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (state := _state(int(entry.name))):
            parents[int(entry.name)] = int(state[1])
    return parents


def _state(pid: int) -> list[str]:
    """A process's state letter and parent, as Linux lists them; empty once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _is_running(pid: int) -> bool:
    return _state(pid)[:1] not in ([], ["Z"], ["X"])


def _started(pid: int) -> int:
    """When a process began, in ticks since the machine did."""
    state = _state(pid)
    return int(state[19]) if state else 0


def _open_files(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(os.readlink(entry))
    return found


# What is there afterwards


@dataclass(frozen=True)
class Kept:
    """What stands: applications as receipts say it, who was told, mails by Message-ID."""

    receipts: list[Shown]
    told: list[list[str]]
    outbox: Counter[str]
    drafts: int


def kept(server: LiveServer) -> Kept:
    """Read every application, its files to the byte, its assignments, and the outbox."""
    with inside(server):
        rows = db.session.scalars(select(Application).order_by(Application.number)).all()
        return Kept(
            receipts=[
                Shown(
                    token_hash=row.submission_token,
                    email=row.email,
                    number=row.number,
                    checksums=tuple(
                        files().measure(each.document.file_key)[1] for each in row.documents
                    ),
                )
                for row in rows
            ],
            told=[_told(row) for row in rows],
            outbox=Counter(db.session.scalars(select(OutgoingEmail.message_id))),
            drafts=len(db.session.scalars(select(Draft)).all()),
        )


def _told(row: Application) -> list[str]:
    """The addresses of the mails that an application has caused, the receipt's first."""
    assert row.receipt_email is not None
    given = select(Assignment).where(Assignment.application_id == row.id)
    told = [each.told_email for each in db.session.scalars(given)]
    return [each.recipient_address for each in (row.receipt_email, *told)]


def let_time_pass(server: LiveServer) -> None:
    """Age what is claimed and what is put off, as minutes would: both may be tried again."""
    past = now() - dt.timedelta(seconds=1)
    with inside(server), writing():
        for column in (OutgoingEmail.claimed_until, OutgoingEmail.next_attempt_at):
            db.session.execute(
                update(OutgoingEmail)
                .where(OutgoingEmail.state != MailState.SENT, column.is_not(None))
                .values({column: past})
            )
        db.session.commit()


def broken(server: LiveServer) -> list[verification.Broken]:
    """The promises that are found broken."""
    with inside(server):
        return verification.verify().broken


def verified(server: LiveServer) -> tuple[bool, list[Any]]:
    """What `flask verify --json` says: whether all is well, and what is broken."""
    report = json.loads(server.flask("verify", "--json", check=False).stdout)
    return report["ok"], report["broken"]


def arrived(mail: MailServer) -> Counter[str]:
    """How often each mail arrived, by Message-ID."""
    return Counter(str(each.message["Message-ID"]) for each in mail.received)


# What lies on the disk


def present_files(server: LiveServer) -> set[Path]:
    """Every file in the store's folder, whatever its name."""
    return {each for each in _store(server).rglob("*") if each.is_file()}


def named_files(server: LiveServer) -> set[Path]:
    """The files that rows name."""
    with inside(server):
        return {_store(server) / key for _, key, _, _ in verification.named_files()}


def _store(server: LiveServer) -> Path:
    return server.folder / "instance" / "files"


def age(paths: Iterable[Path], *, hours: int) -> None:
    """Make files as old as that."""
    then = time.time() - hours * 3600
    for each in paths:
        os.utime(each, (then, then))


def sweep(server: LiveServer) -> None:
    """Run the sweep of files in a process with the server's settings."""
    work = "from wsgi import app; app.app_context().push(); run_now('sweep_files')"
    subprocess.run(
        [sys.executable, "-c", f"from tracker.core.jobs import run_now; {work}"],
        cwd=ROOT,
        env=server.environment,
        check=True,
    )
