"""Reads of drafts that go on elsewhere, and of what a form had sent."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker.applications.models import (
    AccommodationRequest,
    Application,
    Draft,
    DraftLink,
    DraftMove,
)
from tracker.applications.queries.requests import contact_changes
from tracker.core.db import db
from tracker.core.tokens import hash_token


def draft_link(token: str) -> DraftLink | None:
    """Find the draft that a mailed secret opens; None when it was sent or deleted."""
    return db.session.scalars(
        select(DraftLink)
        .where(DraftLink.token_hash == hash_token(token))
        .options(joinedload(DraftLink.draft).joinedload(Draft.posting))
    ).one_or_none()


def has_links(draft_id: int) -> bool:
    """Tell whether a link to a draft was mailed."""
    found = select(DraftLink.id).where(DraftLink.draft_id == draft_id).limit(1)
    return db.session.scalar(found) is not None


def newest_draft_at(browser_hash: str, *, since: dt.datetime) -> dt.datetime | None:
    """Tell when a browser last saved anything since a time; None where it did not."""
    newest = select(func.max(Draft.changed_at)).where(
        Draft.browser_hash == browser_hash, Draft.changed_at > since
    )
    return db.session.scalar(newest)


def draft_move(token: str) -> DraftMove | None:
    """Find where the draft went that had this submission token; None while it is here."""
    return db.session.scalars(
        select(DraftMove).where(DraftMove.token_hash == hash_token(token))
    ).one_or_none()


def left_draft(browser_hash: str, posting_id: int) -> DraftMove | None:
    """Find the last draft for a posting that has left a browser for another one."""
    return db.session.scalars(
        select(DraftMove)
        .join(Draft, Draft.id == DraftMove.draft_id)
        .where(DraftMove.browser_hash == browser_hash, Draft.posting_id == posting_id)
        .order_by(DraftMove.id.desc())
        .limit(1)
    ).one_or_none()


def _accommodation(application: Application) -> str:
    """Read what was asked for with the application itself."""
    asked = select(AccommodationRequest.text).where(
        AccommodationRequest.application_id == application.id,
        AccommodationRequest.at == application.submitted_at,
    )
    return db.session.scalars(asked.order_by(AccommodationRequest.id)).first() or ""


def answers_sent(application: Application) -> dict[str, str]:
    """Write what an application was sent with as the fields of its form, letters aside.

    What was corrected since counts as it was.
    """
    posting = application.posting
    corrected = {each.field: each.old for each in reversed(contact_changes(application.id))}
    questions = {(each.rank, each.text): f"question_{each.id}" for each in posting.questions}
    skills = {(each.rank, each.name): f"skill_{each.id}" for each in posting.skills}
    found = {
        "name": application.name,
        "email": application.email,
        "phone": application.phone,
        "heard_from": application.heard_from,
        "accommodation": _accommodation(application),
        **corrected,
    }
    for answer in application.answers:
        name = questions.get((answer.rank, answer.question))
        found |= {name: answer.text} if name else {}
    for each in application.skills:
        name = skills.get((each.rank, each.skill))
        found |= {name: str(each.level)} if name else {}
    return found
