"""Every field of every form, filled with what an attacker would: never an error, never markup.

The forms are those that the pages of the URL map show. Each is sent to a house in its first
state, and what came of it is read again wherever it may be shown, mail included.
"""

import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.architecture.house import Browser, House, address, methods, named, open_house
from tests.architecture.test_routes import rules
from tests.documents import samples
from tests.plugins.pages import Form, Page, is_button, option_value
from tests.plugins.soak import scaled
from tracker.core.access import Role
from tracker.core.db import db
from tracker.notifications.models import OutgoingEmail

SCRIPT = "<script>alert(1)</script>"
SUM, ITS_RESULT = "19937*71317", "1421847029"  # which no secret of a page holds by chance
BREAKS = f"\"'>{SCRIPT}{{{{{SUM}}}}}%(name)s{{name}}\r\nBcc: all@example.org\r\n\r\n\x00\u202e;--"
ONE_LINE = f"{SCRIPT}{{{{{SUM}}}}}{{name}}%s"
LONG = "Ä" * 70_000
TYPED = {"text", "search", "email", "tel", "url", "number", "date", "time", "datetime-local"}
STAYS = {"csrf_token", "submission_token"}
# Where colleagues read again what was typed.
READ_AGAIN = ("/staff/applications", "/staff/messages")


