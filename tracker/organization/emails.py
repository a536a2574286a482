"""The test mail: that it arrives is its message."""

from tracker.accounts.models import Person
from tracker.core import links
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import sender
from tracker.notifications.wording import Message, declare

declare(
    Message(
        name="test_mail",
        audience="staff",
        purpose="To an administrator who tries out whether mail works.",
        subject="Test: mail from {employer_name} arrives",
        body=(
            "Dear {person_name},\n\n"
            "You asked for this mail to see whether Tracker's mail arrives. It does."
            " It came from {sender_address}."
        ),
        samples={
            "person_name": "Robin Vale",
            "employer_name": "Alder Falls Public Library",
            "sender_address": "jobs@example.org",
        },
        context_samples={"link": "https://jobs.example.org/staff/organization"},
    )
)


def test_mail(person: Person) -> OutgoingEmail:
    """Send a person a mail that says nothing but that it works."""
    letterhead = sender()
    return outbox.queue(
        "test_mail",
        to=(person.name, person.email),
        values={
            "person_name": person.name,
            "employer_name": letterhead.name,
            "sender_address": letterhead.address,
        },
        context={"link": links.absolute("/staff/organization")},
    )
