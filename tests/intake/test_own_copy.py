"""The candidate takes along what they wrote by mail and what was written to them, no more."""

import datetime as dt
import io
import json
import re
import zipfile
from urllib.parse import unquote

import pytest
import time_machine
from flask import Flask

from tests.intake.letters import CANDIDATE, CONTACT, answered, mails
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.db import db, writing
from tracker.core.tokens import new_token
from tracker.intake import operations
from tracker.intake.models import IncomingAttachment
from tracker.routing.models import Assignment
from tracker.routing.rules import Why

pytestmark = pytest.mark.settings(
    BASE_URL="https://jobs.example.org", INTAKE_ADDRESS="jobs@example.org"
)
SECRET = re.compile(r"/(?:my|for)/[A-Za-z0-9_-]{20,}|jobs\+a")


def opened(application: Application) -> str:
    """A private link of the candidate's."""
    token = new_token()
    with writing():
        row = db.session.get_one(Application, application.id)
        applications.add_link(row, token, mailed=True)
        db.session.commit()
    return token


def download(client: Client, token: str) -> dict[str, str]:
    """The texts of the candidate's copy, by name."""
    answer = client.get(f"/my/{token}/everything.zip")
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return {
        each: archive.read(each).decode()
        for each in archive.namelist()
        if not each.startswith("files/")
    }


def written_to(application: Application, text: str) -> None:
    """Have the coordinator write to the candidate."""
    key, by = application.id, postings.coordinator().id
    fit = operations.fit_letter(db.session.get_one(Application, key), text)
    with writing():
        operations.answer(
            db.session.get_one(Application, key),
            fit,
            token=new_token(),
            by=db.session.get_one(Person, by),
        )
        db.session.commit()


def letters(texts: dict[str, str]) -> dict[str, str]:
    """The mail among them, in order."""
    return {name: text for name, text in sorted(texts.items()) if name.startswith("mail/")}


def test_what_was_written_both_ways_is_there_as_files_to_read(app: Flask, client: Client) -> None:
    application = arrived()
    receipt = mails("application_received")[0]
    answered(receipt, text="Is Saturday a must?\n\nSam", files=["degree.pdf"])
    written_to(application, "Dear Sam,\n\nevery other one.")
    texts = download(client, opened(application))
    first, second, third = letters(texts).values()
    assert receipt.subject in first
    assert f"To: {CANDIDATE}\n" in first
    assert second.startswith(f"From: {CANDIDATE}\nTo: ")
    assert f"Subject: Re: {receipt.subject}\nAttached: degree.pdf, " in second
    assert second.endswith("\n\nIs Saturday a must?\n\nSam\n")
    assert "Dear Sam,\n\nevery other one." in third
    names = list(letters(texts))
    assert [" by you, Re We have" in each for each in names] == [False, True, False]
    page = Page(texts["application.html"])
    assert {unquote(str(each.get("href"))) for each in page.all("a")} >= set(names)
    said = json.loads(texts["application.json"])["messages"]
    assert [each["by"] for each in said] == ["the employer", "you", "the employer"]
    assert [each["file"] for each in said] == names


def test_what_others_wrote_is_not_in_it(app: Flask, client: Client) -> None:
    application = arrived()
    receipt, told = mails("application_received")[0], mails("application_arrived")[0]
    db.session.query(Assignment).one().why = Why.COPIED
    db.session.commit()
    answered(told, address=CONTACT, text="Between us: too dear.")
    answered(receipt, address="eve@example.net", from_name="Eve", text="I am Sam, really.")
    answered(receipt, text="I wrote this.")
    everything = "\n".join(download(client, opened(application)).values())
    assert "I wrote this." in everything
    for words in ("too dear", "really", "eve@example.net", told.subject):
        assert words not in everything


def test_no_private_link_and_no_tag_is_in_it(app: Flask, client: Client) -> None:
    application = arrived()
    receipt = mails("application_received")[0]
    assert SECRET.search(receipt.text), "the mail itself has the candidate's link"
    tagged = str(receipt.reply_to_address)
    reply = answered(
        receipt,
        text=f"You wrote:\n{receipt.text}\nto {tagged}",
        subject=f"Re: {tagged}",
        files=["notes.pdf"],
    )
    with writing():
        row = db.session.query(IncomingAttachment).filter_by(email_id=reply.incoming_id).one()
        row.name = f"{tagged}.pdf"
        db.session.commit()
    token = opened(application)
    texts = download(client, token)
    everything = "\n".join([*texts, *texts.values()])
    assert SECRET.findall(everything) == []
    assert token not in everything
    # The page names the address for questions, once, and no message shows it.
    page = client.page(f"/my/{token}")
    assert page.text.count(tagged) == 1
    assert page.link(tagged) == f"mailto:{tagged}"
    messages = page.texts("details[@class='message']")
    assert len(messages) == 2
    assert [tagged in each for each in messages] == [False, False]


def test_the_candidates_page_shows_their_own_mail(app: Flask, client: Client) -> None:
    application = arrived()
    answered(mails("application_received")[0], text="Is Saturday a must?")
    assert "Is Saturday a must?" in client.page(f"/my/{opened(application)}").text


def test_a_subject_cannot_leave_its_folder_nor_add_lines_to_a_head(
    app: Flask, client: Client
) -> None:
    application = arrived()
    receipt = mails("application_received")[0]
    answered(receipt, text="Yes.", subject="../../x\u202e\nFrom: The employer")
    names = list(letters(download(client, opened(application))))
    assert len(names) == 2
    assert all(each.count("/") == 1 and ".." not in each for each in names)
    (text,) = (
        each for each in letters(download(client, opened(application))).values() if "Yes." in each
    )
    assert [line for line in text.splitlines() if line.startswith("From: ")] == [
        f"From: {CANDIDATE}"
    ]


def test_letters_are_named_by_the_day_that_the_employer_had(app: Flask, client: Client) -> None:
    evening = dt.datetime(2026, 12, 2, 3, 30, tzinfo=dt.UTC)  # the first still, in New York
    with time_machine.travel(evening, tick=True):
        token = opened(arrived())
        (name,) = letters(download(client, token))
    assert name.startswith("mail/001 2026-12-01 ")
