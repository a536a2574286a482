"""A posting may ask for a link: a portfolio, a website."""

import pytest
from flask import Flask

from tests.applications import factories
from tests.applications.factories import apply_with
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.factories import coordinator, open_posting, sign_in
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.postings.content import QuestionValue
from tracker.postings.models import Posting
from tracker.postings.rules import QuestionKind


def asking(*, required: bool = True) -> Posting:
    question = QuestionValue("A link to your portfolio", QuestionKind.LINK, required=required)
    return open_posting(questions=[question], skills=[])


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.org/my-work?page=2#top", "https://example.org/my-work?page=2#top"),
        (" example.org/my-work ", "https://example.org/my-work"),
        ("http://sub.example.org:8080", "http://sub.example.org:8080"),
    ],
)
def test_a_link_is_taken_as_people_write_it(
    app: Flask, client: Client, typed: str, kept: str
) -> None:
    posting = asking()
    assert apply_with(client, posting, question0=typed).status_code == 303
    application = db.session.query(Application).one()
    assert [(each.question, each.text) for each in application.answers] == [
        ("A link to your portfolio", kept)
    ]
    staff = app.test_client()
    assert isinstance(staff, Client)
    sign_in(staff, coordinator())
    page = staff.page(f"/staff/applications/{application.id}")
    (link,) = [each for each in page.all("a") if each.get("href") == kept]
    assert (link.get("rel"), link.get("target")) == ("noopener noreferrer nofollow", "_blank")


@pytest.mark.parametrize(
    "typed",
    [
        "my portfolio",
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "https://",
        "https://example",
        "https://good.example.org@bad.example.org",
        "https://[example.org",
        "https://example.org:port",
        "https://example.org/a b",
    ],
)
def test_what_is_no_link_is_said_and_kept(client: Client, typed: str) -> None:
    posting = asking()
    answer = apply_with(client, posting, question0=typed)
    page = Page(answer.text, f"/postings/{posting.slug}/apply")
    assert answer.status_code == 422
    assert page.texts("div[@id='error-summary']//li") == [
        "That is not a web address. Enter one like https://example.org/my-work."
    ]
    name = f"question_{posting.questions[0].id}"
    assert page.form("apply").values[name] == [typed]
    assert db.session.query(Application).count() == 0


def test_an_optional_link_may_be_left_out(client: Client) -> None:
    assert apply_with(client, asking(required=False), question0="").status_code == 303
    assert db.session.query(Application).one().name == factories.NAME
