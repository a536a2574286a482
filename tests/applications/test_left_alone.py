"""A shared computer that was left for ten minutes has nothing of whoever was there before."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_migrate import downgrade, upgrade

from tests.applications import factories
from tests.applications.factories import NAME, apply_with, demanding_posting
from tests.applications.test_shared_computer import begun, cookies, url
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications.models import Application, Draft, LostLink
from tracker.core.db import db
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail

LEFT = "This computer was left for ten minutes, so what was typed and added here was deleted"
JUST_SENT = "What you sent just now came after those ten minutes. It was not kept"


def later(clock: time_machine.Traveller, minutes: float) -> None:
    """Let time pass, with nobody there."""
    clock.shift(dt.timedelta(minutes=minutes))


def proof(page: Page) -> dict[str, str]:
    """What a page of ours was given to say with that somebody is there."""
    return {"by": page.form("leave").values["by"][0]}


def told(client: Client, answer: Any) -> str:
    """What the page says to which an answer leads."""
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    page = client.page(answer.location)
    assert page.texts("h1") == ["Nothing is left here"]
    return page.text


def test_whoever_comes_later_finds_no_draft(any_app: Flask, clock: time_machine.Traveller) -> None:
    client, posting = factories.browser(any_app), demanding_posting()
    resume = f"file_{posting.documents[1].id}"
    begun(client, posting)
    added = {resume: (samples.pdf("Mine"), "mine.pdf")}
    client.submit(url(posting), added, form="apply", button="save")
    later(clock, 11)
    answer = client.get(url(posting))
    assert LEFT in told(client, answer)
    assert cookies(client) == []
    assert db.session.query(Draft).count() == 0
    assert list(files().list()) == []
    assert client.page(url(posting)).form("apply").values["name"] == [""]


@pytest.mark.parametrize("place", ["/", "/my", "/postings/{}"])
def test_it_goes_at_whichever_page_is_asked_for_and_that_page_is_one_step_on(
    client: Client, clock: time_machine.Traveller, place: str
) -> None:
    posting = demanding_posting()
    place = place.format(posting.slug)
    begun(client, posting)
    later(clock, 10.1)
    answer = client.get(place)
    told(client, answer)
    assert client.page(answer.location).link("Go on to the page") == f"http://localhost{place}"
    assert (db.session.query(Draft).count(), cookies(client)) == (0, [])
    assert client.get(place, follow_redirects=True).status_code == 200


def test_the_receipt_is_shut_and_the_mailed_link_opens(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = demanding_posting()
    begun(client, posting)
    receipt = apply_with(client, posting, shared=True).location
    client.get(receipt)
    later(clock, 11)
    said = told(client, client.get(receipt))
    assert "What was sent before is with us." in said
    assert client.get(receipt).status_code == 404
    text = db.session.query(OutgoingEmail).filter_by(message="application_received").one().text
    assert client.get(re.search(r"/my/\S+", text)[0]).status_code == 200  # type: ignore[index]


def test_whoever_is_there_keeps_what_they_typed(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = demanding_posting()
    begun(client, posting)
    for place in (url(posting), "/", f"/postings/{posting.slug}", "/my") * 2:
        later(clock, 9.9)
        assert client.get(place).status_code == 200
    assert db.session.query(Draft).count() == 1


def test_a_key_or_a_click_counts_without_another_page(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = demanding_posting()
    sent = proof(begun(client, posting))
    for _ in range(3):
        later(clock, 9)
        assert client.post("/leave/here", data=sent).status_code == 204
    assert client.get(url(posting)).status_code == 200
    assert db.session.query(Draft).count() == 1


@pytest.mark.parametrize("place", ["/leave/idle", "/leave", "/leave/done"])
def test_a_page_that_turns_by_itself_is_nobody(
    client: Client, clock: time_machine.Traveller, place: str
) -> None:
    posting = demanding_posting()
    begun(client, posting)
    later(clock, 9)
    assert client.get(place).status_code == 200
    later(clock, 2)
    told(client, client.get(url(posting)))


def test_elsewhere_a_week_is_a_week(client: Client, clock: time_machine.Traveller) -> None:
    posting = demanding_posting()
    client.submit(url(posting), {"name": "At home"}, form="apply", button="save")
    later(clock, 60 * 24)
    page = client.page(url(posting))
    assert page.form("apply").values["name"] == ["At home"]
    assert client.post("/leave/here", data=proof(page)).status_code == 204
    assert cookies(client) == ["tracker", "tracker-draft"]


@pytest.mark.parametrize("button", ["save", "send"])
def test_what_is_sent_too_late_is_not_kept_and_the_page_says_so(
    client: Client, clock: time_machine.Traveller, button: str
) -> None:
    posting = demanding_posting()
    page = begun(client, posting)
    later(clock, 11)
    answer = client.fill(page, {"name": "Somebody else"}, form="apply", button=button)
    said = told(client, answer)
    assert (LEFT in said, JUST_SENT in said) == (True, True)
    assert (db.session.query(Draft).count(), db.session.query(Application).count()) == (0, 0)


def test_a_form_that_has_nothing_to_do_with_it_goes_on_its_way(
    client: Client, clock: time_machine.Traveller
) -> None:
    begun(client, demanding_posting())
    page = client.page("/my")
    later(clock, 11)
    answer = client.fill(page, {"email": "somebody@example.org"}, form="/my")
    assert (answer.status_code, db.session.query(LostLink).one().email) == (
        200,
        "somebody@example.org",
    )
    assert (db.session.query(Draft).count(), cookies(client)) == (0, ["tracker"])


def test_what_is_pressed_on_a_receipt_too_late_does_nothing(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = demanding_posting()
    begun(client, posting)
    receipt = apply_with(client, posting, shared=True).location
    token = receipt.split("/")[2]
    page = client.page(f"/my/{token}/withdraw")
    later(clock, 11)
    assert JUST_SENT in told(client, client.fill(page, {}, form=f"/my/{token}/withdraw"))
    assert db.session.query(Application).one().outcome is None


def test_the_script_is_told_and_what_stands_in_the_page_stays_there(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = demanding_posting()
    page = begun(client, posting)
    sent = {name: value[0] for name, value in page.form("apply").values.items() if value}
    later(clock, 11)
    answer = client.post(f"{url(posting)}/save", data=sent)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["error"].startswith(LEFT)
    assert (db.session.query(Draft).count(), cookies(client)) == (0, [])
    again = client.fill(page, {"name": "Typed all along"}, form="apply", button="send")
    assert again.status_code == 400
    assert Page(again.text).form("apply").values["name"] == ["Typed all along"]
    assert (db.session.query(Draft).count(), db.session.query(Application).count()) == (0, 0)


def test_the_time_cannot_be_made_up(client: Client, clock: time_machine.Traveller) -> None:
    posting = demanding_posting()
    begun(client, posting)
    kept = client.get_cookie("tracker-shared")
    assert kept is not None
    value = kept.value
    later(clock, 9)
    client.get(url(posting))
    client.set_cookie("tracker-shared", value)
    later(clock, 2)
    told(client, client.get(url(posting)))


def test_the_last_page_says_what_else_a_browser_remembers(client: Client) -> None:
    said = client.page("/leave/done").text
    assert "The browser’s own history may still list addresses" in said


def test_a_saved_form_says_how_long_it_is_kept_here(client: Client) -> None:
    posting = demanding_posting()
    soon, late = "only. It is deleted after 10 minutes without a key", "deleted after a week."
    said = begun(client, posting).text
    assert (soon in said, late in said) == (True, False)
    client.submit(url(posting), {"shared": False}, form="apply", button="save")
    said = client.page(url(posting)).text
    assert (soon in said, late in said) == (False, True)


# Where the browser asks for nothing any more


def names() -> list[str]:
    """Whose drafts there are."""
    db.session.rollback()
    return [each.answers["name"] for each in db.session.query(Draft).order_by(Draft.id)]


def test_what_was_left_goes_by_itself(any_app: Flask, clock: time_machine.Traveller) -> None:
    client, posting = factories.browser(any_app), demanding_posting()
    page = begun(client, posting)
    added = {f"file_{posting.documents[1].id}": (samples.pdf("Mine"), "mine.pdf")}
    client.submit(url(posting), added, form="apply", button="save")
    home = factories.browser(any_app)
    home.submit(url(posting), {"name": "At home"}, form="apply", button="save")
    later(clock, 9)
    client.get("/")
    later(clock, 9)
    assert client.post("/leave/here").status_code == 400
    client.post("/leave/here", data=proof(page))
    later(clock, 9)
    run_now("left_alone")
    assert names() == [NAME, "At home"]
    later(clock, 2)
    run_now("left_alone")
    assert (names(), list(files().list())) == (["At home"], [])
    assert LEFT in told(client, client.get(url(posting)))


def test_a_receipt_that_only_it_has_shown_is_shut(
    any_app: Flask, clock: time_machine.Traveller
) -> None:
    client, posting = factories.browser(any_app), demanding_posting()
    begun(client, posting)
    receipt = apply_with(client, posting, shared=True).location
    home = factories.browser(any_app)
    own = apply_with(home, posting, email="other@example.org").location
    text = db.session.query(OutgoingEmail.text).filter_by(message="application_received")
    mailed = [re.search(r"/my/\S+", each)[0] for (each,) in text]  # type: ignore[index]
    later(clock, 9)
    client.get(receipt)
    later(clock, 9)
    run_now("left_alone")
    stranger = factories.browser(any_app)
    assert stranger.get(receipt).status_code == 200
    later(clock, 2)
    run_now("left_alone")
    opened = [stranger.get(each).status_code for each in (receipt, own, *mailed)]
    assert opened == [404, 200, 200, 200]


def test_a_draft_with_a_mailed_link_stays_for_that_link(
    any_app: Flask, clock: time_machine.Traveller
) -> None:
    client, posting = factories.browser(any_app), demanding_posting()
    client.fill(begun(client, posting), form="apply", button="mail")
    text = db.session.query(OutgoingEmail).filter_by(message="draft_link").one().text
    link = re.search(r"/drafts/\S+", text)[0]  # type: ignore[index]
    later(clock, 11)
    run_now("left_alone")
    assert names() == [NAME]
    client.delete_cookie("tracker-shared")
    assert client.page(url(posting)).form("apply").values["name"] == [""]
    home = factories.browser(any_app)
    page = Page(home.submit(link, form=link, follow=True).text)
    assert page.form("apply").values["name"] == [NAME]
    later(clock, 60)
    run_now("left_alone")
    assert names() == [NAME]


@pytest.mark.parametrize(("shared", "left"), [(True, []), (False, [NAME])])
def test_where_a_mailed_link_was_opened_decides(
    app: Flask, client: Client, clock: time_machine.Traveller, shared: bool, left: list[str]
) -> None:
    posting = demanding_posting()
    home = factories.browser(app)
    entered = {"name": NAME, "email": factories.EMAIL}
    home.submit(url(posting), entered, form="apply", button="mail")
    text = db.session.query(OutgoingEmail).filter_by(message="draft_link").one().text
    link = re.search(r"/drafts/\S+", text)[0]  # type: ignore[index]
    client.submit(link, {"shared": shared}, form=link)
    later(clock, 11)
    run_now("left_alone")
    client.delete_cookie("tracker-shared")
    assert client.page(url(posting)).form("apply").values["name"] == (left or [""])
    assert names() == [NAME]


def test_whoever_is_alone_with_the_computer_after_all_keeps_it_for_a_week(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = demanding_posting()
    begun(client, posting)
    client.submit(url(posting), {"shared": False}, form="apply", button="save")
    later(clock, 60)
    run_now("left_alone")
    assert names() == [NAME]
    assert client.page(url(posting)).form("apply").values["name"] == [NAME]


@pytest.mark.both_databases
def test_what_was_begun_before_the_upgrade_keeps_its_week(app: Flask) -> None:
    posting = demanding_posting()
    client = factories.browser(app)
    client.submit(url(posting), {"name": NAME}, form="apply", button="save")
    db.session.remove()
    downgrade(revision="0020")
    upgrade()
    run_now("left_alone")
    assert names() == [NAME]
