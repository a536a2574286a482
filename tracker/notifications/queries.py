"""Reads of the outbox."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true, union_all
from sqlalchemy.orm import defer, selectinload

from tracker.core import colours, links
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.notifications.models import HeldMessage, Letterhead, OutgoingEmail, Wording
from tracker.notifications.rules import CONFIDENTIAL, LOST, MailState

PAGE_SIZE = 50
MOST_COUNTED = 999
DROPPED = "dropped"
"""What of the held mail shall not go, as a page asks for it."""

DEFAULT_ZONE = "America/New_York"


@dataclass(frozen=True)
class Sender:
    """Who mail is from, and the colour it wears."""

    name: str
    address: str
    time_zone: str
    accent: str = colours.DEFAULT


def sender() -> Sender:
    """Who mail is from now: the letterhead, else Tracker itself at the site's own host."""
    letterhead = db.session.get(Letterhead, 1)
    if letterhead is not None:
        # The session holds rows weakly, and this one is asked for many times in one request.
        db.session.info["letterhead"] = letterhead
        return Sender(
            letterhead.sender_name,
            letterhead.sender_address,
            letterhead.time_zone,
            letterhead.accent_colour or colours.DEFAULT,
        )
    host = urlsplit(links.absolute("")).hostname or "localhost"
    # An address literal is no domain that a mail could come from.
    domain = "localhost" if ":" in host or host.replace(".", "").isdigit() else host
    return Sender("Tracker", f"tracker@{domain}", DEFAULT_ZONE)


def own_wording(message: str, language: str = "en") -> Wording | None:
    """The employer's own words for a message, where there are any."""
    statement = select(Wording).where(Wording.message == message, Wording.language == language)
    return db.session.scalars(statement).one_or_none()


def own_wordings(language: str = "en") -> dict[str, Wording]:
    """The employer's own words for all messages that have some, by message."""
    rows = db.session.scalars(select(Wording).where(Wording.language == language))
    return {row.message: row for row in rows}


def is_held(message: str) -> bool:
    """Tell whether mails of a kind wait for a look before they go."""
    return db.session.get(HeldMessage, message) is not None


def held_kinds() -> set[str]:
    """The kinds of message whose mails wait for a look before they go."""
    return set(db.session.scalars(select(HeldMessage.message)))


def by_once_key(once_key: str) -> OutgoingEmail | None:
    """The mail that a cause has made, if it has."""
    statement = select(OutgoingEmail).where(OutgoingEmail.once_key == once_key)
    return db.session.scalars(statement).one_or_none()


_LONG_TEXTS = (
    OutgoingEmail.text,
    OutgoingEmail.html,
    OutgoingEmail.calendar,
    OutgoingEmail.words,
)


def is_in(state: str) -> ColumnElement[bool]:
    """Make the condition for a state as pages tell them: what was dropped is apart."""
    held = OutgoingEmail.state == MailState.HELD
    if state == DROPPED:
        return and_(held, OutgoingEmail.dropped_at.is_not(None))
    if state == MailState.HELD:
        return and_(held, OutgoingEmail.dropped_at.is_(None))
    return OutgoingEmail.state == MailState(state)


@dataclass(frozen=True)
class MailPage:
    """A page of mails, newest first; `newer` and `older` are ids to continue from."""

    emails: Sequence[OutgoingEmail]
    newer: int | None
    older: int | None


