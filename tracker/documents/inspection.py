"""Say what a file is, whether it is taken, and what it says. The reading is done in a child."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.documents import sandbox
from tracker.documents.extraction import first_lines
from tracker.documents.rules import (
    DEFAULT_LIMITS,
    MEDIA_TYPES,
    PHOTOGRAPH_TYPES,
    REFUSALS,
    Decision,
    Limits,
    Note,
    Reason,
    name_disagrees,
    refusal_values,
    told,
)

OPENING_LINES = 6


class UnbelievableError(ValueError):
    """The child said what no child says."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The decision about a file and what it rests on.

    `kind` is a key of `rules.MEDIA_TYPES`, or of `rules.PHOTOGRAPH_TYPES` for a picture that
    a document can be made of. `pages` is known for PDFs and photographs only. `reason` is set
    when the file is refused, and `detail` is then for the log; `notes` are for staff.
    """

    decision: Decision
    kind: str | None = None
    media_type: str | None = None
    pages: int | None = None
    words: int | None = None
    reason: Reason | None = None
    notes: tuple[Note, ...] = ()
    detail: str | None = None

    @property
    def note(self) -> str | None:
        """The notes in words, None without any."""
        return told(self.notes, kind=(self.kind or "").upper()) or None

    @property
    def accepted(self) -> bool:
        """Say whether the file is taken, with a note or without."""
        return self.decision is not Decision.REFUSE

    def refusal(self, limits: Limits = DEFAULT_LIMITS) -> str | None:
        """Return the untranslated sentence for the candidate, None for a file that is taken.

        To translate it, translate `REFUSALS[reason]` and fill in `refusal_values(limits)`.
        """
        return REFUSALS[self.reason] % refusal_values(limits) if self.reason else None


@dataclass(frozen=True, slots=True)
class Examination:
    """An inspection with the document's text (at most `limits.max_text` characters).

    `first_lines` is what the candidate is shown to notice a wrong file. Of a long PDF only
    the first pages were read: `is_whole` is then false, and the words are those of the text.
    """

    inspection: Inspection
    text: str = ""
    first_lines: str = ""
    is_whole: bool = True


def inspect(path: Path, *, file_name: str, limits: Limits = DEFAULT_LIMITS) -> Inspection:
    """Open the file fully and decide. `file_name` is the sender's and decides nothing.

    Raises SandboxError when no child could be had (a fault of ours, worth another try).
    """
    return examine(path, file_name=file_name, limits=limits).inspection


def examine(
    path: Path, *, file_name: str, limits: Limits = DEFAULT_LIMITS, fully: bool = False
) -> Examination:
    """Inspect a file and take its text, in one child. Raises as `inspect` does.

    `fully` reads every page of a long PDF, which may take longer than a request should.
    """
    size = path.stat().st_size
    if size == 0:
        return _refused(Reason.EMPTY, None)
    if size > limits.max_bytes:
        return _refused(Reason.TOO_LARGE, f"It has {size} bytes.")
    try:
        found: dict[str, Any] = sandbox.run("examine", path, limits=limits, fully=fully)
    except sandbox.UnreadableError as error:
        return _refused(error.reason, error.note)
    try:
        return believe(found, file_name=file_name, limits=limits)
    except UnbelievableError as error:
        return _refused(Reason.DAMAGED, f"Its reader said what no reader says: {error}")


def believe(said: Any, *, file_name: str, limits: Limits) -> Examination:
    """Make an examination of what a child said of a file that it took.

    Raises UnbelievableError: what a child says is not trusted.
    """
    try:
        return _understand(said, file_name, limits)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnbelievableError(repr(error)[:200]) from error


def _understand(found: dict[str, Any], file_name: str, limits: Limits) -> Examination:
    kind, text = str(found["kind"]), str(found["text"]).replace("\0", "")[: limits.max_text]
    notes = list(dict.fromkeys(Note(each) for each in found["notes"]))
    pages = None if found["pages"] is None else int(found["pages"])
    words = int(found["words"])
    if words < 0 or (pages is not None and not 0 < pages <= limits.max_pages):
        raise ValueError(words, pages)
    if name_disagrees(file_name, kind):
        notes.append(Note.RENAMED)
    inspection = Inspection(
        decision=Decision.ACCEPT_WITH_NOTE if notes else Decision.ACCEPT,
        kind=kind,
        media_type=(MEDIA_TYPES | PHOTOGRAPH_TYPES)[kind],
        pages=pages,
        words=words,
        notes=tuple(notes),
    )
    lines = first_lines(text, OPENING_LINES)
    return Examination(inspection, text, lines, is_whole=bool(found["whole"]))


def _refused(reason: Reason, detail: str | None) -> Examination:
    return Examination(Inspection(Decision.REFUSE, reason=reason, detail=detail))
