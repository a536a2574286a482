"""The employer, its positions, and who holds them today."""

from sqlalchemy import func, select

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.organization.models import Badge, ContactMail, Employer, Position


def employer() -> Employer | None:
    """The employer's profile; None until somebody has written it."""
    return db.session.get(Employer, 1)


def contact_mail() -> ContactMail:
    """What goes with mail to contacts: links alone, until somebody has chosen."""
    return db.session.get(ContactMail, 1) or ContactMail(id=1, attach_documents=False, limit_mb=10)


def badges() -> list[Badge]:
    """The employer's badges in their order."""
    return list(db.session.scalars(select(Badge).order_by(Badge.rank, Badge.id)))


def positions() -> list[Position]:
    """Every position with holder and deputy, by title."""
    return list(db.session.scalars(select(Position).order_by(func.lower(Position.title))))


def holder_today(position: Position) -> Person | None:
    """Who answers for a position today: its holder, else its deputy, else nobody.

    A disabled person answers for nothing.
    """
    for person in (position.holder, position.deputy):
        if person is not None and person.disabled_at is None:
            return person
    return None
