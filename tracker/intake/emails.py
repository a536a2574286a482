"""What senders are told whose mail cannot be read."""

import enum

from tracker.core.errors import N_
from tracker.core.rendering import in_language, translated
from tracker.intake.models import IncomingEmail
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

MESSAGE = N_("Message")
"""What the text of a mail is called among the documents of an application."""

OUTLOOK_FILE = N_(
    "This is how Outlook packs files for other Outlook users; other programs cannot open it."
    " Send the files anew as PDF, or add them on your page."
)
ENCRYPTED_PART = N_(
    "A part of your mail is encrypted and cannot be read here. Send it without encryption, or"
    " add it on your page."
)


class Unopened(enum.Enum):
    """Why a mail could not be read, in words for its sender."""

    LARGE = N_("It is larger than what can be opened here.")
    DAMAGED = N_("It is damaged, or its files are of kinds that cannot be read here.")
    ENCRYPTED = N_("It is encrypted, and cannot be read here.")
    OUTLOOK = N_("Its files are packed in a way that only Outlook opens (winmail.dat).")


UNOPENED = declare(
    Message(
        name="mail_unopened",
        audience="candidate",
        purpose="Goes to the sender of a mail that could not be read, once a day at most.",
        subject="We could not read your mail: {subject}",
        body=(
            "Hello,\n\n"
            "Your mail “{subject}” has arrived and is kept, but it could not be read. {reason}\n\n"
            "A colleague will look at it. If it is an application, please send it again with your"
            " documents as PDF files, or apply on the page of the posting."
        ),
        samples={"subject": "Application", "reason": N_(Unopened.LARGE.value)},
    )
)


def mail_unopened(email: IncomingEmail, kind: Unopened, *, language: str) -> OutgoingEmail:
    """Tell a sender that their mail is kept and could not be read, and what to do."""
    with in_language(language):
        reason = translated(kind.value)
    return outbox.queue(
        UNOPENED.name,
        to=(email.from_name, email.from_address),
        values={"subject": email.subject or "–", "reason": reason},
        once_key=f"unopened-{email.id}",
        language=language,
    )
