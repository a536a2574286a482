"""Mail about postings: to colleagues who approve, and to those who want to hear of new ones."""

from tracker.postings.emails.approving import (
    approval_asked,
    posting_approved,
    posting_sent_back,
)
from tracker.postings.emails.telling import UNSUBSCRIBE, new_openings, openings_asked_for

__all__ = [
    "UNSUBSCRIBE",
    "approval_asked",
    "new_openings",
    "openings_asked_for",
    "posting_approved",
    "posting_sent_back",
]
