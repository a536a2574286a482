"""Writes to the outbox: queue a mail, with files, send it again, change the words it goes in."""

from tracker.notifications.operations.attaching import detach
from tracker.notifications.operations.queueing import (
    AUTOMATIC,
    CORRECTABLE,
    Rendered,
    Words,
    built_in,
    correct_address,
    hold_unsent,
    may_correct,
    preview,
    queue,
    restore_wording,
    retry,
    reword,
    wording_of,
    write_letterhead,
)

__all__ = [
    "AUTOMATIC",
    "CORRECTABLE",
    "Rendered",
    "Words",
    "built_in",
    "correct_address",
    "detach",
    "hold_unsent",
    "may_correct",
    "preview",
    "queue",
    "restore_wording",
    "retry",
    "reword",
    "wording_of",
    "write_letterhead",
]
