"""Many mails at once: several connections, several workers, one pace, and no endless waiting."""

import datetime as dt
import threading
import time
from collections import Counter

import pytest
import time_machine
from flask import Flask

from tests.notifications.factories import queue, reload, side_by_side
from tests.notifications.test_delivery import command, counted
from tests.notifications.test_headers import letter
from tests.plugins.mail import MailServer, dripping
from tracker.core import jobs
from tracker.core.db import db, now, writing
from tracker.notifications import transport
from tracker.notifications.claiming import CLAIM, claim_due
from tracker.notifications.connection import Connection
from tracker.notifications.delivery import deliver_due
from tracker.notifications.lanes import Outcome
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.recording import record_all
from tracker.notifications.rules import AttemptResult, MailState

LATER = dt.timedelta(minutes=1, seconds=1)


@pytest.fixture
def served(any_app: Flask, smtp_server: MailServer) -> Flask:
    """The application with a mail server, on both databases."""
    any_app.config["MAIL_URL"] = smtp_server.url
    return any_app


def fill(count: int, domain: str = "example.org") -> list[int]:
    """So many mails, each to somebody else."""
    return [queue(f"a{number}@{domain}").id for number in range(count)]


def test_many_mails_go_over_several_connections_each_used_again(
    served: Flask, smtp_server: MailServer
) -> None:
    served.config["MAIL_CONNECTIONS"] = 4
    smtp_server.trouble("kept", stall_s=0.05)
    ids = fill(40)
    assert counted(deliver_due()) == (40, 0, 0)
    assert Counter(each.recipients[0] for each in smtp_server.received) == {
        f"a{number}@example.org": 1 for number in range(40)
    }
    assert 1 < smtp_server.most_at_once <= 4
    assert smtp_server.sessions <= 4
    assert {reload(each).state for each in ids} == {MailState.SENT}


def test_a_few_mails_need_one_connection(app: Flask, smtp_server: MailServer) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    fill(3)
    assert counted(deliver_due()) == (3, 0, 0)
    assert smtp_server.sessions == 1


