"""Writes of postings: draft, change, read in, and the moves of their life."""

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
from tracker.postings.operations.writing import PARTS, BlockedError, change, draft, follow_zone

__all__ = [
    "PARTS",
    "BlockedError",
    "Imported",
    "UnconfirmedError",
    "ask_for_openings",
    "cancel",
    "change",
    "change_subscription",
    "close",
    "confirm_subscription",
    "count_opening",
    "draft",
    "end_link",
    "end_subscription",
    "fill",
    "follow_zone",
    "forget_subscriptions",
    "import_reading",
    "make_link",
    "move",
    "open_scheduled",
    "pause_subscription",
    "pause_where_mail_came_back",
    "publish",
    "reopen",
    "resume_subscription",
    "settle",
    "take_back_outdated",
    "take_day_for_told",
    "tell_of_openings",
    "unschedule",
]
