"""Whether an application is still in time: open, within the grace, late, or not taken at all."""

import datetime as dt

from tracker.applications.models import Draft
from tracker.core.db import now
from tracker.core.errors import N_, GoneError
from tracker.postings.rules import Taking

CONTENT = ("name", "email", "phone", "text_", "question_", "skill_")
"""The fields of a form by which somebody has begun; where they come from says nothing."""


class ClosedError(GoneError):
    """The posting takes no applications any more."""

    def __init__(self) -> None:
        super().__init__(
            N_("This posting takes no more applications. What you wrote is kept, and was not sent.")
        )


def begin(draft: Draft, *, has_file: bool = False, at: dt.datetime | None = None) -> None:
    """Note when a draft first held anything of an application: the grace goes by it."""
    written = any(text.strip() for name, text in draft.answers.items() if name.startswith(CONTENT))
    if draft.begun_at is None and (written or has_file):
        draft.begun_at = at or now()


def taking(draft: Draft, at: dt.datetime) -> Taking:
    """Tell how a draft would be taken at a time."""
    return draft.posting.closing.taking(at, begun_at=draft.begun_at)


def check_taken(draft: Draft, at: dt.datetime) -> bool:
    """Tell whether a draft that is sent now is late. Raises `ClosedError` where it is not taken."""
    found = taking(draft, at)
    if found is Taking.NOT:
        raise ClosedError
    return found is Taking.LATE