def page_of_mail(
    visible: ColumnElement[bool] | None = None,
    *,
    state: str | None = None,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> MailPage:
    """A page of the outbox, newest first, by key: `before` an id, or `after` one.

    `state` is one of `MailState`, or `DROPPED`. What is in the mails is not loaded.
    """
    statement = (
        select(OutgoingEmail)
        .where(true() if visible is None else visible)
        .options(*map(defer, _LONG_TEXTS))
    )
    if state is not None:
        statement = statement.where(is_in(state))
    if after is not None:
        statement = statement.where(OutgoingEmail.id > after).order_by(OutgoingEmail.id)
        found = list(db.session.scalars(statement.limit(size + 1)))
        more, rows = len(found) > size, found[:size][::-1]
        return MailPage(rows, rows[0].id if more else None, rows[-1].id if rows else None)
    if before is not None:
        statement = statement.where(OutgoingEmail.id < before)
    found = list(db.session.scalars(statement.order_by(OutgoingEmail.id.desc()).limit(size + 1)))
    more, rows = len(found) > size, found[:size]
    newer = rows[0].id if rows and before is not None else None
    return MailPage(rows, newer, rows[-1].id if more else None)


def is_open_to(role: Role | None, address: str) -> ColumnElement[bool]:
    """Make the condition that keeps what is confidential from all but whom it was written to.

    Administrators see that it is there and how it stands, so that one that did not go can be
    put right; what is in it they do not read (`may_read`).
    """
    kind = OutgoingEmail.about_kind
    if role is Role.ADMINISTRATOR:
        return true()
    return or_(
        kind.is_(None),
        kind != CONFIDENTIAL,
        func.lower(OutgoingEmail.recipient_address) == address,
    )


def is_own_confidential(address: str) -> ColumnElement[bool]:
    """Make the condition for confidential mail that was written to an address."""
    return and_(
        OutgoingEmail.about_kind == CONFIDENTIAL,
        func.lower(OutgoingEmail.recipient_address) == address,
    )


def may_read(email: OutgoingEmail, address: str) -> bool:
    """Tell whether somebody with that address may read what is in a mail they see."""
    return email.about_kind != CONFIDENTIAL or email.recipient_address.lower() == address


def one_mail(
    email_id: int, visible: ColumnElement[bool] | None = None, *, locked: bool = False
) -> OutgoingEmail:
    """One mail with its attempts; `locked` for a change to it.

    Raises `NotFoundError` where it is not there or not theirs to see.
    """
    statement = (
        select(OutgoingEmail)
        .where(OutgoingEmail.id == email_id, true() if visible is None else visible)
        .options(selectinload(OutgoingEmail.attempts), selectinload(OutgoingEmail.changes))
    )
    if locked:
        statement = statement.with_for_update(of=OutgoingEmail)
    email = db.session.scalars(statement).one_or_none()
    if email is None:
        raise NotFoundError
    return email


def was_written(message: str, address: str, *, since: dt.datetime) -> bool:
    """Tell whether a mail of this kind to an address, as it is spelt, was queued since then."""
    found = select(OutgoingEmail.id).where(
        OutgoingEmail.created_at > since,
        OutgoingEmail.message == message,
        OutgoingEmail.recipient_address == address,
    )
    return db.session.scalar(found.limit(1)) is not None


def about(kind: str, row_id: int) -> Sequence[OutgoingEmail]:
    """Every mail about one row, oldest first: for its timeline."""
    return about_each(kind, [row_id])


def about_each(kind: str, row_ids: Collection[int]) -> Sequence[OutgoingEmail]:
    """Every mail about any of these rows, oldest first, in one query."""
    statement = (
        select(OutgoingEmail)
        .where(OutgoingEmail.about_kind == kind, OutgoingEmail.about_id.in_(row_ids))
        .order_by(OutgoingEmail.id)
    )
    return db.session.scalars(statement).all()


def counts(visible: ColumnElement[bool] | None = None) -> dict[str, int]:
    """How many mails are in each state, dropped ones apart; `MOST_COUNTED` and one for more.

    So the page costs the same with a hundred thousand mails.
    """
    seen = true() if visible is None else visible
    each: list[Any] = []
    for state in (*MailState, DROPPED):
        some = select(OutgoingEmail.id).where(is_in(state), seen).limit(MOST_COUNTED + 1)
        each.append(
            select(literal(str(state)).label("state"), func.count()).select_from(some.subquery())
        )
    return {row[0]: row[1] for row in db.session.execute(union_all(*each))}


def held_for_a_look(visible: ColumnElement[bool], *, limit: int) -> Sequence[OutgoingEmail]:
    """Mails that wait for somebody to look at them before they go, oldest first."""
    return db.session.scalars(
        select(OutgoingEmail)
        .where(waits_for_a_look(), visible)
        .options(*map(defer, _LONG_TEXTS))
        .order_by(OutgoingEmail.id)
        .limit(limit)
    ).all()


def waits_for_a_look() -> ColumnElement[bool]:
    """Make the condition for mail that goes once somebody has looked at it."""
    return and_(is_in(MailState.HELD), OutgoingEmail.words.is_not(None))


def held_among(ids: Collection[int]) -> set[int]:
    """Those of these mails that wait for somebody to look at them."""
    if not ids:
        return set()
    statement = select(OutgoingEmail.id).where(OutgoingEmail.id.in_(ids), waits_for_a_look())
    return set(db.session.scalars(statement))


def looked_at(ids: Collection[int]) -> dict[int, bool]:
    """Those of these mails that were held for a look or dropped; whether dropped."""
    if not ids:
        return {}
    rows = db.session.execute(
        select(OutgoingEmail.id, OutgoingEmail.dropped_at).where(
            OutgoingEmail.id.in_(ids),
            OutgoingEmail.state == MailState.HELD,
            or_(OutgoingEmail.words.is_not(None), OutgoingEmail.dropped_at.is_not(None)),
        )
    )
    return {key: dropped_at is not None for key, dropped_at in rows}


def rows_about(kind: str, ids: Collection[int], visible: ColumnElement[bool]) -> Sequence[int]:
    """The rows of one kind that these mails are about, as far as somebody may see them; by id."""
    found = db.session.scalars(
        select(OutgoingEmail.about_id)
        .where(OutgoingEmail.id.in_(ids), OutgoingEmail.about_kind == kind, visible)
        .distinct()
        .order_by(OutgoingEmail.about_id)
    )
    return [each for each in found if each is not None]


def dropped(email_id: int | None) -> OutgoingEmail | None:
    """Load a mail, where it was dropped."""
    email = db.session.get(OutgoingEmail, email_id) if email_id is not None else None
    return email if email is not None and email.dropped_at is not None else None


def others_lost(
    email: OutgoingEmail, rows: Mapping[str, Collection[int]], visible: ColumnElement[bool]
) -> Sequence[OutgoingEmail]:
    """Other mails about any of these rows that reached nobody at the same address, oldest first.

    `rows` are ids by the kind of row. What was erased has no address, and is never found.
    """
    if not email.recipient_address:
        return []
    kind, row = OutgoingEmail.about_kind, OutgoingEmail.about_id
    return db.session.scalars(
        select(OutgoingEmail)
        .where(
            OutgoingEmail.id != email.id,
            OutgoingEmail.state.in_(LOST),
            func.lower(OutgoingEmail.recipient_address) == email.recipient_address.lower(),
            or_(*(and_(kind == name, row.in_(ids)) for name, ids in rows.items())),
            visible,
        )
        .order_by(OutgoingEmail.id)
    ).all()


def some_mails(ids: Collection[int], visible: ColumnElement[bool]) -> Sequence[OutgoingEmail]:
    """Those of these mails that somebody may see, for a change to them."""
    return db.session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.id.in_(ids), visible)
        .order_by(OutgoingEmail.id)
        .with_for_update(of=OutgoingEmail)
    ).all()
