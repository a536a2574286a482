"""Who is there, and whose link this is."""

import datetime as dt
import re

from sqlalchemy import exists, func, select

from tracker.accounts.models import EndedSession, Person, SignInAttempt, SignInLink
from tracker.accounts.rules import PRESSED_AGAIN, LinkKind, match_address
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import NotFoundError
from tracker.core.tokens import hash_token

_NUMBER = re.compile(r"[0-9]{1,9}")


def by_email(email: str) -> Person | None:
    """Find a person by address, however it was typed."""
    return db.session.scalars(
        select(Person).where(Person.email == match_address(email))
    ).one_or_none()


def active_people() -> list[Person]:
    """Everybody who is not disabled, with an account or without, by name."""
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.disabled_at.is_(None))
            .order_by(func.lower(Person.name), Person.email)
        )
    )


def confirmed_people() -> list[Person]:
    """Those of them who may be chosen in a list: somebody has said that they are who they are.

    Not whom a contact typed in, an imported page names or a forwarded mail brought, until then.
    """
    return [each for each in active_people() if not each.unconfirmed]


def publishing_all() -> list[Person]:
    """Those who can sign in and publish every posting: administrators and coordinators."""
    roles = {Role.ADMINISTRATOR, Role.COORDINATOR}
    return [each for each in active_people() if each.role in roles]


def all_people() -> list[Person]:
    """Everybody: those who can sign in first, then contacts, then the disabled; by name."""
    return list(
        db.session.scalars(
            select(Person).order_by(
                Person.disabled_at.is_not(None),
                Person.role.is_(None),
                func.lower(Person.name),
                Person.email,
            )
        )
    )


def signed_in_person(session_id: str, session_key: str) -> Person | None:
    """Load the person of a session cookie; None once it, or all of theirs, were ended.

    `session_id` is `Person.get_id()` as it was at sign-in, `session_key` the session's own
    secret.
    """
    number, _, epoch = session_id.partition(".")
    if not (_NUMBER.fullmatch(number) and _NUMBER.fullmatch(epoch)):
        return None
    ended = exists().where(EndedSession.key_hash == hash_token(session_key))
    statement = select(Person).where(Person.id == int(number), ~ended)
    person = db.session.scalars(statement).one_or_none()
    if person is None or not person.is_active or person.session_epoch != int(epoch):
        return None
    return person


def link_by_token(token: str) -> SignInLink:
    """Find a link by its secret. Raises `NotFoundError`; used and old ones are found too."""
    link = db.session.scalars(
        select(SignInLink).where(SignInLink.token_hash == hash_token(token))
    ).one_or_none()
    if link is None:
        raise NotFoundError
    return link


def was_mailed_reset(person_id: int) -> bool:
    """Tell whether a link to a new password went a moment ago: a second press needs none."""
    found = select(SignInLink.id).where(
        SignInLink.person_id == person_id,
        SignInLink.kind == LinkKind.RESET,
        SignInLink.used_at.is_(None),
        SignInLink.created_at > now() - PRESSED_AGAIN,
    )
    return db.session.scalar(found.limit(1)) is not None


def has_administrator() -> bool:
    """Tell whether anybody can sign in as administrator."""
    return (
        db.session.scalars(
            select(Person.id)
            .where(Person.role == Role.ADMINISTRATOR, Person.disabled_at.is_(None))
            .limit(1)
        ).first()
        is not None
    )


def failures_since(
    since: dt.datetime,
    purpose: str,
    *,
    account_key: str | None = None,
    client_address: str | None = None,
    device_key: str | None = None,
) -> list[dt.datetime]:
    """Times of failed tries since then, oldest first.

    With an account or a client address only strangers' tries count (those without a
    device's key); with a device's key only that device's.
    """
    statement = select(SignInAttempt.at).where(
        SignInAttempt.at > since,
        SignInAttempt.purpose == purpose,
        SignInAttempt.succeeded.is_(False),
        SignInAttempt.device_key == (device_key or ""),
    )
    if account_key is not None:
        statement = statement.where(SignInAttempt.account_key == account_key)
    if client_address is not None:
        statement = statement.where(SignInAttempt.client_address == client_address)
    return list(db.session.scalars(statement.order_by(SignInAttempt.at)))
