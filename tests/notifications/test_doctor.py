"""`flask mail doctor`: each trouble is one clear line, and the code says whether there was one.

The DNS is a real server on a socket.
"""

import datetime as dt
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest
from flask import Flask

from tests.notifications.factories import queue
from tests.notifications.test_encryption import ServerStarter
from tests.notifications.test_encryption import start as start  # noqa: PLC0414  a fixture
from tests.plugins.mail import MailServer
from tests.plugins.tokens import TokenServer
from tracker.core.db import db, now, writing
from tracker.notifications import operations
from tracker.notifications.domains import Domain, UnknownError
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState

DOMAIN = "fernhollow.example"
WELL = {
    (DOMAIN, "MX"): ["10 mx.fernhollow.example."],
    (DOMAIN, "TXT"): ['"v=spf1 include:spf.example " "-all"', '"other=1"'],
    (f"selector1._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; k=rsa; p=MIIB"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:post@fernhollow.example"'],
}


@dataclass
class NameServer:
    """A DNS server: its address, and what it knows by name and kind."""

    known: dict[tuple[str, str], list[str]] = field(default_factory=lambda: dict(WELL))
    broken: bool = False
    address: str = ""

    def answer(self, asked: bytes) -> bytes:
        """Answer one question."""
        query = dns.message.from_wire(asked)
        reply = dns.message.make_response(query)
        (question,) = query.question
        name, kind = str(question.name).rstrip(".").lower(), question.rdtype.name
        if self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif records := self.known.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name for known, _ in self.known):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    """A DNS server on a socket of this machine."""
    server = NameServer()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.05)
        server.address = f"127.0.0.1:{listening.getsockname()[1]}"
        going = threading.Event()

        def serve() -> None:
            while not going.is_set():
                with suppress(TimeoutError):
                    asked, caller = listening.recvfrom(4096)
                    listening.sendto(server.answer(asked), caller)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server
        going.set()
        thread.join()


@pytest.fixture
def employer(app: Flask) -> Flask:
    """An employer whose mail comes from a domain that the name server knows."""
    with writing():
        operations.write_letterhead(
            sender_name="Fernhollow Library",
            sender_address=f"jobs@{DOMAIN}",
            time_zone="America/New_York",
            by=None,
        )
        db.session.commit()
    return app


