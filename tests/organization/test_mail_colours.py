"""Mail wears the employer's accent, and whatever it is, everybody can read the mail."""

from typing import Any

import pytest
from flask import Flask

from tests.organization.conftest import PROFILE
from tests.plugins.apps import Client
from tests.plugins.browsers import PageOpener
from tracker.core import colours
from tracker.core.db import db, writing
from tracker.notifications import operations as outbox
from tracker.notifications import queries as mail
from tracker.notifications.models import Letterhead
from tracker.organization import operations
from tracker.organization.models import Employer
from tracker.organization.rules import Profile

ODD = {
    "yellow": "#ffde00",
    "white": "#ffffff",
    "black": "#000000",
    "red": "#ff0000",
    "navy": "#000080",
    "grey": "#808080",
    "lime": "#00ff00",
}
# Every text's colour, and the ground behind it, as the browser has computed them.
COLOURS_OF_TEXTS = """() => {
  const hex = (colour) => "#" + colour.match(/[0-9.]+/g).slice(0, 3)
    .map((part) => Number(part).toString(16).padStart(2, "0")).join("");
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return hex(colour);
    }
    return "none";
  };
  return [...document.querySelectorAll("body *")]
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((each) => each.checkVisibility())
    .map((each) => [each, getComputedStyle(each).color])
    .map(([each, colour]) => [each.className || each.localName, hex(colour), ground(each)]);
}"""
EDGE = """() => {
  const style = getComputedStyle(document.querySelector(".button"));
  return "#" + style.borderTopColor.match(/[0-9]+/g).slice(0, 3)
    .map((part) => Number(part).toString(16).padStart(2, "0")).join("");
}"""


def wear(accent: str) -> None:
    """Save the employer's profile with another accent."""
    with writing():
        employer = db.session.get(Employer, 1)
        operations.save_profile(
            Profile(**{**PROFILE, "accent_colour": accent}),
            sender_name="Alder Falls Hiring",
            sender_address="jobs@example.org",
            version=employer.version if employer else None,
            by=None,
        )
        db.session.commit()


def drawn(open_page: PageOpener, html: str, scheme: str) -> Any:
    page = open_page(color_scheme=scheme)
    page.set_content(html)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ODD)
def test_mail_can_be_read_in_every_accent(
    app: Flask, open_page: PageOpener, name: str, scheme: str
) -> None:
    """WCAG AA, 4.5 to 1, of everything that stands in it; a button's edge 3 to 1."""
    wear(ODD[name])
    found = colours.palette(ODD[name])
    for message in ("application_received", "application_arrived", "invitation"):
        page = drawn(open_page, outbox.preview(message).html, scheme)
        texts = page.evaluate(COLOURS_OF_TEXTS)
        weak = [each for each in texts if colours.contrast(each[1], each[2]) < 4.5]
        assert weak == []
        button = next(each for each in texts if each[0] == "button")
        ground = next(each[2] for each in texts if each[0] == "p")
        assert colours.contrast(page.evaluate(EDGE), ground) >= 3
        dark = (found.dark_button_ink, found.dark_ink)
        assert button[1:] == list(dark if scheme == "dark" else (found.button_ink, found.button))


def test_mail_takes_on_a_new_accent(admin: Client) -> None:
    """From the form of the profile to the next mail; what is written already stays."""
    wear("#7a1f3d")
    before = outbox.preview("application_received").html
    assert "#7a1f3d" in before
    assert admin.submit("/staff/organization", {"accent_colour": "#2C4A7F"}).status_code == 303
    after = outbox.preview("application_received").html
    assert after == before.replace("#7a1f3d", "#2c4a7f").replace(
        colours.palette("#7a1f3d").dark_ink, colours.palette("#2c4a7f").dark_ink
    )


def test_mail_has_a_colour_before_there_is_a_profile(app: Flask) -> None:
    assert colours.DEFAULT in outbox.preview("password_reset").html


def test_a_letterhead_keeps_no_style_for_a_colour(app: Flask) -> None:
    with writing():
        outbox.write_letterhead(
            sender_name="Jobs",
            sender_address="jobs@example.org",
            time_zone="UTC",
            accent_colour="red;} body { display: none",
            by=None,
        )
        db.session.commit()
    assert db.session.get_one(Letterhead, 1).accent_colour is None
    assert mail.sender().accent == colours.DEFAULT
