"""Postings and what belongs to them."""

from tracker.postings.models.alerts import (
    SeenOpening,
    Subscription,
    SubscriptionDay,
    SubscriptionLink,
)
from tracker.postings.models.posting import (
    WATCHED,
    Posting,
    PostingChange,
    PostingMember,
    PostingSection,
    Question,
    RequestedDocument,
    ShortLink,
    Skill,
)

__all__ = [
    "WATCHED",
    "Posting",
    "PostingChange",
    "PostingMember",
    "PostingSection",
    "Question",
    "RequestedDocument",
    "SeenOpening",
    "ShortLink",
    "Skill",
    "Subscription",
    "SubscriptionDay",
    "SubscriptionLink",
]
