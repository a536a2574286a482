"""Mail of a decision that was taken back: it goes neither again nor by itself, held or not."""

import pytest
from flask import Flask

from tests.applications import desk
from tests.applications.test_mine import arrived, mails
from tests.notifications.test_holding import DECLINE, administrator, story
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.routing.factories import path_in
from tracker.applications.models import Application
from tracker.applications.queries import as_told
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, now, writing
from tracker.notifications import operations, queries
from tracker.notifications.delivery import deliver_due
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState


def declined(application: Application) -> int:
    """Decline with a mail that goes at once; returns the mail's id."""
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE, mail=True)
    return mails(DECLINE)[-1].id


def fail(email_id: int, state: MailState) -> None:
    """Let a mail have ended as servers and reports make it end."""
    with writing():
        email = queries.one_mail(email_id, locked=True)
        if state is MailState.BOUNCED:
            email.state, email.sent_at, email.next_attempt_at = MailState.SENT, now(), None
            operations.bounce(email, words="550 Nobody of that name", at=now())
        else:
            email.state, email.next_attempt_at = state, None
        db.session.commit()


def mail(email_id: int) -> OutgoingEmail:
    db.session.rollback()
    return db.session.get_one(OutgoingEmail, email_id, populate_existing=True)


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.BOUNCED])
def test_what_failed_is_not_sent_again_once_taken_back(any_app: Flask, state: MailState) -> None:
    staff = desk.signed_in(any_app, administrator())
    application = desk.arrived()
    email_id = declined(application)
    fail(email_id, state)
    url = f"/staff/messages/{email_id}"
    before = staff.page(url)
    assert "no longer stands" not in before.text
    data = {"csrf_token": before.token(), "address": "other@example.org"}
    desk.move(application, Stage.UNDER_REVIEW)
    assert mail(email_id).state is state
    page = staff.page(url)
    assert "no longer stands: the application stands at “under review” by now" in page.text
    acts = [each.action.rpartition("/")[2] for each in page.forms if url in each.action]
    assert acts == ["drop"]
    for act in ("again", "address"):
        answer = staff.post(f"{url}/{act}", data=data)
        assert (answer.status_code, mail(email_id).state) == (409, state), act
        assert "no longer stands" in answer.text
    staff.submit(url, form="/drop")
    assert (mail(email_id).state, mail(email_id).sent_at) == (MailState.HELD, None)
    assert mail(email_id).dropped_at is not None
    several = {**data, "mail": [email_id], "action": "release"}
    staff.submit(url, form="/take-back")
    answer = staff.post("/staff/messages/held", data=several, follow_redirects=True)
    assert "1 tells a decision that no longer stands" in answer.text
    assert mail(email_id).state is MailState.HELD


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.BOUNCED])
def test_what_still_stands_is_sent_again(any_app: Flask, state: MailState) -> None:
    staff = desk.signed_in(any_app, administrator())
    email_id = declined(desk.arrived())
    fail(email_id, state)
    assert staff.submit(f"/staff/messages/{email_id}", form="/again").status_code == 303
    assert mail(email_id).state is MailState.WAITING


def test_a_mail_that_failed_and_still_stands_is_not_dropped(app: Flask, client: Client) -> None:
    staff = desk.signed_in(app, administrator())
    email_id = declined(desk.arrived())
    fail(email_id, MailState.FAILED)
    token = staff.token(f"/staff/messages/{email_id}")
    answer = staff.post(f"/staff/messages/{email_id}/drop", data={"csrf_token": token})
    assert (answer.status_code, mail(email_id).state) == (409, MailState.FAILED)


@pytest.mark.parametrize("state", [MailState.WAITING, MailState.DELAYED])
def test_what_waits_does_not_go_once_taken_back(
    any_app: Flask, smtp_server: MailServer, state: MailState
) -> None:
    staff = desk.signed_in(any_app, administrator())
    application = desk.arrived()
    email_id = declined(application)
    with writing():
        queries.one_mail(email_id, locked=True).state = state
        db.session.commit()
    url = f"/staff/applications/{application.id}"
    latest = db.session.get_one(Application, application.id).history[-1].id
    answer = staff.submit(url, form=f"/undo/{latest}", follow=True)
    assert "The mail about it had not gone yet, and is dropped." in answer.text
    any_app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    assert DECLINE not in {each.message for each in all_sent()}
    assert story(email_id)[-1][0] == "dropped"
    after = as_told(db.session.get_one(Application, application.id, populate_existing=True))
    assert after.is_open
    assert [each.new_outcome for each in after.history] == [None]


def all_sent() -> list[OutgoingEmail]:
    found = db.session.query(OutgoingEmail).filter_by(state=MailState.SENT).all()
    assert found  # the server was there: what waited before has gone
    return found


def test_what_a_worker_has_in_hand_counts_as_gone(any_app: Flask) -> None:
    application = desk.arrived()
    email_id = declined(application)
    with writing():
        email = queries.one_mail(email_id, locked=True)
        email.claimed_by, email.claimed_until = "a worker", now().replace(year=2100)
        db.session.commit()
    desk.move(application, Stage.UNDER_REVIEW)
    assert mail(email_id).state is MailState.WAITING


def test_a_contact_who_takes_back_in_time_is_told_so(client: Client) -> None:
    made = arrived()
    page = path_in(mails("application_arrived")[0])
    client.submit(f"{page}/decline", {"reason": "late", "mail": "y"}, form="/decline")
    email_id = mails(DECLINE)[0].id
    answer = client.submit(page, form="take-back", follow=True)
    assert "The mail about it had not gone yet, and is dropped." in answer.text
    assert "had been mailed" not in answer.text
    assert mail(email_id).dropped_at is not None
    own = client.get(f"/my/{made.token}").text
    assert mail(email_id).subject not in own


def test_who_withdraws_leaves_earlier_mail_to_go(app: Flask, client: Client) -> None:
    made = arrived()
    desk.move(made.application, Stage.SHORTLISTED, mail=True)
    email_id = mails("moved_shortlisted")[0].id
    client.submit(f"/my/{made.token}/withdraw", {"note": ""})
    assert mail(email_id).state is MailState.WAITING
