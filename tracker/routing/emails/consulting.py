"""What colleagues are told who are asked to look at an application, and who asked them."""

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core import links
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare
from tracker.routing.models import Consultation

_SAMPLES = {
    "contact_name": "Robin Vale",
    "candidate_name": "Sam Rivera",
    "posting_title": "Children's Librarian",
    "number": "2027-K7Q4M",
    "asker_name": "Ida Moreno",
}
_LINK = {"link": "https://jobs.example.org/for/sample"}
declare(
    Message(
        name="opinion_asked",
        audience="contact",
        about="application",
        reply_sample=("Ida Moreno", "ida.moreno@example.org"),
        among_colleagues=True,
        purpose="To a colleague whom a contact asks to look at an application.",
        subject="{asker_name} asks you to look: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{asker_name} would like to hear what you think of the application of"
            " {candidate_name} for {posting_title}."
        ),
        samples=_SAMPLES,
        context_samples={**_LINK, "note": "Could they run the story hours by themselves?"},
    )
)
declare(
    Message(
        name="opinion_given",
        audience="contact",
        about="application",
        reply_sample=("Robin Vale", "robin.vale@example.org"),
        among_colleagues=True,
        purpose="To a contact, when a colleague whom they asked has looked at an application.",
        subject="{colleague_name} has looked: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{colleague_name} has looked at the application of {candidate_name} for"
            " {posting_title}, as you asked."
        ),
        samples={
            "contact_name": "Ida Moreno",
            "candidate_name": "Sam Rivera",
            "posting_title": "Children's Librarian",
            "number": "2027-K7Q4M",
            "colleague_name": "Robin Vale",
        },
        context_samples={**_LINK, "opinion": "Yes. They did it for two years in my old branch."},
    )
)


def opinion_asked(
    application: Application, colleague: Person, *, name: str, asker: Person, note: str, token: str
) -> OutgoingEmail:
    """Ask a colleague to look, with a link of their own; a reply goes to who asks."""
    return outbox.queue(
        "opinion_asked",
        to=(colleague.name, colleague.email),
        values={
            "contact_name": name,
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
            "asker_name": asker.name,
        },
        context={"link": links.contact_page(token), "note": note},
        about=("application", application.id),
        reply_to=(asker.name, asker.email),
    )


def opinion_given(consultation: Consultation, token: str) -> OutgoingEmail:
    """Tell who asked that a colleague has looked, and what they said, if anything."""
    application, asker = consultation.application, consultation.asked_by
    return outbox.queue(
        "opinion_given",
        to=(asker.name, asker.email),
        values={
            "contact_name": asker.name,
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
            "colleague_name": consultation.name,
        },
        context={"link": links.contact_page(token), "opinion": consultation.opinion},
        about=("application", application.id),
        once_key=f"opinion-{consultation.id}",
        reply_to=(consultation.person.name, consultation.person.email),
    )
