"""Tables of mail on a phone: nothing scrolls sideways, and a table is still a table.

What a screen reader is told of a table is read off Chromium's own tree of the page.
"""

import datetime as dt
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer, ServerStarter
from tracker.accounts.models import Person
from tracker.accounts.operations import issue_link
from tracker.accounts.rules import LinkKind
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.intake.models import FilingRule, IncomingEmail
from tracker.intake.rules import RuleKind, Verdict
from tracker.notifications.models import OutgoingEmail

Part = Literal["table", "row", "columnheader", "rowheader", "cell"]
ENDLESS = "averyveryverylongname.withoutany.break.whatsoever.in.it@a-long-subdomain.example.org"
SUBJECT = "Re:_Anschreiben_und_Lebenslauf_fuer_die_Stelle_in_der_Kinderabteilung_final_v3"
PAGES = (
    "/staff/messages",
    "/staff/messages?state=held",
    "/staff/incoming",
    "/staff/incoming?show=all",
    "/staff/incoming/rules",
    "/staff/organization/wording",
)
PARTS: tuple[Part, ...] = ("table", "row", "columnheader", "rowheader", "cell")
# How far each table must be pushed aside to be read, and cells that do not say what they are.
LOOK = """() => ({
  page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  tables: [...document.querySelectorAll(".table-wrap")]
    .map((box) => box.scrollWidth - box.clientWidth),
  cut: [...document.querySelectorAll(".table-wrap td, .table-wrap th[scope=row]")]
    .filter((each) => each.scrollWidth > each.clientWidth + 1)
    .map((each) => each.textContent.trim()),
  labels: [...document.querySelectorAll(".table-wrap tbody tr")]
    .map((row) => [...row.querySelectorAll("td[data-label]")]
      .map((cell) => getComputedStyle(cell, "::before").content)),
})"""


@pytest.fixture(scope="module")
def full(start_server: ServerStarter) -> LiveServer:
    """A demo whose lists hold the longest words that mail comes with."""
    server = start_server(prepare=True)
    with server.app().app_context(), writing():
        person = db.session.query(Person).filter_by(role=Role.ADMINISTRATOR).first()
        assert person is not None
        for email in db.session.query(OutgoingEmail).limit(2):
            email.recipient_address, email.subject = ENDLESS, SUBJECT
        for number, verdict in enumerate((Verdict.UNSORTED, Verdict.QUARANTINED)):
            db.session.add(
                IncomingEmail(
                    file_key=f"none/{number}",
                    sha256=str(number) * 64,
                    size=1,
                    from_name="Tomas von und zu Hohenlohe-Waldenburg-Schillingsfuerst",
                    from_address=ENDLESS,
                    subject=SUBJECT,
                    why="No posting is named clearly.",
                    verdict=verdict,
                    kept_at=now() - dt.timedelta(minutes=number),
                    understood_at=now(),
                )
            )
        for value in (ENDLESS, SUBJECT):
            kind = RuleKind.SENDER if "@" in value else RuleKind.SUBJECT
            db.session.add(FilingRule(kind=kind, value=value, created_by_id=person.id))
        db.session.commit()
    return server


def sign_in(page: Page, server: LiveServer) -> None:
    with server.app().app_context(), writing():
        person = db.session.query(Person).filter_by(role=Role.ADMINISTRATOR).first()
        assert person is not None
        secret = issue_link(person, LinkKind.SIGN_IN, by=None)
        db.session.commit()
    page.goto(f"{server.url}/sign-in/{secret}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/staff")


def parts(page: Page) -> dict[Part, int]:
    """How many parts of tables a screen reader is told of."""
    return {each: page.get_by_role(each).count() for each in PARTS}


def test_tables_of_mail_are_read_downwards_on_a_phone(
    full: LiveServer, open_page: PageOpener
) -> None:
    """At 320, 390 and 767 px, with words that never break; the parts of the table all stay."""
    page = open_page()
    sign_in(page, full)
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(full.url + path)
        wide = parts(page)
        assert min(wide.values()) >= 1, path
        heads = [each.strip() for each in page.locator("thead").first.all_inner_texts()]
        for width in (320, 390, 767):
            page.set_viewport_size({"width": width, "height": 844})
            seen = page.evaluate(LOOK)
            assert (seen["page"], set(seen["tables"]), seen["cut"]) == (0, {0}, []), (path, width)
            assert parts(page) == wide, (path, width)
            for labels in seen["labels"]:
                assert labels, path
                for label in labels:
                    word, silent = label.rsplit(" / ", 1)
                    assert word.strip('"') in heads[0], path
                    assert silent == '""'  # the head of the column says it already


def test_on_a_desk_they_are_tables_side_by_side(full: LiveServer, open_page: PageOpener) -> None:
    page = open_page()
    sign_in(page, full)
    page.goto(full.url + "/staff/messages")
    row = page.locator(".table-stack tbody tr").first
    tops = row.evaluate("row => [...row.children].map((each) => each.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    shown = row.locator("td").first.evaluate("each => getComputedStyle(each, '::before').content")
    assert shown == "none"
