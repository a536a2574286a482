"""What of the mail that comes in goes no further: forged, read along only, among colleagues."""

from pathlib import Path

import pytest
from flask import Flask

from tests.intake.letters import CONTACT, answered, mails
from tests.intake.mails import one
from tests.routing.factories import arrived
from tracker.core.db import db, now
from tracker.intake.operations import replies
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.replying import reply_address
from tracker.notifications.tags import Reaches
from tracker.notifications.wording import message_named
from tracker.routing.models import Assignment, LinkRevocation
from tracker.routing.rules import Why

pytestmark = pytest.mark.settings(
    BASE_URL="https://jobs.example.org",
    INTAKE_ADDRESS="jobs@example.org",
    INTAKE_AUTHORITY="mx.example.org",
)


@pytest.fixture
def told(app: Flask) -> OutgoingEmail:
    arrived()
    return mails("application_arrived")[0]


@pytest.mark.parametrize("message", ["opinion_asked", "opinion_given"])
def test_what_colleagues_think_stays_among_them(app: Flask, message: str) -> None:
    found = reply_address(
        message_named(message),
        to=("Robin Vale", "robin@example.org"),
        about=("application", 1),
        reply_to=("Ida Moreno", CONTACT),
    )
    assert found is not None
    assert (found.reaches, found.told) == (Reaches.COLLEAGUES, "Ida Moreno")


@pytest.mark.parametrize("by_tag", [False, True])
def test_who_only_reads_along_writes_to_no_candidate(told: OutgoingEmail, by_tag: bool) -> None:
    db.session.query(Assignment).one().why = Why.COPIED
    db.session.commit()
    reply = answered(told, address=CONTACT, by_tag=by_tag, text="Dear Sam, no.")
    assert reply.held == replies.NOT_WITH_THEM
    assert mails("answer_to_candidate") == []


def test_whose_links_were_ended_writes_to_no_candidate(told: OutgoingEmail) -> None:
    given = db.session.query(Assignment).one()
    ended = LinkRevocation(
        application_id=given.application_id, person_id=given.person_id, by_id=given.person_id
    )
    db.session.add(ended)
    db.session.commit()
    reply = answered(told, address=CONTACT, text="Dear Sam, no.")
    assert reply.held == replies.NOT_WITH_THEM
    assert mails("answer_to_candidate") == []


@pytest.mark.parametrize("by_tag", [False, True])
def test_a_reply_that_the_employers_server_found_forged_waits_for_a_look(
    app: Flask, told: OutgoingEmail, tmp_path: Path, by_tag: bool
) -> None:
    way = f"To: {told.reply_to_address}" if by_tag else f"In-Reply-To: {told.message_id}"
    raw = (
        "Authentication-Results: mx.example.org; spf=fail; dmarc=fail\r\n"
        f"From: Ida Moreno <{CONTACT}>\r\n{way}\r\nMessage-ID: <forged@evil.example>\r\n"
        f"Date: {now():%a, %d %b %Y %H:%M:%S +0000}\r\nSubject: Re: Sam\r\n\r\nPay the fee.\r\n"
    )
    said = one(app, tmp_path / "in", raw.encode())
    assert said["verdict"] == "unsorted"
    assert mails("answer_to_candidate") == []
