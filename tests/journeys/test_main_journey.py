"""One posting, two candidates, from a pasted page to a hire and an answer for everybody."""

from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from tests.journeys import walking
from tests.journeys.walking import Walk
from tests.plugins.browsers import PageOpener
from tests.plugins.mail import MailServer
from tests.plugins.servers import ServerStarter

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
PLAIN: dict[str, Any] = {"java_script_enabled": False}


@pytest.mark.parametrize(
    "window",
    [
        pytest.param({}, id="desktop"),
        pytest.param(PHONE, id="phone"),
        pytest.param(PLAIN, id="desktop without script"),
        pytest.param(PHONE | PLAIN, id="phone without script"),
    ],
)
def test_from_a_pasted_page_to_a_hire(
    start_server: ServerStarter,
    smtp_server: MailServer,
    open_page: PageOpener,
    tmp_path: Path,
    window: dict[str, Any],
) -> None:
    server = start_server(MAIL_URL=smtp_server.url)
    walk_through(Walk(server, smtp_server, open_page(**window), open_page(**window), tmp_path))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_same_on_postgresql(
    start_server: ServerStarter,
    smtp_server: MailServer,
    open_page: PageOpener,
    tmp_path: Path,
    database: str,
) -> None:
    server = start_server(MAIL_URL=smtp_server.url, DATABASE_URL=database)
    walk_through(Walk(server, smtp_server, open_page(), open_page(**PHONE), tmp_path))
    server.stop()


def walk_through(walk: Walk) -> None:
    """Import, publish, two applications, one hire, one answer."""
    server, smtp_server = walk.server, walk.mail
    walking.sign_in(walk)
    walking.introduce_the_employer(walk)
    path = walking.publish_from_markdown(walk)

    number = walking.apply(walk, path, "Sam Rivera", "sam@example.org")
    walking.apply(walk, path, "Kim Lund", "kim@example.org")
    assert number in walk.mail_to("sam@example.org", "We have your application")

    walking.acknowledge(walk, "Sam Rivera")

    walking.open_application(walk, "Sam Rivera")
    expect(walk.staff.get_by_role("main")).to_contain_text("Acknowledged by Ida Moreno")
    shown = walking.move(walk, "shortlisted")
    own_page = walk.link_to("sam@example.org", shown)
    walking.schedule(walk)

    walk.mail_to("sam@example.org", "Interview for Story Room Assistant")
    invitations = [_calendar(each.message) for each in smtp_server.to("sam@example.org")]
    invitation = next(each for each in invitations if each is not None)
    (event,) = invitation.walk("VEVENT")
    assert event["LOCATION"] == "Main library, story room"
    walk.other.goto(own_page)
    expect(walk.other.get_by_role("main")).to_contain_text("Main library, story room")

    for stage in ("references", "offer"):
        walking.move(walk, stage)
    walking.move(walk, "hired", reason="Best qualified")
    walk.mail_to("sam@example.org", "Welcome: Story Room Assistant")
    walk.other.reload()
    expect(walk.other.get_by_role("main")).to_contain_text("You are hired")

    walking.open_application(walk, "Kim Lund")
    subject = walking.move(walk, "not selected", reason="Better qualified selected")
    declined = walk.mail_to("kim@example.org", subject)
    assert "Better qualified" not in declined

    verified = server.flask("verify", check=False)
    assert verified.returncode == 0, verified.stdout


def _calendar(message: Any) -> Calendar | None:
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            assert part.get_param("method") == "REQUEST"
            return Calendar.from_ical(part.get_payload(decode=True))
    return None
