"""What the mail to a panelist opens: what they may see, and nothing more."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from icalendar import Calendar

from tests.interviews.factories import plan, scheduled
from tests.interviews.proposing import CONTACT, chosen, proposed
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.interviews import operations
from tracker.interviews.models import Interview
from tracker.notifications.models import OutgoingEmail
from tracker.routing import operations as routing
from tracker.routing.models import Assignment

ROBIN = "robin.vale@example.org"


@pytest.fixture
def application(app: Flask) -> Application:
    """Sam Rivera's, with Ida Moreno, who has no account, as contact."""
    return arrived()


def person(email: str) -> Person:
    return db.session.query(Person).filter_by(email=email).one()


def pages(mail: OutgoingEmail) -> list[str]:
    """The paths that a mail leads to."""
    found = [urlsplit(each).path for each in mail.text.split() if each.startswith("http")]
    assert all(each in mail.html for each in found)
    return found


def calendar_of(mail: OutgoingEmail) -> str:
    assert mail.calendar is not None
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")
    return str(event.get("URL", ""))


def call_off(interview_id: int) -> None:
    with writing():
        found = db.session.get_one(Interview, interview_id)
        operations.cancel(found, reason="Ill.", by=None)
        db.session.commit()


def test_who_signs_in_is_led_to_the_page_that_they_see(
    application: Application, client: Client
) -> None:
    robin = postings.person(ROBIN, role=Role.PANELIST)
    application_id = application.id
    interview_id = scheduled(application_id, [robin]).id
    (mail,) = mails("panel_invitation")
    path = f"/staff/applications/{application_id}"
    assert pages(mail) == [path]
    assert calendar_of(mail).endswith(path)
    postings.sign_in(client, person(ROBIN))
    assert client.get(path).status_code == 200
    call_off(interview_id)
    # With the last seat the page is closed to them: no link that opens nothing.
    (off,) = mails("panel_cancelled")
    assert (pages(off), calendar_of(off)) == ([], "")
    assert client.get(path).status_code == 404


def test_a_coordinator_keeps_the_link_when_it_is_off(application: Application) -> None:
    application_id = application.id
    call_off(scheduled(application_id, [postings.coordinator()]).id)
    (off,) = mails("panel_cancelled")
    assert pages(off) == [f"/staff/applications/{application_id}"]


def test_a_contact_without_an_account_gets_a_private_link(
    application: Application, client: Client
) -> None:
    application_id = application.id
    chosen(proposed(application_id))
    (mail,) = mails("panel_invitation")
    assert mail.recipient_address == CONTACT
    (path,) = pages(mail)
    assert path.startswith("/for/")
    shown = client.get(path)
    assert shown.status_code == 200
    assert "You act here as" in shown.text
    # A calendar is shared with others; a private link is not.
    assert calendar_of(mail) == ""
    assert mail.calendar is not None
    assert path not in str(mail.calendar)


@pytest.mark.parametrize("why", ["never had it", "handed over", "links ended"])
def test_a_seat_alone_gives_nobody_a_link(application: Application, why: str) -> None:
    application_id, email = application.id, ROBIN if why == "never had it" else CONTACT
    postings.person(ROBIN)
    with writing():
        row = db.session.get_one(Application, application_id)
        given = db.session.query(Assignment).one()
        if why == "handed over":
            given.ended_at = now()
        elif why == "links ended":
            routing.shut_out(row, given.person, by=given.person)
        db.session.commit()
    scheduled(application_id, [person(email)])
    (mail,) = mails("panel_invitation")
    assert (mail.recipient_address, pages(mail), calendar_of(mail)) == (email, [], "")


def test_each_panelist_gets_their_own(application: Application) -> None:
    application_id = application.id
    robin = postings.person(ROBIN, role=Role.PANELIST)
    scheduled(application_id, [robin, person(CONTACT)])
    interview_id = db.session.query(Interview).one().id
    found = {each.recipient_address: pages(each) for each in mails("panel_invitation")}
    assert found[ROBIN] == [f"/staff/applications/{application_id}"]
    assert [each[:5] for each in found[CONTACT]] == ["/for/"]
    with writing():
        interview = db.session.get_one(Interview, interview_id)
        operations.change(
            interview,
            plan([person(CONTACT)], place="Room 3"),
            version=interview.version,
            by=postings.coordinator(),
        )
        db.session.commit()
    assert [pages(each) for each in mails("panel_released")] == [[]]
    (changed,) = mails("panel_changed")
    assert [each[:5] for each in pages(changed)] == ["/for/"]
