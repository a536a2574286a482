"""`kill -9` of web or worker at any point loses no application and no mail."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys import crashing
from tests.journeys.candidates import (
    CONTACT,
    Candidate,
    Opening,
    Shown,
    crowd,
    hear,
    inside,
    open_posting,
    wait_until,
)
from tests.plugins.mail import MailServer
from tests.plugins.servers import ROOT, LiveServer, ServerStarter
from tests.plugins.soak import scaled
from tests.routing import factories as routing
from tracker.core.tokens import hash_token

KILLS = scaled(10, 200)
POWER_CUTS = scaled(2, 20)
ROUNDS = scaled(1, 50)  # of death at each step
STALL_S = 60.0
END_S = 12.0
MUST_DIE_AT = {
    f"INSERT INTO {table}"
    for table in ("document", "application", "stage_change", "assignment", "outgoing_email")
}


def assert_promises_hold(server: LiveServer, shown: list[Shown]) -> None:
    """Each receipt that was shown is an application, to the byte, and its contact was told."""
    kept = crashing.kept(server)
    assert kept.receipts == sorted(shown, key=lambda each: each.number)
    assert kept.told == [[each.email, CONTACT] for each in kept.receipts]
    assert len(kept.outbox) == 2 * len(shown)
    assert kept.drafts == 0
    assert crashing.verified(server) == (True, [])


def wait_for_a_moment(shown: list[Shown], opening: Opening, luck: random.Random) -> None:
    """Wait for another receipt, then for some moment while a form is on its way."""
    receipts = len(shown)
    wait_until(lambda: len(shown) > receipts, "a receipt")
    wait_until(lambda: opening.on_the_way, "a form on its way")
    time.sleep(luck.uniform(0, 0.2))


@pytest.mark.soak
def test_killed_web_workers_lose_no_application(
    start_server: ServerStarter, smtp_server: MailServer, tmp_path: Path
) -> None:
    server = start_server(TMPDIR=str(tmp_path), MAIL_URL=smtp_server.url)
    opening = open_posting(server)
    luck = random.Random(9)  # noqa: S311 - moments, not secrets
    with crowd(opening, 3) as shown:
        for number in range(1, KILLS + 1):
            wait_for_a_moment(shown, opening, luck)
            wait_until(lambda: len(crashing.web_workers(server)) == 2, "both web workers")
            workers = crashing.web_workers(server)
            # Mostly one of the two; killed soon after its start, the web server gives up too.
            crashing.kill(workers if number % 5 == 0 else workers[:1])
    assert opening.unanswered > 0
    assert_promises_hold(server, shown)
    wait_until(lambda: len(smtp_server.received) >= 2 * len(shown), "every mail")
    assert crashing.arrived(smtp_server) == crashing.kept(server).outbox


@pytest.mark.soak
def test_a_worker_killed_in_mid_conversation_loses_no_mail(
    start_server: ServerStarter, smtp_server: MailServer, tmp_path: Path
) -> None:
    server = start_server(TMPDIR=str(tmp_path), MAIL_URL=smtp_server.url, WORKER_CLOCK="0")
    stages = (("Ada", "rcpt"), ("Bo", "data"), ("Cy", "kept"))
    for turn, (name, stage) in itertools.product(range(ROUNDS), stages):
        smtp_server.trouble(stage, stall_s=STALL_S, times=1)
        with inside(server):
            routing.arrived(name=name, email=f"{name.lower()}.{turn}@example.org")
        wait_until(lambda: smtp_server.has_misbehaved(stage), "the worker")  # noqa: B023
        worker = crashing.mail_worker(server)
        assert worker is not None
        crashing.kill([worker])
        wait_until(lambda: crashing.mail_worker(server) not in {None, worker}, "another worker")  # noqa: B023
        smtp_server.behave()
        crashing.let_time_pass(server)
    # At "kept" the server had taken the mail when the worker died before it could know.
    taken = crashing.arrived(smtp_server)
    assert taken.total() == ROUNDS
    server.flask("mail", "deliver")
    outbox = crashing.kept(server).outbox
    assert outbox.total() == 2 * len(stages) * ROUNDS
    assert crashing.arrived(smtp_server) == outbox + taken
    assert crashing.broken(server) == []


@pytest.mark.soak
def test_power_cuts_lose_nothing(
    start_server: ServerStarter, smtp_server: MailServer, tmp_path: Path
) -> None:
    smtp_server.trouble("kept", stall_s=0.1)
    server = start_server(TMPDIR=str(tmp_path), MAIL_URL=smtp_server.url, WORKER_CLOCK="0")
    opening = open_posting(server)
    luck = random.Random(3)  # noqa: S311 - moments, not secrets
    with crowd(opening, 2) as shown:
        for _ in range(POWER_CUTS):
            wait_for_a_moment(shown, opening, luck)
            crashing.cut_the_power(server)
            assert crashing.broken(server) == []
            server.start()
    assert opening.unanswered > 0
    assert server.stop() == 0
    crashing.let_time_pass(server)
    server.flask("mail", "deliver")
    assert_promises_hold(server, shown)
    arrived = crashing.arrived(smtp_server)
    assert set(arrived) == set(crashing.kept(server).outbox)
    assert max(arrived.values()) <= 2


def test_ctrl_c_during_uploads_leaves_nothing_half(
    start_server: ServerStarter, tmp_path: Path
) -> None:
    server = start_server(TMPDIR=str(tmp_path))
    opening = open_posting(server)
    whole, slow, silent = candidates = [
        Candidate(opening, name) for name in ("All Sent", "Rest Follows", "Nothing Follows")
    ]
    for each in candidates:
        each.insist(each.fill)
    with whole.call() as first, slow.call() as second, silent.call() as third:
        whole.send_the_rest(first)
        assert server.process is not None
        os.killpg(server.process.pid, signal.SIGINT)
        slow.send_the_rest(second)
        answers = [hear(each) for each in (first, second, third)]
        assert server.process.wait(END_S) == 0
    assert answers[2] is None
    assert set(answers) <= {303, None}
    stored = {each.token_hash for each in crashing.kept(server).receipts}
    answered = {
        hash_token(each.token) for each, status in zip(candidates, answers, strict=True) if status
    }
    assert answered <= stored <= {hash_token(each.token) for each in (whole, slow)}
    assert crashing.broken(server) == []
    server.start()
    assert_promises_hold(server, [each.insist(each.press) for each in candidates])


def crash_on_the_way(server: LiveServer, *most: str) -> list[str]:
    """Submit an application and die, later each time, until one is there; where it died."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.crash_points", *most],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.soak
