"""What contacts are told when an application was none."""

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

declare(
    Message(
        name="filed_by_mistake",
        audience="contact",
        about="application",
        purpose="To the people an application by mail was with, when a colleague says that the mail"
        " was no application.",
        label="A mail was no application",
        subject="Filed by mistake: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "A mail of {candidate_name} was filed as application {number} for {posting_title} by"
            " mistake. {colleague_name} has ended it. You need do nothing, and your link to it no"
            " longer works. The candidate was not written to."
        ),
        samples={
            "contact_name": "Robin Vale",
            "candidate_name": "Sam Rivera",
            "posting_title": "Children's Librarian",
            "number": "2027-K7Q4M",
            "colleague_name": "Alex Moreno",
        },
    )
)


def filed_by_mistake(application: Application, person: Person, *, by: Person) -> OutgoingEmail:
    """Tell somebody that what they were given was no application."""
    return outbox.queue(
        "filed_by_mistake",
        to=(person.name, person.email),
        values={
            "contact_name": person.name,
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
            "colleague_name": by.name,
        },
        about=("application", application.id),
    )
