"""Writes to the outbox: queue a mail, hold it, send it again, change the words it goes in."""

from tracker.notifications.operations.attaching import detach
from tracker.notifications.operations.erasing import erase
from tracker.notifications.operations.holding import (
    drop,
    drop_held,
    edit,
    hold_kind,
    may_edit,
    readdress_held,
    release,
    take_back,
    words_to_edit,
)
from tracker.notifications.operations.moving import (
    CORRECTABLE,
    OutdatedError,
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
    restore_wording,
    reword,
    wording_of,
    write_letterhead,
)
from tracker.notifications.operations.trying import foresee, own_samples, queue_sample, sample

__all__ = [
    "AUTOMATIC",
    "CORRECTABLE",
    "OutdatedError",
    "Rendered",
    "Words",
    "bounce",
    "built_in",
    "correct_address",
    "detach",
    "drop",
    "drop_held",
    "edit",
    "erase",
    "foresee",
    "hold_kind",
    "hold_unsent",
    "may_correct",
    "may_edit",
    "own_samples",
    "preview",
    "queue",
    "queue_sample",
    "readdress_held",
    "release",
    "report_delay",
    "restore_wording",
    "retry",
    "reword",
    "sample",
    "take_back",
    "wording_of",
    "words_to_edit",
    "write_letterhead",
]
