"""What contacts are told."""

from collections.abc import Sequence

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application, ApplicationDocument
from tracker.applications.rules import FAMILIARITY_WORDS, Familiarity
from tracker.core import links
from tracker.documents.scanning import WAITING
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import Attachment
from tracker.notifications.wording import Message, declare
from tracker.routing.models import ContactLink
from tracker.routing.rules import MAY_DECIDE, Why

_SAMPLES = {
    "contact_name": "Robin Vale",
    "candidate_name": "Sam Rivera",
    "posting_title": "Children's Librarian",
    "number": "2027-K7Q4M",
}
_LINK = {"link": "https://jobs.example.org/for/sample"}
_ARRIVED: dict[str, object] = {
    **_LINK,
    "application": {
        "name": "Sam Rivera",
        "email": "sam.rivera@example.org",
        "phone": "(555) 010-0100",
        "answers": [{"question": "Can you work on Saturdays?", "text": "Yes"}],
    },
    "documents": [
        {"title": "Resume", "document": {"file_name": "resume.pdf", "size": 214_000}},
    ],
    "skills": [("Story hours", "I use it regularly")],
    "missing": [],
    "untaken": [],
}
declare(
    Message(
        name="application_arrived",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the posting's contact and the people copied, when an application arrives.",
        subject="Application for {posting_title}: {candidate_name}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} has applied for {posting_title}. Their number is {number}."
        ),
        samples=_SAMPLES,
        context_samples=_ARRIVED,
    )
)
declare(
    Message(
        name="contact_link_again",
        audience="contact",
        about="application",
        purpose="To a contact who asks for a new private link.",
        subject="Your new link: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "Here is a new link to the application of {candidate_name} for {posting_title}."
            " Earlier links of yours to it no longer work."
        ),
        samples=_SAMPLES,
        context_samples=_LINK,
    )
)
declare(
    Message(
        name="colleague_link",
        audience="contact",
        about="application",
        purpose="To a colleague who was forwarded an application and asked for their own link.",
        subject="For you to read: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "You asked for a link of your own to the application of {candidate_name} for"
            " {posting_title}. It opens this one application, in your name."
        ),
        samples=_SAMPLES,
        context_samples=_LINK,
    )
)
declare(
    Message(
        name="colleague_asks",
        audience="contact",
        about="application",
        purpose="To a contact, when somebody who has their mail asks for a link of their own.",
        subject="{colleague_name} asks to read an application: {candidate_name}",
        body=(
            "Dear {contact_name},\n\n"
            "{colleague_name} ({colleague_address}) opened the link that you were sent for"
            " {candidate_name}, {posting_title}, and asked for one of their own."
        ),
        samples={
            **_SAMPLES,
            "colleague_name": "Alex Moreno",
            "colleague_address": "alex.moreno@example.org",
        },
        context_samples={**_LINK, "given": False},
    )
)

declare(
    Message(
        name="candidate_address_corrected",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people an application is with, when the candidate corrects their address.",
        subject="New address: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name}, who applied for {posting_title}, has corrected their e-mail"
            " address. It is now {candidate_address}. Replies to the earlier mail go astray."
        ),
        samples={**_SAMPLES, "candidate_address": "sam.rivera@example.org"},
    )
)

declare(
    Message(
        name="virus_found",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people an application is with, when a virus was found in a document.",
        subject="A document cannot be opened: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "The virus scanner found something harmful in a document that {candidate_name} sent"
            " for {posting_title}: {document_title}. Nobody can open it here, so it can do no"
            " harm. The application itself stands, and all the rest of it can be read."
        ),
        samples={**_SAMPLES, "document_title": "Resume"},
        context_samples={"asked": True},
    )
)

declare(
    Message(
        name="document_added",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people an application is with, when a document they asked for arrives.",
        subject="A document has come: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{document_title}, which {candidate_name} was asked for, has come. It stands with the"
            " application for {posting_title}, behind what was sent before."
        ),
        samples={**_SAMPLES, "document_title": "Copy of your degree"},
        context_samples=_LINK,
    )
)

declare(
    Message(
        name="document_unasked",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        label="Document added unasked",
        purpose="To the people an application is with, when its candidate adds a document unasked.",
        subject="{candidate_name} has added a document: {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} has added a document to the application for {posting_title}:"
            " {document_title}. Nobody had asked for it. It stands behind what was sent before,"
            " which stays as it was."
        ),
        samples={**_SAMPLES, "document_title": "First aid certificate"},
        context_samples=_LINK,
    )
)

declare(
    Message(
        name="answers_added",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people an application by mail is with, when its candidate has answered"
        " the posting's questions.",
        subject="The questions are answered: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} applied for {posting_title} by mail, and has now answered the"
            " questions of the posting. The answers stand with the application."
        ),
        samples=_SAMPLES,
        context_samples=_LINK,
    )
)


def _values(application: Application, person: Person) -> dict[str, str]:
    return {
        "contact_name": person.name,
        "candidate_name": application.name,
        "posting_title": application.posting.title,
        "number": application.number,
    }


def _facts(
    application: Application, documents: list[ApplicationDocument] | None = None
) -> dict[str, object]:
    return {
        "application": application,
        "documents": application.documents if documents is None else documents,
        "checking": any(each.document.scan_state == WAITING for each in application.documents),
        "skills": [
            (each.skill, FAMILIARITY_WORDS[Familiarity(each.level)]) for each in application.skills
        ],
    }


