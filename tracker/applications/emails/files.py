"""Mail to candidates about the files that they sent."""

from tracker.applications.models import ApplicationDocument
from tracker.core import links
from tracker.core.rendering import in_language, translated
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

CLEAN_COPY = declare(
    Message(
        name="clean_copy_needed",
        audience="candidate",
        about="application",
        purpose="Goes to a candidate when the virus scanner found something in a file of theirs.",
        subject="Please send a clean copy: {document_title} for {posting_title}",
        body=(
            "Dear {candidate_name},\n\n"
            "Your application for {posting_title} has arrived and stands. But our virus scanner"
            " found something harmful in a file that came with it: {document_title}. Nobody can"
            " open that file here.\n\n"
            "Please save the document anew, if you can on another device and as a PDF. The link"
            " below opens your own page, where you can add that copy. It is a good idea to have"
            " the device checked that the file came from."
        ),
        samples={
            "candidate_name": "Marisol Quennell",
            "posting_title": "Children's Librarian",
            "document_title": "Resume",
        },
        context_samples={"link": "https://jobs.example.org/my/sample"},
    )
)


def clean_copy_needed(item: ApplicationDocument, *, token: str) -> OutgoingEmail:
    """Ask a candidate for a clean copy of an infected file, with a link to their own page."""
    application = item.application
    with in_language(application.language):
        title = translated(item.title)
    return outbox.queue(
        CLEAN_COPY.name,
        to=(application.name, application.email),
        values={
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "document_title": title,
        },
        context={"link": links.candidate_page(token)},
        about=("application", application.id),
        once_key=f"clean-copy-{item.id}",
        language=application.language,
    )
