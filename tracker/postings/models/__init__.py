"""Postings and what belongs to them."""

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

__all__ = [
    "WATCHED",
    "Posting",
    "PostingChange",
    "PostingMember",
    "PostingSection",
    "Question",
    "RequestedDocument",
    "ShortLink",
    "Skill",
    "UnsavedWords",
]
