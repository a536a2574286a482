"""Mail to whoever has an application, when its candidate takes it back."""

from tracker.accounts.models import Person
from tracker.applications.models import StageChange
from tracker.core import links
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

declare(
    Message(
        name="candidate_withdrew",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people an application is with, when its candidate withdraws it.",
        subject="Withdrawn: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} has withdrawn their application for {posting_title}, {number}. It"
            " has ended, and there is nothing left to do. An interview that was still to come is"
            " called off, and everybody who was to be there hears of it."
        ),
        samples={
            "contact_name": "Robin Vale",
            "candidate_name": "Sam Rivera",
            "posting_title": "Children's Librarian",
            "number": "2027-K7Q4M",
        },
        context_samples={
            "reason": "I have found another position.",
            "link": "https://jobs.example.org/for/sample",
        },
    )
)


def candidate_withdrew(change: StageChange, person: Person, token: str) -> OutgoingEmail:
    """Tell a contact that the candidate has withdrawn, and why, where they said so."""
    application = change.application
    return outbox.queue(
        "candidate_withdrew",
        to=(person.name, person.email),
        values={
            "contact_name": person.name,
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
        },
        context={"reason": change.note, "link": links.contact_page(token)},
        about=("application", application.id),
        once_key=f"withdrew-{change.id}-{person.id}",
        reply_to=(application.name, application.email),
    )