def test_a_server_that_wants_fewer_connections_gets_fewer_and_every_mail(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.most_sessions = 2
    smtp_server.trouble("kept", stall_s=0.02)
    ids = fill(40)
    report = deliver_due()
    assert (counted(report), report.trouble) == ((40, 0, 0), None)
    assert [len(reload(each).attempts) for each in ids] == [1] * 40
    assert smtp_server.most_at_once <= 2


def test_a_server_that_goes_away_in_the_middle_leaves_all_others_untouched(
    served: Flask, smtp_server: MailServer
) -> None:
    served.config["MAIL_CONNECTIONS"] = 4
    smtp_server.trouble("kept", stall_s=0.02)
    ids = fill(60)

    def vanish() -> None:
        smtp_server.wait_for(10)
        smtp_server.trouble("data", drop=True)
        smtp_server.most_sessions = 0

    thread = threading.Thread(target=vanish)
    thread.start()
    report = deliver_due()
    thread.join()
    assert report.trouble is not None
    states = Counter(reload(each).state for each in ids)
    # What was under way is delayed; of the others nothing was tried and nothing is claimed.
    assert states[MailState.SENT] >= 10
    assert 1 <= states[MailState.DELAYED] <= 10
    assert states.total() == 60
    assert {reload(each).claimed_by for each in ids} == {None}
    smtp_server.behave()
    smtp_server.most_sessions = None
    with time_machine.travel(now() + LATER):
        deliver_due()
    assert {reload(each).state for each in ids} == {MailState.SENT}
    assert max(Counter(each.recipients[0] for each in smtp_server.received).values()) == 1


def test_three_processes_with_many_connections_send_each_mail_once(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.trouble("kept", stall_s=0.03)
    ids = fill(150)
    processes = [command(served) for _ in range(3)]
    answers = [each.communicate(timeout=120) for each in processes]
    assert [each.returncode for each in processes] == [0, 0, 0], answers
    got = Counter(each.recipients[0] for each in smtp_server.received)
    assert got == {f"a{number}@example.org": 1 for number in range(150)}
    assert [len(reload(each).attempts) for each in ids] == [1] * 150


def test_the_job_runs_once_at_a_time_and_looks_again(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.trouble("kept", stall_s=3, times=1)
    fill(2)
    thread = threading.Thread(target=lambda: side_by_side(served, run_job, count=1))
    thread.start()
    while not smtp_server.received:
        time.sleep(0.01)
    fill(2, "example.net")
    began = time.monotonic()
    run_job()
    assert time.monotonic() - began < 2
    thread.join()
    assert len(smtp_server.received) == 4


def test_a_worker_that_shall_end_finishes_what_is_under_way_and_gives_back_the_rest(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.trouble("kept", stall_s=0.2)
    ids = fill(30)
    served.config["MAIL_CONNECTIONS"] = 2
    served.extensions["stopping"] = stopping = threading.Event()

    def stop() -> None:
        smtp_server.wait_for(3)
        stopping.set()

    thread = threading.Thread(target=stop)
    thread.start()
    report = deliver_due()
    thread.join()
    assert report.trouble is None
    assert 3 <= report.sent == len(smtp_server.received) < 30
    assert Counter(reload(each).state.value for each in ids) == {
        "sent": report.sent,
        "waiting": 30 - report.sent,
    }
    assert {reload(each).claimed_by for each in ids} == {None}
    stopping.clear()
    assert deliver_due().sent == 30 - report.sent
    assert len(smtp_server.received) == 30


def run_job() -> None:
    """Run the worker's job here."""
    jobs.run_now("deliver")


def test_many_outcomes_are_written_in_one_transaction(any_app: Flask) -> None:
    ids = fill(4)
    assert sorted(each.email_id for each in claim_due("one")) == ids
    said = [
        Outcome(AttemptResult.ACCEPTED, 250, "250 Taken"),
        Outcome(AttemptResult.REFUSED_FOR_NOW, 451, "451 Later"),
        Outcome(AttemptResult.REFUSED, 552, "552 5.2.2 Box full"),
        Outcome(AttemptResult.UNREACHABLE, None, "The connection broke."),
    ]
    states = record_all(list(zip(ids, said, strict=True)), "one")
    assert [each.value for each in states] == ["sent", "delayed", "failed", "delayed"]
    assert [reload(each).state for each in ids] == states
    assert [reload(each).last_answer for each in ids] == [each.words for each in said]
    assert [reload(each).claimed_by for each in ids] == [None] * 4
    assert [len(reload(each).attempts) for each in ids] == [1] * 4


# Pace


def test_a_domain_gets_no_more_in_a_minute_than_its_pace(
    served: Flask, smtp_server: MailServer
) -> None:
    served.config["MAIL_DOMAIN_PACE"] = 5
    slow, other = fill(12, "slow.example"), fill(3, "Other.example")
    assert counted(deliver_due()) == (8, 0, 0)
    assert counted(deliver_due()) == (0, 0, 0)
    assert [reload(each).state.value for each in slow] == ["sent"] * 5 + ["waiting"] * 7
    assert [reload(each).state.value for each in other] == ["sent"] * 3
    began = now()
    for minute, left in ((1, 5), (2, 2), (3, 0)):
        with time_machine.travel(began + minute * LATER):
            assert deliver_due().sent == left
    assert len(smtp_server.received) == 15


def test_a_pace_holds_for_all_workers_together(served: Flask, smtp_server: MailServer) -> None:
    served.config["MAIL_PACE"] = 7
    smtp_server.trouble("kept", stall_s=0.02)
    fill(10)
    fill(10, "example.net")
    sent: list[int] = []
    side_by_side(served, lambda: sent.append(deliver_due().sent), count=4)
    assert sum(sent) == len(smtp_server.received) == 7


def test_a_run_that_lingers_goes_on_once_the_pace_allows_it(
    app: Flask, smtp_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config |= {"MAIL_URL": smtp_server.url, "MAIL_PACE": 2}
    monkeypatch.setattr("tracker.notifications.pace.WINDOW", dt.timedelta(seconds=1))
    monkeypatch.setattr("tracker.notifications.delivery.NAP_S", 0.1)
    fill(6)
    assert counted(deliver_due(lingers=True)) == (6, 0, 0)


def test_a_failed_try_counts_for_the_pace_too(app: Flask, smtp_server: MailServer) -> None:
    app.config |= {"MAIL_URL": smtp_server.url, "MAIL_DOMAIN_PACE": 2}
    smtp_server.trouble("rcpt", "451 Later")
    fill(4)
    assert counted(deliver_due()) == (0, 2, 0)
    assert counted(deliver_due()) == (0, 0, 0)


# A server that does not come to an end


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "."])
def test_a_byte_at_a_time_holds_nobody_for_long(app: Flask, stage: str) -> None:
    with dripping(stage, every_s=0.2) as server:
        app.config["MAIL_URL"] = server.url
        email_id = queue().id
        report = deliver_due(timeout_s=1, patience_s=1.5)
        assert server.drips < 50  # ten seconds; the whole answer takes longer than that
    assert counted(report) == (0, 1, 0)
    email = reload(email_id)
    assert (email.state, email.attempts_count) == (MailState.DELAYED, 1)
    assert "took too long" in str(email.last_answer)


def test_a_server_that_only_hurries_is_not_hurried(app: Flask) -> None:
    with dripping("MAIL", every_s=0.005) as server:
        app.config["MAIL_URL"] = server.url
        queue()
        assert counted(deliver_due(timeout_s=1, patience_s=10)) == (1, 0, 0)


@pytest.mark.parametrize("answer", ["552 5.2.2 Box full", "550 5.7.1 No"])
def test_a_full_box_and_a_refusal_are_for_good(
    app: Flask, smtp_server: MailServer, answer: str
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.trouble("data", answer)
    email_id = queue().id
    assert counted(deliver_due()) == (0, 0, 1)
    assert (reload(email_id).state, reload(email_id).last_answer) == (MailState.FAILED, answer)


def test_each_recipient_of_a_mail_has_an_answer_of_its_own(
    app: Flask, smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.refuse("b@example.org", "550 5.1.1 Nobody")
    smtp_server.refuse("c@example.org", "451 4.7.1 Later")
    message = transport.build(letter(recipient=("", "a@example.org")))
    message.recipients += ["b@example.org", "c@example.org"]
    server = transport.configured_server()
    assert server is not None
    with Connection(server) as connection:
        answers = connection.deliver(message)
        again = connection.deliver(transport.build(letter(recipient=("", "d@example.org"))))
    assert {name: each.words for name, each in answers.items()} == {
        "a@example.org": "250 2.0.0 Kept",
        "b@example.org": "550 5.1.1 Nobody",
        "c@example.org": "451 4.7.1 Later",
    }
    assert [each.code for each in again.values()] == [250]
    assert [each.recipients for each in smtp_server.received] == [
        ("a@example.org",),
        ("d@example.org",),
    ]


# Addresses


@pytest.mark.parametrize(
    "address", ["jörg@example.org", "ann@bücher.example", '"ann lee"@example.org']
)
def test_unusual_addresses_arrive(app: Flask, smtp_server: MailServer, address: str) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    email_id = queue(address, name="Jörg, of").id
    assert counted(deliver_due()) == (1, 0, 0)
    (received,) = smtp_server.received
    assert received.recipients == (reload(email_id).recipient_address,)
    (to,) = received.message["To"].addresses
    assert to.display_name == "Jörg, of"


def test_a_server_without_letters_refuses_such_an_address_for_good(
    app: Flask, plain_smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = plain_smtp_server.url
    email_id = queue("jörg@example.org").id
    other = queue("ann@example.org").id
    assert counted(deliver_due()) == (1, 0, 1)
    assert "does not know SMTPUTF8" in str(reload(email_id).last_answer)
    assert reload(other).state is MailState.SENT


def test_a_reply_address_with_letters_keeps_no_mail_back(
    app: Flask, plain_smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = plain_smtp_server.url
    queue(reply_to=("Jörg", "jörg@example.org"))
    assert counted(deliver_due()) == (1, 0, 0)
    assert "Reply-To" not in plain_smtp_server.received[0].message


def test_claims_of_the_dead_go_to_the_end_of_the_line(
    served: Flask, smtp_server: MailServer
) -> None:
    first, second = fill(2)
    process = command(served)
    process.communicate(timeout=60)
    assert len(smtp_server.received) == 2
    third, fourth = queue("c@example.org").id, queue("d@example.org").id
    with writing():
        email = db.session.get_one(OutgoingEmail, third)
        email.claimed_by = dead_name(process.pid)
        email.claimed_until = now() + dt.timedelta(minutes=9)
        db.session.commit()
    served.config["MAIL_CONNECTIONS"] = 1
    assert counted(deliver_due()) == (2, 0, 0)
    assert [each.recipients[0] for each in smtp_server.received[2:]] == [
        "d@example.org",
        "c@example.org",
    ]
    assert {first, second, third, fourth} == {1, 2, 3, 4}


def test_mail_that_keeps_killing_its_worker_waits_longer_each_time(
    served: Flask, smtp_server: MailServer
) -> None:
    process = command(served)
    process.communicate(timeout=60)
    (email_id,) = fill(1)
    with writing():
        email = db.session.get_one(OutgoingEmail, email_id)
        email.claimed_by, email.claimed_until = dead_name(process.pid), now() + CLAIM
        email.interrupted_count = 1
        db.session.commit()
    other = queue("d@example.org").id
    assert counted(deliver_due()) == (1, 0, 0)
    assert reload(other).state is MailState.SENT
    assert reload(email_id).interrupted_count == 2
    with time_machine.travel(dt.datetime.now(dt.UTC) + LATER):
        assert counted(deliver_due()) == (1, 0, 0)
    assert next(each.recipients[0] for each in smtp_server.received) == "d@example.org"


def dead_name(pid: int) -> str:
    """What a worker of this machine was called that has died."""
    from tracker.core.processes import own_name  # noqa: PLC0415

    place, _, rest = own_name().rpartition(":")
    return f"{place.rpartition(':')[0]}:{pid}:{rest}"
