"""A mail with its files looked at: what is decided on, and what becomes an application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.core.languages import LANGUAGES
from tracker.documents.operations import Received
from tracker.intake.findings import Found, FoundFile
from tracker.intake.guessing import language_of
from tracker.intake.operations.decisions import Decision


@dataclass(frozen=True)
class Taken:
    """A file of a mail after a look at it.

    `received` is stored where it is to become a document; several photographs share one. `text`
    are the words in a file that was only looked at. `reason` says for staff why it was not taken,
    '' for one that was; `told` is the sentence for its sender with what fills it in, where there
    is something that they can do about it.
    """

    file: FoundFile
    sha256: str
    received: Received | None = None
    reason: str = ""
    told: tuple[str, Mapping[str, str]] | None = None
    text: str = ""

    @property
    def accepted(self) -> bool:
        """Say whether it is a document that is taken."""
        return not self.reason


@dataclass(frozen=True)
class Opened:
    """A mail with its files looked at; `letter` is its text, stored, where it may be needed."""

    found: Found
    taken: Sequence[Taken] = ()
    letter: Received | None = None

    @property
    def keys(self) -> list[str]:
        """The keys of everything that was stored for it, to forget when no row comes of it."""
        received = [each.received for each in self.taken if each.received is not None]
        received += [self.letter] if self.letter is not None else []
        return list(dict.fromkeys(key for each in received for key in each.keys))


def language_in(opened: Opened, decision: Decision) -> str:
    """Guess the language that a mail's writer reads."""
    head = decision.head
    return language_of(
        f"{head.subject}\n{head.text}", said=opened.found.head.language, known=LANGUAGES
    )
