"""What contacts are told: of what arrives, of what colleagues say, of what nobody looks at."""

from tracker.routing.emails.arriving import (
    address_corrected,
    answers_added,
    application_arrived,
    application_replaced,
    colleague_asks,
    colleague_link,
    document_added,
    document_unasked,
    link_again,
    virus_found,
)
from tracker.routing.emails.consulting import opinion_asked, opinion_given
from tracker.routing.emails.ending import filed_by_mistake
from tracker.routing.emails.enquiring import posting_question
from tracker.routing.emails.following import (
    Line,
    digest,
    escalated,
    passed_on,
    reminder,
    taken_over,
)
from tracker.routing.emails.withdrawing import candidate_withdrew

__all__ = [
    "Line",
    "address_corrected",
    "answers_added",
    "application_arrived",
    "application_replaced",
    "candidate_withdrew",
    "colleague_asks",
    "colleague_link",
    "digest",
    "document_added",
    "document_unasked",
    "escalated",
    "filed_by_mistake",
    "link_again",
    "opinion_asked",
    "opinion_given",
    "passed_on",
    "posting_question",
    "reminder",
    "taken_over",
    "virus_found",
]
