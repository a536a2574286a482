"""What people are told about their accounts.

Such mail carries a link that signs in, so it is about a person: it is shown to
administrators only, and goes to no other address.
"""

from tracker.accounts.models import Person
from tracker.core import links
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import sender
from tracker.notifications.wording import Message, declare

_LINK_SAMPLE = {"link": "https://jobs.example.org/sign-in/…"}
declare(
    Message(
        name="invitation",
        audience="staff",
        purpose="To a colleague whom an administrator gives an account.",
        subject="Your account for hiring at {employer_name}",
        body=(
            "Dear {person_name},\n\n"
            "{inviter_name} has made an account for you, as {role}. Tracker is where"
            " {employer_name} keeps its openings and applications.\n\n"
            "Choose a password to begin. The link works once, within seven days."
        ),
        samples={
            "person_name": "Robin Vale",
            "inviter_name": "Alex Moreno",
            "role": "coordinator",
            "employer_name": "Alder Falls Public Library",
        },
        context_samples=_LINK_SAMPLE,
    )
)
declare(
    Message(
        name="password_reset",
        audience="staff",
        purpose="To somebody with an account who asks for a new password.",
        subject="Choose a new password",
        body=(
            "Dear {person_name},\n\n"
            "Somebody, probably you, asked for a new password for your account at"
            " {employer_name}. The link works once, within an hour.\n\n"
            "If it was not you, do nothing: your password stays as it is."
        ),
        samples={"person_name": "Robin Vale", "employer_name": "Alder Falls Public Library"},
        context_samples=_LINK_SAMPLE,
    )
)


def invitation(person: Person, token: str, *, by: Person | None) -> OutgoingEmail:
    """Invite a person to choose a password."""
    letterhead = sender()
    return outbox.queue(
        "invitation",
        to=(person.name, person.email),
        values={
            "person_name": person.name,
            "inviter_name": by.name if by else letterhead.name,
            "role": person.role.value if person.role else "",
            "employer_name": letterhead.name,
        },
        context={"link": links.sign_in(token)},
        about=("person", person.id),
    )


def password_reset(person: Person, token: str) -> OutgoingEmail:
    """Send a person the link to a new password."""
    return outbox.queue(
        "password_reset",
        to=(person.name, person.email),
        values={"person_name": person.name, "employer_name": sender().name},
        context={"link": links.sign_in(token)},
        about=("person", person.id),
    )
