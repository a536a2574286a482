"""Mail to those who have applied, when the posting changes in what they went by."""

from tracker.applications.models import Application
from tracker.core import links
from tracker.core.errors import N_
from tracker.core.rendering import in_language
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import sender
from tracker.notifications.wording import Message, declare
from tracker.postings import queries as postings
from tracker.postings.exports import changes
from tracker.postings.models import PostingVersion

CHANGED = declare(
    Message(
        name="posting_changed",
        audience="candidate",
        about="application",
        purpose="Goes to everybody whose application is open, when the posting changes in what"
        " they went by: pay, closing date, requirements, documents, contact.",
        subject="Something has changed: {posting_title}",
        body=(
            "Dear {candidate_name},\n\n"
            "You have applied for {posting_title}. The posting has changed since then, as said"
            " below.\n\n"
            "Your application stays as it is, and you need not do anything. Your own page shows"
            " what you sent, and you can withdraw there."
        ),
        samples={
            "candidate_name": "Marisol Quennell",
            "posting_title": "Children's Librarian",
            "number": "2026-K7Q4M",
        },
        context_samples={
            "changes": N_("closing date extended to Friday 18 December 2026, end of the day"),
            "posting_link": "https://jobs.example.org/postings/sample",
            "link": "https://jobs.example.org/my/sample",
        },
    )
)


def posting_changed(
    application: Application, version: PostingVersion, *, token: str
) -> OutgoingEmail:
    """Tell one candidate of one change, once, in their language."""
    with in_language(application.language):
        found = changes.said(postings.differences_in(version), sender().time_zone)
    return outbox.queue(
        CHANGED.name,
        to=(application.name, application.email),
        values={
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
        },
        context={
            "changes": "\n".join(found),
            "posting_link": links.posting(application.posting.slug),
            "link": links.candidate_page(token),
        },
        about=("application", application.id),
        once_key=changed_once_key(application, version),
        language=application.language,
    )


def changed_once_key(application: Application, version: PostingVersion) -> str:
    """Name the one mail that a candidate gets about one change."""
    return f"posting-changed-{version.id}-{application.id}"
