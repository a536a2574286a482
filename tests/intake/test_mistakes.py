"""A mail that was made an application, and is none: taken back, filed elsewhere, said to all."""

from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, one, resume, rows, sent_to
from tests.interviews.factories import scheduled
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import ActorKind, Outcome, Reason
from tracker.core.db import db, lock, writing
from tracker.intake.models import FilingRule, IncomingEmail
from tracker.intake.rules import Verdict
from tracker.routing.models import Assignment

pytestmark = [pytest.mark.settings(INTAKE_ADDRESS=MAILBOX), pytest.mark.both_databases]
SENDER, WHY = "marisol@example.net", "An invoice for shelves"


def filed(app: Flask, folder: Path) -> IncomingEmail:
    """A mail that became an application by itself."""
    said = one(app, folder / "first", mail(files=[(resume(), "CV.pdf")]))
    assert said["verdict"] == "application", said
    return rows()[-1]


def undo(client: Client, key: int, **values: str) -> object:
    """Say on the mail's page that it is no application."""
    given = {"mistake-reason": WHY, **{f"mistake-{name}": each for name, each in values.items()}}
    return client.submit(f"/staff/incoming/{key}", given, form=f"{key}/no-application")


def test_what_is_no_application_ends_and_its_mail_can_be_filed_elsewhere(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    other_id = bookkeeper(title="Archivist", subject_keyword="Archivist").id
    key = filed(any_app, tmp_path).id
    receipt = sent_to(SENDER)
    contact = db.session.query(Assignment).all()
    told = contact[0].told_email
    assert told is not None
    secret = told.text.split("/for/")[1].split()[0]
    postings.sign_in(client, postings.coordinator())
    empty = client.submit(
        f"/staff/incoming/{key}", {"mistake-reason": " "}, form=f"{key}/no-application"
    )
    assert empty.status_code == 422
    assert "Say why it is no application." in empty.text
    assert undo(client, key).status_code == 303  # type: ignore[attr-defined]
    db.session.rollback()
    application = db.session.query(Application).one()
    ended = application.history[-1]
    assert application.outcome is Outcome.WITHDRAWN
    assert (ended.by_kind, ended.reason) == (ActorKind.PERSON, Reason.OTHER)
    assert WHY in ended.note
    assert all(each.ended_at for each in db.session.query(Assignment))
    assert len(sent_to(SENDER)) == len(receipt), "the candidate is not written to"
    (said,) = [each for each in sent_to(told.recipient_address) if "mistake" in each.subject]
    assert "/for/" not in said.text
    assert client.get(f"/for/{secret}").status_code != 200
    page = client.page(f"/my/{receipt[0].text.split('/my/')[1].split()[0]}")
    assert "was not meant as an application" in page.text
    assert "Withdrawn" not in page.text
    assert (rows()[-1].verdict, rows()[-1].application_id) == (Verdict.UNSORTED, None)
    assert "Unsorted (1)" in client.page("/staff/incoming").text
    assert any_app.test_cli_runner().invoke(args=["verify"]).exit_code == 0
    db.session.rollback()
    application = db.session.query(Application).one()
    mine = client.page(f"/staff/applications/{application.id}")
    assert mine.link("The mail that it came by").endswith(f"/staff/incoming/{key}")
    shown = client.page(f"/staff/incoming/{key}")
    answer = {
        "csrf_token": shown.token(), "posting": str(other_id), "name": "Marisol",
        "email": SENDER, "remember": "nothing",
    }  # fmt: skip
    again = client.post(f"/staff/incoming/{key}/file", data=answer)
    assert again.status_code == 303, again.text
    db.session.rollback()
    newer = db.session.query(Application).order_by(Application.id.desc()).first()
    assert newer is not None
    assert (newer.posting_id, newer.outcome, len(newer.documents)) == (
        other_id, None, len(application.documents),
    )  # fmt: skip
    assert application.number in client.page(f"/staff/incoming/{key}").text
    opened = client.page(f"/staff/applications/{newer.id}")
    assert opened.link("The mail that it came by").endswith(f"/staff/incoming/{key}")


@pytest.mark.parametrize(("chosen", "left"), [("remove", 0), ("keep", 1)])
def test_the_choice_that_put_it_there_can_be_removed_with_it(
    any_app: Flask, client: Client, tmp_path: Path, chosen: str, left: int
) -> None:
    posting_id = bookkeeper(title="Archivist", subject_keyword="").id
    key = 0
    for number in (1, 2):
        one(any_app, tmp_path / str(number), mail(
            subject="Quiet hours at the desk", sender=f"lee{number}@example.net",
            message_id=f"<{number}@example.net>", files=[(resume(), "CV.pdf")],
        ))  # fmt: skip
        postings.sign_in(client, postings.coordinator())
        key = rows()[-1].id
        if number == 1:
            client.submit(f"/staff/incoming/{key}", {"posting": str(posting_id)},
                          form=f"{key}/file", button="File as an application")  # fmt: skip
    assert rows()[-1].verdict is Verdict.APPLICATION
    assert undo(client, key, rule=chosen).status_code == 303  # type: ignore[attr-defined]
    db.session.rollback()
    assert db.session.query(FilingRule).filter_by(removed_at=None).count() == left


def test_what_went_on_meanwhile_is_not_taken_back_and_the_page_says_why(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    key = filed(any_app, tmp_path).id
    who = postings.coordinator()
    postings.sign_in(client, who)
    application_id = rows()[-1].application_id
    assert application_id is not None
    scheduled(application_id, [who])
    booked = undo(client, key)
    assert "An interview is booked" in booked.text  # type: ignore[attr-defined]
    with writing():
        applications.move(
            lock(Application, application_id), outcome=Outcome.NOT_SELECTED,
            reason=Reason.LATE, by=who, mail=False,
        )  # fmt: skip
        db.session.commit()
    decided = undo(client, key)
    assert "has ended already (not selected)" in decided.text  # type: ignore[attr-defined]
    assert rows()[-1].application_id == application_id


def test_a_second_person_is_told_that_it_was_done_and_one_without_the_right_may_not(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    key = filed(any_app, tmp_path).id
    postings.sign_in(client, postings.coordinator())
    late = any_app.test_client()
    postings.sign_in(late, postings.coordinator("other@example.org"))
    seen = late.page(f"/staff/incoming/{key}")  # type: ignore[attr-defined]
    assert undo(client, key).status_code == 303  # type: ignore[attr-defined]
    second = late.fill(seen, {"mistake-reason": WHY}, form=f"{key}/no-application")  # type: ignore[attr-defined]
    assert "This mail is no application any more." in second.text
    other = any_app.test_client()
    postings.sign_in(other, postings.manager())
    refused = other.post(f"/staff/incoming/{key}/no-application", data={"mistake-reason": WHY})
    assert refused.status_code in {302, 400, 403}
