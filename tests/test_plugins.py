"""The tests' own tools do what they say."""

import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from playwright.sync_api import Page as BrowserPage
from sqlalchemy import text

from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.plugins.pages import Page
from tests.plugins.servers import ROOT, LiveServer
from tracker.core.access import public
from tracker.core.db import db

FORM = """<!doctype html><html lang="en"><head><title>Form</title></head><body>
<form method="post" action="/sign-out"><button>Sign out</button></form>
<main><form method="post" id="apply" action="/apply" enctype="multipart/form-data">
<input name="csrf_token" type="hidden" value="abc">
<input name="name" value="Ada Sample">
<input type="checkbox" name="agree" value="yes"><input type="checkbox" name="news" checked>
<input type="radio" name="pick" value="a" checked><input type="radio" name="pick" value="b">
<select name="shift"><option value="am">Morning</option><option>Evening</option></select>
<textarea name="letter">
Dear library</textarea>
<input type="file" name="resume">
<button name="act" value="save">Save</button><button name="act" value="send">Send</button>
</form></main></body></html>"""


def mail_to(*recipients: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Hello"
    message["From"] = "jobs@example.org"
    message["To"] = ", ".join(recipients)
    message.set_content("A line.")
    return message


def send(server: MailServer, message: EmailMessage) -> dict[str, tuple[int, bytes]]:
    host, port = server.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port), timeout=5) as connection:
        return connection.send_message(message)


def test_a_form_keeps_what_the_page_put_in_it() -> None:
    filled = Page(FORM).form("apply").filled({"name": "Bo Sample"})
    assert filled.data == {
        "csrf_token": ["abc"],
        "name": ["Bo Sample"],
        "news": ["on"],
        "pick": ["a"],
        "shift": ["am"],
        "letter": ["Dear library"],
        "act": ["save"],
    }


def test_a_form_is_found_by_its_fields_and_its_button_pressed() -> None:
    page = Page(FORM)
    filled = page.form(fields={"agree": True, "shift": "Evening"}).filled(
        {"agree": True, "shift": "Evening", "pick": "b", "letter": None}, button="Send"
    )
    assert (filled.action, filled.enctype) == ("http://localhost/apply", "multipart/form-data")
    assert filled.data == {
        "csrf_token": ["abc"],
        "name": ["Ada Sample"],
        "agree": ["yes"],
        "news": ["on"],
        "pick": ["b"],
        "shift": ["Evening"],
        "act": ["send"],
    }


@pytest.mark.parametrize("data", [{"nobody": "x"}, {"shift": "Night"}, {"pick": "c"}])
def test_a_form_refuses_what_a_person_could_not_enter(data: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        Page(FORM).form("apply").filled(data)


@pytest.mark.parametrize("html", ["<p>no doctype", "<!doctype html><title>x</title><p><b></p>"])
def test_a_page_that_is_not_well_formed_fails(html: str) -> None:
    with pytest.raises(AssertionError):
        Page(html)


def test_the_client_reads_and_posts_a_page_of_the_app(app: Flask, client: Client) -> None:
    seen: dict[str, object] = {}

    @app.route("/form")
    @public
    def form() -> str:
        return FORM.replace("abc", generate_csrf())

    @app.post("/apply")
    @public
    def apply() -> str:
        upload = request.files["resume"]
        seen.update(name=request.form["name"], file=(upload.filename, upload.read()))
        return "<!doctype html><html lang=en><title>Thanks</title><p>Thanks</p></html>"

    response = client.submit("/form", {"name": "Bo", "resume": (b"%PDF", "cv.pdf")})
    assert response.status_code == 200
    assert seen == {"name": "Bo", "file": ("cv.pdf", b"%PDF")}
    assert client.post("/apply", data={"name": "Bo"}).status_code == 400


@pytest.mark.both_databases
@pytest.mark.parametrize("_again", range(2))
def test_every_test_has_a_fresh_database_of_each_kind(
    app: Flask, database: str, _again: int
) -> None:
    assert db.engine.dialect.name == database.partition(":")[0]
    tables = {table.name for table in db.metadata.sorted_tables}
    rows = [db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables]  # noqa: S608 - our own tables
    assert sum(rows) == 0
    db.session.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    db.session.commit()


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_settings_can_differ_for_one_test(app: Flask) -> None:
    assert app.config["PRODUCTION"] is True


def test_the_mail_server_keeps_what_it_accepts(smtp_server: MailServer) -> None:
    smtp_server.refuse("gone@example.org", "550 5.1.1 Gone")
    refused = send(smtp_server, mail_to("ada@example.org", "gone@example.org"))
    assert refused == {"gone@example.org": (550, b"5.1.1 Gone")}
    (mail,) = smtp_server.wait_for(1, to="ada@example.org")
    assert (mail.recipients, mail.text) == (("ada@example.org",), "A line.\n")


def test_the_mail_server_can_be_told_to_fail_once(smtp_server: MailServer) -> None:
    smtp_server.trouble("data", "451 4.3.0 Later", times=1)
    with pytest.raises(smtplib.SMTPDataError):
        send(smtp_server, mail_to("ada@example.org"))
    assert send(smtp_server, mail_to("ada@example.org")) == {}
    assert len(smtp_server.received) == 1


def test_the_mail_server_can_drop_after_keeping(smtp_server: MailServer) -> None:
    smtp_server.trouble("kept", drop=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp_server, mail_to("ada@example.org"))
    assert len(smtp_server.received) == 1


FAILING = """
from tests.plugins.servers import LiveServer

def test_that_fails(tmp_path):
    server = LiveServer(tmp_path, SECRET_KEY="not for reports")
    server.log.write_text("old\\n" * 100 + "not for reports, http://localhost/my/Adas-own-page")
    assert False
"""


def test_a_failed_test_says_what_its_server_said_last(tmp_path: Path) -> None:
    file = tmp_path / "test_failing.py"
    file.write_text(FAILING)
    report = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-p", "tests.plugins.servers", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout
    _, _, said = report.partition("said last")
    assert "(SECRET_KEY), http://localhost/my/…hidden…" in said
    assert said.count("old") == 59
    assert ("not for reports" in said, "Adas-own-page" in said) == (False, False)


def test_a_phone_opens_a_page_of_the_live_server(
    live_server: LiveServer, phone: BrowserPage
) -> None:
    answer = phone.goto(f"{live_server.url}/")
    assert answer is not None
    assert answer.status == 200
    assert phone.evaluate("[innerWidth, navigator.maxTouchPoints > 0]") == [390, True]


def test_a_plain_page_runs_no_script(plain_page: BrowserPage) -> None:
    plain_page.set_content("<title>before</title><script>document.title = 'after'</script>")
    assert plain_page.title() == "before"
