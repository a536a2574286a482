"""Mail carries links that let in whoever opens them: who may send it elsewhere, and who sees it."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications.factories import EMAIL, submission
from tests.notifications.factories import queue, reload
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.core.web import LARGEST_NUMBER
from tracker.notifications import operations
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState

LIST = "/staff/messages"
TO_A_CONTACT = "application_arrived"


def mail(message: str) -> OutgoingEmail:
    """The only mail of a kind."""
    return db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.message == message)).one()


def failed(message: str) -> int:
    """Let the only mail of a kind have failed; returns its id."""
    email = mail(message)
    email.state, email.next_attempt_at = MailState.FAILED, None
    db.session.commit()
    return email.id


def contact() -> Person:
    """The contact, who manages and so sees the failed mail about their applications."""
    return postings.person(role=Role.MANAGER)


def administrator() -> Person:
    return postings.person("ada.quist@example.org", role=Role.ADMINISTRATOR)


def correct(client: Client, email_id: int) -> int:
    """Send the form for another address without the page that would show it."""
    sent = {"csrf_token": client.token(LIST), "address": "eve@example.org"}
    return client.post(f"{LIST}/{email_id}/address", data=sent).status_code


@pytest.mark.parametrize("role", [Role.MANAGER, Role.COORDINATOR])
def test_a_contacts_link_is_not_sent_elsewhere_by_a_colleague(client: Client, role: Role) -> None:
    arrived()
    email_id = failed(TO_A_CONTACT)
    postings.sign_in(client, postings.person(role=role))
    assert "another address" not in client.get(f"{LIST}/{email_id}").text
    assert correct(client, email_id) == 409
    assert reload(email_id).recipient_address == "ida.moreno@example.org"
    assert reload(email_id).state is MailState.FAILED


def test_an_administrator_corrects_a_contacts_address(client: Client) -> None:
    arrived()
    email_id = failed(TO_A_CONTACT)
    postings.sign_in(client, administrator())
    assert client.submit(f"{LIST}/{email_id}", {"address": "ida@example.org"}).status_code == 303
    assert reload(email_id).recipient_address == "ida@example.org"


def test_a_manager_corrects_a_candidates_mistyped_address(client: Client) -> None:
    arrived()
    email_id = failed("application_received")
    postings.sign_in(client, contact())
    answer = client.submit(f"{LIST}/{email_id}", {"address": "sam.rivera@example.org"})
    assert answer.status_code == 303
    assert reload(email_id).recipient_address == "sam.rivera@example.org"


@pytest.mark.parametrize("state", [MailState.WAITING, MailState.HELD])
def test_mail_that_has_not_failed_cannot_be_turned_elsewhere(app: Flask, state: MailState) -> None:
    email_id = queue().id
    reload(email_id).state = state
    db.session.commit()
    with writing(), pytest.raises(DomainError, match="has not failed"):
        operations.correct_address(reload(email_id), "eve@example.org", by=None)
    assert reload(email_id).recipient_address == "ann@example.org"


def ask_for_links() -> OutgoingEmail:
    """What a candidate gets who has lost the links to their applications."""
    with writing():
        applications.ask_links(EMAIL)
        applications.answer_lost_links()
        db.session.commit()
    return mail("application_link")


def test_mail_with_links_to_several_applications_is_no_single_postings(client: Client) -> None:
    submission()
    theirs = postings.person("uma.holt@example.org", role=Role.MANAGER)
    submission(postings.open_posting(title="Page", contact=theirs))
    email = ask_for_links()
    assert (email.about_kind, email.about_id) == (None, None)
    email_id = failed("application_link")
    for person in (contact(), theirs):
        postings.sign_in(client, person)
        assert client.get(f"{LIST}/{email_id}").status_code == 404
        assert correct(client, email_id) == 404
    assert reload(email_id).recipient_address == EMAIL


def test_mail_with_the_link_to_one_application_is_about_it(app: Flask) -> None:
    application: Application = submission().application
    number = application.id
    email = ask_for_links()
    assert (email.about_kind, email.about_id) == ("application", number)


def test_a_place_in_the_list_that_is_none_begins_at_the_beginning(any_app: Flask) -> None:
    queue()
    client = any_app.test_client()
    assert isinstance(client, Client)
    postings.sign_in(client, administrator())
    for place in (LARGEST_NUMBER + 1, 10**20, -1, "²"):
        for name in ("before", "after"):
            page = client.page(f"{LIST}?{name}={place}")
            assert page.texts("main//tbody/tr/th/a") == ["News for Ann Lee"]
