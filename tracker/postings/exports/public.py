"""Openings as JSON for other programs, and the description of that interface (OpenAPI 3.1)."""

import base64
import binascii
import datetime as dt
from decimal import Decimal
from typing import Any

from tracker.core import links
from tracker.core.markup import markdown
from tracker.organization.models import Employer
from tracker.postings.models import Posting
from tracker.postings.queries import Place

LARGEST_NUMBER = 2**31 - 1


def cursor_of(posting: Posting) -> str:
    """Write where a page of the list ended, as the next one's address carries it."""
    assert posting.published_at is not None  # the list has only what was published
    place = f"{posting.published_at.isoformat()} {posting.id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place | None:
    """Read a cursor; None for what was never one."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        moment, _, number = base64.b64decode(padded, b"-_", validate=True).decode().partition(" ")
        at = dt.datetime.fromisoformat(moment)
    except (ValueError, binascii.Error):
        return None
    if at.tzinfo is None or not (number.isascii() and number.isdigit()) or len(number) > 10:
        return None
    try:
        return (at.astimezone(dt.UTC), row) if (row := int(number)) <= LARGEST_NUMBER else None
    except OverflowError:  # a moment in the first hours of the year 1, or the last of 9999
        return None


def brief(posting: Posting, employer: Employer | None) -> dict[str, Any]:
    """Write what the list says of a posting: its facts, without its text."""
    address = links.posting(posting.slug)
    return {
        "reference": posting.reference,
        "slug": posting.slug,
        "url": address,
        "apply_url": f"{address}/apply" if posting.accepting else None,
        "title": posting.title,
        "summary": posting.summary,
        "employment_types": posting.employment_types,
        "hours": {"min": _number(posting.hours_min), "max": _number(posting.hours_max)},
        "schedule": posting.schedule,
        "pay": {
            "min": _number(posting.pay_min),
            "max": _number(posting.pay_max),
            "unit": posting.pay_unit.value if posting.pay_unit else None,
            "currency": posting.currency,
            "note": posting.pay_note,
        },
        "benefits": posting.benefits,
        "location": _location(posting, employer),
        "reports_to": posting.reports_to,
        "openings": posting.openings,
        "published_at": _written(posting.published_at),
        "changed_at": _written(posting.changed_at),
        "closes_at": _written(posting.closes_at),
        "open_until_filled": posting.open_until_filled,
        "first_review_on": _written(posting.first_review_on),
        "interviews_begin_on": _written(posting.interviews_begin_on),
        "answer_by_on": _written(posting.answer_by_on),
    }


def whole(posting: Posting, employer: Employer | None) -> dict[str, Any]:
    """Write a posting with its text and what it asks for."""
    sections = [
        {"heading": each.heading, "markdown": each.text, "html": str(markdown(each.text))}
        for each in posting.sections
    ]
    documents = [
        {
            "kind": each.kind.value,
            "title": each.title,
            "instructions": each.instructions,
            "word_limit": each.word_limit,
            "required": each.required,
        }
        for each in posting.documents
    ]
    skills = [each.name for each in posting.skills]
    return {
        **brief(posting, employer),
        "sections": sections,
        "documents": documents,
        "skills": skills,
        "questions": len(posting.questions),
    }


def _location(posting: Posting, employer: Employer | None) -> dict[str, str]:
    return {
        "name": posting.location,
        "street": employer.street if employer else "",
        "city": employer.city if employer else "",
        "region": employer.region if employer else "",
        "postal_code": employer.postal_code if employer else "",
        "country": employer.country if employer else "",
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _written(value: dt.date | dt.datetime | None) -> str | None:
    return value.isoformat() if value else None