def doctor(app: Flask, *arguments: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """Run the command: its code, and each check's level and words by name."""
    result = app.test_cli_runner().invoke(args=["mail", "doctor", "--json", *arguments])
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["ok"] is (result.exit_code == 0)
    return result.exit_code, {
        each["name"]: (each["level"], each["words"]) for each in found["checks"]
    }


def test_all_is_well(employer: Flask, smtp_server: MailServer, name_server: NameServer) -> None:
    employer.config["MAIL_URL"] = smtp_server.url
    code, checks = doctor(employer, "--resolver", name_server.address, "--to", "ann@example.org")
    assert (code, {level for level, _ in checks.values()}) == (0, {"well"})
    assert checks["connection"][1] == f"{smtp_server.url[7:]} answers."
    assert checks["SPF"][1] == "SPF: v=spf1 include:spf.example -all"
    assert checks["DKIM"][1] == "DKIM: a key is published as selector1."
    assert checks["DMARC"][1].startswith("DMARC: v=DMARC1; p=quarantine")
    assert checks["MX"][1] == f"Mail to {DOMAIN} goes to mx.fernhollow.example."
    assert checks["test mail"][1] == "To ann@example.org: 250 2.0.0 Kept"
    (received,) = smtp_server.received
    assert received.recipients == ("ann@example.org",)
    assert received.sender == f"jobs@{DOMAIN}"


def test_only_the_test_mail_is_sent(employer: Flask, smtp_server: MailServer) -> None:
    waiting = queue("bea@example.org").id
    employer.config["MAIL_URL"] = smtp_server.url
    doctor(employer, "--resolver", "127.0.0.1:1", "--to", "ann@example.org")
    assert [each.recipients for each in smtp_server.received] == [("ann@example.org",)]
    assert db.session.get_one(OutgoingEmail, waiting).state is MailState.WAITING


def test_lines_are_read_by_people_and_troubles_go_to_the_other_stream(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["mail", "doctor"])
    assert result.exit_code == 1
    assert "trouble  MAIL_URL: No mail server is set, so nothing is sent.\n" in result.stderr
    assert "well     clock: " in result.stdout
    assert "note     DNS: localhost is no public domain" in result.stdout


@pytest.mark.parametrize(
    ("url", "name", "words"),
    [
        ("mail.example.org", "MAIL_URL", "MAIL_URL must look like"),
        ("smtp://127.0.0.1:1", "connection", "could not be reached: Connection refused"),
        ("smtp://mail.example.org?tls=no", "MAIL_URL", "is not encrypted"),
    ],
)
def test_a_server_that_cannot_be_used_is_a_trouble(
    app: Flask, monkeypatch: pytest.MonkeyPatch, url: str, name: str, words: str
) -> None:
    monkeypatch.setattr("tracker.notifications.connection.TIMEOUT_S", 1)
    app.config["MAIL_URL"] = url
    code, checks = doctor(app)
    assert (code, checks[name][0]) == (1, "trouble")
    assert words in checks[name][1]


def test_a_certificate_and_a_password_are_checked(
    app: Flask, start: ServerStarter, trusting: None
) -> None:
    server = start(login=True)
    app.config["MAIL_URL"] = f"smtp://ann:s3cret%2F%23@localhost:{server.port}"
    code, checks = doctor(app)
    assert code == 0
    assert checks["connection"][1].endswith("answers, signed in as ann.")
    level, words = checks["TLS"]
    assert (level, "the certificate is verified and ends on" in words) == ("note", True)
    app.config["MAIL_URL"] = f"smtp://ann:wrong@localhost:{server.port}"
    code, checks = doctor(app)
    assert (code, "refused the user name or password" in checks["connection"][1]) == (1, True)


def test_a_certificate_nobody_vouches_for_is_a_trouble(app: Flask, start: ServerStarter) -> None:
    server = start()
    app.config["MAIL_URL"] = f"smtp://localhost:{server.port}?tls=required"
    code, checks = doctor(app)
    assert (code, "could not be verified" in checks["connection"][1]) == (1, True)


def test_a_token_is_tried(app: Flask, trusting: None, token_server: TokenServer) -> None:
    app.config |= token_server.settings
    app.config["MAIL_URL"] = "smtp://jobs%40example.org@127.0.0.1:1"
    _, checks = doctor(app)
    assert checks["token"] == ("well", "localhost gives a token.")
    app.config["MAIL_OAUTH_CLIENT_SECRET"] = "wrong-one"
    code, checks = doctor(app)
    assert (code, checks["token"][0]) == (1, "trouble")
    assert "wrong-one" not in str(checks)
    app.config["MAIL_OAUTH_CLIENT_ID"] = ""
    _, checks = doctor(app)
    assert "MAIL_OAUTH_CLIENT_ID is missing" in checks["MAIL_URL"][1]


def test_an_account_of_another_domain_is_a_trouble(
    employer: Flask, name_server: NameServer
) -> None:
    for user, level in ((f"jobs%40{DOMAIN}", "well"), ("jobs%40elsewhere.example", "trouble")):
        employer.config["MAIL_URL"] = f"smtp://{user}:secret@127.0.0.1:1"
        _, checks = doctor(employer, "--resolver", name_server.address)
        assert checks["alignment"][0] == level
        assert "secret" not in str(checks)


@pytest.mark.parametrize(
    ("name", "records", "check", "words"),
    [
        (DOMAIN, [], "SPF", "has no SPF record"),
        (DOMAIN, ['"v=spf1 -all"', '"v=spf1 ~all"'], "SPF", "2 SPF records"),
        (DOMAIN, ['"v=spf1 +all"'], "SPF", "lets anybody send"),
        (DOMAIN, ['"v=spf1 all"'], "SPF", "lets anybody send"),
        (DOMAIN, ['"v=spf1 include:a.example"'], "SPF", "has no end"),
        (DOMAIN, [f'"v=spf1 {"include:a.example " * 11}-all"'], "SPF", "more than 10"),
        (f"selector1._domainkey.{DOMAIN}", [], "DKIM", "under the usual names"),
        (f"selector1._domainkey.{DOMAIN}", ['"v=DKIM1; p="'], "DKIM", "is withdrawn"),
        (f"_dmarc.{DOMAIN}", [], "DMARC", "has no DMARC record"),
        (f"_dmarc.{DOMAIN}", ['"v=DMARC1; rua=mailto:a@b.example"'], "DMARC", "no policy"),
        (
            f"_dmarc.{DOMAIN}",
            ['"v=DMARC1; p=none"'] * 1 + ['"v=DMARC1; p=reject"'],
            "DMARC",
            "2 rec",
        ),
    ],
)
def test_records_that_are_not_in_order_are_troubles(
    employer: Flask, name_server: NameServer, name: str, records: list[str], check: str, words: str
) -> None:
    name_server.known[name, "TXT"] = records
    code, checks = doctor(employer, "--resolver", name_server.address)
    assert (code, checks[check][0]) == (1, "trouble")
    assert words in checks[check][1]


def test_records_may_stand_elsewhere(name_server: NameServer) -> None:
    below = Domain(f"jobs.{DOMAIN}", name_server.address)
    assert below.dmarc().well
    assert not below.takes_mail().well
    name_server.known = {(DOMAIN, "A"): ["192.0.2.1"], (DOMAIN, "TXT"): ['"v=spf1 redirect=a.b"']}
    domain = Domain(DOMAIN, name_server.address)
    assert domain.takes_mail().well
    assert domain.spf().well
    name_server.known = {(DOMAIN, "MX"): ["0 ."], ("mine._domainkey." + DOMAIN, "TXT"): ['"p=x"']}
    assert "null MX" in domain.takes_mail().words
    assert domain.dkim("mine").well
    assert not domain.dkim("other").well


def test_a_dns_that_does_not_answer_is_a_note(employer: Flask, name_server: NameServer) -> None:
    name_server.broken = True
    _, checks = doctor(employer, "--resolver", name_server.address)
    assert checks["DNS"][0] == "note"
    with pytest.raises(UnknownError):
        Domain(DOMAIN, name_server.address).spf()
    with pytest.raises(UnknownError):
        Domain(DOMAIN, "nonsense:x")


def test_mail_that_is_overdue_says_that_no_worker_runs(any_app: Flask) -> None:
    email_id = queue().id
    with writing():
        email = db.session.get_one(OutgoingEmail, email_id)
        email.next_attempt_at = now() - dt.timedelta(hours=1)
        db.session.commit()
    code, checks = doctor(any_app)
    assert (code, checks["outbox"][0]) == (1, "trouble")
    assert "Is the worker running" in checks["outbox"][1]
    assert checks["clock"][0] == "well"


def test_a_clock_that_was_set_back_is_a_trouble(app: Flask) -> None:
    email_id = queue().id
    with writing():
        db.session.get_one(OutgoingEmail, email_id).created_at = now() + dt.timedelta(hours=1)
        db.session.commit()
    code, checks = doctor(app)
    assert (code, checks["clock"][0]) == (1, "trouble")


@pytest.mark.parametrize("address", ["nobody", "a@b@c"])
def test_an_address_that_is_none_is_told(app: Flask, smtp_server: MailServer, address: str) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    code, checks = doctor(app, "--to", address)
    assert (code, checks["test mail"][0]) == (1, "trouble")
    assert smtp_server.received == []
