"""Who hears of new openings: asked for, confirmed, changed, paused, ended; and the day's mail.

Each is called inside `writing()` and flushes. A row for the day stands before its mail, in one
transaction with it: whatever crashes, and however often anything runs, it is one mail a day.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from tracker.core.db import db, lock
from tracker.core.errors import DomainError
from tracker.core.tokens import hash_token, new_token
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.postings import emails
from tracker.postings.fitting import (
    CONFIRM_WITHIN,
    KEPT,
    LINK_OPENS,
    MOST_WAITING,
    PAUSED_KEPT,
    RETURNED_KEPT,
    Day,
    fits,
    wanted_words,
)
from tracker.postings.models import (
    Posting,
    SeenOpening,
    Subscription,
    SubscriptionDay,
    SubscriptionLink,
)
from tracker.postings.queries import alerts, is_listed
from tracker.postings.rules import Pause

ABOUT = alerts.ABOUT


def ask_for_openings(
    email: str,
    *,
    words: str,
    kinds: Sequence[str],
    kinds_in_words: Sequence[str],
    language: str,
    at: dt.datetime,
) -> Subscription | None:
    """Take a wish to hear of openings, and mail the address a link that confirms it.

    The same row and the same mail whether or not the address is known. None, and nothing is
    mailed, where as many requests wait for its owner as may at a time.
    """
    email = email.strip()
    if alerts.count_waiting(email.lower()) >= MOST_WAITING:
        return None
    asked = Subscription(
        email=email,
        email_key=email.lower(),
        words=" ".join(words.split()),
        kinds=list(kinds),
        language=language,
        created_at=at,
    )
    db.session.add(asked)
    db.session.flush()
    token = _link(asked, until=at + CONFIRM_WITHIN)
    emails.openings_asked_for(asked, token=token, kinds=kinds_in_words)
    return asked


def _link(subscription: Subscription, *, until: dt.datetime) -> str:
    token = new_token()
    db.session.add(
        SubscriptionLink(
            subscription_id=subscription.id, token_hash=hash_token(token), expires_at=until
        )
    )
    db.session.flush()
    return token


def confirm_subscription(link: SubscriptionLink, *, at: dt.datetime) -> Subscription:
    """Take the press of a button behind a mailed link for the owner's wish.

    What is open now is no news. Where the address gets mail already, the new wish takes the old
    one's place; other requests for it are erased. From then on the link changes and ends it.
    """
    asked = link.subscription
    assert asked is not None
    if asked.confirmed_at is not None:
        return asked
    kept = alerts.confirmed_of(asked.email_key, locked=True) or _first(asked, at)
    if kept is not asked:
        kept.words, kept.kinds, kept.language = asked.words, asked.kinds, asked.language
        _resume(kept, at)
    link.subscription_id, link.expires_at = kept.id, at + LINK_OPENS
    db.session.flush()
    others = select(Subscription.id).where(
        Subscription.email_key == kept.email_key, Subscription.id != kept.id
    )
    _erase(db.session.scalars(others).all(), at)
    return kept


def _first(asked: Subscription, at: dt.datetime) -> Subscription:
    """Confirm the first of an address; or return another one that was so a moment ago."""
    try:
        with db.session.begin_nested():
            asked.confirmed_at = at
    except IntegrityError:
        kept = alerts.confirmed_of(asked.email_key, locked=True)
        if kept is None:
            raise
        return kept
    seen = select(literal(asked.id), Posting.id).where(is_listed(at))
    db.session.execute(
        SeenOpening.__table__.insert().from_select(  # type: ignore[attr-defined]  # a Table
            ["subscription_id", "posting_id"], seen
        )
    )
    return asked


def change_subscription(
    subscription: Subscription, *, words: str, kinds: Sequence[str], language: str
) -> None:
    """Change what a subscriber hears of, and in which language."""
    subscription.words, subscription.kinds = " ".join(words.split()), list(kinds)
    subscription.language = language
    db.session.flush()


def pause_subscription(
    subscription: Subscription, *, at: dt.datetime, why: Pause = Pause.WISHED
) -> None:
    """Write nothing until it is resumed."""
    if subscription.confirmed_at is None:
        raise DomainError("This was not confirmed yet, so nothing is mailed anyway.")
    if subscription.paused_at is None:
        subscription.paused_at, subscription.pause = at, why
        db.session.flush()


def resume_subscription(subscription: Subscription, *, at: dt.datetime) -> None:
    """Write again; what came meanwhile and is still open is in the next mail."""
    _resume(subscription, at)
    db.session.flush()


def _resume(subscription: Subscription, at: dt.datetime) -> None:
    if subscription.paused_at is not None:
        subscription.paused_at = subscription.pause = None
        subscription.resumed_at = at


def end_subscription(link: SubscriptionLink, *, at: dt.datetime) -> None:
    """End the mail behind a link at once, and erase the subscriber; a second time is the same."""
    if link.subscription_id is not None:
        _erase([link.subscription_id], at)


def _erase(ids: Sequence[int], at: dt.datetime) -> None:
    """Erase subscribers, what they were mailed, and when; for a while their links say so."""
    if not ids:
        return
    outbox.erase(and_(OutgoingEmail.about_kind == ABOUT, OutgoingEmail.about_id.in_(ids)))
    for model in (SeenOpening, SubscriptionDay):
        db.session.execute(delete(model).where(model.subscription_id.in_(ids)))
    db.session.execute(
        update(SubscriptionLink)
        .where(SubscriptionLink.subscription_id.in_(ids))
        .values(subscription_id=None, expires_at=at + LINK_OPENS)
    )
    db.session.execute(delete(Subscription).where(Subscription.id.in_(ids)))
    db.session.flush()
    db.session.expire_all()


def tell_of_openings(subscription_id: int, day: Day, *, at: dt.datetime) -> OutgoingEmail | None:
    """Write a subscriber the day's mail, if anything new is there that they want.

    What was looked at and is not wanted is no news later. None where nothing was written.
    """
    subscription: Subscription = lock(Subscription, subscription_id)
    if not alerts.is_due(subscription, day, at):
        return None
    news = alerts.news_for(subscription, day, at)
    db.session.add_all(
        [SeenOpening(subscription_id=subscription.id, posting_id=each.id) for each in news]
    )
    wanted = [each for each in news if _is_wanted(subscription, each)]
    if not wanted:
        db.session.flush()
        return None
    row = SubscriptionDay(
        subscription_id=subscription.id, day=day.on, openings=[each.id for each in wanted]
    )
    db.session.add(row)
    db.session.flush()
    token = _link(subscription, until=at + LINK_OPENS)
    email = emails.new_openings(subscription, wanted, token=token, day=day.on)
    row.email_id = email.id
    db.session.flush()
    return email


def take_day_for_told(zone: str, *, at: dt.datetime) -> None:
    """Write to nobody for the rest of the day: after a restore nobody knows whose mail has gone."""
    day = at.astimezone(ZoneInfo(zone)).date()
    known = select(SubscriptionDay.subscription_id).where(SubscriptionDay.day >= day)
    waiting = select(Subscription.id).where(
        Subscription.confirmed_at.is_not(None), Subscription.id.not_in(known)
    )
    ids = db.session.scalars(waiting).all()
    db.session.add_all([SubscriptionDay(subscription_id=each, day=day) for each in ids])
    db.session.flush()


def take_back_outdated(*, at: dt.datetime) -> int:
    """Take back mail that waits and tells of what has closed meanwhile; the rest is told anew."""
    days = alerts.outdated_days(at)
    for each in days:
        outbox.erase(OutgoingEmail.id == each.email_id, anew=True)
        db.session.execute(
            delete(SeenOpening).where(
                SeenOpening.subscription_id == each.subscription_id,
                SeenOpening.posting_id.in_(each.openings),
            )
        )
        db.session.delete(each)
    db.session.flush()
    return len(days)


def _is_wanted(subscription: Subscription, posting: Posting) -> bool:
    return fits(
        wanted_words(subscription.words),
        subscription.kinds,
        texts=(posting.title, posting.summary, posting.location, posting.reports_to),
        types=posting.employment_types,
    )


def pause_where_mail_came_back(ids: Iterable[int], *, at: dt.datetime) -> None:
    """Stop writing to addresses that refuse our mail."""
    for subscription_id in ids:
        pause_subscription(lock(Subscription, subscription_id), at=at, why=Pause.CAME_BACK)


def forget_subscriptions(*, at: dt.datetime) -> int:
    """Erase what was never confirmed, what rests too long, and old mails; returns how many ended.

    What is erased again here is what a worker had in hand when it was erased first.
    """
    rests = {Pause.CAME_BACK: RETURNED_KEPT, Pause.WISHED: PAUSED_KEPT}
    over: list[ColumnElement[bool]] = [
        and_(Subscription.confirmed_at.is_(None), Subscription.created_at <= at - CONFIRM_WITHIN)
    ]
    over += [
        and_(Subscription.pause == why, Subscription.paused_at <= at - kept)
        for why, kept in rests.items()
    ]
    ids = db.session.scalars(select(Subscription.id).where(or_(*over))).all()
    _erase(ids, at)
    about = OutgoingEmail.about_kind == ABOUT
    gone = OutgoingEmail.about_id.not_in(select(Subscription.id))
    outbox.erase(and_(about, or_(gone, OutgoingEmail.created_at <= at - KEPT)))
    db.session.execute(
        delete(SubscriptionDay).where(SubscriptionDay.day < (at - KEPT).date()),
    )
    ended = SubscriptionLink.subscription_id.is_(None)
    db.session.execute(delete(SubscriptionLink).where(ended, SubscriptionLink.expires_at <= at))
    db.session.flush()
    return len(ids)
