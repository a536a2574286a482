"""Drafts: what a candidate has typed and sent so far, kept through any error."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tracker.applications import queries
from tracker.applications.models import (
    Draft,
    DraftFile,
)
from tracker.applications.operations.lateness import begin
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.core.tokens import new_token
from tracker.documents import operations as documents
from tracker.documents.models import Document
from tracker.postings.models import Posting

DRAFT_LIFETIME = dt.timedelta(days=7)
SENT = ("name", "email", "phone", "question_", "skill_", "heard_from", "accommodation")
"""The fields that make one submission another; letters count by their files."""


class SentError(DomainError):
    """The submission token has made an application already."""


def start(posting_id: int, *, browser_hash: str, token: str) -> Draft:
    """Find or begin the draft of a submission token, under its lock.

    Raises `SentError` when the token has made an application already.
    """
    draft = _lock_draft(browser_hash, token)
    if draft is not None:
        return draft
    if queries.by_submission_token(token) is not None:
        raise SentError("This application was sent already.")
    draft = Draft(
        posting_id=posting_id, browser_hash=browser_hash, submission_token=token, answers={}
    )
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:  # begun by another click in the same moment
        found = _lock_draft(browser_hash, token)
        if found is None:
            # A third click may have sent what the second had begun.
            if queries.by_submission_token(token) is not None:
                raise SentError("This application was sent already.") from None
            raise
        return found
    return draft


def whole(posting: Posting, answers: Mapping[str, str], files: Mapping[int, Document]) -> Draft:
    """Make a draft of what came all at once, as a mail does: it stands in no table.

    `files` are recorded documents by the id of the requested one. Its token is new: that the
    same thing comes once only is for the caller to see to.
    """
    return Draft(
        posting_id=posting.id,
        posting=posting,
        browser_hash="",
        submission_token=new_token(),
        answers={name: clean_text(text) for name, text in answers.items()},
        files=[
            DraftFile(requested_id=requested_id, document=document)
            for requested_id, document in files.items()
        ],
    )


def _lock_draft(browser_hash: str, token: str) -> Draft | None:
    return db.session.scalars(
        select(Draft)
        .where(Draft.submission_token == token, Draft.browser_hash == browser_hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def save(draft: Draft, answers: Mapping[str, str], *, at: dt.datetime | None = None) -> None:
    """Keep what was typed, as it was typed, over what the draft held of the same fields.

    `at` is when it began to arrive, by which a grace is given.
    """
    kept = {name: clean_text(text) for name, text in answers.items()}
    draft.answers = {**draft.answers, **kept}
    begin(draft, at=at)
    draft.changed_at = now()
    db.session.flush()


def attach(
    draft: Draft, requested_id: int, document: Document, *, at: dt.datetime | None = None
) -> list[str]:
    """Make a recorded document the draft's file for a requested one.

    `at` is when it began to arrive. Returns the keys of the replaced file, for
    `documents.operations.forget_files` once this is committed.
    """
    keys = detach(draft, requested_id)
    db.session.add(DraftFile(draft=draft, requested_id=requested_id, document=document))
    begin(draft, has_file=True, at=at)
    draft.changed_at = now()
    db.session.flush()
    return keys


def detach(draft: Draft, requested_id: int) -> list[str]:
    """Take a file out of a draft; returns the keys to forget, as `attach` does."""
    found = [each for each in draft.files if each.requested_id == requested_id]
    removed = [each.document for each in found]
    for each in found:
        draft.files.remove(each)
    db.session.flush()
    return documents.remove(removed)


def discard(draft: Draft) -> list[str]:
    """Delete a draft with its files; returns the keys to forget, as `attach` does."""
    removed = [each.document for each in draft.files]
    db.session.delete(draft)
    db.session.flush()
    return documents.remove(removed)


def expire_drafts(*, at: dt.datetime, limit: int = 100) -> list[str]:
    """Delete drafts that nobody touched for a week; returns the keys to forget."""
    old = db.session.scalars(
        select(Draft).where(Draft.changed_at < at - DRAFT_LIFETIME).limit(limit).with_for_update()
    ).all()
    return [key for draft in old for key in discard(draft)]


def clean_text(text: str) -> str:
    """Make typed text storable: line ends as \\n, no control characters but tab and newline."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in text if each in "\n\t" or each.isprintable() or each > "\x9f")


def digest_draft(draft: Draft) -> str:
    """Digest everything that a draft would submit."""
    ranks = {each.id: each.rank for each in draft.posting.documents}
    files = {
        ranks[each.requested_id]: each.document.sha256
        for each in draft.files
        if each.requested_id in ranks
    }
    return digest_content(draft.answers, files)


def digest_content(answers: Mapping[str, str], files: Mapping[int, str]) -> str:
    """Digest typed fields and files (rank of the requested document to SHA-256)."""
    typed = {
        name: clean_text(text).strip()
        for name, text in answers.items()
        if text.strip() and name.startswith(SENT)
    }
    whole = {"typed": typed, "files": {str(rank): sha for rank, sha in files.items()}}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode("utf-8")).hexdigest()
