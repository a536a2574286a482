"""The Unsorted tray: what waits, who sees it, one click, and what is remembered."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, rows
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.applications.models import Application
from tracker.applications.rules import Channel
from tracker.core.db import db
from tracker.intake.models import FilingRule

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
UNCLEAR = "Quiet hours at the river desk"


def unsorted(app: Flask, folder: Path, number: int = 1, **values: object) -> int:
    """A mail in the tray that names no posting."""
    message = mail(
        **{  # type: ignore[arg-type]
            "subject": UNCLEAR,
            "sender": f"Marisol Quennell <marisol{number}@example.net>",
            "message_id": f"<{number}@example.net>",
            "files": [(resume(), "CV.pdf")],
            **values,
        }
    )
    said = one(app, folder / str(number), message)
    assert said["verdict"] == "unsorted", said
    return rows()[-1].id


def test_one_click_files_a_mail_and_later_mail_follows(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    posting_id = bookkeeper(title="Archivist", subject_keyword="").id
    key = unsorted(any_app, tmp_path)
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/incoming/{key}")
    assert "No posting is named clearly." in page.text
    answer = client.fill(
        page, {"posting": str(posting_id)}, form=f"{key}/file", button="File as an application"
    )
    assert answer.status_code == 303, answer.text
    application = db.session.query(Application).one()
    assert application.channel is Channel.MAIL
    assert application.email == "marisol1@example.net"
    sizes = {each.title: each.document.sha256 for each in application.documents}
    assert sizes["Resume"] == hashlib.sha256(resume()).hexdigest()
    (rule,) = db.session.query(FilingRule)
    assert (rule.value, rule.posting_id) == ("quiet hours river desk", posting_id)
    said = one(
        any_app,
        tmp_path / "later",
        mail(
            subject=f"Re: {UNCLEAR}!",
            sender="Lee Ash <lee@example.net>",
            message_id="<later@example.net>",
            files=[(resume("Lee"), "resume.pdf")],
        ),
    )
    assert said["verdict"] == "application"
    assert "A choice that staff made for such mail." in said["why"]
    rules_page = client.page("/staff/incoming/rules")
    assert "1 mail" in rules_page.text
    assert client.fill(rules_page, {}, form="/remove").status_code == 303
    assert "Nothing is remembered" in client.page("/staff/incoming/rules").text
    again = one(
        any_app,
        tmp_path / "after",
        mail(subject=UNCLEAR, message_id="<after@example.net>", sender="kim@example.net",
             files=[(resume("Kim"), "resume.pdf")]),
    )  # fmt: skip
    assert again["verdict"] == "unsorted"
