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
    Reason,
    name_disagrees,
    refusal_values,
)

OPENING_LINES = 6


@dataclass(frozen=True, slots=True)
class Inspection:
    """The decision about a file and what it rests on.

    `kind` is a key of `rules.MEDIA_TYPES`, or of `rules.PHOTOGRAPH_TYPES` for a picture that
    a document can be made of. `pages` is known for PDFs and photographs only. `reason` is set
    when the file is refused; `note` is for staff, not for the candidate.
    """

    decision: Decision
    kind: str | None = None
    media_type: str | None = None
    pages: int | None = None
    words: int | None = None
    reason: Reason | None = None
    note: str | None = None

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

    `first_lines` is what the candidate is shown to notice a wrong file.
    """

    inspection: Inspection
    text: str = ""
    first_lines: str = ""


def inspect(path: Path, *, file_name: str, limits: Limits = DEFAULT_LIMITS) -> Inspection:
    """Open the file fully and decide. `file_name` is the sender's and decides nothing.

    Raises SandboxError when no child could be had (a fault of ours, worth another try).
    """
    return examine(path, file_name=file_name, limits=limits).inspection


def examine(path: Path, *, file_name: str, limits: Limits = DEFAULT_LIMITS) -> Examination:
    """Inspect a file and take its text, in one child. Raises as `inspect` does."""
    size = path.stat().st_size
    if size == 0:
        return _refused(Reason.EMPTY, None)
    if size > limits.max_bytes:
        return _refused(Reason.TOO_LARGE, f"It has {size} bytes.")
    try:
        found: dict[str, Any] = sandbox.run("examine", path, limits=limits)
    except sandbox.UnreadableError as error:
        return _refused(error.reason, error.note)
    kind, text, notes = found["kind"], found["text"], found["notes"]
    if name_disagrees(file_name, kind):
        notes.append(f"Its name ends otherwise than its kind, which is {kind.upper()}.")
    inspection = Inspection(
        decision=Decision.ACCEPT_WITH_NOTE if notes else Decision.ACCEPT,
        kind=kind,
        media_type=(MEDIA_TYPES | PHOTOGRAPH_TYPES)[kind],
        pages=found["pages"],
        words=found["words"],
        note=" ".join(notes) or None,
    )
    return Examination(inspection, text, first_lines(text, OPENING_LINES))


def _refused(reason: Reason, note: str | None) -> Examination:
    return Examination(Inspection(Decision.REFUSE, reason=reason, note=note))
