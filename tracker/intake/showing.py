"""What of a mail that came in whoever sorts mail may read, and whether they may have it whole.

Mail comes back with what we wrote to somebody: private links, by which one acts as that person,
tags, by which one writes as them, and words that were for one reader alone. A page shows none of
these, and the mail as it arrived is not given out when it holds a link or such words, except to
the person whom our mail was written to.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import DomainError, UnavailableError
from tracker.core.files import files
from tracker.documents.sandbox import SandboxError
from tracker.intake import conversations
from tracker.intake.ahead import opened_mail
from tracker.intake.models import IncomingEmail
from tracker.intake.redaction import redact
from tracker.intake.rules import PERSONAL
from tracker.notifications.masking import mask
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.tags import hide_tag

SEARCHED = 200_000
"""Of a mail that cannot be taken apart, so many bytes are looked through as they stand."""


class WithheldError(DomainError):
    """A mail is not given out as it arrived: it holds what is for somebody else alone."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "This mail holds a private link or words that are for somebody else alone, so it is"
            " not given out as it arrived. It is kept whole; whoever runs Tracker can read the"
            " file."
        )


@dataclass(frozen=True)
class Shown:
    """A mail as a page shows it: `reader` is whom its words are for alone, '' where for all."""

    subject: str
    text: str
    recipients: tuple[str, ...]
    reader: str = ""


def shown_to(email: IncomingEmail, person: Person) -> Shown:
    """Make of a mail what a page may show to a person."""
    recipients = tuple(hide_tag(each) for each in email.recipients)
    ours = email.outgoing_email
    if ours is not None and ours.about_kind in PERSONAL and not _is_reader(ours, person):
        return Shown(_hidden(email.subject), "", recipients, ours.recipient_address)
    return Shown(_hidden(email.subject), _hidden(email.text), recipients)


def check_whole(email: IncomingEmail, person: Person) -> None:
    """Raise `WithheldError` for a mail that a person may not have as it arrived.

    Opens it in its child, all that is nested in it too; ends the reading of the database while
    it does, so no lock may be held.
    """
    ours = email.outgoing_email
    if ours is not None and _is_reader(ours, person):
        return
    if ours is not None and (ours.about_kind in PERSONAL or mask(ours.text) != ours.text):
        raise WithheldError
    texts, file_key = [email.subject, email.text], email.file_key
    db.session.rollback()
    texts += _inside(file_key)
    if any(_hidden(each) != each for each in texts):
        raise WithheldError


def _inside(file_key: str) -> Iterable[str]:
    try:
        with files().local_copy(file_key) as path, opened_mail(path) as (_, found):
            if found.trouble:
                return [path.read_bytes()[:SEARCHED].decode("latin-1")]
            return [found.head.text, *(each.text for each in found.nested)]
    except (SandboxError, FileNotFoundError) as error:
        raise UnavailableError(
            "The mail could not be opened just now. Nothing was lost; please try again."
        ) from error


def _is_reader(ours: OutgoingEmail, person: Person) -> bool:
    return ours.recipient_address.lower() == person.email.lower()


def _hidden(text: str) -> str:
    return mask(redact(text, conversations.secrets_among))
