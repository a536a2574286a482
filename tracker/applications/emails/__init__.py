"""Mail to candidates about their own applications."""

from tracker.applications.emails.accommodation import accommodation_request
from tracker.applications.emails.answers import answer, is_answer_held, preview_answer
from tracker.applications.emails.changes import changed_once_key, posting_changed
from tracker.applications.emails.doubles import AGAIN, application_replaced, applied_again
from tracker.applications.emails.elsewhere import draft_link
from tracker.applications.emails.files import clean_copy_needed
from tracker.applications.emails.mailed import BY_MAIL, application_by_mail
from tracker.applications.emails.receipts import (
    LINK,
    RECEIVED,
    application_link,
    application_received,
)
from tracker.applications.emails.requests import (
    address_changed,
    document_received,
    document_requested,
    new_address,
    preview_request,
)

__all__ = [
    "AGAIN",
    "BY_MAIL",
    "LINK",
    "RECEIVED",
    "accommodation_request",
    "address_changed",
    "answer",
    "application_by_mail",
    "application_link",
    "application_received",
    "application_replaced",
    "applied_again",
    "changed_once_key",
    "clean_copy_needed",
    "document_received",
    "document_requested",
    "draft_link",
    "is_answer_held",
    "new_address",
    "posting_changed",
    "preview_answer",
    "preview_request",
]