def application_arrived(
    application: Application,
    person: Person,
    why: Why,
    token: str,
    *,
    by: Person | None = None,
    reason: str = "",
    again: bool = False,
    attachments: Sequence[Attachment] = (),
    left_out: bool = False,
    untaken: Sequence[tuple[str, str]] = (),
) -> OutgoingEmail:
    """Tell a contact of an application: who, for what, the answers, and a link of their own.

    Replying writes to the candidate where it is theirs to decide; `queue` says so in the first
    line. It goes once to a person, unless the application comes to them `again`. `by` handed it
    over, for `reason`. `left_out` says that the files would have gone with it, and were too large.
    """
    return outbox.queue(
        "application_arrived",
        to=(person.name, person.email),
        values=_values(application, person),
        context={
            **_facts(application),
            "link": links.contact_page(token),
            "why": why,
            "handed_over_by": by.name if by else "",
            "reason": reason,
            "attached": [each.file_name for each in attachments],
            "packet": links.contact_packet(token) if left_out else "",
            "missing": applications.still_missing([application]).get(application.id, []),
            "untaken": untaken,
        },
        about=("application", application.id),
        once_key=None if again else f"arrived-{application.id}-{person.id}",
        # Who only reads along does not speak for the employer.
        reply_to=(application.name, application.email) if why in MAY_DECIDE else None,
        attachments=attachments,
    )


def link_again(application: Application, person: Person, token: str) -> OutgoingEmail:
    """Mail a contact a new link to an application, in place of the earlier ones."""
    return _with_link("contact_link_again", application, person, token)


def colleague_link(application: Application, person: Person, token: str) -> OutgoingEmail:
    """Mail a colleague a link of their own."""
    return _with_link("colleague_link", application, person, token)


def _with_link(message: str, application: Application, person: Person, token: str) -> OutgoingEmail:
    return outbox.queue(
        message,
        to=(person.name, person.email),
        values=_values(application, person),
        context={"link": links.contact_page(token)},
        about=("application", application.id),
    )


def colleague_asks(
    link: ContactLink, *, name: str, address: str, given: bool, token: str
) -> OutgoingEmail:
    """Tell a link's owner who asked for one too, and whether it was given or waits for them.

    `token` is a fresh one of the owner's, since the old cannot be read back from its hash.
    """
    application, person = link.application, link.person
    return outbox.queue(
        "colleague_asks",
        to=(person.name, person.email),
        values={
            **_values(application, person),
            "colleague_name": name,
            "colleague_address": address,
        },
        context={"link": links.contact_page(token), "given": given},
        about=("application", application.id),
    )


def virus_found(item: ApplicationDocument, person: Person, *, asked: bool) -> OutgoingEmail:
    """Tell a contact that a document is locked away, and whether a clean copy was asked for."""
    application = item.application
    return outbox.queue(
        "virus_found",
        to=(person.name, person.email),
        values={**_values(application, person), "document_title": item.title},
        context={"asked": asked},
        about=("application", application.id),
        once_key=f"virus-{item.id}-{person.id}",
        reply_to=(application.name, application.email),
    )


def document_added(added: ApplicationDocument, person: Person, token: str) -> OutgoingEmail:
    """Tell a contact that a document they asked for has come; with a link of their own."""
    return _document_came("document_added", added, person, token)


def document_unasked(added: ApplicationDocument, person: Person, token: str) -> OutgoingEmail:
    """Tell a contact that a candidate has added a document; with a link of their own."""
    return _document_came("document_unasked", added, person, token)


def _document_came(
    message: str, added: ApplicationDocument, person: Person, token: str
) -> OutgoingEmail:
    application = added.application
    return outbox.queue(
        message,
        to=(person.name, person.email),
        values={**_values(application, person), "document_title": added.title},
        context={"link": links.contact_page(token)},
        about=("application", application.id),
        once_key=f"document-added-{added.id}-{person.id}",
        reply_to=(application.name, application.email),
    )


def answers_added(application: Application, person: Person, token: str) -> OutgoingEmail:
    """Tell a contact that the posting's questions are answered; with a link of their own."""
    return outbox.queue(
        "answers_added",
        to=(person.name, person.email),
        values=_values(application, person),
        context={"link": links.contact_page(token)},
        about=("application", application.id),
        once_key=f"answers-added-{application.id}-{person.id}",
        reply_to=(application.name, application.email),
    )


def address_corrected(application: Application, person: Person) -> OutgoingEmail:
    """Tell a contact the candidate's right address; replying to this mail writes there."""
    return outbox.queue(
        "candidate_address_corrected",
        to=(person.name, person.email),
        values={**_values(application, person), "candidate_address": application.email},
        about=("application", application.id),
        reply_to=(application.name, application.email),
    )


declare(
    Message(
        name="application_replaced_contact",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people an application is with, when a newer one takes its place.",
        label="A newer application counts",
        subject="A newer application counts: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} has applied for {posting_title} twice, and wants the newer"
            " application, {number}, to take the place of {earlier_number}. The earlier one is"
            " withdrawn; nobody had answered it. Both are kept, and you need only read the newer."
        ),
        samples={**_SAMPLES, "earlier_number": "2027-B3W8T"},
    )
)


def application_replaced(earlier: Application, newer: Application, person: Person) -> OutgoingEmail:
    """Tell somebody who has either of them which application counts."""
    return outbox.queue(
        "application_replaced_contact",
        to=(person.name, person.email),
        values={**_values(newer, person), "earlier_number": earlier.number},
        about=("application", newer.id),
        once_key=f"replaced-{newer.id}-{person.id}",
        reply_to=(newer.name, newer.email),
    )
