"""Reads of what candidates and staff ask of each other."""

from sqlalchemy import select

from tracker.applications.models import (
    AnswerByHand,
    Application,
    Completion,
    ContactChange,
    NewAddress,
)
from tracker.core.db import db
from tracker.core.tokens import hash_token


def new_address(token: str) -> NewAddress | None:
    """Find the wish for a new address that a mailed secret confirms; used ones too."""
    return db.session.scalars(
        select(NewAddress).where(NewAddress.token_hash == hash_token(token))
    ).one_or_none()


def completion_of(application: Application) -> Completion | None:
    """Find what a candidate who applied by mail was not asked yet; None for any other."""
    return db.session.scalars(
        select(Completion).where(Completion.application_id == application.id)
    ).one_or_none()


def contact_changes(application_id: int) -> list[ContactChange]:
    """Read what was corrected of an application's candidate, oldest first."""
    return list(
        db.session.scalars(
            select(ContactChange)
            .where(ContactChange.application_id == application_id)
            .order_by(ContactChange.id)
        )
    )


def answers_by_hand(application_id: int) -> list[AnswerByHand]:
    """Read what a candidate was told by letter, by telephone or in person, oldest first."""
    return list(
        db.session.scalars(
            select(AnswerByHand)
            .where(AnswerByHand.application_id == application_id)
            .order_by(AnswerByHand.id)
        )
    )
