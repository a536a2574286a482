"""Reads of those who want to hear of new openings, and of what is news to them."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import defer, joinedload

from tracker.core.db import db
from tracker.core.tokens import hash_token
from tracker.notifications.models import DeliveryAttempt, OutgoingEmail
from tracker.notifications.rules import OPEN, AttemptResult, MailState
from tracker.postings.fitting import Day
from tracker.postings.models import (
    Posting,
    SeenOpening,
    Subscription,
    SubscriptionDay,
    SubscriptionLink,
)
from tracker.postings.queries import is_listed
from tracker.postings.rules import EmploymentType

ABOUT = "subscription"
"""What a mail to a subscriber is about, with their number; both the request and the news."""

NEWS = "new_openings"


def subscription_link(token: str) -> SubscriptionLink | None:
    """Find a mailed link with its subscription by its secret."""
    statement = (
        select(SubscriptionLink)
        .where(SubscriptionLink.token_hash == hash_token(token))
        .options(joinedload(SubscriptionLink.subscription))
    )
    return db.session.scalars(statement).one_or_none()


def confirmed_of(email_key: str, *, locked: bool = False) -> Subscription | None:
    """Find the one confirmed subscription of an address."""
    statement = select(Subscription).where(
        Subscription.email_key == email_key, Subscription.confirmed_at.is_not(None)
    )
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def count_waiting(email_key: str) -> int:
    """Count the requests for an address that nobody has confirmed."""
    statement = select(func.count(Subscription.id)).where(
        Subscription.email_key == email_key, Subscription.confirmed_at.is_(None)
    )
    return db.session.scalar(statement) or 0


def offered_kinds() -> list[EmploymentType]:
    """The kinds of employment that any opening so far was of, in the order of the list."""
    rows = db.session.scalars(
        select(Posting.employment_types).where(Posting.published_at.is_not(None))
    )
    present = {kind for row in rows for kind in row}
    return [kind for kind in EmploymentType if kind.value in present]


def due_subscribers(day: Day, at: dt.datetime) -> Sequence[int]:
    """Return who may be written to now and for whom something is new, whether it fits or not."""
    statement = select(Subscription.id).where(_is_due(day, at)).order_by(Subscription.id)
    return db.session.scalars(statement).all()


def is_due(subscription: Subscription, day: Day, at: dt.datetime) -> bool:
    """Tell of one, under its lock, what `due_subscribers` told of all."""
    statement = select(Subscription.id).where(Subscription.id == subscription.id, _is_due(day, at))
    return db.session.scalar(statement) is not None


def _is_due(day: Day, at: dt.datetime) -> ColumnElement[bool]:
    mail = and_(
        OutgoingEmail.about_kind == ABOUT,
        OutgoingEmail.about_id == Subscription.id,
        OutgoingEmail.message == NEWS,
    )
    # One that is late, or went late, is this day's: two never come on one day.
    busy = or_(
        OutgoingEmail.state.in_(OPEN),
        and_(OutgoingEmail.state == MailState.HELD, OutgoingEmail.dropped_at.is_(None)),
        OutgoingEmail.sent_at >= day.began_at,
    )
    return and_(
        Subscription.confirmed_at < day.began_at,
        Subscription.paused_at.is_(None),
        # Also of a later day: a clock that was set back brings no second mail.
        ~exists().where(
            SubscriptionDay.subscription_id == Subscription.id, SubscriptionDay.day >= day.on
        ),
        ~exists().where(mail, busy),
        exists().where(_is_news(day, at)),
    )


def _is_news(day: Day, at: dt.datetime) -> ColumnElement[bool]:
    """What of the list a subscriber has not seen; what came after the morning is tomorrow's."""
    seen = (
        exists()
        .where(SeenOpening.subscription_id == Subscription.id, SeenOpening.posting_id == Posting.id)
        .correlate(Subscription, Posting)  # two levels up it would be any subscriber's otherwise
    )
    return and_(is_listed(at), Posting.published_at <= day.morning_at, ~seen)


def news_for(subscription: Subscription, day: Day, at: dt.datetime) -> Sequence[Posting]:
    """Return the openings that are new to a subscriber, newest first, whether they fit or not."""
    statement = (
        select(Posting)
        .join(Subscription, Subscription.id == subscription.id)
        .where(_is_news(day, at))
        .order_by(Posting.published_at.desc(), Posting.id.desc())
        .options(defer(Posting.source_text), defer(Posting.findings))
    )
    return db.session.scalars(statement).all()


def outdated_days(at: dt.datetime) -> Sequence[SubscriptionDay]:
    """Return the days whose mail has not gone yet, and tells of what is listed no longer.

    One that a worker has in hand, or had when it died, may have gone: it stays as it is.
    """
    listed = set(db.session.scalars(select(Posting.id).where(is_listed(at))))
    waiting = (
        select(SubscriptionDay)
        .join(OutgoingEmail, OutgoingEmail.id == SubscriptionDay.email_id)
        .where(
            OutgoingEmail.state.in_(OPEN),
            OutgoingEmail.claimed_by.is_(None),
            OutgoingEmail.interrupted_count == 0,
        )
        .with_for_update(of=OutgoingEmail, skip_locked=True)
    )
    return [each for each in db.session.scalars(waiting) if not listed.issuperset(each.openings)]


def days_of(subscription: Subscription) -> Sequence[dt.date]:
    """Return the days on which a subscriber was written to, as far as they are kept."""
    statement = (
        select(SubscriptionDay.day)
        .where(
            SubscriptionDay.subscription_id == subscription.id,
            SubscriptionDay.email_id.is_not(None),
        )
        .order_by(SubscriptionDay.day.desc())
    )
    return db.session.scalars(statement).all()


def mail_came_back() -> Sequence[int]:
    """Return the subscribers who get mail, and whose address has refused some since it began.

    A mail that a server gave no answer to for two days says nothing of the address.
    """
    last = (
        select(DeliveryAttempt.result)
        .where(DeliveryAttempt.email_id == OutgoingEmail.id)
        .order_by(DeliveryAttempt.id.desc())
        .limit(1)
        .correlate(OutgoingEmail)
        .scalar_subquery()
    )
    refused = or_(
        OutgoingEmail.state == MailState.BOUNCED,
        and_(
            OutgoingEmail.state == MailState.FAILED,
            or_(last.is_(None), last == AttemptResult.REFUSED),
        ),
    )
    statement = (
        select(Subscription.id)
        .join(
            OutgoingEmail,
            and_(OutgoingEmail.about_kind == ABOUT, OutgoingEmail.about_id == Subscription.id),
        )
        .where(
            Subscription.confirmed_at.is_not(None),
            Subscription.paused_at.is_(None),
            OutgoingEmail.message == NEWS,
            OutgoingEmail.created_at
            > func.coalesce(Subscription.resumed_at, Subscription.confirmed_at),
            refused,
        )
        .distinct()
    )
    return db.session.scalars(statement).all()


def unconfirmed_since(before: dt.datetime) -> Sequence[int]:
    """Return the requests of before a time that nobody has confirmed."""
    return db.session.scalars(
        select(Subscription.id).where(
            Subscription.confirmed_at.is_(None), Subscription.created_at < before
        )
    ).all()


def mail_of_who_left() -> Sequence[int]:
    """Return the mails that still name a subscriber who has been erased."""
    return db.session.scalars(
        select(OutgoingEmail.id).where(
            OutgoingEmail.about_kind == ABOUT,
            OutgoingEmail.recipient_address != "",
            OutgoingEmail.about_id.not_in(select(Subscription.id)),
        )
    ).all()
