"""Words that are tried out: drawn and mailed with samples, exactly as the mail itself would go."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from tracker.core import links
from tracker.core.languages import DEFAULT
from tracker.core.rendering import in_language, translated
from tracker.notifications import queries
from tracker.notifications.headers import one_line
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.operations.queueing import Rendered, add, addressed, preview
from tracker.notifications.replying import reply_address
from tracker.notifications.wording import Message, message_named

SAMPLE = "wording_sample"
"""What a mail that only tries out words is called; no message is declared by that name."""
TRIED_OUT = (
    "This is a test of the wording. The people in it are invented, and its links lead nowhere."
)
_ELSEWHERE = "https://jobs.example.org"  # where the links of samples lead


def own_samples(message: Message, language: str = DEFAULT) -> dict[str, str]:
    """The samples of a message's placeholders, with the employer's own name and address."""
    sender = queries.sender()
    own = {
        "employer": sender.name,
        "employer_name": sender.name,
        "sender_address": sender.address,
    }
    with in_language(language):
        return {name: own.get(name) or _shown(each) for name, each in message.samples.items()}


def sample(
    message: str | Message,
    *,
    subject: str | None = None,
    body: str | None = None,
    language: str = DEFAULT,
    tried_out: str = "",
) -> Rendered:
    """Draw a message as it would go from this employer to somebody invented.

    `subject` and `body` are words that are not saved yet; raises `WordingError` where they
    cannot be used. `tried_out` is said above the mail.
    """
    found = message if isinstance(message, Message) else message_named(message)
    with in_language(language):
        context = {name: _shown(each) for name, each in found.context_samples.items()}
    return preview(
        found,
        own_samples(found, language),
        context={**context, "tried_out": tried_out},
        subject=subject,
        body=body,
        reply=reply_address(
            found,
            to=("", queries.sender().address),
            about=(found.about, 1) if found.about else None,
            reply_to=found.reply_sample,
        ),
        language=language,
    )


def foresee(
    message: str | Message,
    *,
    to: tuple[str, str],
    values: Mapping[str, str],
    context: Mapping[str, Any] | None = None,
    about: tuple[str, int],
    language: str = DEFAULT,
) -> Rendered:
    """Draw the mail that `queue` would write from the same, to be looked at before it goes.

    Without an address no mail goes, and the words say nothing of answering it.
    """
    found = message if isinstance(message, Message) else message_named(message)
    reply = reply_address(found, to=to, about=about, reply_to=None) if to[1] else None
    return preview(found, values, context=context or {}, reply=reply, language=language)


def queue_sample(
    message: str, *, to: tuple[str, str], subject: str, body: str, language: str = DEFAULT
) -> OutgoingEmail:
    """Write a mail in words that are tried out; its subject and first line say so.

    Raises `WordingError` where the words cannot be used.
    """
    drawn = sample(message, subject=subject, body=body, language=language, tried_out=TRIED_OUT)
    email = addressed(to, drawn)
    email.subject = one_line(f"[Test] {email.subject}")
    email.message = SAMPLE
    return add(email)


def _shown(value: Any) -> Any:
    """What a template shows of a sample: in the language spoken now, its links on this site.

    However deep the words stand in it: times in a list, a link in a line.
    """
    if isinstance(value, str):
        return translated(value).replace(_ELSEWHERE, links.absolute(""))
    if isinstance(value, Mapping):
        return {name: _shown(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {each.name: _shown(getattr(value, each.name)) for each in fields(value)}
        return replace(value, **parts)
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value
