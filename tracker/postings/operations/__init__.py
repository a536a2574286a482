"""Writes of postings: draft, change, read in, and the moves of their life."""

from tracker.postings.operations.copying import copy, end_template, make_template
from tracker.postings.operations.importing import Imported, import_reading
from tracker.postings.operations.keeping import forget_words, keep, leave, let_go
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
from tracker.postings.operations.sketching import sketch
from tracker.postings.operations.writing import PARTS, BlockedError, change, draft, follow_zone

__all__ = [
    "PARTS",
    "BlockedError",
    "Imported",
    "UnconfirmedError",
    "cancel",
    "change",
    "close",
    "copy",
    "count_opening",
    "draft",
    "end_link",
    "end_template",
    "fill",
    "follow_zone",
    "forget_words",
    "import_reading",
    "keep",
    "leave",
    "let_go",
    "make_link",
    "make_template",
    "move",
    "open_scheduled",
    "publish",
    "reopen",
    "settle",
    "sketch",
    "unschedule",
]
