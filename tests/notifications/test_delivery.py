"""Mail goes out once, waits when it cannot, and every try is written down."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
import time_machine
from flask import Flask

from tests.notifications.factories import calendar, queue, reload, side_by_side
from tests.plugins.mail import MailServer
from tracker.core import jobs
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.core.processes import own_name
from tracker.notifications import operations, queries
from tracker.notifications.claiming import CLAIM, claim_due
from tracker.notifications.delivery import Report, deliver_due
from tracker.notifications.lanes import Outcome
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.recording import record
from tracker.notifications.rules import (
    AttemptResult,
    MailState,
    gives_up,
    pause_after,
    result_of_code,
)


@pytest.fixture
def served(any_app: Flask, smtp_server: MailServer) -> Flask:
    """The application with a mail server, on both databases."""
    any_app.config["MAIL_URL"] = smtp_server.url
    return any_app


def tries(email: OutgoingEmail) -> list[tuple[str, int | None, str]]:
    """What was tried: how it ended, the code, the server's words."""
    return [(each.result.value, each.code, each.answer) for each in email.attempts]


def counted(report: Report) -> tuple[int, int, int]:
    """A report as (sent, delayed, failed)."""
    return report.sent, report.delayed, report.failed


def test_a_mail_is_sent_and_the_servers_words_are_kept(
    served: Flask, smtp_server: MailServer
) -> None:
    email_id = queue().id
    assert counted(deliver_due()) == (1, 0, 0)
    email = reload(email_id)
    assert email.state is MailState.SENT
    assert email.sent_at is not None
    assert email.claimed_by is None
    assert tries(email) == [("accepted", 250, "250 2.0.0 Kept")]
    (received,) = smtp_server.received
    assert received.sender == "tracker@localhost"
    assert received.recipients == ("ann@example.org",)
    assert received.message["Message-ID"] == email.message_id
    assert received.text == email.text
    assert counted(deliver_due()) == (0, 0, 0)


def test_the_worker_delivers(served: Flask, smtp_server: MailServer) -> None:
    queue()
    jobs.run_now("deliver")
    assert len(smtp_server.received) == 1


def test_without_a_server_mail_waits_untouched(any_app: Flask) -> None:
    email_id = queue().id
    assert counted(deliver_due()) == (0, 0, 0)
    email = reload(email_id)
    assert (email.state, email.attempts_count, email.attempts) == (MailState.WAITING, 0, [])


def test_refused_for_now_is_tried_again_later(served: Flask, smtp_server: MailServer) -> None:
    email_id = queue().id
    smtp_server.refuse("ann@example.org", "451 4.7.1 Try again later")
    assert counted(deliver_due()) == (0, 1, 0)
    email = reload(email_id)
    assert email.state is MailState.DELAYED
    assert tries(email) == [("refused for now", 451, "451 4.7.1 Try again later")]
    assert counted(deliver_due()) == (0, 0, 0)
    smtp_server.behave()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1, seconds=1)):
        assert counted(deliver_due()) == (1, 0, 0)
    assert smtp_server.received[0].message["Message-ID"] == email.message_id


def test_refused_for_good_fails_and_can_go_elsewhere(
    served: Flask, smtp_server: MailServer
) -> None:
    email_id = queue("gone@example.org").id
    smtp_server.refuse("gone@example.org")
    assert counted(deliver_due()) == (0, 0, 1)
    email = reload(email_id)
    assert (email.state, email.last_answer) == (MailState.FAILED, "550 5.1.1 No such person here")
    with writing():
        operations.correct_address(
            queries.one_mail(email_id, locked=True), "ann@example.org", by=None
        )
        db.session.commit()
    assert counted(deliver_due()) == (1, 0, 0)
    email = reload(email_id)
    assert [each.recipient_address for each in email.attempts] == [
        "gone@example.org",
        "ann@example.org",
    ]
    assert smtp_server.received[0].recipients == ("ann@example.org",)


def test_one_refusal_does_not_stop_the_others(served: Flask, smtp_server: MailServer) -> None:
    smtp_server.refuse("b@example.org")
    smtp_server.refuse("c@example.org", "450 4.2.1 Box busy")
    ids = [queue(f"{letter}@example.org").id for letter in "abcd"]
    assert counted(deliver_due()) == (2, 1, 1)
    assert [reload(each).state.value for each in ids] == ["sent", "failed", "delayed", "sent"]
    assert len(smtp_server.to("d@example.org")) == 1


