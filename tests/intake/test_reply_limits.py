"""What of the mail that comes in goes no further: forged, read along only, among colleagues."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.letters import CONTACT, answered, mails
from tests.intake.mails import mail, one
from tests.plugins.clocks import QueryCounter
from tests.routing.factories import arrived
from tracker.core.db import db, now
from tracker.core.tokens import new_token
from tracker.intake import conversations
from tracker.intake.models import Reply
from tracker.intake.operations import fitting, replies
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


# What a mail costs while everybody else waits

LONG = "".join(new_token() for _ in range(625))
"""A run of letters any of which may be a secret, as long as a text can be."""


def test_a_mail_is_made_fit_before_the_lock_and_asked_about_once(
    app: Flask, told: OutgoingEmail, tmp_path: Path, count_queries: QueryCounter
) -> None:
    names = [f"{LONG[at * 100 : at * 100 + 150]}.pdf" for at in range(60)]
    message = mail(
        sender="Sam <sam@example.org>",
        text=f"{LONG[:9_000]}\n",
        files=[(b"x", each) for each in names],
        In_Reply_To=mails("application_received")[0].message_id,
    )
    with count_queries() as statements:
        assert one(app, tmp_path / "in", message)["verdict"] == "reply"
    asked = [at for at, each in enumerate(statements) if "json_each" in each]
    (written,) = (at for at, each in enumerate(statements) if "INSERT INTO reply " in each)
    assert len(asked) == 1
    begun = [at for at, each in enumerate(statements[:written]) if "FROM incoming_email" in each]
    assert asked[0] < begun[-1]
    assert len(mails("candidate_replied")) == 1


@pytest.mark.parametrize("by_mail", [False, True])
def test_of_a_mail_beyond_the_limit_only_the_beginning_is_made_fit(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_mail: bool
) -> None:
    arrived()
    monkeypatch.setattr(fitting, "AN_HOUR", 1)
    receipt = mails("application_received")[0]
    answered(receipt, text="One.")
    text, names = "word " * 3_000, ["a.pdf", "b.pdf"]
    if by_mail:
        message = mail(
            sender="Sam <sam@example.org>", text=text, files=[(b"x", each) for each in names],
            In_Reply_To=receipt.message_id,
        )  # fmt: skip
        one(app, tmp_path / "in", message)
        reply = db.session.query(Reply).order_by(Reply.id.desc()).first()
    else:
        reply = answered(receipt, text=text, files=names)
    assert reply is not None
    assert reply.held == replies.TOO_MANY
    assert 1_000 < len(reply.text) <= fitting.LONGEST_HELD
    assert len(mails("candidate_replied")) == 1


def test_which_of_some_texts_open_something_is_one_question(
    any_app: Flask, count_queries: QueryCounter
) -> None:
    arrived()
    (link,) = re.findall(r"/for/([\w-]{32})", mails("application_arrived")[0].text)[:1]
    (own,) = re.findall(r"/my/([\w-]{32})", mails("application_received")[0].text)[:1]
    possible = {link, own, *(new_token() for _ in range(26_000))}
    with count_queries() as statements:
        assert conversations.secrets_among(possible) == {link, own}
    assert len([each for each in statements if each.startswith("SELECT")]) == 1
    assert conversations.secrets_among([]) == set()
