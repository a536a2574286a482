"""Mail to an address that applied twice for one posting."""

from collections.abc import Sequence

from tracker.applications.models import Application, ReplaceLink
from tracker.core import formats, links
from tracker.core.errors import N_
from tracker.core.rendering import in_language
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import sender
from tracker.notifications.wording import Message, declare

_SAMPLES = {
    "candidate_name": "Marisol Quennell",
    "posting_title": "Children's Librarian",
    "number": "2026-K7Q4M",
    "earlier_number": "2026-B3W8T",
}

AGAIN = declare(
    Message(
        name="applied_again",
        audience="candidate",
        about="application",
        bound=True,
        purpose="To an address from which somebody applies for the same posting again.",
        subject="A second application from your address: {posting_title}",
        body=(
            "Dear {candidate_name},\n\n"
            "You, or somebody who gave this address, applied for {posting_title} before, and an"
            " application has now arrived again. Both are kept, and both are read.\n\n"
            "If the newer one is meant to take the place of the earlier one, open the link below"
            " and press the button there. This can be done until the earlier one was read."
            " If both are meant, you need not do anything."
        ),
        samples=_SAMPLES,
        context_samples={
            "number": "2026-K7Q4M",
            "earlier_number": "2026-B3W8T",
            "received_at": N_("Monday 23 November 2026, 10:00 am"),
            "earlier_received_at": N_("Friday 20 November 2026, 4:12 pm"),
            "expires_at": N_("Wednesday 23 December 2026, 10:00 am"),
            "link": "https://jobs.example.org/my/replace/sample",
        },
    )
)

REPLACED = declare(
    Message(
        name="application_replaced",
        audience="candidate",
        about="application",
        purpose="To the candidate, when a newer application has taken an earlier one's place.",
        subject="Your newer application counts: {posting_title} ({number})",
        body=(
            "Dear {candidate_name},\n\n"
            "Your application {number} for {posting_title} has taken the place of"
            " {earlier_number}, which is withdrawn. Both are kept, and only the newer one is"
            " read from now on. The link in its receipt still opens its page."
        ),
        samples=_SAMPLES,
    )
)


def _values(earlier: Application, newer: Application) -> dict[str, str]:
    return {
        "candidate_name": newer.name,
        "posting_title": newer.posting.title,
        "number": newer.number,
        "earlier_number": earlier.number,
    }


def applied_again(link: ReplaceLink, *, token: str, thread: Sequence[str]) -> OutgoingEmail:
    """Mail the link by which the newer takes the earlier one's place, to the address of both.

    `thread` are the Message-IDs of the mail that the newer one came by, if it did.
    """
    zone, newer, earlier = sender().time_zone, link.newer, link.earlier
    with in_language(newer.language):
        times = {
            "received_at": formats.datetime(newer.submitted_at, zone),
            "earlier_received_at": formats.datetime(earlier.submitted_at, zone),
            "expires_at": formats.datetime(link.expires_at, zone),
        }
    return outbox.queue(
        AGAIN.name,
        to=(newer.name, newer.email),
        values=_values(earlier, newer),
        context={
            "number": newer.number,
            "earlier_number": earlier.number,
            **times,
            "link": links.replacement(token),
        },
        about=("application", newer.id),
        once_key=f"again-{newer.id}",
        thread=thread,
        language=newer.language,
    )


def application_replaced(earlier: Application, newer: Application) -> OutgoingEmail:
    """Say that the newer application counts, and the earlier is withdrawn."""
    return outbox.queue(
        REPLACED.name,
        to=(newer.name, newer.email),
        values=_values(earlier, newer),
        about=("application", newer.id),
        language=newer.language,
    )
