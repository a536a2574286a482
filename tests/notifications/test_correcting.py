"""The address of a failed mail is corrected: for it, and for what comes after it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications import desk
from tests.applications.factories import EMAIL
from tests.applications.test_doubles import mailed_token
from tests.applications.test_mine import mails
from tests.applications.test_receipt import mailed_tokens
from tests.notifications.test_holding import DECLINE, hold
from tests.notifications.test_outdated import fail, mail
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.postings import factories as postings
from tests.postings.factories import person, sign_in
from tracker.accounts.models import Person
from tracker.applications import operations as moves
from tracker.applications import queries
from tracker.applications.models import Application, Candidate, ContactChange
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.notifications.delivery import deliver_due
from tracker.notifications.rules import MailState
from tracker.routing import operations as routing
from tracker.routing.rules import Why

RIGHT = "sam.rivera@example.net"
BOX = "Use this address for later mail to this candidate as well"


class Failed:
    """An application whose mail comes back, and a coordinator who looks at it."""

    def __init__(self, app: Flask, message: str = "moved_interview") -> None:
        self.id = desk.arrived().id
        self.old_link = f"/my/{mailed_tokens()[-1]}"
        self.staff = desk.coordinator(app)
        if message == "moved_interview":
            desk.move(self.application, Stage.INTERVIEW, mail=True)
        elif message == DECLINE:
            desk.move(self.application, Outcome.NOT_SELECTED, reason=Reason.LATE, mail=True)
        self.email_id = mails(message)[-1].id
        fail(self.email_id, MailState.BOUNCED)
        self.url = f"/staff/messages/{self.email_id}"

    @property
    def application(self) -> Application:
        db.session.rollback()
        return db.session.get_one(Application, self.id, populate_existing=True)

    def confirm(self) -> None:
        """The candidate has proved the old address."""
        with writing():
            moves.confirm(db.session.get_one(Application, self.id), at=now())
            db.session.commit()

    def correct(self, **values: Any) -> str:
        """Send the form as the page draws it; returns what the next page says."""
        sent = {"address": RIGHT, **values}
        return str(self.staff.submit(self.url, sent, form="/address", follow=True).text)

    def new_link(self) -> str:
        """The candidate's page as the mail that was sent again opens it."""
        return "/my/" + mail(self.email_id).text.split("/my/")[1].split()[0]


@pytest.fixture
def failed(any_app: Flask) -> Failed:
    return Failed(any_app)


def test_later_mail_goes_to_the_corrected_address_too(
    failed: Failed, any_app: Flask, smtp_server: MailServer
) -> None:
    assert BOX in failed.staff.page(failed.url).text
    assert "for later mail to this candidate as well" in failed.correct()
    desk.move(failed.application, Stage.OFFER, mail=True)
    any_app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    subjects = {str(each.message["Subject"]) for each in smtp_server.to(RIGHT)}
    assert subjects >= {mails(each)[0].subject for each in ("moved_interview", "moved_offer")}
    application = failed.application
    assert (application.email, application.email_key) == (RIGHT, RIGHT)
    assert (application.email_confirmed_at, application.candidate_id) == (None, None)


def test_who_changed_it_from_what_to_what_is_kept_and_shown(failed: Failed) -> None:
    failed.correct()
    change = db.session.query(ContactChange).one()
    assert (change.field, change.old, change.new) == ("email", EMAIL, RIGHT)
    assert change.by is not None
    assert change.by.name == postings.coordinator().name
    shown = failed.staff.page(f"/staff/applications/{failed.id}").text
    assert f"{EMAIL} → {RIGHT}" in shown
    assert "E-mail address changed" in shown


def test_everybody_who_has_the_application_is_told_but_who_did_it(failed: Failed) -> None:
    failed.correct()
    (told,) = mails("candidate_address_corrected")
    assert told.recipient_address == "ida.moreno@example.org"
    assert RIGHT in told.text


def test_links_to_an_address_that_nobody_confirmed_open_nothing_any_more(
    failed: Failed, client: Client
) -> None:
    """Whoever has the mistyped address may have got the receipt."""
    assert client.get(failed.old_link).status_code == 200
    failed.correct()
    assert client.get(failed.old_link).status_code == 404
    assert client.get(failed.new_link()).status_code == 200
    assert [each.recipient_address for each in mails("application_received")] == [EMAIL, RIGHT]
    assert mails("address_changed") == []