@pytest.mark.both_databases
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_submission_that_dies_anywhere_on_the_way_is_whole_or_not_there(
    database: str, tmp_path: Path, smtp_server: MailServer, _round: int
) -> None:
    server = LiveServer(
        tmp_path, TMPDIR=str(tmp_path), DATABASE_URL=database, MAIL_URL=smtp_server.url
    )
    # Up to the very commit nothing has changed; after it, everything is there.
    resume, *before, last, changed = crash_on_the_way(server)
    assert resume == "link a file"
    assert (before[0], before[-1], last, changed) == ("link a file", "commit", "nudge", "changed")
    assert set(before) >= MUST_DIE_AT
    assert smtp_server.received == []
    server.flask("mail", "deliver")
    kept = crashing.kept(server)
    (application,) = kept.receipts
    assert (application.email, len(application.checksums)) == ("ada.quill@example.org", 2)
    assert crashing.arrived(smtp_server) == kept.outbox
    assert {each.recipients for each in smtp_server.received} == {(application.email,), (CONTACT,)}
    assert crashing.broken(server) == []


def test_what_dead_processes_left_on_the_disk_is_swept_after_an_hour(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    server = LiveServer(tmp_path, TMPDIR=str(temporary))
    server.migrate()
    assert len(crash_on_the_way(server, "2")) == 3
    named, present = crashing.named_files(server), crashing.present_files(server)
    assert [each.name.rpartition("-")[0] for each in temporary.iterdir()] == ["tracker-upload"]
    assert {each.parent.name for each in present - named} > {".incoming"}
    crashing.sweep(server)
    assert crashing.present_files(server) == present
    crashing.age([*present, *temporary.iterdir()], hours=2)
    crashing.sweep(server)
    assert crashing.present_files(server) == named
    assert list(temporary.iterdir()) == []
    assert crashing.broken(server) == []
