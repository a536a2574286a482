"""Mail to the employer's contact for accommodations, which reviewers do not see."""

from tracker.applications.models import AccommodationRequest
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import CONFIDENTIAL
from tracker.notifications.wording import Message, declare

ACCOMMODATION = declare(
    Message(
        name="accommodation_request",
        audience="contact",
        reply_sample=("Marisol Quennell", "marisol.quennell@example.org"),
        purpose="To the contact for accommodations, when a candidate asks for one.",
        # Nothing of the candidate: lists of mail show subjects.
        subject="A candidate asks for an accommodation",
        body=(
            "Hello,\n\n"
            "{candidate_name} has applied for {posting_title} (number {number}) and asks for the"
            " accommodation below.\n\n"
            "Only you get this. It stands nowhere in the application, and nobody else is shown"
            " that it was asked: answer the candidate yourself, and tell others no more than they"
            " need to make it possible."
        ),
        samples={
            "candidate_name": "Marisol Quennell",
            "posting_title": "Children's Librarian",
            "number": "2026-K7Q4M",
        },
        context_samples={
            "request": "A sign language interpreter for the interview, please.",
            "phone": "(555) 010-0100",
            "address": "marisol.quennell@example.org",
        },
    )
)


def accommodation_request(request: AccommodationRequest, *, to: tuple[str, str]) -> OutgoingEmail:
    """Mail a request to whoever arranges accommodations; replying writes to the candidate."""
    application = request.application
    reply_to = (application.name, application.email) if application.email else None
    return outbox.queue(
        ACCOMMODATION.name,
        to=to,
        values={
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
        },
        context={
            "request": request.text,
            "phone": application.phone,
            "address": application.email,
        },
        about=(CONFIDENTIAL, request.id),
        reply_to=reply_to,
    )
