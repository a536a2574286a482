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
from tracker.intake.operations.replies import receive_reply
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
    "claim",
    "decide",
    "files_of",
    "is_sealed",
    "keep",
    "locked",
    "receive_reply",
    "release",
    "settle",
    "unsorted",
    "why_sealed",
    "with_letter",
]
