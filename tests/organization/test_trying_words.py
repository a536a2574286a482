"""Words are tried out on the very mail that would go: from this employer, to somebody invented."""

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from tests.organization.conftest import PROFILE
from tests.plugins.apps import Client
from tests.plugins.pages import Page as Read
from tests.plugins.servers import LiveServer, ServerStarter
from tracker.accounts.models import Person
from tracker.accounts.operations import issue_link
from tracker.accounts.rules import LinkKind
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.tags import is_tagged
from tracker.notifications.wording import all_messages, find_message
from tracker.organization.models import Employer

PAGE = "/staff/organization/wording"
SAID = "Exactly the mail that would go from you, to somebody invented"
ELSEWHERE = ("Maple Hollow", "Alder Falls Public Library", "Fernhollow", "jobs.example.org")
WITH_INTAKE = pytest.mark.settings(INTAKE_ADDRESS="replies@example.org")


def framed(page: Read) -> str:
    return str(page.one("iframe").get("srcdoc"))


def test_samples_are_from_this_employer(app: Flask, employer: Employer) -> None:
    """No mail tried out names another library, and no link leads to another site."""
    for message in all_messages():
        drawn = outbox.sample(message)
        for word in ELSEWHERE:
            assert word not in drawn.subject + drawn.text + drawn.html, message.name
    shown = outbox.sample("invitation")
    assert "Your account for hiring at Alder Falls Hiring" in shown.subject
    link = re.search(r"http://\S+", shown.text)
    assert link is not None
    assert link.group(0).startswith(app.config["BASE_URL"] + "/sign-in/")
    assert "jobs@example.org" in outbox.sample("test_mail").text


def test_the_page_shows_the_mail_itself(admin: Client, employer: Employer) -> None:
    """In a frame that may do nothing, in the employer's own colour, with all that stands in it."""
    for message in all_messages():
        page = admin.page(f"{PAGE}/{message.name}")
        drawn = outbox.sample(message)
        assert framed(page).replace('<base target="_blank">', "") == drawn.html
        assert page.one("iframe").get("sandbox") == ""
        assert SAID in page.text
        assert PROFILE["accent_colour"] in drawn.html


@WITH_INTAKE
@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("application_arrived", "Replying reaches Sam Rivera through Alder Falls Hiring"),
        ("panel_invitation", "Replying reaches your colleagues"),
        ("opinion_asked", "Replying reaches your colleagues"),
        ("posting_question", "Replying writes to Jo Fenwick directly."),
        ("accommodation_request", "Replying writes to Marisol Quennell directly."),
        ("password_reset", "Dear Robin Vale"),
    ],
)
def test_it_says_whom_a_reply_reaches(
    app: Flask, employer: Employer, name: str, first: str
) -> None:
    assert outbox.sample(name).text.startswith(first)


@WITH_INTAKE
def test_a_candidate_is_told_that_they_can_answer(app: Flask, employer: Employer) -> None:
    told = "You can answer this mail: it reaches Alder Falls Hiring"
    assert told in outbox.sample("moved_interview").text
    assert told in outbox.sample("interview_invitation").html
    assert told not in outbox.sample("draft_link").text
    assert "Puede responder a este correo" in outbox.sample("moved_interview", language="es").text


def test_times_in_it_are_in_its_language(app: Flask, employer: Employer) -> None:
    shown = outbox.sample("times_proposed", language="es").text
    assert "viernes 14 de mayo de 2027" in shown
    assert "Friday" not in shown


def test_the_test_says_that_it_is_one(admin: Client, employer: Employer) -> None:
    """In its subject and above all else; below that it is the mail that was previewed."""
    words = {"subject": "News, {candidate_name}", "body": "Dear {candidate_name},\n\ncome by."}
    answer = admin.submit(f"{PAGE}/moved_interview", words, button="Send me a test")
    assert "Nothing was saved." in answer.text
    email = db.session.scalars(select(OutgoingEmail)).one()
    drawn = outbox.sample("moved_interview", **words)
    told = (
        "This is a test of the wording. The people in it are invented, and its links lead nowhere."
    )
    assert email.subject == "[Test] News, Sam Rivera"
    assert email.text == f"{told}\n\n{drawn.text}"
    mark = f'<p class="reaches" lang="en">{told}</p>'
    assert mark in email.html
    plain = [each.strip() for each in email.html.replace(mark, "").splitlines() if each.strip()]
    assert plain == [each.strip() for each in drawn.html.splitlines() if each.strip()]


@pytest.fixture(scope="module")
def demo(start_server: ServerStarter) -> LiveServer:
    return start_server(prepare=True)


def test_real_mail_is_about_what_its_kind_says(demo: LiveServer) -> None:
    """What a preview takes for granted of a kind holds for the mail of a whole demo."""
    with demo.app().app_context():
        seen = set()
        for email in db.session.scalars(select(OutgoingEmail)):
            kind = find_message(email.message)
            assert kind is not None
            if email.about_kind and is_tagged(email.about_kind):
                assert kind.about == email.about_kind, kind.name
                seen.add(kind.name)
            if email.reply_to_address:
                assert kind.reply_sample is not None, kind.name
        assert len(seen) > 5


def seen_in_frame(page: Page) -> Any:
    frame = page.frame_locator(".mail-frame")
    return frame.locator(".button").evaluate(
        "each => [getComputedStyle(each).backgroundColor, getComputedStyle(each).display]"
    )


def test_the_frame_wears_the_mails_own_style(demo: LiveServer, page: Page) -> None:
    """The page's policy lets in that one style; a link pressed in it goes nowhere."""
    with demo.app().app_context(), writing():
        person = db.session.query(Person).filter_by(role=Role.ADMINISTRATOR).first()
        assert person is not None
        secret = issue_link(person, LinkKind.SIGN_IN, by=None)
        db.session.commit()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(f"{demo.url}/sign-in/{secret}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/staff")
    page.goto(f"{demo.url}{PAGE}/moved_interview")
    assert seen_in_frame(page) == ["rgb(44, 95, 79)", "inline-block"]
    assert refused == []
    page.frame_locator(".mail-frame").locator(".button").click()
    page.get_by_label("Text").fill("Dear {candidate_name},\n\nquite other words.")
    page.get_by_role("button", name="Preview").click()
    page.frame_locator(".mail-frame").get_by_text("quite other words.").wait_for()
    assert page.url.endswith("/moved_interview#preview")
    assert seen_in_frame(page) == ["rgb(44, 95, 79)", "inline-block"]
