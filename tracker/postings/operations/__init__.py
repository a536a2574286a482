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
from tracker.postings.operations.subscribing import (
    ask_for_openings,
    change_subscription,
    confirm_subscription,
    end_subscription,
    forget_subscriptions,
    pause_subscription,
    pause_where_mail_came_back,
    resume_subscription,
    take_back_outdated,
    take_day_for_told,
    tell_of_openings,
)
from tracker.postings.operations.unsaved import FullError, forget_words, keep, leave, let_go
from tracker.postings.operations.writing import PARTS, change, draft, follow_zone

__all__ = [
    "PARTS",
    "ApprovalNeededError",
    "BlockedError",
    "FullError",
    "Imported",
    "ReasonNeededError",
    "Taken",
    "UnconfirmedError",
    "ask_approval",
    "ask_for_openings",
    "cancel",
    "change",
    "change_subscription",
    "close",
    "confirm_subscription",
    "copy",
    "count_opening",
    "draft",
    "drop_reopening",
    "end_link",
    "end_subscription",
    "end_template",
    "extend",
    "fill",
    "follow_zone",
    "forget_subscriptions",
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
    "pause_subscription",
    "pause_where_mail_came_back",
    "plan_reopening",
    "publish",
    "reopen",
    "reopen_planned",
    "resume_subscription",
    "send_back",
    "settle",
    "sketch",
    "take_back_outdated",
    "take_day_for_told",
    "take_file",
    "tell_of_openings",
    "unschedule",
]
