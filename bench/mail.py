"""How fast waiting mail goes out, and how the outbox's pages do when there is much of it.

A server in a process of its own answers each mail after 50 ms. Beside Tracker, in the same
run: smtplib alone, sending bytes made beforehand over as many connections.
"""

import asyncio
import datetime as dt
import multiprocessing
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, insert, select, update

from tracker.accounts.models import Person
from tracker.app import create_app
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.intake.models import IncomingEmail
from tracker.intake.queries import taken_since
from tracker.intake.rules import Verdict
from tracker.notifications import operations, queries, transport
from tracker.notifications.claiming import claim_due
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState

ROOT = Path(__file__).resolve().parent.parent
MAILS, WORKERS, CONNECTIONS = 10_000, 2, 48
ANSWER_S = 0.05
FEW, MANY, TIMES = 1_000, 100_000, 40
DAY = dt.timedelta(days=1)
MESSAGE = "application_received"


def main(mails: int = MAILS, many: int = MANY) -> None:
    """Measure and print."""
    send(mails)
    pages(many)


# Sending


def send(mails: int = MAILS) -> None:
    """Print how fast waiting mails go, and what smtplib alone does."""
    print(
        f"\n{mails} mails waiting, a server that answers after {ANSWER_S * 1000:.0f} ms,"
        f" {WORKERS} workers with up to {CONNECTIONS} connections each:",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name, _server() as (port, taken):
        folder = Path(name)
        app = _app(folder, MAIL_URL=f"smtp://127.0.0.1:{port}")
        with app.app_context():
            upgrade()
            content = _queue(mails)
            _put_away(app)
        bare = _bare(port, content, mails // 2)
        with taken.get_lock():
            taken.value = 0
        began = time.perf_counter()
        workers = [_worker(folder, port) for _ in range(WORKERS)]
        memory = _watch(workers, taken, mails)
        seconds = time.perf_counter() - began
        used = os.times()
        rate = memory.rate
        print(
            f"{'':4}Tracker {rate:.0f} mails/s (with its start {taken.value / seconds:.0f}),"
            f" smtplib alone {bare:.0f} mails/s, ratio {rate / bare:.2f}\n"
            f"{'':4}memory of a worker: {memory.begin:.0f} MB after a tenth,"
            f" {memory.end:.0f} MB at the end;"
            f" processor time of both: {used.children_user + used.children_system:.0f} s",
            flush=True,
        )
        with app.app_context():
            sent = select(func.count()).where(OutgoingEmail.state == MailState.SENT)
            if taken.value != mails or db.session.scalar(sent) != mails:
                sys.exit(f"{taken.value} mails arrived, not {mails}.")
            _put_away(app)


class _Memory:
    begin = end = rate = 0.0


def _watch(
    workers: Sequence["subprocess.Popen[bytes]"], taken: "Synchronized[int]", mails: int
) -> _Memory:
    """Look at the workers until they end: their memory early and late, and the rate between."""
    seen, first = _Memory(), (0.0, 0)
    last = first
    while any(each.poll() is None for each in workers):
        time.sleep(0.02)
        count, resident = taken.value, max(map(_resident, workers))
        if count >= mails // 10 and not seen.begin:
            seen.begin, first = resident, (time.perf_counter(), count)
        if count < mails * 0.98 and resident:
            seen.end, last = resident, (time.perf_counter(), count)
    for each in workers:
        if each.wait():
            sys.exit("A worker failed.")
    seen.rate = (last[1] - first[1]) / max(last[0] - first[0], 1e-9)
    return seen


def _resident(process: "subprocess.Popen[bytes]") -> float:
    """The memory that a process holds, in megabytes; 0 once it has ended."""
    try:
        pages_ = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages_ * os.sysconf("SC_PAGE_SIZE") / 1e6


def _worker(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "INSTANCE_PATH": str(folder / "instance"),
        "MAIL_URL": f"smtp://127.0.0.1:{port}",
        "MAIL_CONNECTIONS": str(CONNECTIONS),
    }
    environment.pop("DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "deliver"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _queue(mails: int) -> bytes:
    """Fill the outbox with copies of a real message; returns one as the server gets it."""
    _fill(mails, state=MailState.WAITING, sent_at=None, next_attempt_at=now())
    (claimed,) = claim_due("bench", limit=1)
    content = transport.as_bytes(transport.build(claimed.letter))
    with writing():
        email = db.session.get_one(OutgoingEmail, claimed.email_id)
        email.claimed_by = email.claimed_until = None
        db.session.commit()
    return content


def _fill(mails: int, **standing: Any) -> None:
    drawn = operations.preview(MESSAGE)
    at = now()
    with writing():
        last = db.session.scalar(select(func.max(OutgoingEmail.id))) or 0
        for start in range(last, last + mails, 1000):
            db.session.execute(
                insert(OutgoingEmail),
                [
                    {
                        "message": MESSAGE,
                        "message_id": f"<bench.{number}@example.org>",
                        "recipient_name": f"Candidate {number}",
                        "recipient_address": f"candidate.{number}@example.org",
                        "sender_name": "Library",
                        "sender_address": "jobs@example.org",
                        "subject": drawn.subject,
                        "text": drawn.text,
                        "html": drawn.html,
                        "headers": operations.AUTOMATIC,
                        "about_kind": "application",
                        "about_id": number,
                        "created_at": at,
                        **standing,
                    }
                    for number in range(start, min(start + 1000, last + mails))
                ],
            )
        db.session.commit()


def _fail_some() -> None:
    """Let one of twenty have failed: a full page of them, also with few mails."""
    with writing():
        db.session.execute(
            update(OutgoingEmail)
            .where(OutgoingEmail.id % 20 == 0)
            .values(state=MailState.FAILED, sent_at=None, last_answer="550 5.1.1 No such user")
        )
        db.session.commit()


def _fill_incoming(mails: int) -> None:
    """Let so many mails have come in, replies most of them; some bounced, some are unsorted."""
    at = now()
    with writing():
        last = db.session.scalar(select(func.max(IncomingEmail.id))) or 0
        for start in range(last + 1, last + mails + 1, 1000):
            db.session.execute(
                insert(IncomingEmail),
                [
                    {
                        "file_key": f"bench/{number}",
                        "sha256": f"{number:064}",
                        "size": 4_000,
                        "kept_at": at,
                        "understood_at": at,
                        "verdict": _verdict_of(number),
                        "message_id": f"<in.{number}@example.net>",
                        "from_address": f"candidate.{number % 5000}@example.net",
                        "subject": f"About my application {number}",
                        "text": "Good morning, is there any news? " * 20,
                        "dismissed_at": at if number % 1000 == 510 else None,
                        "dismissal": "Nothing for us." if number % 1000 == 510 else "",
                    }
                    for number in range(start, min(start + 1000, last + mails + 1))
                ],
            )
        db.session.commit()


def _verdict_of(number: int) -> Verdict:
    if number % 20 == 10:
        return Verdict.UNSORTED
    return Verdict.BOUNCE if number % 20 == 0 else Verdict.REPLY


def _bare(port: int, content: bytes, mails: int) -> float:
    """Send the same bytes with smtplib alone, over as many connections; mails a second."""
    context = multiprocessing.get_context("fork")
    children = [
        context.Process(target=_bare_worker, args=(port, content, mails // WORKERS))
        for _ in range(WORKERS)
    ]
    began = time.perf_counter()
    for each in children:
        each.start()
    for each in children:
        each.join()
    return mails / (time.perf_counter() - began)


def _bare_worker(port: int, content: bytes, mails: int) -> None:
    numbers = iter(range(mails))
    lock = threading.Lock()

    def lane() -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as host:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                host.sendmail("jobs@example.org", [f"candidate.{number}@example.org"], content)

    threads = [threading.Thread(target=lane) for _ in range(CONNECTIONS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


@contextmanager
def _server() -> Iterator[tuple[int, "Synchronized[int]"]]:
    """A mail server in a process of its own: its port, and how many mails it took."""
    context = multiprocessing.get_context("fork")
    port, taken = context.Value("i", 0), context.Value("i", 0)
    process = context.Process(target=_serve, args=(port, taken), daemon=True)
    process.start()
    while not port.value:
        time.sleep(0.01)
    try:
        yield port.value, taken
    finally:
        process.terminate()
        process.join()


def _serve(port: "Synchronized[int]", taken: "Synchronized[int]") -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-bench\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n")
            elif verb == b"DATA":
                writer.write(b"354 Go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(ANSWER_S)
                taken.value += 1
                writer.write(b"250 Kept\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 Bye\r\n")
                break
            else:
                writer.write(b"250 Yes\r\n")
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(converse, "127.0.0.1", 0, limit=1 << 20, backlog=500)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(serve())


# Pages


def pages(many: int = MANY) -> None:
    """Print how long pages of mail take with few in the outbox and come in, and with many."""
    print(f"\nPages of mail, the median of {TIMES} in ms:", flush=True)
    medians: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        app = _app(Path(name), MAIL_URL="", SERVER_NAME=None)
        with app.app_context():
            upgrade()
            person_id = _administrator()
            there = 0
            for mails in (FEW, many):
                _fill(mails - there, state=MailState.SENT, sent_at=now(), next_attempt_at=None)
                _fail_some()
                _fill_incoming(mails - there)
                there = mails
                for what, run in _looking(app, person_id).items():
                    medians.setdefault(what, []).append(_timed(run))
            _put_away(app)
    for what, (few, much) in medians.items():
        print(
            f"{'':4}{what:18}{few:>8.1f} with {FEW},{much:>8.1f} with {many},"
            f" ratio {much / few:.2f}",
            flush=True,
        )


def _administrator() -> int:
    with writing():
        person = Person(email="ada.quist@example.org", name="Ada Quist", role=Role.ADMINISTRATOR)
        db.session.add(person)
        db.session.commit()
        return person.id


def _looking(app: Flask, person_id: int) -> dict[str, Callable[[], Any]]:
    """What is looked at: pages over HTTP's way in, without a socket."""
    client = app.test_client()
    person = db.session.get_one(Person, person_id)
    with client.session_transaction() as session:
        session["_user_id"] = person.get_id()
        session["_fresh"] = True
        session["signed_in_at"] = int(now().timestamp())
    middle = queries.page_of_mail(before=10**9, size=FEW // 2).emails[-1].id
    db.session.rollback()

    def get(path: str) -> Callable[[], None]:
        def look() -> None:
            answer = client.get(path)
            if answer.status_code != 200:
                sys.exit(f"{path} answered {answer.status_code}.")

        return look

    return {
        "messages": get("/staff/messages"),
        "an older page": get(f"/staff/messages?before={middle}"),
        "those sent": get("/staff/messages?state=sent"),
        "those that failed": get("/staff/messages?state=failed"),
        "one message": get(f"/staff/messages/{middle}"),
        "unsorted": get("/staff/incoming"),
        "all incoming": get("/staff/incoming?show=all"),
        "bounces": get("/staff/incoming?verdict=bounce"),
        "one incoming": get(f"/staff/incoming/{middle}"),
        "asked by intake": lambda: taken_since("candidate.7@example.net", now() - DAY),
        "desk": get("/staff"),
    }


def _timed(run: Callable[[], Any]) -> float:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _app(folder: Path, **settings: Any) -> Flask:
    return create_app({"INSTANCE_PATH": str(folder / "instance"), "DATABASE_URL": "", **settings})


def _put_away(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose()
    app.extensions["huey"].storage.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
