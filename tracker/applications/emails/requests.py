"""Mail to candidates about further documents, and about the address that mail goes to."""

from tracker.applications.models import Application, ApplicationDocument, DocumentRequest
from tracker.core import formats, links
from tracker.core.rendering import in_language, translated
from tracker.notifications import operations as outbox
from tracker.notifications.headers import without_addresses
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.operations import Rendered
from tracker.notifications.wording import Message, declare

_SAMPLES = {
    "candidate_name": "Marisol Quennell",
    "posting_title": "Children's Librarian",
    "number": "2026-K7Q4M",
}
_LINK = {"link": "https://jobs.example.org/my/sample"}

REQUESTED = declare(
    Message(
        name="document_requested",
        audience="candidate",
        about="application",
        purpose="Goes to a candidate when somebody asks them for one more document.",
        subject="One more document for {posting_title}: {document_title}",
        body=(
            "Dear {candidate_name},\n\n"
            "For your application for {posting_title} we need one more document:"
            " {document_title}.\n\n"
            "The link below opens your own page, where you can add it. Everything that you sent"
            " before stays as it is."
        ),
        samples={**_SAMPLES, "document_title": "Copy of your degree"},
        context_samples={
            **_LINK,
            "instructions": "The front page is enough. A photograph made into a PDF will do.",
        },
    )
)

RECEIVED = declare(
    Message(
        name="document_received",
        audience="candidate",
        about="application",
        purpose="Goes to a candidate when a document that they sent later has arrived.",
        subject="We have your document: {document_title} for {posting_title}",
        body=(
            "Dear {candidate_name},\n\n"
            "Thank you. {document_title}, for your application for {posting_title}, has arrived"
            " and is stored exactly as you sent it."
        ),
        samples={**_SAMPLES, "document_title": "Copy of your degree"},
        context_samples={
            **_LINK,
            "file": {
                "name": "degree.pdf",
                "size": "214 KB",
                "sha256": "5f2b51ca2fdc5baa31ec02e002f69aec3da7a0d1b2e1c5d1a0c7c3a4c6a9d5f0",
            },
        },
    )
)

NEW_ADDRESS = declare(
    Message(
        name="new_address",
        audience="candidate",
        about="application",
        bound=True,
        waited_for=True,
        purpose="Goes to the new address that a candidate gave, to be confirmed there.",
        subject="Is this your new address? {posting_title} ({number})",
        body=(
            "Hello,\n\n"
            "Somebody, probably you, asked that mail about application {number} for"
            " {posting_title} goes to this address from now on. Please confirm that on the page"
            " behind the link. Until then nothing changes."
        ),
        samples={key: _SAMPLES[key] for key in ("posting_title", "number")},
        context_samples={"link": "https://jobs.example.org/new-address/sample"},
    )
)

ADDRESS_CHANGED = declare(
    Message(
        name="address_changed",
        audience="candidate",
        about="application",
        purpose="Goes to a candidate's old address when mail goes to a new one from now on.",
        subject="Your address was changed: {posting_title} ({number})",
        body=(
            "Dear {candidate_name},\n\n"
            "Mail about your application for {posting_title} goes to another address from now"
            " on, because somebody who has the link to your page asked for it and confirmed the"
            " new address.\n\n"
            "If that was not you, open the link that you have from an earlier mail, give your"
            " own address again, and write to the contact of the posting."
        ),
        samples=_SAMPLES,
    )
)


def _values(application: Application) -> dict[str, str]:
    return {
        "candidate_name": application.name,
        "posting_title": application.posting.title,
        "number": application.number,
    }


def document_requested(request: DocumentRequest, *, token: str) -> OutgoingEmail | None:
    """Ask a candidate for a document; None for one without an address."""
    application = request.application
    if not application.email:
        return None
    return outbox.queue(
        REQUESTED.name,
        to=(application.name, application.email),
        values={**_values(application), "document_title": request.title},
        context={"link": links.candidate_page(token), "instructions": request.instructions},
        about=("application", application.id),
        once_key=f"document-requested-{request.id}",
        language=application.language,
    )


def preview_request(application: Application, *, title: str, instructions: str) -> Rendered:
    """Render that mail, to be shown before it goes."""
    return outbox.foresee(
        REQUESTED,
        to=(application.name, application.email),
        values={**_values(application), "document_title": title},
        context={"link": links.candidate_page("…"), "instructions": instructions},
        about=("application", application.id),
        language=application.language,
    )


def document_received(added: ApplicationDocument, *, token: str) -> OutgoingEmail | None:
    """Tell a candidate what of a further document is stored; None without an address."""
    application, document = added.application, added.document
    if not application.email:
        return None
    with in_language(application.language):
        size, title = formats.filesize(document.size), translated(added.title)
    return outbox.queue(
        RECEIVED.name,
        to=(application.name, application.email),
        values={**_values(application), "document_title": title},
        context={
            "link": links.candidate_page(token),
            "file": {
                "name": without_addresses(document.file_name) or "–",
                "size": size,
                "sha256": document.sha256,
            },
        },
        about=("application", application.id),
        once_key=f"document-received-{added.id}",
        language=application.language,
    )


def new_address(application: Application, email: str, *, token: str) -> OutgoingEmail:
    """Mail a link to a new address; it opens nothing but the question whether it is theirs."""
    values = _values(application)
    return outbox.queue(
        NEW_ADDRESS.name,
        to=("", email),
        values={key: values[key] for key in ("posting_title", "number")},
        context={"link": links.new_address(token)},
        about=("application", application.id),
        language=application.language,
    )


def address_changed(application: Application, old: str) -> OutgoingEmail:
    """Tell a candidate's old address that mail goes elsewhere now; not where."""
    return outbox.queue(
        ADDRESS_CHANGED.name,
        to=(application.name, old),
        values=_values(application),
        about=("application", application.id),
        language=application.language,
    )
