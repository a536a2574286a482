"""Take in mail: keep it, understand it, put it where it belongs."""

from tracker.intake.operations.keeping import keep
from tracker.intake.operations.replies import (
    answer,
    answered_subject,
    fit_to_send,
    handlers,
    keep_draft,
    needs_no_answer,
    receive_reply,
)

__all__ = [
    "answer",
    "answered_subject",
    "fit_to_send",
    "handlers",
    "keep",
    "keep_draft",
    "needs_no_answer",
    "receive_reply",
]
