"""Take in mail: keep it, understand it, put it where it belongs."""

from tracker.intake.operations.deciding import (
    Decision,
    Surroundings,
    decide,
    files_of,
    is_sealed,
    unsorted,
    why_sealed,
)
from tracker.intake.operations.keeping import claim, keep, locked, release
from tracker.intake.operations.replies import (
    answer,
    answered_subject,
    check_take_over,
    fit_to_send,
    handlers,
    keep_draft,
    needs_no_answer,
    receive_reply,
    take_over,
)
from tracker.intake.operations.settling import (
    Opened,
    Taken,
    settle,
    with_letter,
)

__all__ = [
    "Decision",
    "Opened",
    "Surroundings",
    "Taken",
    "answer",
    "answered_subject",
    "check_take_over",
    "claim",
    "decide",
    "files_of",
    "fit_to_send",
    "handlers",
    "is_sealed",
    "keep",
    "keep_draft",
    "locked",
    "needs_no_answer",
    "receive_reply",
    "release",
    "settle",
    "take_over",
    "unsorted",
    "why_sealed",
    "with_letter",
]
