"""The postings' clock: what is due opens, closes and opens again."""

import structlog

from tracker.core import pages
from tracker.core.db import db, lock, now, writing
from tracker.core.jobs import job
from tracker.postings import operations, queries
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

log = structlog.get_logger(__name__)


@job("postings_clock", minutes=1)
def run_clock() -> None:
    """Open scheduled postings whose time has come, close open ones whose time is past.

    Whatever was due while nothing ran is done at the next run; what had come and gone in
    one go opens no more: it closes, or goes back to a draft and says why.
    """
    at = now()
    opening, closing = queries.due_to_open(at), queries.due_to_close(at)
    reopening = queries.due_to_reopen(at)
    db.session.rollback()
    for posting_id in opening:
        with writing():
            posting = lock(Posting, posting_id)
            if posting.state is PostingState.SCHEDULED:
                operations.open_scheduled(posting, at=at)
            db.session.commit()
    for posting_id in closing:
        with writing():
            operations.settle(lock(Posting, posting_id), at=at)
            db.session.commit()
    for posting_id in reopening:
        with writing():
            operations.reopen_planned(lock(Posting, posting_id), at=at)
            db.session.commit()
    if opening or closing or reopening:
        log.info(
            "postings_clock",
            opened=len(opening),
            closed=len(closing),
            reopened=len(reopening),
        )


@job("forget_page_changes", minutes=30)
def forget_page_changes() -> None:
    """Let go of the marks of changes that every page knows by now."""
    with writing():
        pages.forget_changes(at=now())
        db.session.commit()


@job("forget_unsaved_words", minutes=30)
def forget_unsaved_words() -> None:
    """Let go of what was typed and not saved, and left for a month."""
    with writing():
        operations.forget_words(at=now())
        db.session.commit()
