"""Reads of what one address sent about one posting: applications, the same question."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.accounts.models import Person
from tracker.applications.models import Application, Enquiry, ReplaceLink
from tracker.applications.queries.lists import visible_to
from tracker.core.db import db
from tracker.core.tokens import hash_token


def earlier_by_same_address(application: Application) -> Application | None:
    """Find the latest earlier application by the same address that stands open, if it has one."""
    if not application.email_key:
        return None
    if not application.email_key:
        return None
    return db.session.scalars(
        select(Application)
        .where(
            Application.email_key == application.email_key,
            Application.posting_id == application.posting_id,
            Application.outcome.is_(None),
            Application.id < application.id,
        )
        .order_by(Application.id.desc())
        .limit(1)
    ).one_or_none()


def replace_link(token: str) -> ReplaceLink | None:
    """Find what a mailed link lets replace, used or not; None for a token that never was."""
    return db.session.scalars(
        select(ReplaceLink)
        .where(ReplaceLink.token_hash == hash_token(token))
        .options(joinedload(ReplaceLink.earlier), joinedload(ReplaceLink.newer))
    ).one_or_none()


def replacement_of(application: Application) -> Application | None:
    """Find the newer application that took the place of this one."""
    return db.session.scalars(
        select(Application).where(Application.replaces_id == application.id)
    ).one_or_none()


def replaced_by(application: Application) -> Application | None:
    """Find the earlier application whose place this one took."""
    if application.replaces_id is None:
        return None
    return db.session.get(Application, application.replaces_id)


def twins_of(person: Person, application: Application) -> list[Application]:
    """List the same address's other applications for the posting that a person may see.

    Oldest first, ended ones too. One without an address has none.
    """
    if not application.email_key:
        return []
    return list(
        db.session.scalars(
            select(Application)
            .where(
                Application.email_key == application.email_key,
                Application.posting_id == application.posting_id,
                Application.id != application.id,
                visible_to(person),
            )
            .order_by(Application.id)
            .limit(20)
        )
    )


def doubled(person: Person, ids: Collection[int]) -> set[int]:
    """Tell which of these open applications stand beside another open one of the same address.

    Only what a person may see counts, and it takes one query.
    """
    addresses = select(Application.email_key).where(
        Application.id.in_(ids), Application.email_key != ""
    )
    rows = db.session.execute(
        select(Application.id, Application.posting_id, Application.email_key).where(
            Application.email_key.in_(addresses),
            Application.outcome.is_(None),
            visible_to(person),
        )
    )
    together: dict[tuple[int, str], set[int]] = {}
    for application_id, posting_id, address in rows:
        together.setdefault((posting_id, address), set()).add(application_id)
    return {each for group in together.values() if len(group) > 1 for each in group & set(ids)}


def enquiry_like(posting_id: int, *, email: str, text: str, since: dt.datetime) -> Enquiry | None:
    """Find the same question of the same address about a posting, asked since a time."""
    statement = select(Enquiry).where(
        Enquiry.posting_id == posting_id,
        Enquiry.email == email,
        Enquiry.text == text,
        Enquiry.at > since,
    )
    return db.session.scalars(statement.order_by(Enquiry.id).limit(1)).first()
