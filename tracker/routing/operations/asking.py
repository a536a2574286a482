"""Pass a question that somebody asks before applying on to whoever answers for the posting."""

import datetime as dt

from tracker.accounts.rules import PRESSED_AGAIN
from tracker.applications import operations as applications
from tracker.applications import queries as asked_before
from tracker.applications.models import Enquiry
from tracker.core.db import db
from tracker.core.errors import DomainError, GoneError
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.routing import emails
from tracker.routing.operations.giving import answering


def ask(
    posting: Posting, *, name: str, email: str, text: str, language: str, at: dt.datetime
) -> Enquiry:
    """Keep a question and mail it to whoever would get an application; a reply goes to its asker.

    The caller holds the posting's lock: pressed twice it is passed on once. Raises `GoneError`
    for a posting that has ended: nobody waits for questions any more; and `DomainError` for one
    without words.
    """
    check_asking(posting, at)
    text = applications.clean_text(text).strip()
    if not text or not name.strip():
        raise DomainError("Write your name and your question. Nothing was sent.")
    since = at - PRESSED_AGAIN
    pressed = asked_before.enquiry_like(posting.id, email=email.strip(), text=text, since=since)
    if pressed is not None:
        return pressed
    enquiry = Enquiry(
        posting=posting,
        at=at,
        name=name.strip(),
        email=email.strip(),
        text=text,
        language=language,
    )
    db.session.add(enquiry)
    db.session.flush()
    for person, _why in answering(posting):
        sent = emails.posting_question(enquiry, person)
        enquiry.email_id = enquiry.email_id or sent.id
    db.session.flush()
    return enquiry


def check_asking(posting: Posting, at: dt.datetime) -> None:
    """Raise `GoneError` for a posting that is over."""
    if posting.state_at(at) is not PostingState.OPEN:
        raise GoneError(
            "This posting is no longer open, so questions about it are not passed on any more."
        )
