"""Files that an application by mail brought and that could not be taken: whoever reads it knows."""

from pathlib import Path

import pytest
from flask import Flask

from tests.documents import samples
from tests.intake.mails import MAILBOX, bookkeeper, mail, one, rows, sent_to
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.applications.models import DocumentRequest
from tracker.core.db import db
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
