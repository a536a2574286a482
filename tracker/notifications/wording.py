"""The words of every message, and how an employer may change them. Pure.

A message is declared by the room that sends it, with a built-in subject and body. In both,
`{placeholder}` stands for a value known when the mail is written, and nothing but the
declared names may stand between braces: no attribute, no index, no format.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.core.errors import DomainError
from tracker.notifications.headers import one_line

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_IN_BRACES = re.compile(r"\{([^{}\n]*)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST_SUBJECT = 200
LONGEST_BODY = 10_000


class WordingError(DomainError):
    """A wording cannot be used; `field` is `subject` or `body`, the message says why."""

    status = 400

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Message:
    """One kind of mail: its built-in words and what may be filled in.

    `audience` is who reads it: candidate, contact, panel, staff. `purpose` says in a sentence
    when it goes; `label` is what pages call it, where its name does not read well. `samples`
    names every placeholder and gives a fictional value for previews; `context_samples` does the
    same for what its templates show besides (links, files). `about` is the kind of row that it
    is about (application, interview), and `reply_sample` somebody invented, where its replies
    would go to somebody outside: by both a preview says whom a reply reaches, as the mail will.
    Somebody waits at their screen for what is `waited_for`: it is never held.
    `among_colleagues`: a reply to it never goes to the candidate, though it is about their
    application and `reply_to` names somebody. What is `bound` proves something of the address it
    was written to, so it never goes to another one.
    """

    name: str
    audience: str
    purpose: str
    subject: str
    body: str
    samples: Mapping[str, str]
    context_samples: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    about: str = ""
    reply_sample: tuple[str, str] | None = None
    waited_for: bool = False
    among_colleagues: bool = False
    bound: bool = False

    @property
    def may_be_held(self) -> bool:
        """Whether the employer may want to see each mail of this kind before it goes."""
        return self.audience in {"candidate", "panel"} and not self.waited_for

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that may stand in braces."""
        return frozenset(self.samples)

    @property
    def title(self) -> str:
        """The name as a page shows it: Application received."""
        return self.label or self.name.replace("_", " ").capitalize()


_MESSAGES: dict[str, Message] = {}


def declare(message: Message) -> Message:
    """Register a message when its room is loaded.

    Raises `ValueError` for a second message of one name, `WordingError` where its own words
    break the rules: both are mistakes of ours, found at start-up.
    """
    known = _MESSAGES.get(message.name)
    if known is not None and known != message:
        raise ValueError(f"Two messages are called {message.name!r}.")
    check_wording(message, message.subject, message.body)
    _MESSAGES[message.name] = message
    return message


def all_messages() -> tuple[Message, ...]:
    """Every declared message, in the order of their names."""
    return tuple(_MESSAGES[name] for name in sorted(_MESSAGES))


def find_message(name: str) -> Message | None:
    """The message of that name, or None."""
    return _MESSAGES.get(name)


def message_named(name: str) -> Message:
    """The message of that name. Raises `LookupError`: a mistake of ours."""
    try:
        return _MESSAGES[name]
    except KeyError:
        raise LookupError(f"No message is called {name!r}.") from None


def check_wording(message: Message, subject: str, body: str) -> None:
    """Raise `WordingError` unless the words can be used for this message."""
    if not subject.strip():
        raise WordingError("Enter a subject.", field="subject")
    if (
        len(subject.splitlines()) > 1
        or one_line(subject, limit=len(subject) + 1) != subject.strip()
    ):
        raise WordingError("The subject must be one line of plain text.", field="subject")
    if len(subject) > LONGEST_SUBJECT:
        raise WordingError(
            f"The subject is too long: at most {LONGEST_SUBJECT} characters.", field="subject"
        )
    if not body.strip():
        raise WordingError("Enter the text of the mail.", field="body")
    if len(body) > LONGEST_BODY:
        raise WordingError(
            f"The text is too long: at most {LONGEST_BODY} characters.", field="body"
        )
    _check_placeholders(message, subject, "subject")
    _check_placeholders(message, body, "body")


def _check_placeholders(message: Message, text: str, where: str) -> None:
    for found in _IN_BRACES.finditer(text):
        if found[1] not in message.placeholders:
            known = ", ".join(f"{{{name}}}" for name in sorted(message.placeholders)) or "none"
            raise WordingError(
                f"{{{found[1]}}} is not a placeholder of this message. It knows: {known}.",
                field=where,
            )
    rest = _PLACEHOLDER.sub("", text)
    for brace in "{}":
        if brace in rest:
            raise WordingError(
                f"There is a “{brace}” in the {'subject' if where == 'subject' else 'text'} that"
                " does not belong to a placeholder. Write placeholders like {name}, and leave"
                " other braces out.",
                field=where,
            )


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values in place of the placeholders, once: a brace in a value stays a brace.

    Raises `KeyError` for a placeholder without a value; `check_wording` comes before.
    """
    return _PLACEHOLDER.sub(lambda found: _CONTROL.sub("", str(values[found[1]])), template)
