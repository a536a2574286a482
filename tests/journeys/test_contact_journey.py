"""A hiring contact's whole way from the mail alone, on a phone: nobody of them signs in."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walking
from tests.journeys.walking import Walk
from tests.plugins.browsers import PageOpener
from tests.plugins.mail import MailServer
from tests.plugins.servers import ServerStarter

PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 812},
    "has_touch": True,
    "is_mobile": True,
}
IDA, ROBIN, SAM = "ida.moreno@example.org", "robin.vale@example.org", "sam@example.org"


def fits(page: Page) -> None:
    """Fail where the page, once it has come whole, is wider than the phone."""
    page.wait_for_load_state()
    assert page.locator("html").evaluate("page => page.scrollWidth") <= 375, page.url


@pytest.mark.parametrize(
    "window",
    [
        pytest.param(PHONE, id="phone"),
        pytest.param(PHONE | {"java_script_enabled": False}, id="phone without script"),
    ],
)
def test_from_the_mail_to_an_interview(
    start_server: ServerStarter,
    smtp_server: MailServer,
    open_page: PageOpener,
    tmp_path: Path,
    window: dict[str, Any],
) -> None:
    server = start_server(MAIL_URL=smtp_server.url)
    walk = Walk(server, smtp_server, open_page(), open_page(**window), tmp_path)
    walking.sign_in(walk)
    walking.introduce_the_employer(walk)
    path = walking.publish_from_markdown(walk)
    walking.apply(walk, path, "Sam Rivera", SAM)

    contact, page = walk.link_to(IDA, "Sam Rivera"), walk.other
    page.goto(contact)
    fits(page)
    ask_for_more_time(page)
    ask_a_colleague(page)
    say_what_one_thinks(walk)
    assert "They ran ours for two years." in walk.mail_to(IDA, "Robin Vale has looked")
    page.goto(contact)
    expect(page.get_by_role("main")).to_contain_text("They ran ours for two years.")
    propose_times(page)
    choose_a_time(walk)

    assert "The other times that you" in walk.mail_to(IDA, "Sam Rivera has chosen a time")
    walk.mail_to(IDA, "Interview with Sam Rivera")
    walk.mail_to(SAM, "Interview for Story Room Assistant")
    page.goto(contact)
    expect(page.get_by_role("main")).to_contain_text("the interview is booked")
    fits(page)

    walking.open_application(walk, "Sam Rivera")
    for words in ("They ran ours for two years.", "(chosen)", "asked for more time until"):
        expect(walk.staff.get_by_role("main")).to_contain_text(words)
    verified = server.flask("verify", check=False)
    assert verified.returncode == 0, verified.stdout


def ask_for_more_time(page: Page) -> None:
    """Put the application off for five working days."""
    walking.press(page, "Ask for more time")
    fits(page)
    page.get_by_label(re.compile(r"^5 working days")).check()
    page.get_by_label(re.compile("^Note for your colleagues")).fill("I want to read it in peace.")
    walking.press(page, "Ask for more time")
    expect(page.get_by_role("main")).to_contain_text("Until then you are not reminded.")


def ask_a_colleague(page: Page) -> None:
    """Name somebody who is not known yet."""
    walking.press(page, "Ask a colleague")
    fits(page)
    page.get_by_label("Their name").fill("Robin Vale")
    page.get_by_label("Their work e-mail address").fill(ROBIN)
    page.get_by_label(re.compile("^What would you like to know")).fill("Could they run it alone?")
    walking.press(page, "Ask them")
    expect(page.get_by_role("main")).to_contain_text("not answered yet")


def say_what_one_thinks(walk: Walk) -> None:
    """The colleague reads, with a link of their own, and answers."""
    page = walk.other
    page.goto(walk.link_to(ROBIN, "asks you to look"))
    expect(page.locator(".acting-as")).to_contain_text("Robin Vale")
    expect(page.get_by_role("main")).to_contain_text("Could they run it alone?")
    fits(page)
    page.get_by_label("What do you think?").fill("They ran ours for two years.")
    walking.press(page, "Send my opinion")
    expect(page.get_by_role("main")).to_contain_text("Ida Moreno hears of it by mail.")


def propose_times(page: Page) -> None:
    """Offer two times of next week."""
    walking.press(page, "Propose interview times")
    fits(page)
    day = dt.date.today() + dt.timedelta(days=7)  # noqa: DTZ011  a day as people say it
    for place, hour in enumerate(("10:00", "15:00")):
        page.locator(f"#slots-{place}-day").fill(day.isoformat())
        page.locator(f"#slots-{place}-time").fill(hour)
    page.get_by_label("Place, or who calls whom").fill("Main library, story room")
    walking.press(page, "Send the times to the candidate")
    expect(page.get_by_role("main")).to_contain_text("Waits for the candidate’s answer")


def choose_a_time(walk: Walk) -> None:
    """The candidate chooses the second one."""
    page = walk.other
    page.goto(walk.link_to(SAM, "Choose a time for your interview"))
    fits(page)
    page.get_by_label(re.compile("3:00 pm")).check()
    walking.press(page, "Choose this time")
    expect(page.get_by_role("main")).to_contain_text("Your interview is booked")
    expect(page.get_by_role("main")).to_contain_text("Main library, story room")
