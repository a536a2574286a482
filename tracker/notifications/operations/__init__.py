"""Writes to the outbox: queue a mail, hold it, send it again, change the words it goes in."""

from tracker.notifications.operations.attaching import detach
from tracker.notifications.operations.erasing import erase
from tracker.notifications.operations.holding import (
    drop,
    edit,
    hold_kind,
    may_edit,
    release,
    take_back,
    words_to_edit,
)
from tracker.notifications.operations.moving import (
    CORRECTABLE,
    bounce,
    correct_address,
    hold_unsent,
    may_correct,
    report_delay,
    retry,
)
from tracker.notifications.operations.queueing import (
    AUTOMATIC,
    Rendered,
    Words,
    built_in,
    preview,
    queue,
    queue_sample,
    restore_wording,
    reword,
    wording_of,
    write_letterhead,
)

__all__ = [
    "AUTOMATIC",
    "CORRECTABLE",
    "Rendered",
    "Words",
    "bounce",
    "built_in",
    "correct_address",
    "detach",
    "drop",
    "edit",
    "erase",
    "hold_kind",
    "hold_unsent",
    "may_correct",
    "may_edit",
    "preview",
    "queue",
    "queue_sample",
    "release",
    "report_delay",
    "restore_wording",
    "retry",
    "reword",
    "take_back",
    "wording_of",
    "words_to_edit",
    "write_letterhead",
]
