"""Mail to candidates about their own applications."""

from tracker.applications.emails.answers import answer, preview_answer
from tracker.applications.emails.receipts import (
    LINK,
    RECEIVED,
    application_link,
    application_received,
    draw_link_mail,
)

__all__ = [
    "LINK",
    "RECEIVED",
    "answer",
    "application_link",
    "application_received",
    "draw_link_mail",
    "preview_answer",
]
