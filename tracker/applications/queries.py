"""Reads of applications: who may see which, and what a private link opens."""

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from tracker.accounts.models import Person
from tracker.applications.models import Application, CandidateLink, Draft, Reader
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.core.tokens import hash_token
from tracker.notifications.queries import sender
from tracker.organization.models import Position
from tracker.postings.models import Posting, PostingMember
from tracker.postings.rules import MemberRole

SEES_ALL = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})


def visible_to(person: Person) -> ColumnElement[bool]:
    """Make the condition on `Application` that holds for what a person may see.

    Administrators and coordinators see all. A manager sees those of postings that they
    manage or are the contact of. Everybody sees those they were made a `Reader` of.
    """
    if person.role in SEES_ALL:
        return true()
    part = Application.id.in_(select(Reader.application_id).where(Reader.person_id == person.id))
    if person.role is Role.MANAGER:
        return or_(part, Application.posting_id.in_(_postings_managed_by(person.id)))
    return part if person.id is not None else false()


def _postings_managed_by(person_id: int):  # type: ignore[no-untyped-def]
    """Select the ids of postings whose manager or contact a person is today."""
    holder = aliased(Person)
    able = and_(holder.id.is_not(None), holder.disabled_at.is_(None))
    positions = (
        select(Position.id)
        .outerjoin(holder, holder.id == Position.holder_id)
        .where(
            or_(
                Position.holder_id == person_id,
                and_(Position.deputy_id == person_id, ~able),
            )
        )
    )
    member = select(PostingMember.posting_id).where(
        PostingMember.person_id == person_id, PostingMember.role == MemberRole.MANAGER
    )
    return select(Posting.id).where(
        or_(
            Posting.contact_person_id == person_id,
            Posting.contact_position_id.in_(positions),
            Posting.id.in_(member),
        )
    )


def get_visible(person: Person, application_id: int) -> Application:
    """Load an application that a person may see; `NotFoundError` for any other."""
    statement = select(Application).where(Application.id == application_id, visible_to(person))
    application = db.session.scalars(statement).one_or_none()
    if application is None:
        raise NotFoundError
    return application


def candidate_link(token: str) -> CandidateLink | None:
    """Find the link that a secret opens; None when unknown or revoked."""
    return db.session.scalars(
        select(CandidateLink).where(
            CandidateLink.token_hash == hash_token(token), CandidateLink.revoked_at.is_(None)
        )
    ).one_or_none()


def by_candidate_token(token: str) -> Application | None:
    """Find the application that a candidate's private link opens."""
    link = candidate_link(token)
    return link.application if link else None


def by_submission_token(token: str) -> Application | None:
    """Find what a submission token has become; only its hash is kept."""
    return db.session.scalars(
        select(Application).where(Application.submission_token == hash_token(token))
    ).one_or_none()


def by_email(email: str) -> list[Application]:
    """List the applications made with an address, newest first."""
    return list(
        db.session.scalars(
            select(Application)
            .where(Application.email_key == email.strip().lower())
            .order_by(Application.id.desc())
            .limit(20)
        )
    )


def draft_of(browser_hash: str, posting_id: int) -> Draft | None:
    """Find the draft that a browser worked on last for a posting."""
    return db.session.scalars(
        select(Draft)
        .where(Draft.browser_hash == browser_hash, Draft.posting_id == posting_id)
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
        .limit(1)
    ).one_or_none()


def time_zone() -> str:
    """The employer's time zone, in which candidates read times in pages and mail alike."""
    return sender().time_zone
