"""Postings and what belongs to them."""

from tracker.postings.models.alerts import (
    SeenOpening,
    Subscription,
    SubscriptionDay,
    SubscriptionLink,
)
from tracker.postings.models.file import PostingFile
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
from tracker.postings.models.unsaved import UnsavedWords
from tracker.postings.models.versions import Announcement, PlannedReopening, PostingVersion

__all__ = [
    "WATCHED",
    "Announcement",
    "PlannedReopening",
    "Posting",
    "PostingChange",
    "PostingFile",
    "PostingMember",
    "PostingSection",
    "PostingVersion",
    "Question",
    "RequestedDocument",
    "SeenOpening",
    "ShortLink",
    "Skill",
    "Subscription",
    "SubscriptionDay",
    "SubscriptionLink",
    "UnsavedWords",
]