@pytest.mark.parametrize("stage", ["mail", "data"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [("452 4.3.1 Disk full", "delayed"), ("554 5.7.1 Not wanted", "failed"),
     ("530 5.7.0 Sign in first", "delayed"), ("421 4.3.2 Going down", "delayed")],
)  # fmt: skip
def test_a_refusal_at_any_stage_is_read_alike(
    app: Flask, smtp_server: MailServer, stage: str, answer: str, state: str
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.trouble(stage, answer)
    email_id = queue().id
    deliver_due()
    email = reload(email_id)
    assert (email.state.value, email.last_answer) == (state, answer)
    assert smtp_server.received == []


def test_a_connection_that_the_server_ends_between_mails_is_replaced(
    app: Flask, smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    queue("first@example.org")
    queue("second@example.org")

    def tire() -> None:
        smtp_server.wait_for(1)
        smtp_server.trouble("mail", "421 4.7.0 Too many on one connection", times=1)

    smtp_server.trouble("kept", stall_s=0.5, times=1)
    thread = threading.Thread(target=tire)
    thread.start()
    report = deliver_due()
    thread.join()
    assert counted(report) == (2, 0, 0)


def test_a_server_that_stalls_is_left_and_asked_again(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.trouble("data", stall_s=2, times=1)
    email_id = queue().id
    began = time.monotonic()
    report = deliver_due(timeout_s=0.3)
    assert time.monotonic() - began < 1.5
    assert counted(report) == (0, 1, 0)
    email = reload(email_id)
    assert [each.result for each in email.attempts] == [AttemptResult.UNREACHABLE]
    assert email.last_answer is not None
    assert "broke" in email.last_answer


def test_dropped_after_the_final_dot_it_goes_again_under_the_same_id(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.trouble("kept", drop=True, times=1)
    email_id = queue().id
    assert counted(deliver_due()) == (0, 1, 0)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)):
        assert counted(deliver_due()) == (1, 0, 0)
    first, second = smtp_server.received
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.message["Date"] == second.message["Date"]
    assert reload(email_id).state is MailState.SENT


def test_a_server_that_is_away_costs_one_try_a_run_and_loses_nothing(any_app: Flask) -> None:
    any_app.config["MAIL_URL"] = "smtp://127.0.0.1:1"
    ids = [queue(f"{letter}@example.org").id for letter in "abc"]
    report = deliver_due()
    assert counted(report) == (0, 1, 0)
    assert report.trouble == (
        "The mail server 127.0.0.1:1 could not be reached: Connection refused."
    )
    assert [reload(each).state.value for each in ids] == ["delayed", "waiting", "waiting"]
    assert [reload(each).claimed_by for each in ids] == [None, None, None]


def test_after_two_days_of_trying_a_mail_is_given_up(app: Flask) -> None:
    app.config["MAIL_URL"] = "smtp://127.0.0.1:1"
    email_id = queue().id
    at, runs = dt.datetime.now(dt.UTC), 0
    began = at
    while reload(email_id).state is not MailState.FAILED:
        with time_machine.travel(at, tick=False):
            deliver_due()
        due = reload(email_id).next_attempt_at
        at, runs = due or at, runs + 1
        assert runs < 40
    assert dt.timedelta(days=1, hours=18) < at - began <= dt.timedelta(days=2)
    with writing():
        operations.retry(queries.one_mail(email_id, locked=True), by=None)
        db.session.commit()
    assert (reload(email_id).state, reload(email_id).attempts_count) == (MailState.WAITING, 0)
    deliver_due()
    assert reload(email_id).state is MailState.DELAYED


def test_pauses_grow() -> None:
    minutes = [pause_after(each) / dt.timedelta(minutes=1) for each in range(1, 11)]
    assert minutes == [1, 2, 5, 10, 30, 60, 120, 240, 240, 240]
    assert [gives_up(1), gives_up(18), gives_up(19)] == [False, False, True]
    assert result_of_code(-1) is AttemptResult.REFUSED_FOR_NOW


def test_a_mail_being_sent_is_not_sent_again_by_hand(any_app: Flask) -> None:
    email_id = queue().id
    assert [each.email_id for each in claim_due("one")] == [email_id]
    with writing(), pytest.raises(DomainError, match="being sent"):
        operations.retry(queries.one_mail(email_id, locked=True), by=None)


def test_a_claim_keeps_others_away_until_it_ends(any_app: Flask) -> None:
    email_id = queue().id
    assert [each.email_id for each in claim_due("one")] == [email_id]
    assert claim_due("two") == []
    with time_machine.travel(dt.datetime.now(dt.UTC) + CLAIM + dt.timedelta(seconds=1)):
        assert [each.email_id for each in claim_due("two")] == [email_id]
        late = Outcome(AttemptResult.REFUSED, 550, "550 Late")
        assert record(email_id, "one", late) is MailState.WAITING
        taken = Outcome(AttemptResult.ACCEPTED, 250, "250 Taken")
        assert record(email_id, "two", taken) is MailState.SENT
    assert [code for _, code, _ in tries(reload(email_id))] == [550, 250]


def test_workers_side_by_side_send_each_mail_once(served: Flask, smtp_server: MailServer) -> None:
    ids = [queue(f"a{number}@example.org").id for number in range(60)]
    sent: list[int] = []
    side_by_side(served, lambda: sent.append(deliver_due().sent), count=4)
    got = Counter(each.recipients[0] for each in smtp_server.received)
    assert got == {f"a{number}@example.org": 1 for number in range(60)}
    assert sum(sent) == 60
    assert {reload(each).state for each in ids} == {MailState.SENT}


def command(app: Flask) -> "subprocess.Popen[str]":
    """`flask mail deliver` in a process of its own, on the test's database."""
    environment = os.environ | {
        name: str(app.config[name])
        for name in (
            "DATABASE_URL",
            "MAIL_URL",
            "MAIL_CONNECTIONS",
            "SECRET_KEY",
            "BASE_URL",
            "FILES_URL",
        )
    }
    environment["INSTANCE_PATH"] = app.instance_path
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "deliver"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_side_by_side_send_each_mail_once(served: Flask, smtp_server: MailServer) -> None:
    for number in range(40):
        queue(f"a{number}@example.org")
    processes = [command(served) for _ in range(2)]
    answers = [each.communicate(timeout=120) for each in processes]
    assert [each.returncode for each in processes] == [0, 0], answers
    got = Counter(each.recipients[0] for each in smtp_server.received)
    assert got == {f"a{number}@example.org": 1 for number in range(40)}
    assert all("delayed: 0, failed: 0." in out for out, _ in answers)


def test_the_claim_of_another_machine_or_a_living_worker_is_left_alone(
    served: Flask, smtp_server: MailServer
) -> None:
    queue()
    for name in ("another.example.org/pid:[1]:1:00", own_name(), "by hand"):
        (claimed,) = claim_due(name)
        assert counted(deliver_due()) == (0, 0, 0)
        with writing():
            email = db.session.get_one(OutgoingEmail, claimed.email_id)
            email.claimed_by = email.claimed_until = None
            db.session.commit()
    assert smtp_server.received == []


def test_killed_in_mid_flight_it_goes_again_under_the_same_id(
    served: Flask, smtp_server: MailServer
) -> None:
    email_id = queue().id
    smtp_server.trouble("kept", stall_s=20, times=1)
    process = command(served)
    try:
        # The command has to start first; that takes its time on a busy machine.
        while not smtp_server.received and process.poll() is None:
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    email = reload(email_id)
    assert email.state is MailState.WAITING
    assert email.claimed_by is not None
    assert counted(deliver_due()) == (1, 0, 0)
    first, second = smtp_server.received
    assert first.message["Message-ID"] == second.message["Message-ID"] == email.message_id


def invitation(method: str, to: str = "ann@example.org", about: int = 5) -> int:
    """A calendar mail about an interview, in the outbox."""
    return queue(
        to, about=("interview", about), calendar=calendar(method), calendar_method=method
    ).id


def test_a_cancellation_never_overtakes_its_invitation(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.refuse("ann@example.org", "451 Later")
    request, cancel = invitation("REQUEST"), invitation("CANCEL")
    other = invitation("CANCEL", to="bea@example.org")
    deliver_due()
    states = [reload(each).state.value for each in (request, cancel, other)]
    assert states == ["delayed", "waiting", "sent"]
    smtp_server.behave()
    assert counted(deliver_due()) == (0, 0, 0)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)):
        assert counted(deliver_due()) == (2, 0, 0)
    kinds = [calendar_method(each.content) for each in smtp_server.to("ann@example.org")]
    assert kinds == ["REQUEST", "CANCEL"]


def test_an_invitation_that_failed_holds_nothing_back(
    served: Flask, smtp_server: MailServer
) -> None:
    smtp_server.refuse("ann@example.org", "550 No")
    request, cancel = invitation("REQUEST"), invitation("CANCEL")
    deliver_due()
    assert [reload(each).state.value for each in (request, cancel)] == ["failed", "failed"]


def calendar_method(content: bytes) -> str:
    """The method of the calendar in a mail."""
    return content.split(b"METHOD:", 1)[1].split(b"\r\n", 1)[0].decode()
