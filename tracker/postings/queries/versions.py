"""What a posting says now and said before, and what of it those who applied must hear."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only

from tracker.core.db import db
from tracker.postings.models import Announcement, PlannedReopening, Posting, PostingVersion
from tracker.postings.versions import Difference, Snapshot


def snapshot_of(posting: Posting) -> Snapshot:
    """Gather everything that a reader of the posting sees."""
    return {
        "title": posting.title,
        "summary": posting.summary,
        "employment_types": list(posting.employment_types),
        "openings": posting.openings,
        "hours": {
            "min": _number(posting.hours_min),
            "max": _number(posting.hours_max),
            "evenings": posting.evenings,
            "weekends": posting.weekends,
        },
        "schedule": posting.schedule,
        "pay": {
            "min": _number(posting.pay_min),
            "max": _number(posting.pay_max),
            "unit": posting.pay_unit.value if posting.pay_unit else None,
            "currency": posting.currency,
            "note": posting.pay_note,
        },
        "benefits": posting.benefits,
        "location": posting.location,
        "reports_to": posting.reports_to,
        "contact": _contact(posting),
        "closing": {
            "on": _date(posting.closes_on),
            "time": _date(posting.closes_time),
            "until_filled": posting.open_until_filled,
        },
        "first_review_on": _date(posting.first_review_on),
        "interviews_begin_on": _date(posting.interviews_begin_on),
        "answer_by_on": _date(posting.answer_by_on),
        "accepting": posting.accepting,
        "accepts_late": posting.accepts_late,
        "equal_opportunity_text": posting.equal_opportunity_text,
        **_parts(posting),
    }


def _parts(posting: Posting) -> Snapshot:
    return {
        "sections": [
            {"kind": each.kind.value, "heading": each.heading, "text": each.text}
            for each in posting.sections
        ],
        "documents": [
            {
                "kind": each.kind.value,
                "title": each.title,
                "instructions": each.instructions,
                "word_limit": each.word_limit,
                "required": each.required,
            }
            for each in posting.documents
        ],
        "questions": [
            {
                "text": each.text,
                "kind": each.kind.value,
                "choices": list(each.choices),
                "word_limit": each.word_limit,
                "required": each.required,
            }
            for each in posting.questions
        ],
        "skills": [each.name for each in posting.skills],
    }


def _contact(posting: Posting) -> dict[str, Any] | None:
    position, person = posting.contact_position, posting.contact_person
    if position is not None:
        return {"kind": "position", "id": position.id, "title": position.title}
    if person is not None:
        return {
            "kind": "person",
            "id": person.id,
            "name": person.name,
            "title": person.title or "",
        }
    return None


def _number(value: Decimal | None) -> str | None:
    """Write a figure the same whether it was typed or comes from the database."""
    return None if value is None else f"{value.normalize():f}"


def _date(value: dt.date | dt.time | None) -> str | None:
    return None if value is None else value.isoformat()


def last_version(posting: Posting) -> PostingVersion | None:
    """Return what was kept of a posting last."""
    return db.session.scalars(
        select(PostingVersion)
        .where(PostingVersion.posting_id == posting.id)
        .order_by(PostingVersion.number.desc())
        .limit(1)
    ).one_or_none()


def versions_of(posting: Posting, *, limit: int, offset: int = 0) -> Sequence[PostingVersion]:
    """Return a page of what was kept of a posting, newest first, with who changed it."""
    return db.session.scalars(
        select(PostingVersion)
        .where(PostingVersion.posting_id == posting.id)
        .order_by(PostingVersion.number.desc())
        .limit(limit)
        .offset(offset)
        .options(joinedload(PostingVersion.by))
    ).all()


def announcements_of(versions: Sequence[PostingVersion]) -> dict[int, Announcement]:
    """Return how far the telling of changes has come, by version."""
    wanted = [each.id for each in versions if each.is_material]
    rows = db.session.scalars(select(Announcement).where(Announcement.version_id.in_(wanted)))
    return {each.version_id: each for each in rows} if wanted else {}


def told_changes(posting: Posting) -> Sequence[PostingVersion]:
    """Return the material changes that a posting's page tells of, newest first."""
    return db.session.scalars(
        select(PostingVersion)
        .where(PostingVersion.posting_id == posting.id, PostingVersion.is_material)
        .order_by(PostingVersion.number.desc())
        .options(load_only(PostingVersion.at, PostingVersion.changes))
    ).all()


def differences_in(version: PostingVersion) -> list[Difference]:
    """Read the material changes that a version made."""
    return [Difference(each["name"], each["old"], each["new"]) for each in version.changes]


def to_announce(*, posting_id: int | None = None) -> Sequence[int]:
    """Return the versions whose changes somebody may still have to be told of, oldest first."""
    statement = select(Announcement.version_id).where(Announcement.done_at.is_(None))
    if posting_id is not None:
        statement = statement.join(Announcement.version).where(
            PostingVersion.posting_id == posting_id
        )
    return db.session.scalars(statement.order_by(Announcement.version_id)).all()


def planned_reopening(posting: Posting) -> PlannedReopening | None:
    """Return when a closed posting is to open again by itself, if it is."""
    return db.session.get(PlannedReopening, posting.id)


def due_to_reopen(at: dt.datetime) -> Sequence[int]:
    """Return the ids of postings whose planned reopening has come, and was not tried yet."""
    return db.session.scalars(
        select(PlannedReopening.posting_id).where(
            PlannedReopening.opens_at <= at, PlannedReopening.problem == ""
        )
    ).all()
