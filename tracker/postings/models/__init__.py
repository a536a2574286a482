"""Postings and what belongs to them."""

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

__all__ = [
    "WATCHED",
    "Posting",
    "PostingChange",
    "PostingFile",
    "PostingMember",
    "PostingSection",
    "Question",
    "RequestedDocument",
    "ShortLink",
    "Skill",
]
