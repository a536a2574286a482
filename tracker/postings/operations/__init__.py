"""Writes of postings: draft, change, read in, and the moves of their life."""

from tracker.postings.operations.folder import Taken, note_export, take_file
from tracker.postings.operations.importing import Imported, import_reading
from tracker.postings.operations.linking import count_opening, end_link, make_link
from tracker.postings.operations.moving import (
    UnconfirmedError,
    cancel,
    close,
    fill,
    move,
    open_scheduled,
    publish,
    reopen,
    settle,
    unschedule,
)
from tracker.postings.operations.writing import PARTS, BlockedError, change, draft, follow_zone

__all__ = [
    "PARTS",
    "BlockedError",
    "Imported",
    "Taken",
    "UnconfirmedError",
    "cancel",
    "change",
    "close",
    "count_opening",
    "draft",
    "end_link",
    "fill",
    "follow_zone",
    "import_reading",
    "make_link",
    "move",
    "note_export",
    "open_scheduled",
    "publish",
    "reopen",
    "settle",
    "take_file",
    "unschedule",
]
