"""Which application a mail that arrived belongs to, and what it answers.

By the Message-IDs of our own mail that it names; failing them by the signed tag of an address
that it came to. Both are known only to whoever was written to. A tag of a key that is no longer
used is as good as none: such a mail waits in the Unsorted tray, unless it names its mail.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tracker.applications.models import Application
from tracker.core import links
from tracker.core.db import db
from tracker.intake.models import IncomingEmail
from tracker.interviews.models import Interview
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.tags import (
    Reaches,
    Tag,
    is_tagged,
    reach_written_in,
    read_tag,
    tag_in,
    was_sent_to,
)
from tracker.notifications.wording import find_message

MOST_IDS = 50


@dataclass(frozen=True)
class Found:
    """What a mail answers; `email` is None where only a tag said so."""

    application: Application
    reaches: Reaches
    email: OutgoingEmail | None = None
    tag: Tag | None = None

    @property
    def interview_id(self) -> int | None:
        """The interview whose mail is answered; None where it is about the application itself."""
        if self.email is not None:
            return self.email.about_id if self.email.about_kind == "interview" else None
        return self.tag.row_id if self.tag is not None and self.tag.kind == "interview" else None

    def went_to(self, address: str) -> bool:
        """Tell whether the mail that is answered was sent to this address."""
        if self.email is not None:
            return self.email.recipient_address.lower() == address.strip().lower()
        return self.tag is not None and was_sent_to(links.signing_key(), self.tag, address)


def find(incoming: IncomingEmail) -> Found | None:
    """Find the application that a mail belongs to; None where it answers nothing of ours."""
    return by_message_id(incoming.reply_ids) or by_tag(incoming.recipients)


def by_message_id(ids: Sequence[str]) -> Found | None:
    """Find by the Message-IDs that a mail answers, the nearest first."""
    wanted = list(ids)[:MOST_IDS]
    statement = select(OutgoingEmail).where(
        OutgoingEmail.message_id.in_(wanted), OutgoingEmail.about_id.is_not(None)
    )
    known = {each.message_id: each for each in db.session.scalars(statement)} if wanted else {}
    for each in wanted:
        email = known.get(each)
        if email is None or email.about_kind is None or email.about_id is None:
            continue
        application = _application(email.about_kind, email.about_id)
        if application is not None:
            return Found(application, _reaches(email), email=email)
    return None


def by_tag(addresses: Collection[str]) -> Found | None:
    """Find by the tag in an address that a mail came to."""
    for each in addresses:
        text = tag_in(each, links.intake_address())
        tag = read_tag(links.signing_key(), text) if text else None
        application = _application(tag.kind, tag.row_id) if tag else None
        if tag is not None and application is not None:
            return Found(application, tag.reaches, tag=tag)
    return None


def _reaches(email: OutgoingEmail) -> Reaches:
    """Whom a reply to one of our mails reaches, as the mail itself said."""
    message = find_message(email.message)
    if message is not None and message.among_colleagues:
        return Reaches.COLLEAGUES
    written = reach_written_in(email.reply_to_address or "")
    if written is not None:
        return written
    to_candidate = message is not None and message.audience == "candidate"
    # A mail from before there was an address of the employer's: its replies go straight.
    return Reaches.HANDLERS if to_candidate else Reaches.COLLEAGUES


def _application(kind: str, row_id: int) -> Application | None:
    if not is_tagged(kind):
        return None
    if kind == "interview":
        interview = db.session.get(Interview, row_id)
        return interview.application if interview else None
    return db.session.get(Application, row_id)
