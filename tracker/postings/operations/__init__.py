"""Writes of postings: draft, change, read in, and the moves of their life."""

from tracker.postings.operations.approving import ask_approval, send_back
from tracker.postings.operations.copying import copy, end_template, make_template
from tracker.postings.operations.door import ApprovalNeededError, BlockedError, move
from tracker.postings.operations.folder import Taken, note_export, take_file
from tracker.postings.operations.importing import Imported, import_reading
from tracker.postings.operations.keeping import ReasonNeededError
from tracker.postings.operations.linking import count_opening, end_link, make_link
from tracker.postings.operations.moving import (
    UnconfirmedError,
    cancel,
    close,
    drop_reopening,
    extend,
    fill,
    open_scheduled,
    plan_reopening,
    publish,
    reopen,
    reopen_planned,
    settle,
    unschedule,
)
from tracker.postings.operations.sketching import sketch
from tracker.postings.operations.unsaved import forget_words, keep, leave, let_go
from tracker.postings.operations.writing import PARTS, change, draft, follow_zone

__all__ = [
    "PARTS",
    "ApprovalNeededError",
    "BlockedError",
    "Imported",
    "ReasonNeededError",
    "Taken",
    "UnconfirmedError",
    "ask_approval",
    "cancel",
    "change",
    "close",
    "copy",
    "count_opening",
    "draft",
    "drop_reopening",
    "end_link",
    "end_template",
    "extend",
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
    "note_export",
    "open_scheduled",
    "plan_reopening",
    "publish",
    "reopen",
    "reopen_planned",
    "send_back",
    "settle",
    "sketch",
    "take_file",
    "unschedule",
]
