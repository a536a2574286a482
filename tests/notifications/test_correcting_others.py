"""Whoever corrects the address of one mail that failed sends the others that failed there too."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications import desk
from tests.applications.factories import EMAIL
from tests.applications.test_mine import mails
from tests.interviews.factories import next_week, scheduled
from tests.interviews.test_correcting import attendee
from tests.notifications.test_correcting import RIGHT, Failed
from tests.notifications.test_holding import DECLINE, deliver, hold, story
from tests.notifications.test_outdated import fail, mail
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.mail import MailServer
from tests.postings import factories as postings
from tests.postings.factories import person, sign_in
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.applications.rules import Stage
from tracker.core.access import Role
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError
from tracker.interviews import operations as interviews
from tracker.notifications import operations, queries
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.notifications.wording import message_named

TWO = "Send the 2 other messages that failed as well"
ONE = "Send the other message that failed as well"
BOX = 'name="others"'


class Several(Failed):
    """A receipt, a move and an invitation to one address, all of which came back."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        panel = [postings.person("pat.bell@example.org", role=Role.PANELIST)]
        self.interview_id = scheduled(self.id, panel, starts_at=next_week()).id
        self.receipt = mails("application_received")[0].id
        self.invitation = mails("interview_invitation")[0].id
        fail(self.receipt, MailState.FAILED)
        fail(self.invitation, MailState.BOUNCED)
        self.all = [self.receipt, self.email_id, self.invitation]

    def where(self) -> list[tuple[str, MailState]]:
        """Where each goes now, and how it stands."""
        return [(mail(each).recipient_address, mail(each).state) for each in self.all]


@pytest.fixture
def several(any_app: Flask) -> Several:
    return Several(any_app)


def test_the_others_go_to_the_corrected_address_once_and_in_their_order(
    several: Several, any_app: Flask, smtp_server: MailServer
) -> None:
    page = several.staff.page(several.url)
    assert TWO in page.text
    assert "2 other messages that had failed go there as well." in several.correct()
    assert several.where() == [(RIGHT, MailState.WAITING)] * 3
    deliver(any_app, smtp_server)
    ids = [str(each.message["Message-ID"]) for each in smtp_server.to(RIGHT)]
    assert ids == [mail(each).message_id for each in several.all]
    by = postings.coordinator().name
    for each in several.all:
        assert story(each)[-1] == ("address corrected", by)
        assert (mail(each).changes[-1].before, mail(each).changes[-1].words) == (EMAIL, RIGHT)
    assert attendee(mail(several.invitation))[0] == f"mailto:{RIGHT}"


@pytest.mark.parametrize("lasting", [True, False])
def test_each_opens_the_candidates_page_by_links_of_its_own(
    several: Several, client: Client, lasting: bool
) -> None:
    several.correct(lasting=lasting)
    own = ["/my/" + mail(each).text.split("/my/")[1].split()[0] for each in several.all]
    assert len(set(own)) == 3
    assert several.old_link not in own
    for each in own:
        assert client.get(each).status_code == 200
    assert client.get(several.old_link).status_code == (404 if lasting else 200)


def test_the_receipt_that_failed_goes_and_no_second_one(several: Several) -> None:
    several.correct()
    assert [each.id for each in mails("application_received")] == [several.receipt]


def test_without_the_box_they_stay_as_they_are(several: Several) -> None:
    assert "had failed" not in several.correct(others=False)
    assert several.where() == [
        (EMAIL, MailState.FAILED),
        (RIGHT, MailState.WAITING),
        (EMAIL, MailState.BOUNCED),
    ]
    page = several.staff.page(f"/staff/messages/{several.receipt}")
    assert ONE in page.text


def test_alone_it_is_not_asked(any_app: Flask) -> None:
    failed = Failed(any_app)
    assert BOX not in failed.staff.get(failed.url).text


def test_what_is_another_matter_is_left_alone(several: Several, any_app: Flask) -> None:
    """Held, waiting, at another address, of another application, a question to its owner."""
    other = Failed(any_app, "application_received")
    hold(DECLINE)
    with writing():
        held = operations.queue(
            DECLINE, to=("Sam", EMAIL), values=dict.fromkeys(_placeholders(DECLINE), "-"),
            about=("application", several.id),
        ).id  # fmt: skip
        db.session.commit()
    elsewhere = mails("panel_invitation")[0].id
    fail(elsewhere, MailState.BOUNCED)
    bound = mails("applied_again")
    for one in bound:
        fail(one.id, MailState.BOUNCED)
    assert TWO not in several.staff.get(f"/staff/messages/{elsewhere}").text
    several.correct(lasting=False)
    assert mail(held).state is MailState.HELD
    for each in (elsewhere, other.email_id, *(one.id for one in bound)):
        assert mail(each).state is MailState.BOUNCED, mail(each).message


def test_what_no_longer_stands_is_left_out(any_app: Flask) -> None:
    failed = Failed(any_app, "application_received")
    desk.move(failed.application, Stage.INTERVIEW, mail=True)
    moved = mails("moved_interview")[0].id
    fail(moved, MailState.BOUNCED)
    assert ONE in failed.staff.get(failed.url).text
    desk.move(failed.application, Stage.UNDER_REVIEW)
    assert BOX not in failed.staff.get(failed.url).text
    data = {"csrf_token": failed.staff.token("/staff"), "address": RIGHT, "others": "y"}
    assert failed.staff.post(f"{failed.url}/address", data=data).status_code == 303
    assert mail(failed.email_id).recipient_address == RIGHT
    assert (mail(moved).recipient_address, mail(moved).state) == (EMAIL, MailState.BOUNCED)


