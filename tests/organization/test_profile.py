"""The employer's profile: written once, seen everywhere."""

import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.organization.conftest import PROFILE, ClientFor
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.factories import closed_posting, open_posting
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.files import files
from tracker.notifications.models import Letterhead, OutgoingEmail
from tracker.organization.models import Badge, Employer

PAGE = "/staff/organization"
SENDER = {"sender_name": "Alder Falls Hiring", "sender_address": "jobs@example.org"}


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 32), mode: str = "RGB") -> bytes:
    """A picture in one colour."""
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, kind)
    return out.getvalue()


def test_pages_stand_before_there_is_an_employer(admin: Client, client: Client) -> None:
    """The first start in production: no employer, and no page that breaks."""
    for address in ("/sign-in", "/privacy", "/forgotten-password"):
        assert client.get(address).status_code == 200
    assert client.get("/nothing-here").status_code == 404
    page = admin.page(PAGE)
    assert "Nothing has been written about the employer yet" in page.text
    for address in (f"{PAGE}/badges", f"{PAGE}/positions", f"{PAGE}/wording"):
        assert admin.get(address).status_code == 200


def test_the_first_profile_needs_two_fields(admin: Client) -> None:
    """A name and a sender's address make an employer."""
    answer = admin.submit(
        PAGE,
        {
            "name": "Alder Falls Public Library",
            "sender_name": "Hiring",
            "sender_address": "jobs@example.org",
        },
    )
    assert answer.status_code == 303
    employer = db.session.scalars(select(Employer)).one()
    assert (employer.name, employer.time_zone, employer.currency, employer.country) == (
        "Alder Falls Public Library",
        "America/New_York",
        "USD",
        "US",
    )


@pytest.mark.both_databases
@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_a_profile_is_kept_whole_with_its_letterhead(admin: Client) -> None:
    """Every field as it was typed; mail is from the new sender in the same transaction."""
    assert admin.submit(PAGE, {**PROFILE, **SENDER}).status_code == 303
    employer = db.session.scalars(select(Employer)).one()
    assert {name: getattr(employer, name) for name in PROFILE} == PROFILE
    letterhead = db.session.scalars(select(Letterhead)).one()
    assert (letterhead.sender_name, letterhead.sender_address, letterhead.time_zone) == (
        "Alder Falls Hiring",
        "jobs@example.org",
        "America/New_York",
    )


def test_a_profile_that_was_open_too_long_overwrites_nothing(
    admin: Client, employer: Employer
) -> None:
    """Two administrators write: the second is told."""
    page = admin.page(PAGE)
    assert admin.fill(page, {"city": "First"}).status_code == 303
    assert admin.fill(page, {"city": "Second"}).status_code == 409
    db.session.refresh(employer)
    assert employer.city == "First"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "Enter the employer's name."),
        ("country", "USA", "code of two letters"),
        ("country", "ZQ", "code of two letters"),
        ("currency", "XXQ", "code of three letters"),
        ("accent_colour", "teal", "Enter a colour like #1f5f8b"),
        ("website", "www.example.org", "Enter a complete address"),
        ("website", "javascript:alert(1)", "Enter a complete address"),
        ("film_url", "http://vimeo.com/1", "https address of a film on Vimeo or YouTube"),
        ("film_url", "https://films.example.org/1", "https address of a film on Vimeo or YouTube"),
        ("film_url", "https://vimeo.com.example.org/1", "film on Vimeo or YouTube"),
        ("sender_address", "jobs", "Enter an address like name@example.org."),
        ("accommodation_email", "somebody", "Enter an address like name@example.org."),
    ],
)
def test_wrong_input_is_explained_at_its_field(
    admin: Client, employer: Employer, field: str, value: str, sentence: str
) -> None:
    """Nothing is saved, and what was typed stays in the form."""
    answer = admin.submit(PAGE, {"city": "Elsewhere", field: value})
    assert answer.status_code == 422
    page = Page(answer.text)
    [shown] = page.texts("div[@class='field-error']")
    assert sentence in shown
    assert page.one("div[@class='field-error']").get("id") == f"{field}-error"
    assert 'value="Elsewhere"' in answer.text
    db.session.refresh(employer)
    assert employer.city == "Alder Falls"


def test_a_zone_that_does_not_exist_is_refused(admin: Client, employer: Employer) -> None:
    """Zones are those of the IANA database."""
    page = admin.page(PAGE)
    values = page.form(fields={"time_zone": ""}).filled({}).data
    answer = admin.post(PAGE, data={**values, "time_zone": "Mars/Olympus"})
    assert answer.status_code == 422
    db.session.refresh(employer)
    assert employer.time_zone == "America/New_York"


def test_the_accent_reaches_every_page(client: Client, employer: Employer) -> None:
    """Each page names the accent's stylesheet, which anybody may keep for ever."""
    page = client.page("/sign-in")
    address = "/employer/accent/1-1f5f8b.css"
    assert address in [each.get("href") for each in page.all("link")]
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--accent: #1f5f8b" in answer.text
    for wrong in ("1-red.css", "2-1f5f8b.css", "1-1f5f8b;}.css"):
        assert client.get(f"/employer/accent/{wrong}").status_code == 404


