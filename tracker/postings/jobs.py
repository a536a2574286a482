"""The postings' clock: what is due opens, closes and opens again; who asked for it hears of it."""

import structlog

from tracker.core import pages
from tracker.core.db import db, lock, now, writing
from tracker.core.jobs import job
from tracker.postings import operations, queries
from tracker.postings.fitting import day_at
from tracker.postings.models import Posting
from tracker.postings.queries import alerts
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


@job("tell_of_openings", minutes=1)
def tell_of_openings() -> None:
    """Write the day's mail to those for whom something is new; none to whom mail came back from."""
    at = now()
    back, outdated = alerts.mail_came_back(), alerts.outdated_days(at)
    if back or outdated:
        with writing():
            operations.pause_where_mail_came_back(back, at=at)
            operations.take_back_outdated(at=at)
            db.session.commit()
    day = day_at(at, queries.zone())
    due = alerts.due_subscribers(day, at) if day is not None else []
    db.session.rollback()
    for subscription_id in due:
        assert day is not None
        try:
            with writing():
                operations.tell_of_openings(subscription_id, day, at=at)
                db.session.commit()
        except Exception:
            # One that cannot be written to must not keep the others waiting.
            log.exception("openings_not_told", subscription=subscription_id)


@job("forget_subscriptions", minutes=30)
def forget_subscriptions() -> None:
    """Erase what was not confirmed in time, what rests too long, and mails that went long ago."""
    with writing():
        ended = operations.forget_subscriptions(at=now())
        db.session.commit()
    if ended:
        log.info("subscriptions_forgotten", count=ended)
