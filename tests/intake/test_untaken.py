"""Files that an application by mail brought and that could not be taken: whoever reads it knows."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.documents import samples
from tests.intake.mails import MAILBOX, bookkeeper, mail, one, rows, sent_to
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.routing.test_digest import choose
from tracker.applications.models import DocumentRequest
from tracker.core.db import db, now
from tracker.core.jobs import run_now
from tracker.routing.models import Assignment

pytestmark = [pytest.mark.settings(INTAKE_ADDRESS=MAILBOX), pytest.mark.both_databases]


def test_what_could_not_be_taken_is_said_to_whoever_reads_until_it_is_sent_anew(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    said = one(
        any_app, tmp_path, mail(files=[(samples.pdf("Resume")[:300], "My resume.pdf")])
    )  # fmt: skip
    assert said["verdict"] == "application", said
    application_id = rows()[-1].application_id
    told = db.session.query(Assignment).first()
    assert told is not None
    assert told.told_email is not None
    words = told.told_email.text
    assert "Sent, but could not be taken: My resume.pdf (This file is damaged" in words
    contact = f"/for/{words.split('/for/')[1].split()[0]}"
    staff = f"/staff/applications/{application_id}"
    postings.sign_in(client, postings.coordinator())
    for place in (contact, staff):
        text = client.page(place).text
        assert "Sent, but could not be taken" in text
        assert "My resume.pdf (This file is damaged or incomplete and cannot be opened)" in text
    receipt = sent_to("marisol@example.net")[0].text
    mine = f"/my/{receipt.split('/my/')[1].split()[0]}"
    asked = db.session.query(DocumentRequest).one()
    answer = client.submit(
        mine, {f"request-{asked.id}-file": (samples.pdf("Resume"), "resume.pdf")},
        form=f"/requests/{asked.id}",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    for place in (contact, staff):
        assert "could not be taken" not in client.page(place).text


SAID = "Sent, but could not be taken: My resume.pdf (This file is damaged or incomplete"


def test_whoever_it_is_handed_over_to_is_told_too(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    one(any_app, tmp_path, mail(files=[(samples.pdf("Resume")[:300], "My resume.pdf")]))
    application_id = rows()[-1].application_id
    noa = postings.person("noa.berg@example.org", name="Noa Berg")
    postings.sign_in(client, postings.coordinator())
    values = {"person": str(noa.id), "reason": "On leave."}
    url = f"/staff/applications/{application_id}"
    assert client.submit(url, values, form="/hand-over").status_code == 303
    (handed,) = sent_to("noa.berg@example.org")
    assert SAID in handed.text
    assert SAID in " ".join(Page(handed.html, "mail").texts("p"))


def test_a_daily_digest_says_it_at_each_that_it_lists(any_app: Flask, tmp_path: Path) -> None:
    posting = bookkeeper()
    assert posting.contact_person is not None
    contact = posting.contact_person.email
    choose(16, contact)
    broken = mail(files=[(samples.pdf("Resume")[:300], "My resume.pdf")])
    one(any_app, tmp_path, broken)
    whole = mail(
        sender="Kim Ode <kim.ode@example.org>",
        files=[(samples.pdf("Kim"), "kim.pdf")],
        message_id="<two@example.net>",
    )
    one(any_app, tmp_path, whole)
    assert sent_to(contact) == []
    monday = now() + dt.timedelta(days=14 - now().weekday())
    evening = monday.replace(hour=23)  # past four in the afternoon where the employer is
    with time_machine.travel(evening, tick=True):
        run_now("follow_up")
    (digest,) = sent_to(contact)
    assert digest.message == "applications_digest"
    assert digest.text.count("/for/") == 2
    assert digest.text.count("could not be taken") == 1
    assert SAID in digest.text
    assert SAID in " ".join(Page(digest.html, "mail").texts("span"))
