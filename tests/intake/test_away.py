"""A contact's automatic answer stands on the line of what they were told."""

from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, rows, sent_to
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.following import IDA

pytestmark = [pytest.mark.settings(INTAKE_ADDRESS=MAILBOX), pytest.mark.both_databases]
AWAY = "Automatic reply: on leave until 4 January"


def test_an_automatic_answer_of_the_contact_stands_with_whom_it_is(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    one(any_app, tmp_path / "applied", mail(files=[(resume(), "CV.pdf")]))
    (told,) = sent_to(IDA)
    application_id, secret = rows()[-1].application_id, told.text.split("/for/")[1].split()[0]
    message_id = told.message_id
    page = f"/staff/applications/{application_id}"
    postings.sign_in(client, postings.coordinator())
    assert "an automatic answer came" not in client.page(page).text
    for number, subject in enumerate((AWAY, f"{AWAY} http://localhost/for/{secret}")):
        said = one(any_app, tmp_path / str(number), mail(
            sender=IDA, subject=subject, text=f"I am away. {number}",
            message_id=f"<away-{number}@example.org>",
            In_Reply_To=message_id, Auto_Submitted="auto-replied",
        ))  # fmt: skip
        assert said["verdict"] == "auto_reply", said
    shown = client.page(page)
    text = shown.text
    assert text.count(f"an automatic answer came: {AWAY}") == 2
    assert secret not in text
    links = [each.get("href") for each in shown.all("ol[@class='trail']//a")]
    assert f"/staff/incoming/{rows()[-1].id}" in links
    other = any_app.test_client()
    postings.sign_in(other, postings.manager())
    assert other.get(page).status_code in {403, 404}
