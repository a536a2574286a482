"""Mail to colleagues about postings that a second person publishes."""

from tracker.accounts.models import Person
from tracker.core import links
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare
from tracker.postings.models import Posting

_SAMPLES = {
    "person_name": "Ruth Alder",
    "colleague_name": "Cora Field",
    "posting_title": "Children's Librarian",
}
_CONTEXT = {"link": "https://jobs.example.org/staff/postings/1/publish"}

ASKED = declare(
    Message(
        name="approval_asked",
        audience="staff",
        purpose="Goes to everybody who may approve a posting, when somebody asks for it.",
        subject="Please look at a posting before it is published: {posting_title}",
        body=(
            "Hello {person_name},\n\n"
            "{colleague_name} has written the posting {posting_title} and asks for approval."
            " A second person publishes here: please look at it, and publish it or send it back"
            " with a word of why.\n\n"
            "If others were asked too, the first to do it is enough."
        ),
        samples=_SAMPLES,
        context_samples=_CONTEXT,
    )
)

SENT_BACK = declare(
    Message(
        name="posting_sent_back",
        audience="staff",
        purpose="Goes to whoever asked for approval, when the posting is sent back.",
        subject="Sent back: {posting_title}",
        body=(
            "Hello {person_name},\n\n"
            "{colleague_name} has looked at the posting {posting_title} and sent it back. It is a"
            " draft again: mend it, and ask once more.\n\n"
            "{words}"
        ),
        samples={**_SAMPLES, "words": "The pay is last year's."},
        context_samples={"link": "https://jobs.example.org/staff/postings/1"},
    )
)

APPROVED = declare(
    Message(
        name="posting_approved",
        audience="staff",
        purpose="Goes to whoever asked for approval, when the posting is published or scheduled.",
        subject="Approved: {posting_title}",
        body=(
            "Hello {person_name},\n\n"
            "{colleague_name} has approved the posting {posting_title}. It is {state} now."
        ),
        samples={**_SAMPLES, "state": "open"},
        context_samples={"link": "https://jobs.example.org/staff/postings/1"},
    )
)


def approval_asked(posting: Posting, *, to: Person, by: Person, change_id: int) -> OutgoingEmail:
    """Ask somebody to look at a posting and publish it."""
    link = f"{links.staff_posting(posting.id)}/publish"
    return _queue(ASKED, posting, to, by, link, key=f"approval-{change_id}-{to.id}")


def posting_sent_back(
    posting: Posting, *, to: Person, by: Person, words: str, change_id: int
) -> OutgoingEmail:
    """Tell who asked that the posting is a draft again, and why."""
    link, key = links.staff_posting(posting.id), f"sent-back-{change_id}"
    return _queue(SENT_BACK, posting, to, by, link, key=key, words=words)


def posting_approved(posting: Posting, *, to: Person, by: Person, change_id: int) -> OutgoingEmail:
    """Tell who asked that the posting was approved, and what it is now."""
    link, key = links.staff_posting(posting.id), f"approved-{change_id}"
    return _queue(APPROVED, posting, to, by, link, key=key, state=posting.state.value)


def _queue(
    message: Message,
    posting: Posting,
    to: Person,
    by: Person,
    link: str,
    *,
    key: str,
    **values: str,
) -> OutgoingEmail:
    return outbox.queue(
        message.name,
        to=(to.name, to.email),
        values={
            "person_name": to.name,
            "colleague_name": by.name,
            "posting_title": posting.label,
            **values,
        },
        context={"link": link},
        about=("posting", posting.id),
        once_key=key,
    )