def test_links_to_a_confirmed_address_go_on_opening_and_prove_nothing_of_the_new_one(
    failed: Failed, client: Client
) -> None:
    failed.confirm()
    failed.correct()
    assert [each.recipient_address for each in mails("address_changed")] == [EMAIL]
    assert len(mails("application_received")) == 1
    before = client.page(failed.old_link)
    assert not [each for each in before.forms if each.action.endswith("/confirm")]
    token = failed.old_link.rpartition("/")[2]
    with writing():
        link = queries.candidate_link(token)
        assert link is not None
        moves.confirm_address(link, at=now())
        db.session.commit()
    application = failed.application
    assert (application.email_confirmed_at, application.candidate_id) == (None, None)


def test_whose_address_was_confirmed_is_not_shut_out_by_a_second_correction(
    failed: Failed, client: Client
) -> None:
    failed.confirm()
    failed.correct(address="sam.rivera@example.nte")
    mistyped = failed.new_link()
    fail(failed.email_id, MailState.BOUNCED)
    failed.correct()
    assert client.get(failed.old_link).status_code == 200
    assert client.get(mistyped).status_code == 404
    assert client.get(failed.new_link()).status_code == 200


def test_what_went_to_a_wrong_address_alone_opens_nothing_once_it_goes_to_another(
    failed: Failed, client: Client
) -> None:
    failed.correct(address="sam.rivera@example.nte", lasting=False)
    mistyped = failed.new_link()
    assert client.get(mistyped).status_code == 200
    fail(failed.email_id, MailState.BOUNCED)
    assert BOX not in failed.staff.page(failed.url).text
    failed.correct()
    assert client.get(mistyped).status_code == 404
    assert client.get(failed.new_link()).status_code == 200


def test_applications_join_once_the_new_address_is_confirmed_by_its_own_link(
    failed: Failed, client: Client
) -> None:
    other = desk.arrived(email=RIGHT).id
    with writing():
        moves.confirm(db.session.get_one(Application, other), at=now())
        db.session.commit()
    failed.confirm()
    failed.correct()
    candidate_id = db.session.query(Candidate).filter_by(email=RIGHT).one().id
    joined = select(Application.id).where(Application.candidate_id == candidate_id)
    assert set(db.session.scalars(joined)) == {other}
    client.submit(failed.new_link(), form="/confirm")
    db.session.rollback()
    assert set(db.session.scalars(joined)) == {other, failed.id}


def test_without_the_box_only_this_mail_goes_elsewhere_and_its_link_proves_nothing(
    failed: Failed, client: Client
) -> None:
    failed.correct(lasting=False)
    assert mail(failed.email_id).recipient_address == RIGHT
    assert failed.application.email == EMAIL
    assert db.session.query(ContactChange).count() == 0
    page = client.page(failed.new_link())
    assert not [each for each in page.forms if each.action.endswith("/confirm")]
    assert client.get(failed.old_link).status_code == 200
    assert failed.new_link() != failed.old_link


def test_the_mail_about_the_end_is_corrected_and_no_receipt_comes_with_it(any_app: Flask) -> None:
    failed = Failed(any_app, DECLINE)
    failed.correct()
    assert failed.application.email == RIGHT
    assert len(mails("application_received")) == 1


def test_a_receipt_that_failed_is_not_sent_twice(any_app: Flask, client: Client) -> None:
    failed = Failed(any_app, "application_received")
    failed.correct()
    (receipt,) = mails("application_received")
    assert (receipt.recipient_address, receipt.state) == (RIGHT, MailState.WAITING)
    assert client.get(failed.old_link).status_code == 404
    assert client.get(failed.new_link()).status_code == 200


def test_what_is_held_for_a_look_goes_to_the_new_address_with_a_link_that_opens(
    any_app: Flask, client: Client
) -> None:
    failed = Failed(any_app, "application_received")
    hold("moved_interview")
    desk.move(failed.application, Stage.INTERVIEW, mail=True)
    failed.correct()
    (held,) = mails("moved_interview")
    assert (held.recipient_address, held.state) == (RIGHT, MailState.HELD)
    own = "/my/" + held.text.split("/my/")[1].split()[0]
    assert client.get(own).status_code == 200


# Who may not


