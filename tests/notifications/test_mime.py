"""How a mail is put together: alternatives in the order that readers expect."""

import email
import email.policy
from typing import Any

from flask import Flask

from tests.notifications.factories import calendar, queue
from tests.plugins.mail import MailServer, Received
from tracker.notifications.delivery import deliver_due


def structure(received: Received) -> list[str]:
    """The parts of a mail, indented, with what their types say."""
    lines: list[str] = []

    def walk(part: email.message.Message, depth: int) -> None:
        method = part.get_param("method")
        more = f"; method={method}" if method else ""
        charset = part.get_content_charset()
        more += f"; charset={charset}" if charset else ""
        lines.append("  " * depth + part.get_content_type() + more)
        if part.is_multipart():
            for child in part.get_payload():
                assert isinstance(child, email.message.Message)
                walk(child, depth + 1)

    walk(received.message, 0)
    return lines


def send(app: Flask, smtp_server: MailServer, **options: Any) -> Received:
    app.config["MAIL_URL"] = smtp_server.url
    queue(**options)
    deliver_due()
    return smtp_server.received[-1]


def test_text_comes_before_html(app: Flask, smtp_server: MailServer) -> None:
    assert structure(send(app, smtp_server)) == [
        "multipart/mixed",
        "  multipart/alternative",
        "    text/plain; charset=utf-8",
        "    text/html; charset=utf-8",
    ]


def test_a_calendar_is_the_last_alternative(app: Flask, smtp_server: MailServer) -> None:
    received = send(app, smtp_server, calendar=calendar("REQUEST"), calendar_method="REQUEST")
    assert structure(received) == [
        "multipart/mixed",
        "  multipart/alternative",
        "    text/plain; charset=utf-8",
        "    text/html; charset=utf-8",
        "    text/calendar; method=REQUEST; charset=utf-8",
    ]
    part = list(received.message.walk())[-1]
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode() == calendar("REQUEST")


def test_headers_of_an_automatic_mail(app: Flask, smtp_server: MailServer) -> None:
    received = send(app, smtp_server, reply_to=("Ann, the Candidate", "ann@example.org"))
    message = received.message
    assert sorted(message.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ]
    assert message["Auto-Submitted"] == "auto-generated"
    # A report that the mail came back is wanted (NDR), an absence note is not.
    assert message["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert str(message["From"]) == "Tracker <tracker@localhost>"
    assert str(message["Reply-To"]) == '"Ann, the Candidate" <ann@example.org>'


def test_long_lines_and_dots_and_letters_arrive_whole(app: Flask, smtp_server: MailServer) -> None:
    news = ".\r\n..\n" + "Größe 😀 " * 400 + "\n.\nFrom here on"
    received = send(app, smtp_server, values={"name": "Zoë", "news": news})
    assert news.replace("\r\n", "\n") in received.text
    assert str(received.message["Subject"]) == "News for Zoë"
    assert max(len(line) for line in received.content.split(b"\r\n")) < 200


def test_long_names_with_commas_stay_one_recipient(app: Flask, smtp_server: MailServer) -> None:
    name = "Anné, of the " + "Very Long " * 9 + ", eve@example.org"
    received = send(app, smtp_server, name=name, to="ann@example.org")
    assert received.recipients == ("ann@example.org",)
    assert [each.addr_spec for each in received.message["To"].addresses] == ["ann@example.org"]