def test_a_logo_is_drawn_anew_and_served_to_everybody(
    admin: Client, client: Client, employer: Employer
) -> None:
    """Cached for ever under an address that changes with the picture."""
    assert admin.submit(PAGE, {"logo": (picture(), "logo.png")}).status_code == 303
    db.session.refresh(employer)
    first, first_key = employer.logo_url, employer.logo_key
    assert f'src="{first}"' in client.get("/sign-in").text
    answer = client.get(first)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert first_key is not None
    assert first_key not in first
    admin.submit(PAGE, {"logo": (picture("JPEG"), "logo.jpg")})
    db.session.refresh(employer)
    assert (employer.logo_type, employer.logo_url != first) == ("image/jpeg", True)
    assert client.get(first).status_code == 404
    assert not files().exists(first_key)
    admin.submit(PAGE, {"remove_logo": True})
    db.session.refresh(employer)
    assert (employer.logo_key, employer.logo_url) == (None, "")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.png"),
        (b"", "logo.png"),
        (picture()[:40], "logo.png"),
        (picture("GIF"), "logo.gif"),
        (b"%PDF-1.7", "logo.png"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    admin: Client, employer: Employer, content: bytes, name: str
) -> None:
    """By its content, not its name; no file stays behind, no other field is saved."""
    answer = admin.submit(PAGE, {"logo": (content, name), "city": "Elsewhere"})
    assert answer.status_code == 422
    assert 'value="Elsewhere"' in answer.text
    assert list(files().list()) == []
    db.session.refresh(employer)
    assert (employer.logo_key, employer.city) == (None, "Alder Falls")


def test_badges_come_move_and_go(admin: Client, client: Client, employer: Employer) -> None:
    """Added with words, put in order, served to everybody, deleted with their picture."""
    page = f"{PAGE}/badges"
    for words in ("First award", "Second award"):
        data = {
            "picture": (picture(mode="RGBA"), "badge.png"),
            "alternative_text": words,
            "link": "https://awards.example.org/",
        }
        assert admin.submit(page, data).status_code == 303
    first, second = db.session.scalars(select(Badge).order_by(Badge.rank)).all()
    answer = client.get(first.url)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert (first.width, first.height) == (64, 32)
    admin.submit(page, form=f"/badges/{second.id}", button="earlier")
    assert [
        each.alternative_text for each in db.session.scalars(select(Badge).order_by(Badge.rank))
    ] == ["Second award", "First award"]
    edited = admin.submit(page, {f"badge-{first.id}-alternative_text": "Best place"})
    assert edited.status_code == 303
    key, url = first.file_key, first.url
    admin.submit(page, form=f"/badges/{first.id}/remove")
    assert client.get(url).status_code == 404
    assert not files().exists(key)


def test_a_badge_without_words_is_refused(admin: Client, employer: Employer) -> None:
    """Who cannot see the picture is told what it says."""
    answer = admin.submit(f"{PAGE}/badges", {"picture": (picture(), "badge.png")})
    assert answer.status_code == 422
    assert "Say in words what the badge shows" in answer.text
    assert list(files().list()) == []


def test_the_privacy_notice_is_public(client: Client, employer: Employer) -> None:
    """As Markdown, without anything that could run."""
    employer.privacy_notice = "# Yours\n\nWe keep **two** years. <script>alert(1)</script>"
    db.session.commit()
    page = client.page("/privacy")
    assert page.texts("h2") == ["Yours"]
    assert "We keep two years." in page.text
    assert page.all("main//script") == []


def test_a_test_mail_goes_to_whoever_asks(admin: Client, employer: Employer) -> None:
    """One button; then the page that says what becomes of it."""
    answer = admin.submit(PAGE, form="/test-mail")
    mail = db.session.scalars(select(OutgoingEmail)).one()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/staff/messages/{mail.id}"
    assert (mail.recipient_address, mail.sender_address) == (
        "administrator@example.org",
        "jobs@example.org",
    )
    assert "Test: mail from Alder Falls Hiring arrives" in mail.subject
    assert admin.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MANAGER, Role.PANELIST])
def test_the_profile_is_the_administrators_business(signed_in_as: ClientFor, role: Role) -> None:
    """Others neither see the form nor send it."""
    client = signed_in_as(role)
    for address in (PAGE, f"{PAGE}/badges", f"{PAGE}/positions", f"{PAGE}/positions/new"):
        assert client.get(address).status_code == 403
    token = client.token("/staff/account")
    assert client.post(PAGE, data={"name": "X", "csrf_token": token}).status_code == 403


def test_error_pages_do_without_the_employer_when_the_database_is_away(
    app: Flask, client: Client, employer: Employer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page still comes when nothing can be read."""

    def away(*_arguments: object, **_values: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(db.session, "get", away)
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "Alder Falls" not in answer.text


def test_another_time_zone_keeps_the_day_and_time_that_postings_close(admin: Client) -> None:
    """That it closes on the 14th at 5 pm is a promise by the employer's clock."""
    admin.submit(PAGE, {"name": "Alder Falls Public Library", **SENDER})
    closing: dict[str, Any] = {"closes_on": dt.date(2030, 5, 14), "closes_time": dt.time(17, 0)}
    posting = open_posting(open_until_filled=False, **closing)
    ended = closed_posting(title="Clerk", open_until_filled=False, **closing)
    before = posting.closes_at, ended.closes_at
    admin.submit(PAGE, {**PROFILE, "time_zone": "America/Los_Angeles", **SENDER})
    db.session.rollback()
    assert before[0] == dt.datetime(2030, 5, 14, 21, tzinfo=dt.UTC)
    assert posting.closes_at == dt.datetime(2030, 5, 15, tzinfo=dt.UTC)
    assert ended.closes_at == before[1]
    assert posting.closes_time == dt.time(17, 0)
