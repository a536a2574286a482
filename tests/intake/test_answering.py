"""A question in the Unsorted tray is answered from there; what is in doubt is not."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, one, rows, sent_to
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.core.db import db
from tracker.notifications.models import OutgoingEmail

pytestmark = [
    pytest.mark.settings(INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mx.fernhollow.example.org"),
    pytest.mark.both_databases,
]
ASKER, WORDS = "marisol@example.net", "Dear Marisol,\n\nyes, until four on Saturdays."


def question(app: Flask, folder: Path, **values: Any) -> int:
    """A mail that asks something, in the tray."""
    said = one(app, folder, mail(subject="Saturdays?", text="Are you open on Saturdays?", **values))
    assert said["verdict"] in {"unsorted", "quarantined"}, said
    return rows()[-1].id


def test_a_question_is_answered_in_its_thread_and_is_done(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    key = question(any_app, tmp_path, References="<zero@example.net>")
    who = postings.coordinator()
    postings.sign_in(client, who)
    page = client.page(f"/staff/incoming/{key}")
    empty = client.fill(page, {"answer-text": " "}, form=f"{key}/answer")
    assert empty.status_code == 422
    assert "Write something first." in empty.text
    sent = client.fill(page, {"answer-text": WORDS}, form=f"{key}/answer")
    assert sent.status_code == 303, sent.text
    (answer,) = sent_to(ASKER)
    assert answer.subject == "Re: Saturdays?"
    assert "yes, until four on Saturdays." in answer.text
    assert answer.headers["In-Reply-To"] == "<one@example.net>"
    assert answer.headers["References"] == "<zero@example.net> <one@example.net>"
    assert "Auto-Submitted" not in answer.headers
    assert answer.sender_address == MAILBOX
    answer_id = answer.id
    assert "Unsorted (0)" in client.page("/staff/incoming").text
    done = client.page(f"/staff/incoming/{key}")
    (head,) = done.texts("section[@aria-labelledby='state-title']")
    assert "Answered" in head
    links = [each.get("href") for each in done.all("section[@aria-labelledby='state-title']//a")]
    assert f"/staff/messages/{answer_id}" in links
    twice = client.fill(page, {"answer-text": WORDS}, form=f"{key}/answer")
    assert "Somebody has decided about this mail already." in twice.text
    assert len(sent_to(ASKER)) == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (
            {"Authentication_Results": "mx.fernhollow.example.org; dmarc=fail"},
            "the sender may be forged",
        ),
        ({"sender": "noreply@example.net"}, "takes no answers"),
        ({"sender": "a@example.net, b@example.net"}, "more than one sender"),
        ({"sender": MAILBOX}, ""),
        ({"List_Id": "<news.example.net>"}, ""),
    ],
)
def test_nobody_in_doubt_is_written_to_and_the_words_are_kept(
    any_app: Flask, client: Client, tmp_path: Path, values: dict[str, str], why: str
) -> None:
    bookkeeper()
    key = question(any_app, tmp_path, **values)
    postings.sign_in(client, postings.coordinator())
    refused = client.submit(
        f"/staff/incoming/{key}", {"answer-text": WORDS}, form=f"{key}/answer"
    )  # fmt: skip
    assert refused.status_code == 409
    assert "Nothing was sent:" in refused.text
    assert why in refused.text
    assert "until four on Saturdays" in refused.text
    db.session.rollback()
    assert not db.session.query(OutgoingEmail).filter_by(message="answer_to_sender").count()


def test_who_may_not_sort_mail_answers_none(any_app: Flask, client: Client, tmp_path: Path) -> None:
    bookkeeper()
    key = question(any_app, tmp_path)
    postings.sign_in(client, postings.manager())
    refused = client.post(f"/staff/incoming/{key}/answer", data={"answer-text": WORDS})
    assert refused.status_code in {302, 400, 403}
    assert not sent_to(ASKER)
