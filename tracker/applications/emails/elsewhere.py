"""Mail with a private link to an application that was begun and not sent yet."""

from tracker.applications.models import Draft
from tracker.core import formats, links
from tracker.core.errors import N_
from tracker.core.rendering import in_language
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import sender
from tracker.notifications.wording import Message, declare

LIFETIME_DAYS = 7

DRAFT_LINK = declare(
    Message(
        name="draft_link",
        audience="candidate",
        waited_for=True,
        purpose="Goes to somebody who wants to go on with their application on another device.",
        subject="Go on with your application: {posting_title}",
        body=(
            "Hello,\n\n"
            "Somebody, probably you, began an application for {posting_title} and asked for a"
            " link to go on with it on another device. It has not been sent yet. Treat the link"
            " like a key: whoever has it can go on in your place."
        ),
        samples={"posting_title": "Children's Librarian"},
        context_samples={
            "link": "https://jobs.example.org/drafts/sample",
            "days": LIFETIME_DAYS,
            "closes_at": N_("Monday 30 November 2026, 5:00 pm (Eastern Standard Time)"),
        },
    )
)


def draft_link(draft: Draft, email: str, *, token: str) -> OutgoingEmail:
    """Queue the link to a draft. It is about nothing: staff know of no draft."""
    posting = draft.posting
    closes_at, language = posting.closes_at, str(draft.answers.get("language", "en"))
    with in_language(language):
        closing = (
            formats.datetime(closes_at, sender().time_zone, with_zone=True) if closes_at else ""
        )
    return outbox.queue(
        DRAFT_LINK.name,
        to=(str(draft.answers.get("name", "")), email),
        values={"posting_title": posting.title},
        context={
            "link": links.draft_page(token),
            "days": LIFETIME_DAYS,
            "closes_at": closing,
        },
        about=None,
        language=language,
    )
