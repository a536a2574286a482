"""In which language something was written that a private link opens."""

from sqlalchemy import select

from tracker.applications.models import (
    Application,
    CandidateLink,
    Draft,
    DraftLink,
    NewAddress,
    ReplaceLink,
)
from tracker.core.db import db
from tracker.core.tokens import hash_token


def language_of(token: str) -> str | None:
    """The language of the application or the draft behind a secret; None where it opens none."""
    secret = hash_token(token)
    for statement in (
        select(Application.language).join(CandidateLink).where(CandidateLink.token_hash == secret),
        select(Draft.answers["language"].as_string())
        .join(DraftLink, DraftLink.draft_id == Draft.id)
        .where(DraftLink.token_hash == secret),
        select(Application.language)
        .join(ReplaceLink, ReplaceLink.newer_id == Application.id)
        .where(ReplaceLink.token_hash == secret),
        select(Application.language)
        .join(NewAddress, NewAddress.application_id == Application.id)
        .where(NewAddress.token_hash == secret),
    ):
        found = db.session.scalar(statement)
        if found is not None:
            return str(found)
    return None
