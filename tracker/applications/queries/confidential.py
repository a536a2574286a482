"""Reads of what reviewers never see; only the candidate's own pages ask here."""

from sqlalchemy import select

from tracker.applications.models import AccommodationRequest
from tracker.core.db import db


def accommodations_of(application_id: int) -> list[AccommodationRequest]:
    """Read what a candidate asked for to take part, oldest first."""
    return list(
        db.session.scalars(
            select(AccommodationRequest)
            .where(AccommodationRequest.application_id == application_id)
            .order_by(AccommodationRequest.id)
        )
    )
