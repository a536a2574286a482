"""What a candidate needs reaches the contact for it, and nobody who judges the application."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications import desk, factories
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.applications import operations
from tracker.applications.models import AccommodationRequest, Application
from tracker.core.access import Role
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError
from tracker.core.jobs import run_now
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.postings.models import Posting

NEED = "A sign language interpreter for the interview, please."
CONTACT = "ada.kin@example.org"
SUBJECT = "A candidate asks for an accommodation"


def posting_with_contact() -> Posting:
    posting = postings.open_posting(documents=[], questions=[], skills=[])
    postings.employer(accommodation_name="Ada Kin", accommodation_email=CONTACT)
    return posting


def asked() -> Application:
    """An application that came with a request, and was routed to its contact."""
    return desk.arrived(posting_with_contact(), accommodation=NEED)


def request_mails() -> list[OutgoingEmail]:
    statement = select(OutgoingEmail).where(OutgoingEmail.message == "accommodation_request")
    return list(db.session.scalars(statement.order_by(OutgoingEmail.id)))


def test_the_form_takes_it_and_its_contact_gets_it_with_the_application(client: Client) -> None:
    posting = posting_with_contact()
    page = client.page(f"/postings/{posting.slug}/apply")
    entered = {"name": "Jo Fenwick", "email": "jo@example.org", "accommodation": NEED}
    assert client.fill(page, entered, form="apply", button="Send application").status_code == 303
    request, mail = db.session.query(AccommodationRequest).one(), request_mails()[0]
    assert (request.text, request.email_id) == (NEED, mail.id)
    assert (mail.recipient_name, mail.recipient_address) == ("Ada Kin", CONTACT)
    assert (mail.subject, NEED in mail.text, NEED in mail.html) == (SUBJECT, True, True)
    assert mail.reply_to_address == "jo@example.org"


def test_without_a_contact_the_form_does_not_ask(client: Client) -> None:
    posting = postings.open_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    assert page.all("textarea[@name='accommodation']") == []


def test_a_request_whose_contact_has_gone_since_reaches_the_administrators(app: Flask) -> None:
    posting = posting_with_contact()
    postings.employer(accommodation_email="")
    postings.person("root@example.org", role=Role.ADMINISTRATOR)
    desk.arrived(posting, accommodation=NEED)
    assert [each.recipient_address for each in request_mails()] == ["root@example.org"]


# Nobody else


def test_no_other_mail_has_it(app: Flask) -> None:
    asked()
    others = select(OutgoingEmail).where(OutgoingEmail.message != "accommodation_request")
    texts = [each.subject + each.text + each.html for each in db.session.scalars(others)]
    assert (len(texts), [NEED in each for each in texts]) == (2, [False, False])


@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_an_application_shows_it(app: Flask, role: Role) -> None:
    application = asked()
    person = postings.person("reader@example.org", role=role)
    with writing():
        operations.admit(db.session.get_one(Application, application.id), person, "panel")
        db.session.commit()
    staff = desk.signed_in(app, person)
    shown = staff.page(f"/staff/applications/{application.id}").text
    assert factories.NAME in shown
    assert [word in shown.lower() for word in ("interpreter", "accommodation")] == [False, False]


def test_it_is_not_found_by_searching(app: Flask) -> None:
    asked()
    run_now("index")
    staff = desk.coordinator(app)
    found = [
        factories.NAME in staff.page(f"/staff/applications?standing=all&words={word}").text
        for word in ("Quennell", "interpreter")
    ]
    assert found == [True, False]


def test_the_contacts_page_does_not_show_it(app: Flask, client: Client) -> None:
    asked()
    mail = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "application_arrived")
    ).one()
    link = next(each for each in mail.text.split() if "/for/" in each)
    shown = client.page(link[link.index("/for/") :]).text
    assert (factories.NAME in shown, "interpreter" in shown) == (True, False)


def test_an_administrator_does_not_send_it_to_themselves(app: Flask) -> None:
    asked()
    admin = postings.person("ann@example.org", role=Role.ADMINISTRATOR)
    email = request_mails()[0]
    email.state, email.next_attempt_at = MailState.FAILED, None
    db.session.commit()
    with writing(), pytest.raises(DomainError, match="somebody else's eyes alone"):
        outbox.correct_address(lock(OutgoingEmail, email.id), " Ann@Example.org ", by=admin)
    db.session.rollback()
    assert request_mails()[0].recipient_address == CONTACT
    with writing():
        outbox.correct_address(
            lock(OutgoingEmail, email.id),
            "kin@example.org",
            by=db.session.get_one(Person, admin.id),
        )
        db.session.commit()
    assert request_mails()[0].recipient_address == "kin@example.org"


def on_messages(app: Flask, person: Person) -> tuple[bool, int, bool]:
    """Whether the list of mail has it, how its page answers, and whether that shows it."""
    staff, mail_id = desk.signed_in(app, person), request_mails()[0].id
    listed = SUBJECT in staff.get("/staff/messages").text
    answer = staff.get(f"/staff/messages/{mail_id}")
    return listed, answer.status_code, "interpreter" in answer.text


@pytest.mark.settings(MAIL_URL="smtp://127.0.0.1:1025")
@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.ADMINISTRATOR, (True, 200, False)),
        (Role.COORDINATOR, (False, 404, False)),
        (Role.MANAGER, (False, 404, False)),
        (Role.PANELIST, (False, 403, False)),
    ],
)
def test_on_the_messages_page_administrators_see_that_it_is_there(
    app: Flask, role: Role, seen: tuple[bool, int, bool]
) -> None:
    application = asked()
    person = postings.person("somebody@example.org", role=role)
    posting = db.session.get_one(Posting, application.posting_id)
    posting.contact_person_id = person.id  # who manages it sees its other mail
    db.session.commit()
    assert on_messages(app, person) == seen


@pytest.mark.settings(MAIL_URL="smtp://127.0.0.1:1025")
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR, Role.MANAGER])
def test_its_contact_reads_it_there_whatever_they_are(app: Flask, role: Role) -> None:
    asked()
    assert on_messages(app, postings.person(CONTACT, role=role)) == (True, 200, True)


@pytest.mark.settings(MAIL_URL="smtp://127.0.0.1:1025")
@pytest.mark.parametrize(("role", "shown"), [(Role.ADMINISTRATOR, True), (Role.COORDINATOR, False)])
def test_a_failed_one_waits_at_the_administrators_desk_alone(
    app: Flask, role: Role, shown: bool
) -> None:
    asked()
    mail = request_mails()[0]
    mail.state, mail.next_attempt_at = MailState.FAILED, None
    db.session.commit()
    staff = desk.signed_in(app, postings.person("somebody@example.org", role=role))
    assert (SUBJECT in staff.page("/staff").text) is shown


# Later


def test_it_can_be_asked_later_on_the_candidates_own_page(client: Client) -> None:
    token = factories.submission(posting_with_contact()).token
    url = f"/my/{token}/accommodation"
    answer = client.submit(url, {"text": NEED}, button="Send my request")
    assert answer.status_code == 303
    page = client.page(answer.location)
    assert NEED in page.text
    assert [each.recipient_address for each in request_mails()] == [CONTACT]


def test_an_empty_request_is_not_sent(client: Client) -> None:
    token = factories.submission(posting_with_contact()).token
    answer = client.submit(f"/my/{token}/accommodation", {"text": " "}, button="Send my request")
    told = Page(answer.text).texts("div[@id='text-error']")
    assert (answer.status_code, told) == (422, ["Error: Say what you need."])


@pytest.mark.parametrize("lacking", ["contact", "application"])
def test_where_nothing_can_be_arranged_there_is_no_form(client: Client, lacking: str) -> None:
    submission = factories.submission(posting_with_contact())
    if lacking == "contact":
        postings.employer(accommodation_email="")
    else:
        client.submit(f"/my/{submission.token}/withdraw", button="Withdraw my application")
    page = client.page(f"/my/{submission.token}/accommodation")
    assert page.all("textarea") == []


def test_an_unknown_link_asks_for_nothing(client: Client) -> None:
    assert client.get("/my/nothing/accommodation").status_code == 404