@dataclass(frozen=True)
class Found:
    """A form on a page, by its place there, and one of its buttons."""

    role: Role | None
    page: str
    place: int
    button: int


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the module, and a copy of its database as it was at first."""
    with open_house(tmp_path_factory.mktemp("house")) as house:
        source = sqlite3.connect(house.folder / "tracker.db")
        target = sqlite3.connect(house.folder / "first.db")
        with source, target:
            source.backup(target)
        source.close()
        target.close()
        yield house


def put_back(house: House) -> None:
    """Give the house its first database again."""
    with house.app.app_context():
        db.session.remove()
        db.engine.dispose()
    database = house.folder / "tracker.db"
    for name in ("tracker.db-wal", "tracker.db-shm"):
        (house.folder / name).unlink(missing_ok=True)
    shutil.copyfile(house.folder / "first.db", database)


def pages(house: House) -> list[str]:
    """The address of every page of the URL map, with my own ids."""
    plain = [
        rule.rule for rule in rules(house.app) if not rule.arguments and "GET" in methods(rule)
    ]
    filled = [
        address(rule, values, [each.own for each in values])
        for rule, values in named(house)
        if "GET" in methods(rule)
    ]
    return sorted({*plain, *filled})


def forms(house: House, role: Role | None) -> Iterator[Found]:
    """Every form that a role is shown, once each: by where it goes and what it has."""
    client, known = house.browsers[role].client, set()
    for path in pages(house):
        with closing(client.get(path)) as shown:
            text = shown.text if shown.mimetype == "text/html" else ""
        if shown.status_code != 200 or not text:
            continue
        for place, form in enumerate(Page(text, path).forms):
            for button, control in enumerate(buttons(form)):
                pressed = tuple(sorted(control.attrib.items()))
                key = (re.sub(r"\d+", "#", form.action), tuple(sorted(form.names)), pressed)
                if key not in known:
                    known.add(key)
                    yield Found(role, path, place, button)


def buttons(form: Form) -> list[Element]:
    return [each for each in form.controls if is_button(each)]


def filled(form: Form, text: str, *, hidden: bool) -> dict[str, Any]:
    """Put a text into every field that takes one; `hidden` also where nobody could type."""
    sent: dict[str, Any] = {name: list(value) for name, value in form.values.items()}
    for control in form.controls:
        name, kind = control.get("name"), control.get("type") or "text"
        if not name or name in STAYS or is_button(control):
            continue
        if control.tag == "textarea" or (control.tag == "input" and kind in TYPED):
            sent[name] = [text if kind != "email" or hidden else "o'hara@example.org"]
        elif kind == "file":
            sent[name] = [(io.BytesIO(samples.pdf(SCRIPT)), f"{text[:500]}.pdf")]
        elif control.tag == "select":
            sent[name] = (
                [text] if hidden else [option_value(each) for each in control.iter("option")][-1:]
            )
        elif kind in {"checkbox", "radio"}:
            sent[name] = [text if hidden else control.get("value", "on")]
        elif hidden:
            sent[name] = [text]
    return sent


def send(browser: Browser, found: Found, text: str, *, hidden: bool) -> TestResponse | None:
    """Fill a form of a page in and press a button; None when the page no longer has it."""
    page = Page(browser.client.get(found.page).text, found.page)
    if found.place >= len(page.forms):
        return None  # a look at another page changes what this one asks
    form = page.forms[found.place]
    if found.button >= len(buttons(form)):
        return None
    data, action, method = filled(form, text, hidden=hidden), form.action, form.method
    pressed = buttons(form)[found.button]
    if pressed.get("name"):
        data[pressed.get("name") or ""] = [pressed.get("value") or ""]
    action = urljoin(action, pressed.get("formaction") or action)
    method = (pressed.get("formmethod") or method).lower()
    path = urlsplit(action).path
    if method == "get":
        return browser.client.get(path, query_string=data)
    return browser.client.post(path, data=data, content_type=form.enctype)


def wrong(answer: TestResponse, where: str) -> Iterator[str]:
    """What an answer must never be."""
    text = answer.text if (answer.mimetype or "").startswith("text/") else ""
    if answer.status_code >= 500:
        yield f"{where} answered {answer.status_code}"
    if answer.mimetype == "text/html" and SCRIPT in text:
        yield f"{where} shows what was typed as markup"
    if ITS_RESULT in text:
        yield f"{where} reckons what was typed"
    if "Bcc" in answer.headers:
        yield f"{where} takes what was typed for a header"


def mail_problems(house: House) -> Iterator[str]:
    """What a mail must never be."""
    with house.app.app_context():
        for mail in db.session.scalars(select(OutgoingEmail)):
            heads = (
                f"{mail.subject}{mail.recipient_name}{mail.reply_to_name}{mail.recipient_address}"
            )
            if not heads.isprintable():
                yield f"{mail.message} has a head of several lines"
            if SCRIPT in mail.html or ITS_RESULT in mail.text:
                yield f"{mail.message} takes what was typed for its own words"
        db.session.remove()


def read_again(house: House, client: FlaskClient, answer: TestResponse, page: str) -> Iterator[str]:
    """Look wherever what was typed may be shown now."""
    places = [page]
    if answer.location:
        places.append(answer.location)
    for path in places:
        with closing(client.get(path)) as shown:
            yield from wrong(shown, path)
    staff = house.browser(Role.ADMINISTRATOR).client
    own = [path for path in pages(house) if path.startswith("/staff/applications/")][:1]
    for path in (*READ_AGAIN, *own):
        yield from wrong(staff.get(path), path)
    yield from mail_problems(house)


FILLINGS = {
    "breaks": (BREAKS, False),
    "markup": (ONE_LINE, False),
    "long": (LONG, False),
    "tampered": (BREAKS, True),
}


@pytest.mark.soak
@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR], ids=["nobody", "administrator"])
@pytest.mark.parametrize("filling", list(FILLINGS)[: scaled(1, len(FILLINGS))])
def test_no_form_is_broken_by_what_is_typed(house: House, role: Role | None, filling: str) -> None:
    text, hidden = FILLINGS[filling]
    problems: list[str] = []
    count = 0
    for found in list(forms(house, role)):
        put_back(house)
        browser = house.browser(role)
        where = f"form {found.place} of {found.page}"
        try:
            answer = send(browser, found, text, hidden=hidden)
            if answer is None:
                continue
            count += 1
            problems += wrong(answer, where)
            if answer.status_code in {302, 303}:
                problems += [
                    f"{where}: {each}"
                    for each in read_again(house, browser.client, answer, found.page)
                ]
            answer.close()
        except Exception as error:  # every form is tried, and every error told
            problems.append(f"{where} raised {error!r}"[:600])
    put_back(house)
    assert "\n".join(problems) == ""
    assert count > 10
