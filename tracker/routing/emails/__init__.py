"""What contacts are told: of what arrives, and of what nobody has looked at."""

from tracker.routing.emails.arriving import (
    address_corrected,
    application_arrived,
    application_replaced,
    colleague_asks,
    colleague_link,
    document_added,
    link_again,
    posting_question,
    virus_found,
)
from tracker.routing.emails.following import (
    Line,
    digest,
    escalated,
    passed_on,
    reminder,
    taken_over,
)

__all__ = [
    "Line",
    "address_corrected",
    "application_arrived",
    "application_replaced",
    "colleague_asks",
    "colleague_link",
    "digest",
    "document_added",
    "escalated",
    "link_again",
    "passed_on",
    "posting_question",
    "reminder",
    "taken_over",
    "virus_found",
]