def test_who_only_reads_the_application_sends_its_mail_nowhere_else(
    failed: Failed, any_app: Flask
) -> None:
    reader_id = person("max.reed@example.org", role=Role.MANAGER).id
    with writing():
        row = db.session.get_one(Application, failed.id)
        routing.assign(row, db.session.get_one(Person, reader_id), why=Why.COPIED)
        db.session.commit()
    client = any_app.test_client()
    assert isinstance(client, Client)
    sign_in(client, person("max.reed@example.org", role=Role.MANAGER))
    page = client.page(failed.url)
    assert "Only who decides on the application" in page.text
    assert not [each for each in page.forms if each.action.endswith("/address")]
    for lasting in ({}, {"lasting": "y"}):
        data = {"csrf_token": page.token(), "address": "max.reed@example.org", **lasting}
        assert client.post(f"{failed.url}/address", data=data).status_code == 403
    assert mail(failed.email_id).state is MailState.BOUNCED
    assert (mail(failed.email_id).recipient_address, failed.application.email) == (EMAIL, EMAIL)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.PANELIST])
def test_who_does_not_see_it_changes_nothing(failed: Failed, any_app: Flask, role: Role) -> None:
    client = any_app.test_client()
    assert isinstance(client, Client)
    sign_in(client, person("eve@example.org", role=role))
    data = {"csrf_token": client.token("/staff"), "address": "eve@example.org", "lasting": "y"}
    answer = client.post(f"{failed.url}/address", data=data)
    assert answer.status_code == (404 if role is Role.MANAGER else 403)
    assert failed.application.email == EMAIL


def test_the_box_is_for_mail_to_the_address_of_the_application_alone(
    failed: Failed, any_app: Flask
) -> None:
    """A notice to an old address, a colleague's mail: none of it names the candidate's address."""
    failed.correct()
    told = mails("candidate_address_corrected")[0].id
    fail(told, MailState.BOUNCED)
    ada = person("ada@example.org", role=Role.ADMINISTRATOR)
    administrator = desk.signed_in(any_app, ada)
    page = administrator.page(f"/staff/messages/{told}")
    assert BOX not in page.text
    data = {"csrf_token": page.token(), "address": "eve@example.org", "lasting": "y"}
    refused = administrator.post(f"/staff/messages/{told}/address", data=data)
    assert refused.status_code == 409
    assert failed.application.email == RIGHT
    assert mail(told).state is MailState.BOUNCED


def test_a_question_to_the_owner_of_an_address_goes_to_nobody_else(
    failed: Failed, client: Client
) -> None:
    failed.confirm()
    client.submit(f"{failed.old_link}/contact", {"email": "new@example.org"}, form="/new-address")
    asked = mails("new_address")[0].id
    fail(asked, MailState.BOUNCED)
    page = failed.staff.page(f"/staff/messages/{asked}")
    assert not [each for each in page.forms if each.action.endswith("/address")]
    data = {"csrf_token": page.token(), "address": "eve@example.org"}
    assert failed.staff.post(f"/staff/messages/{asked}/address", data=data).status_code == 409
    assert mail(asked).recipient_address == "new@example.org"


def test_a_link_to_replace_the_earlier_one_ends_where_the_addresses_differ(
    any_app: Flask, client: Client
) -> None:
    """It would confirm both addresses, and was mailed to one of them."""
    failed = Failed(any_app, "application_received")
    newer = desk.arrived(failed.application.posting).id
    url = f"/my/replace/{mailed_token()}"
    page = client.page(url)
    failed.correct()
    answer = client.fill(page, button="Let the newer one count")
    assert answer.status_code == 410
    found = [failed.application, db.session.get_one(Application, newer)]
    assert [(each.outcome, each.email_confirmed_at) for each in found] == [(None, None)] * 2
    # Nor is it sent to anybody else.
    again = mails("applied_again")[0].id
    fail(again, MailState.BOUNCED)
    data = {"csrf_token": failed.staff.token("/staff"), "address": "eve@example.org"}
    assert failed.staff.post(f"/staff/messages/{again}/address", data=data).status_code == 409


def test_the_lost_links_of_several_applications_go_to_nobody_else(failed: Failed) -> None:
    desk.arrived(postings.open_posting(title="Page"))
    with writing():
        moves.ask_links(EMAIL)
        moves.answer_lost_links()
        db.session.commit()
    lost = mails("application_link")[0].id
    assert mail(lost).text.count("/my/") == 2
    fail(lost, MailState.BOUNCED)
    page = failed.staff.page(f"/staff/messages/{lost}")
    assert not [each for each in page.forms if each.action.endswith("/address")]
    data = {"csrf_token": page.token(), "address": "eve@example.org"}
    assert failed.staff.post(f"/staff/messages/{lost}/address", data=data).status_code == 409
    assert mail(lost).recipient_address == EMAIL
