"""A mail with a calendar that goes to another address invites that address."""

import pytest
from flask import Flask
from icalendar import Calendar

from tests.applications.factories import EMAIL
from tests.applications.test_mine import mails
from tests.interviews.factories import next_week, scheduled
from tests.notifications.test_correcting import RIGHT, Failed
from tests.notifications.test_holding import hold
from tests.notifications.test_outdated import fail
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.core.access import Role
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState


class Invited(Failed):
    """A candidate whose invitation comes back."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, "application_received")
        panel = [postings.person("pat.bell@example.org", role=Role.PANELIST)]
        self.interview_id = scheduled(self.id, panel, starts_at=next_week()).id
        self.email_id = mails("interview_invitation")[-1].id
        fail(self.email_id, MailState.BOUNCED)
        self.url = f"/staff/messages/{self.email_id}"


@pytest.fixture
def invited(any_app: Flask) -> Invited:
    return Invited(any_app)


def attendee(email: OutgoingEmail) -> tuple[str, str, str]:
    """Whom a calendar invites, by what name, and for which interview."""
    [event] = Calendar.from_ical(email.calendar or "").walk("VEVENT")
    found = event["attendee"]
    return str(found), str(found.params["CN"]), str(event["uid"])


@pytest.mark.parametrize("lasting", [True, False])
def test_the_invitation_invites_the_address_that_it_goes_to(
    invited: Invited, lasting: bool
) -> None:
    before = attendee(mails("interview_invitation")[0])
    assert before[0] == f"mailto:{EMAIL}"
    invited.correct(lasting=lasting)
    (sent,) = mails("interview_invitation")
    assert attendee(sent) == (f"mailto:{RIGHT}", *before[1:])
    assert "BEGIN:VTIMEZONE" in (sent.calendar or "")
    assert sent.calendar_method == "REQUEST"


def test_a_held_cancellation_goes_to_the_new_address_as_well(
    invited: Invited, client: Client
) -> None:
    hold("interview_cancelled")
    url = f"/staff/interviews/{invited.interview_id}"
    invited.staff.submit(url, {"reason": "Closed for snow."}, form="/cancel")
    invited.correct()
    (held,) = mails("interview_cancelled")
    assert (held.recipient_address, held.state) == (RIGHT, MailState.HELD)
    assert attendee(held)[0] == f"mailto:{RIGHT}"
    own = "/my/" + held.text.split("/my/")[1].split()[0]
    assert client.get(own).status_code == 200
    [panel] = mails("panel_cancelled")
    assert panel.recipient_address == "pat.bell@example.org"
