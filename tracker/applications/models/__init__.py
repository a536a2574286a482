"""Drafts, applications and their history."""

from tracker.applications.models.doubles import ReplaceLink, Tally
from tracker.applications.models.drafts import (
    Draft,
    DraftFile,
    DraftLink,
    DraftMove,
    Enquiry,
)
from tracker.applications.models.requests import (
    AccommodationRequest,
    AnswerByHand,
    Completion,
    ContactChange,
    LostLink,
    NewAddress,
)
from tracker.applications.models.whole import (
    Answer,
    Application,
    ApplicationDocument,
    ApplicationNote,
    Candidate,
    CandidateLink,
    DocumentRequest,
    Reader,
    SkillAnswer,
    StageChange,
)

__all__ = [
    "AccommodationRequest",
    "Answer",
    "AnswerByHand",
    "Application",
    "ApplicationDocument",
    "ApplicationNote",
    "Candidate",
    "CandidateLink",
    "Completion",
    "ContactChange",
    "DocumentRequest",
    "Draft",
    "DraftFile",
    "DraftLink",
    "DraftMove",
    "Enquiry",
    "LostLink",
    "NewAddress",
    "Reader",
    "ReplaceLink",
    "SkillAnswer",
    "StageChange",
    "Tally",
]
