"""What contacts are asked by people who have not applied yet."""

from tracker.accounts.models import Person
from tracker.applications.models import Enquiry
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

declare(
    Message(
        name="posting_question",
        audience="contact",
        reply_sample=("Jo Fenwick", "jo.fenwick@example.org"),
        purpose="To the posting's contact, when somebody asks a question before applying.",
        subject="A question about {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{asker_name} has a question about {posting_title}. They have not applied with it."
            " Please answer by replying to this mail."
        ),
        samples={
            "contact_name": "Robin Vale",
            "posting_title": "Children's Librarian",
            "asker_name": "Jo Fenwick",
        },
        context_samples={
            "asker_name": "Jo Fenwick",
            "address": "jo.fenwick@example.org",
            "question": "Is the Saturday shift every week, or every other week?",
        },
    )
)


def posting_question(enquiry: Enquiry, person: Person) -> OutgoingEmail:
    """Pass a question on; replying writes to whoever asked."""
    posting = enquiry.posting
    return outbox.queue(
        "posting_question",
        to=(person.name, person.email),
        values={
            "contact_name": person.name,
            "posting_title": posting.title,
            "asker_name": enquiry.name,
        },
        context={
            "asker_name": enquiry.name,
            "address": enquiry.email,
            "question": enquiry.text,
        },
        about=("posting", posting.id),
        reply_to=(enquiry.name, enquiry.email),
    )
