"""A draft goes on in another browser, and two browsers on one draft lose nobody's words."""

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask

from tests.applications import factories
from tests.applications.factories import EMAIL, NAME, demanding_posting, filled
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications import operations
from tracker.applications.models import Application, Draft, DraftLink, DraftMove
from tracker.core.db import db, now, writing
from tracker.notifications.masking import mask
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting


def url(posting: Posting) -> str:
    return f"/postings/{posting.slug}/apply"


def begun(client: Client, posting: Posting, **entered: Any) -> Page:
    """Type a name and an address, add a resume, and ask for a link; the page that follows."""
    resume = f"file_{posting.documents[1].id}"
    whole = {"name": NAME, "email": EMAIL, resume: (samples.docx(), "resume.docx"), **entered}
    answer = client.submit(url(posting), whole, form="apply", button="mail", follow=True)
    return Page(answer.text, url(posting))


def mailed() -> list[str]:
    """The links that were mailed, newest last."""
    texts = db.session.query(OutgoingEmail.text).filter_by(message="draft_link")
    return [re.search(r"/drafts/\S+", text)[0] for (text,) in texts.order_by(OutgoingEmail.id)]  # type: ignore[index]


def values(page: Page) -> dict[str, list[str]]:
    return page.form("apply").values


def test_a_mailed_link_opens_the_draft_in_another_browser(any_app: Flask) -> None:
    posting = demanding_posting()
    begun(factories.browser(any_app), posting)
    (link,) = mailed()
    other = factories.browser(any_app)
    answer = other.submit(link, form=link, follow=True)
    page = Page(answer.text)
    assert values(page)["name"] == [NAME]
    assert "resume.docx" in page.texts(f"div[@id='file_{posting.documents[1].id}-stored']")[0]
    rest = filled(page, posting, file1=None)
    assert other.fill(page, rest, form="apply").status_code == 303
    assert db.session.query(Application).one().email == EMAIL


def test_a_look_at_the_link_moves_nothing_and_shows_nothing_typed(
    app: Flask, client: Client
) -> None:
    posting = demanding_posting()
    begun(client, posting)
    page = factories.browser(app).page(mailed()[0])
    assert posting.title in page.text
    assert [word in page.text for word in (NAME, EMAIL, "resume.docx")] == [False] * 3
    assert db.session.query(DraftMove).count() == 0
    assert values(client.page(url(posting)))["name"] == [NAME]


def test_a_link_is_long_kept_as_a_hash_and_hidden_from_staff(client: Client) -> None:
    posting = demanding_posting()
    begun(client, posting)
    (link,) = mailed()
    secret = link.removeprefix("/drafts/")
    assert len(secret) * 6 >= 128
    assert secret not in db.session.query(DraftLink.token_hash).one()[0]
    assert mask(f"http://localhost{link}") == "http://localhost/drafts/…hidden…"
    assert db.session.query(OutgoingEmail).filter_by(message="draft_link").one().about_kind is None


def test_what_the_first_browser_types_afterwards_is_kept_apart(app: Flask, client: Client) -> None:
    posting = demanding_posting()
    stale = begun(client, posting)
    other = factories.browser(app)
    moved = Page(other.submit(mailed()[0], form=mailed()[0], follow=True).text)
    why = f"question_{posting.questions[3].id}"
    other.fill(moved, {why: "Written at home."}, form="apply", button="save")
    answer = client.fill(stale, {why: "Written at the library."}, form="apply", button="send")
    assert answer.status_code == 409
    assert values(Page(answer.text))[why] == ["Written at the library."]
    assert values(other.page(url(posting)))[why] == ["Written at home."]
    assert db.session.query(Application).count() == 0


def test_the_script_of_the_first_browser_is_told(app: Flask, client: Client) -> None:
    posting = demanding_posting()
    stale = begun(client, posting)
    factories.browser(app).submit(mailed()[0], form=mailed()[0])
    sent = {name: value[0] for name, value in values(stale).items() if value}
    answer = client.post(f"{url(posting)}/save", data={**sent, "name": "Evil"})
    assert (answer.status_code, "another device" in answer.text) == (409, True)
    assert db.session.query(Draft).one().answers["name"] == NAME


def test_the_first_browser_says_where_the_draft_went_and_can_have_it_back(
    app: Flask, client: Client
) -> None:
    posting = demanding_posting()
    begun(client, posting)
    other = factories.browser(app)
    other.submit(mailed()[0], form=mailed()[0])
    page = client.page(url(posting))
    assert values(page)["name"] == [""]
    assert "You went on with this application on another device" in page.text
    client.submit(mailed()[0], form=mailed()[0])
    assert values(client.page(url(posting)))["name"] == [NAME]
    assert values(other.page(url(posting)))["name"] == [""]


def test_the_link_opens_nothing_once_the_application_was_sent(client: Client) -> None:
    posting = demanding_posting()
    page = begun(client, posting)
    client.fill(page, filled(page, posting, file1=None), form="apply")
    assert client.get(mailed()[0]).status_code == 404
    assert (db.session.query(Draft).count(), db.session.query(DraftLink).count()) == (0, 0)


def test_a_draft_vanishes_after_a_week_with_its_links(client: Client) -> None:
    posting = demanding_posting()
    begun(client, posting)
    with writing():
        operations.expire_drafts(at=now() + dt.timedelta(days=8))
        db.session.commit()
    assert client.get(mailed()[0]).status_code == 404
    assert db.session.query(DraftLink).count() == 0


def test_an_unknown_link_opens_nothing(client: Client) -> None:
    demanding_posting()
    secret = {"csrf_token": client.token("/my")}
    answers = client.get("/drafts/made-up"), client.post("/drafts/made-up", data=secret)
    assert [each.status_code for each in answers] == [404, 404]


@pytest.mark.parametrize("address", ["", "marisol@"])
def test_a_link_needs_an_address_and_the_rest_is_kept(client: Client, address: str) -> None:
    posting = demanding_posting()
    page = begun(client, posting, email=address)
    assert len(page.texts("div[@id='email-error']")) == 1
    assert mailed() == []
    assert values(client.page(url(posting)))["name"] == [NAME]


def test_the_answer_is_the_same_whatever_the_address(app: Flask, client: Client) -> None:
    posting = demanding_posting()
    factories.submitted_application(posting, email="known@example.org")
    said = []
    for address in ("known@example.org", "unknown@example.org"):
        page = begun(factories.browser(app), posting, email=address)
        said.append([each.replace(address, "…") for each in page.texts("div[@role='status']")])
    assert "is on its way to …." in said[0][0]
    assert said[0] == said[1]
    assert len(mailed()) == 2


def test_links_for_one_address_are_mailed_a_few_times_an_hour(client: Client) -> None:
    posting = demanding_posting()
    page = begun(client, posting)
    answers = [client.fill(page, form="apply", button="mail") for _ in range(4)]
    assert [each.status_code for each in answers] == [303, 303, 429, 429]
    assert len(mailed()) == 3