def test_what_was_erased_has_nowhere_to_go(several: Several) -> None:
    with writing():
        operations.erase(OutgoingEmail.id == several.receipt)
        db.session.commit()
    assert ONE in several.staff.get(several.url).text
    several.correct()
    assert (mail(several.receipt).recipient_address, mail(several.receipt).state) == (
        "",
        MailState.FAILED,
    )


def test_a_colleagues_mail_never_goes_with_a_candidates(several: Several, any_app: Flask) -> None:
    """Not even where one address was both: what is in it acts in the colleague's name."""
    told = mails("application_arrived")[0].id
    with writing():
        queries.one_mail(told, locked=True).recipient_address = EMAIL
        db.session.commit()
    fail(told, MailState.BOUNCED)
    ada = desk.signed_in(any_app, person("ada@example.org", role=Role.ADMINISTRATOR))
    assert TWO in ada.get(several.url).text
    assert BOX not in ada.get(f"/staff/messages/{told}").text
    ada.submit(several.url, {"address": RIGHT}, form="/address")
    assert (mail(told).recipient_address, mail(told).state) == (EMAIL, MailState.BOUNCED)
    assert several.where() == [(RIGHT, MailState.WAITING)] * 3


def test_a_colleagues_are_corrected_together_by_an_administrator_alone(
    several: Several, any_app: Flask
) -> None:
    contact = "ida.moreno@example.org"
    told = [mails("application_arrived")[0].id]
    with writing():
        again = operations.queue(
            "candidate_address_corrected", to=("Ida Moreno", contact),
            values=dict.fromkeys(_placeholders("candidate_address_corrected"), "-"),
            about=("application", several.id),
        )  # fmt: skip
        told.append(again.id)
        db.session.commit()
    for each in told:
        fail(each, MailState.BOUNCED)
    url = f"/staff/messages/{told[0]}"
    assert BOX not in several.staff.get(url).text
    token = several.staff.token("/staff")
    data = {"csrf_token": token, "address": "eve@example.org", "others": "y"}
    assert several.staff.post(f"{url}/address", data=data).status_code == 409
    assert {mail(each).recipient_address for each in told} == {contact}
    ada = desk.signed_in(any_app, person("ada@example.org", role=Role.ADMINISTRATOR))
    assert ONE in ada.get(url).text
    ada.submit(url, {"address": "ida@example.org"}, form="/address")
    assert {mail(each).recipient_address for each in told} == {"ida@example.org"}


def _placeholders(message: str) -> list[str]:
    return sorted(message_named(message).placeholders)


def test_who_may_not_send_the_first_sends_none(several: Several, any_app: Flask) -> None:
    client = any_app.test_client()
    assert isinstance(client, Client)
    sign_in(client, person("eve@example.org", role=Role.MANAGER))
    token = client.token("/staff")
    data = {"csrf_token": token, "address": "eve@example.org", "others": "y"}
    assert client.post(f"{several.url}/address", data=data).status_code == 404
    assert {address for address, _ in several.where()} == {EMAIL}


def test_two_at_once_send_none_twice(
    several: Several, any_app: Flask, smtp_server: MailServer
) -> None:
    """One begins with the receipt and one with the invitation, to an address of their own each."""
    by_id = postings.coordinator().id
    application_id, firsts = several.id, [several.receipt, several.invitation]
    db.session.remove()
    gate, refused = threading.Barrier(2), []

    def correct(first: int, address: str) -> None:
        with any_app.app_context():
            gate.wait(30)
            try:
                with writing():
                    by = db.session.get_one(Person, by_id)
                    application = lock(Application, application_id)
                    email = queries.one_mail(first, locked=True)
                    everything = select(OutgoingEmail.id).exists()
                    others = interviews.others_that_failed(
                        email, application, by=by, visible=everything, locked=True
                    )
                    interviews.correct_mail(
                        email, address, application=application, lasting=True, by=by,
                        others=others,
                    )  # fmt: skip
                    db.session.commit()
            except DomainError as error:
                refused.append(error.message)
            finally:
                db.session.remove()

    work = zip(firsts, ("one@example.net", "two@example.net"), strict=True)
    threads = [threading.Thread(target=correct, args=arguments) for arguments in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    deliver(any_app, smtp_server)
    sent = [str(each.message["Message-ID"]) for each in smtp_server.received]
    for each in several.all:
        assert sent.count(mail(each).message_id) == 1
        assert story(each).count(("address corrected", postings.coordinator().name)) == 1
    assert len({address for address, _ in several.where()}) == 1


def test_the_page_asks_as_often_for_one_as_for_many(
    several: Several, count_queries: QueryCounter
) -> None:
    counted = []
    for more in (0, 12):
        for _ in range(more):
            with writing():
                email = operations.queue(
                    DECLINE, to=("Sam", EMAIL),
                    values=dict.fromkeys(_placeholders(DECLINE), "-"),
                    about=("application", several.id),
                )  # fmt: skip
                email.state, email.next_attempt_at = MailState.FAILED, None
                db.session.commit()
        db.session.expunge_all()
        several.staff.get(several.url)
        with count_queries() as statements:
            assert several.staff.get(several.url).status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]
