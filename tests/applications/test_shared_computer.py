"""On a shared computer nothing is proposed, and nothing stays behind."""

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask

from tests.applications import factories
from tests.applications.factories import EMAIL, NAME, apply_with, demanding_posting
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications.models import Application, Draft
from tracker.core.db import db
from tracker.core.files import files
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting


def url(posting: Posting) -> str:
    return f"/postings/{posting.slug}/apply"


def begun(client: Client, posting: Posting) -> Page:
    """Type something on a shared computer."""
    entered = {"shared": True, "name": NAME, "email": EMAIL}
    client.submit(url(posting), entered, form="apply", button="save")
    return client.page(url(posting))


def leave(client: Client, page: Page) -> list[str]:
    """Press the button that leaves nothing behind; what the last page says."""
    answer = client.fill(page, form="leave")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    return client.page(answer.location).texts("h1")


def cookies(client: Client) -> list[str]:
    """The cookies that a browser has, as names."""
    names = ("tracker", "tracker-draft", "tracker-sent", "tracker-shared", "tracker-shown")
    return [each for each in names if client.get_cookie(each) is not None]


def test_nothing_is_filled_in_for_anybody(client: Client) -> None:
    posting = demanding_posting()
    page = begun(client, posting)
    fields = [
        each
        for each in page.form("apply").controls
        if each.tag == "textarea" or each.get("type") in {"text", "email", "tel"}
    ]
    assert {each.get("autocomplete") for each in fields} == {"off"}
    assert page.form("apply").element.get("autocomplete") == "off"


def test_it_can_be_said_first_without_script(client: Client) -> None:
    posting = demanding_posting()
    client.submit(url(posting), {"shared": True}, form="apply", button="shared")
    page = client.page(url(posting))
    assert page.form("apply").values["shared"] == ["1"] or page.form("apply").values["shared"]
    assert page.one("section[@data-leaving]").get("hidden") is None


def test_elsewhere_the_page_is_as_ever(client: Client) -> None:
    page = client.page(url(demanding_posting()))
    assert page.one("section[@data-leaving]").get("hidden") is not None
    assert page.one("input[@name='email']").get("autocomplete") == "email"
    assert "refresh" not in {
        (each.get("http-equiv") or "").lower() for each in page.root.iter("meta")
    }


def test_leaving_deletes_the_draft_and_every_cookie(any_app: Flask) -> None:
    client, posting = factories.browser(any_app), demanding_posting()
    resume = f"file_{posting.documents[1].id}"
    begun(client, posting)
    client.submit(url(posting), {resume: (b"My life.", "r.txt")}, form="apply", button="save")
    assert leave(client, client.page(url(posting))) == ["Nothing is left here"]
    assert cookies(client) == []
    assert db.session.query(Draft).count() == 0
    assert list(files().list()) == []
    assert client.page(url(posting)).form("apply").values["name"] == [""]


def test_leaving_after_sending_shuts_the_receipt_and_not_the_mailed_link(client: Client) -> None:
    posting = demanding_posting()
    begun(client, posting)
    receipt = apply_with(client, posting, shared=True).location
    assert leave(client, client.page(receipt)) == ["Nothing is left here"]
    assert cookies(client) == []
    assert client.get(receipt).status_code == 404
    text = db.session.query(OutgoingEmail).filter_by(message="application_received").one().text
    found = re.search(r"/my/\S+", text)
    assert found is not None
    assert client.get(found[0]).status_code == 200
    assert db.session.query(Application).count() == 1


def test_a_draft_with_a_mailed_link_stays_for_that_link_alone(app: Flask, client: Client) -> None:
    posting = demanding_posting()
    page = begun(client, posting)
    client.fill(page, form="apply", button="mail")
    text = db.session.query(OutgoingEmail).filter_by(message="draft_link").one().text
    found = re.search(r"/drafts/\S+", text)
    assert found is not None
    leave(client, client.page(url(posting)))
    assert client.page(url(posting)).form("apply").values["name"] == [""]
    home = factories.browser(app)
    page = Page(home.submit(found[0], form=found[0], follow=True).text)
    assert page.form("apply").values["name"] == [NAME]


def test_another_browser_or_site_can_make_nobody_leave(app: Flask, client: Client) -> None:
    posting = demanding_posting()
    begun(client, posting)
    mine = client.page(url(posting)).form("leave").values["by"][0]
    theirs = factories.browser(app)
    begun(theirs, posting)
    assert theirs.post("/leave", data={"by": mine}).status_code == 400
    assert theirs.get("/leave", query_string={"by": mine}).status_code == 200
    assert client.post("/leave").status_code == 400
    assert db.session.query(Draft).count() == 2


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_over_https_the_cookies_are_dropped_as_they_were_set(client: Client) -> None:
    answer = client.fill(begun(client, demanding_posting()), form="leave")
    dropped = [each for each in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in each]
    assert {each.partition("=")[0] for each in dropped} == {
        "__Host-tracker",
        *(f"__Host-tracker-{name}" for name in ("draft", "sent", "shared", "shown")),
    }
    assert ["; Secure;" in each for each in dropped] == [True] * 5


# Where no script can watch


def test_without_script_the_page_turns_to_a_question(client: Client) -> None:
    posting = demanding_posting()
    page = begun(client, posting)
    (meta,) = [each for each in page.root.iter("meta") if each.get("http-equiv") == "refresh"]
    after, _, where = (meta.get("content") or "").partition("; url=")
    answer = client.get(where)
    asked = Page(answer.text)
    assert (after, asked.texts("h1")) == ("540", ["Are you still there?"])
    assert asked.link("I am still here").endswith(url(posting))
    assert answer.headers["Refresh"].startswith("60; url=/leave?by=")


def refresh_of(client: Client) -> str:
    """Where the question leads when nobody answers it."""
    return client.get("/leave/idle").headers["Refresh"].partition("url=")[2]


def test_no_answer_deletes_all(client: Client) -> None:
    begun(client, demanding_posting())
    answer = client.get(refresh_of(client))
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert (db.session.query(Draft).count(), cookies(client)) == (0, [])


def test_whoever_types_in_another_window_is_asked_again(client: Client) -> None:
    posting = demanding_posting()
    begun(client, posting)
    where = refresh_of(client)
    draft = db.session.query(Draft).one()
    draft.changed_at += dt.timedelta(seconds=30)
    db.session.commit()
    assert client.get(where).location == "/leave/idle"
    assert db.session.query(Draft).count() == 1


def test_an_old_address_of_the_question_deletes_nothing(
    client: Client, clock: time_machine.Traveller
) -> None:
    begun(client, demanding_posting())
    where = refresh_of(client)
    clock.shift(dt.timedelta(minutes=20))
    assert client.get(where).status_code == 200
    assert db.session.query(Draft).count() == 1


@pytest.mark.parametrize("back", ["https://evil.example.org/", "//evil.example.org", ""])
def test_the_question_leads_back_to_this_site_only(client: Client, back: str) -> None:
    page = Page(client.get("/leave/idle", query_string={"back": back}).text)
    assert page.link("I am still here") == "http://localhost/"
