"""A decision whose mail is held: no trace of it for the candidate, and no mail once taken back."""

import io
import zipfile

import pytest
from flask import Flask

from tests.applications import desk, factories
from tests.applications.test_mine import arrived, ask, mails, send
from tests.documents import samples
from tests.notifications.test_holding import DECLINE, administrator, hold, story
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.factories import sign_in
from tests.routing.factories import path_in
from tracker.applications import queries as applications
from tracker.applications.models import Application, Completion
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, writing
from tracker.notifications import operations as outbox
from tracker.notifications import queries
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.organization.models import Employer

TRACES = (
    "has ended",
    "Not selected",
    "not selected",
    "other candidates",
    "nothing left to answer",
    "Dropped",
)


def declined(application: Application) -> int:
    """Decline with a mail that waits for a look; returns the mail's id."""
    hold(DECLINE)
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.BETTER_QUALIFIED, mail=True)
    (held,) = mails(DECLINE)
    assert held.state is MailState.HELD
    return held.id


def reload(application: Application) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, application.id, populate_existing=True)


def archive(client: Client, token: str) -> str:
    """All that is to be read in the ZIP."""
    answer = client.get(f"/my/{token}/everything.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        return "".join(opened.read(f"application.{kind}").decode() for kind in ("json", "html"))


def let_go(email_id: int) -> None:
    with writing():
        outbox.release(queries.one_mail(email_id, locked=True), by=None)
        db.session.commit()


@pytest.fixture
def asked(app: Flask) -> tuple[Application, str]:
    """Somebody who has questions to answer and a document to send, and may ask for more."""
    made = arrived()
    ask(made.application)
    key = made.application.id
    with writing():
        db.session.add(Completion(application_id=key))
        employer = db.session.query(Employer).first()
        if employer is not None:
            employer.accommodation_email = "ada@example.org"
        db.session.commit()
    return made.application, made.token


def test_no_page_and_no_file_has_a_trace_before_the_mail_goes(
    client: Client, asked: tuple[Application, str]
) -> None:
    application, token = asked
    paths = ("", "/withdraw", "/accommodation", "/contact", "/questions", "/receipt")
    before = {path: client.get(f"/my/{token}{path}") for path in paths}
    email_id = declined(application)
    for path in paths:
        answer = client.get(f"/my/{token}{path}")
        assert answer.status_code == before[path].status_code, path
        for trace in TRACES:
            assert trace not in answer.text, (path, trace)
        shown, was = (Page(each.text, path) for each in (answer, before[path]))
        assert shown.texts("main//h2") == was.texts("main//h2"), path
        assert [each.action for each in shown.forms] == [each.action for each in was.forms], path
    page = client.page(f"/my/{token}")
    assert "A few questions are still open" in page.text
    assert "We need one more document" in page.text
    text = archive(client, token)
    for trace in (*TRACES, DECLINE):
        assert trace not in text, trace
    assert '"outcome": null' in text
    assert '"ended_at": null' in text
    let_go(email_id)
    assert "has ended" in client.get(f"/my/{token}/withdraw").text
    assert '"outcome": "not selected"' in archive(client, token)


def test_what_the_candidate_does_meanwhile_ends_well(
    client: Client, asked: tuple[Application, str]
) -> None:
    application, token = asked
    declined(application)
    number = application.requests[0].id
    assert "Your document has arrived" in send(client, token, number, (samples.pdf(), "a.pdf")).text
    page = client.page(f"/my/{token}/questions")
    answers = {f"question_{each.id}": "Yes" for each in reload(application).posting.questions} | {
        f"skill_{each.id}": "2" for each in application.posting.skills
    }
    answer = client.fill(page, answers, follow=True)
    assert "Your answers have arrived" in answer.text
    answer = client.submit(f"/my/{token}/contact", {"phone": "203 555 0199"}, follow=True)
    assert "Corrected." in answer.text
    assert reload(application).outcome is Outcome.NOT_SELECTED


def test_who_withdraws_meanwhile_has_withdrawn(client: Client) -> None:
    made = arrived()
    email_id = declined(made.application)
    answer = client.submit(f"/my/{made.token}/withdraw", {"note": "Moved away."}, follow=True)
    assert "Your application was withdrawn." in answer.text
    for trace in TRACES[1:]:
        assert trace not in answer.text
    after = reload(made.application)
    assert (after.outcome, after.disposition_note) == (Outcome.WITHDRAWN, "Moved away.")
    email = db.session.get_one(OutgoingEmail, email_id)
    assert email.dropped_at is not None
    assert email.changes[-1].words == "Dropped since the candidate has withdrawn."
    text = archive(client, made.token)
    assert "not selected" not in text
    assert '"outcome": "withdrawn"' in text


def test_a_mail_that_waits_goes_to_the_corrected_address(client: Client) -> None:
    made = factories.submission()  # its token is the receipt's own: nothing proves the address
    email_id = declined(made.application)
    url = f"/my/{made.token}/receipt"
    assert client.submit(url, {"email": "right@example.org"}, form="/address").status_code == 303
    email = db.session.get_one(OutgoingEmail, email_id, populate_existing=True)
    assert (email.recipient_address, email.state) == ("right@example.org", MailState.HELD)


# Taken back


def test_a_contact_who_takes_back_drops_the_mail(client: Client) -> None:
    hold(DECLINE)
    made = arrived()
    page = path_in(mails("application_arrived")[0])
    shown = client.page(f"{page}/decline")
    assert "It waits for a look before it goes" in shown.text
    assert "to the candidate now" not in shown.text
    answer = client.fill(shown, {"reason": "late", "mail": "y"}, form="/decline", follow=True)
    assert "The mail to the candidate waits for a look before it goes." in answer.text
    (email,) = mails(DECLINE)
    answer = client.submit(page, form="take-back", follow=True)
    assert "The mail about it had not gone yet and is dropped" in answer.text
    assert "had been mailed" not in answer.text
    assert reload(made.application).outcome is None
    dropped = db.session.get_one(OutgoingEmail, email.id)
    assert dropped.dropped_at is not None
    assert dropped.changes[-1].words == "Dropped since the decision was taken back."
    assert story(email.id)[-1] == ("dropped", "Ida Moreno")
    assert "not selected" not in archive(client, made.token)


def test_staff_who_undo_or_reopen_drop_the_mail(any_app: Flask) -> None:
    staff = desk.coordinator(any_app)
    hold(DECLINE)
    application = desk.arrived()
    url = f"/staff/applications/{application.id}"
    for way in ("undo", "reopen"):
        values = {"reason": "late", "mail": "y"}
        answer = staff.submit(f"{url}/move?to=not+selected", values, form="/move", follow=True)
        assert "The mail to the candidate waits for a look before it goes." in answer.text
        assert "on its way" not in answer.text
        email_id = mails(DECLINE)[-1].id
        if way == "undo":
            answer = staff.submit(
                url, form=f"/undo/{reload(application).history[-1].id}", follow=True
            )
            assert "The mail about it, which waited for a look, is dropped." in answer.text
        else:
            desk.move(application, Stage.UNDER_REVIEW)
        db.session.rollback()
        assert db.session.get_one(OutgoingEmail, email_id).dropped_at is not None
        now_at = reload(application)
        assert now_at.outcome is None
        assert applications.outdated_mail([email_id]) == {email_id: now_at.stage.value}


def test_what_no_longer_stands_is_not_released(app: Flask, client: Client) -> None:
    application = desk.arrived()
    email_id = declined(application)
    desk.move(application, Stage.UNDER_REVIEW)
    other = desk.arrived(email="jo@example.org")
    desk.move(other, Outcome.NOT_SELECTED, reason=Reason.LATE, mail=True)
    still = mails(DECLINE)[-1].id
    sign_in(client, administrator())
    url = f"/staff/messages/{email_id}"
    client.submit(url, form="/take-back")  # it was dropped with the decision
    page = client.page(url)
    assert "no longer stands" in page.text
    assert "“under review”" in page.text
    data = {"csrf_token": page.token()}
    for act in ("release", "again"):
        answer = client.post(f"{url}/{act}", data=data)
        assert answer.status_code == 409
        assert "no longer stands" in answer.text
    several = {**data, "mail": [email_id, still], "action": "release"}
    answer = client.post("/staff/messages/held", data=several, follow_redirects=True)
    assert "1 mail goes now. 1 tells a decision that no longer stands" in answer.text
    db.session.rollback()
    states = [db.session.get_one(OutgoingEmail, each).state for each in (email_id, still)]
    assert states == [MailState.HELD, MailState.WAITING]
    assert client.submit(url, form="/drop").status_code == 303
