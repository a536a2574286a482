"""What contacts are told: of what arrives, and of what their colleagues ask and say."""

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
from tracker.routing.emails.consulting import opinion_asked, opinion_given

__all__ = [
    "address_corrected",
    "application_arrived",
    "application_replaced",
    "colleague_asks",
    "colleague_link",
    "document_added",
    "link_again",
    "opinion_asked",
    "opinion_given",
    "posting_question",
    "virus_found",
]
