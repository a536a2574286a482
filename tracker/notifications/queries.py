"""Reads of the outbox."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import selectinload

from tracker.core import links
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.notifications.models import HeldMessage, Letterhead, OutgoingEmail, Wording
from tracker.notifications.rules import CONFIDENTIAL, MailState

PAGE_SIZE = 50
DEFAULT_ZONE = "America/New_York"


@dataclass(frozen=True)
class Sender:
    """Who mail is from."""

    name: str
    address: str
    time_zone: str


def sender() -> Sender:
    """Who mail is from now: the letterhead, else Tracker itself at the site's own host."""
    letterhead = db.session.get(Letterhead, 1)
    if letterhead is not None:
        # The session holds rows weakly, and this one is asked for many times in one request.
        db.session.info["letterhead"] = letterhead
        return Sender(letterhead.sender_name, letterhead.sender_address, letterhead.time_zone)
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


@dataclass(frozen=True)
class MailPage:
    """A page of mails, newest first; `newer` and `older` are ids to continue from."""

    emails: Sequence[OutgoingEmail]
    newer: int | None
    older: int | None


def page_of_mail(
    visible: ColumnElement[bool] | None = None,
    *,
    state: MailState | None = None,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> MailPage:
    """A page of the outbox, newest first, by key: `before` an id, or `after` one."""
    statement = select(OutgoingEmail).where(true() if visible is None else visible)
    if state is not None:
        statement = statement.where(OutgoingEmail.state == state)
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
        .options(selectinload(OutgoingEmail.attempts))
    )
    if locked:
        statement = statement.with_for_update(of=OutgoingEmail)
    email = db.session.scalars(statement).one_or_none()
    if email is None:
        raise NotFoundError
    return email


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


def counts(visible: ColumnElement[bool] | None = None) -> dict[MailState, int]:
    """How many mails are in each state; none is nought."""
    statement = (
        select(OutgoingEmail.state, func.count())
        .where(true() if visible is None else visible)
        .group_by(OutgoingEmail.state)
    )
    found = {row[0]: row[1] for row in db.session.execute(statement)}
    return {state: found.get(state, 0) for state in MailState}
