"""Mail under kills and without a server: nothing lost, nothing doubled more than it must be."""

import random
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.journeys import crashing
from tests.journeys.candidates import Candidate, Shown, inside, open_posting, wait_until
from tests.notifications.factories import queue
from tests.notifications.test_delivery import command
from tests.plugins.mail import MailServer
from tests.plugins.servers import LiveServer, ServerStarter
from tests.plugins.soak import scaled
from tracker.core.db import db
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState

KILLS = scaled(4, 200)
MAILS_A_KILL = 12
CROWD = scaled(12, 100)
# Pages that wait for nobody take well under a second; a machine that is busy takes longer.
AT_ONCE_S = 20.0


def states(server: LiveServer) -> Counter[str]:
    """How many mails are in each state."""
    statement = select(OutgoingEmail.state, func.count()).group_by(OutgoingEmail.state)
    with inside(server):
        return Counter({state.value: count for state, count in db.session.execute(statement)})


def deliverer(server: LiveServer) -> "subprocess.Popen[str]":
    """A worker of its own, with several conversations at once."""
    with inside(server) as app:
        app.config["MAIL_CONNECTIONS"] = 4
        return command(app)


@pytest.mark.soak
@pytest.mark.both_databases
def test_workers_killed_with_many_conversations_under_way_lose_no_mail(
    database: str, tmp_path_factory: pytest.TempPathFactory, smtp_server: MailServer
) -> None:
    server = LiveServer(
        tmp_path_factory.mktemp("server"), DATABASE_URL=database, MAIL_URL=smtp_server.url
    )
    server.environment["MAIL_CONNECTIONS"] = "4"
    luck = random.Random(5)  # noqa: S311 - moments, not secrets
    smtp_server.trouble("kept", stall_s=0.05)
    lost_answers = 0
    for turn in range(KILLS):
        with inside(server):
            for number in range(MAILS_A_KILL):
                queue(f"a{turn}.{number}@example.org")
        before = len(smtp_server.received)
        process = deliverer(server)
        wait_until(lambda: len(smtp_server.received) > before, "a mail under way")  # noqa: B023
        time.sleep(luck.uniform(0, 0.15))
        crashing.kill([process.pid])
        process.communicate()
        taken = len({each.message["Message-ID"] for each in smtp_server.received})
        lost_answers += taken > states(server)["sent"]
    smtp_server.behave()
    while states(server)["waiting"]:
        process = deliverer(server)
        _, said = process.communicate(timeout=600)
        assert process.returncode == 0, said
    outbox = crashing.kept(server).outbox
    arrived = crashing.arrived(smtp_server)
    assert states(server) == {"sent": KILLS * MAILS_A_KILL}
    # The same Message-ID each time; each at most once more than it should.
    assert set(arrived) == set(outbox)
    assert max(arrived.values()) <= 2
    assert lost_answers > 0
    assert crashing.broken(server) == []


@pytest.mark.soak
def test_people_apply_at_once_while_the_mail_server_is_down(
    start_server: ServerStarter, smtp_server: MailServer
) -> None:
    away = smtp_server.url
    smtp_server.trouble("connect", drop=True)
    server = start_server(MAIL_URL=away)
    opening = open_posting(server)

    def apply(number: int) -> tuple[Shown, float]:
        candidate = Candidate(opening, f"Ada Quill {number}")
        candidate.fill()
        began = time.monotonic()
        shown = candidate.press()
        return shown, time.monotonic() - began

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(apply, range(CROWD)))
    assert smtp_server.received == []
    assert max(seconds for _, seconds in answers) < AT_ONCE_S
    assert opening.unanswered == 0
    kept = crashing.kept(server)
    assert kept.receipts == sorted((each for each, _ in answers), key=lambda each: each.number)
    assert states(server).keys() <= {"waiting", "delayed"}
    smtp_server.behave()
    crashing.let_time_pass(server)
    wait_until(lambda: states(server) == {"sent": 2 * CROWD}, "every mail to be sent")
    assert crashing.arrived(smtp_server) == kept.outbox
    assert len({each.recipients[0] for each in smtp_server.received}) == CROWD + 1


def test_a_silent_mail_server_slows_no_page(
    start_server: ServerStarter, smtp_server: MailServer
) -> None:
    """The web writes rows and never speaks with the mail server, whatever that one does."""
    smtp_server.trouble("connect", stall_s=60)
    server = start_server(MAIL_URL=smtp_server.url, WORKER_CLOCK="0")
    opening = open_posting(server)
    web = set(crashing.web_workers(server))
    began = time.monotonic()
    for number in range(3):
        Candidate(opening, f"Bo Reed {number}").apply()
        assert talking_to(smtp_server) & web == set()
    assert time.monotonic() - began < 30
    wait_until(lambda: talking_to(smtp_server), "the worker to try")
    worker = crashing.mail_worker(server)
    assert talking_to(smtp_server) == {worker}
    assert states(server)["waiting"] == 6
    with inside(server):
        claimed = select(func.count()).where(OutgoingEmail.claimed_by.is_not(None))
        assert db.session.scalar(claimed.where(OutgoingEmail.state == MailState.WAITING))


def talking_to(mail: MailServer) -> set[int]:
    """The processes other than this one that hold a connection to the mail server."""
    return crashing.callers_of(int(mail.url.rpartition(":")[2]))
