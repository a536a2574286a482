"""Reads of what candidates and staff ask of each other."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select, true
from sqlalchemy.orm import selectinload

from tracker.applications.models import (
    AnswerByHand,
    Application,
    ApplicationDocument,
    CandidateLink,
    Completion,
    ContactChange,
    DocumentRequest,
    NewAddress,
)
from tracker.core.db import db
from tracker.core.tokens import hash_token
from tracker.documents.models import Document

_OWN_PAGE = re.compile(r"/my/([A-Za-z0-9_-]{20,})")


def new_address(token: str) -> NewAddress | None:
    """Find the wish for a new address that a mailed secret confirms; used ones too."""
    return db.session.scalars(
        select(NewAddress).where(NewAddress.token_hash == hash_token(token))
    ).one_or_none()


def completion_of(application: Application) -> Completion | None:
    """Find what a candidate who applied by mail was not asked yet; None for any other."""
    return db.session.scalars(
        select(Completion).where(Completion.application_id == application.id)
    ).one_or_none()


def still_missing(applications: Iterable[Application]) -> dict[int, list[str]]:
    """Read what candidates were asked for and have not sent, in two queries.

    The titles of documents, and the answers to the questions of a posting that was applied for
    by mail. Of what has ended nothing is missing; whoever misses nothing is not in it.
    """
    ids = {each.id for each in applications if each.outcome is None}
    if not ids:
        return {}
    found: dict[int, list[str]] = {}
    documents = db.session.execute(
        select(DocumentRequest.application_id, DocumentRequest.title)
        .where(
            DocumentRequest.application_id.in_(ids),
            DocumentRequest.answered_at.is_(None),
            DocumentRequest.withdrawn_at.is_(None),
        )
        .order_by(DocumentRequest.id)
    )
    for key, title in documents:
        found.setdefault(key, []).append(title)
    unanswered = select(Completion.application_id).where(
        Completion.application_id.in_(ids), Completion.answered_at.is_(None)
    )
    for key in db.session.scalars(unanswered):
        found.setdefault(key, []).append("the answers to the posting’s questions")
    return found


def proves_address(link: CandidateLink) -> bool:
    """Tell whether using a link proves the application's address: it was mailed there.

    One that was mailed before the address changed went to an earlier one.
    """
    if not link.mailed:
        return False
    later = select(ContactChange.id).where(
        ContactChange.application_id == link.application_id,
        ContactChange.field == "email",
        ContactChange.at > link.created_at,
    )
    return db.session.scalar(later.limit(1)) is None


def tokens_in(text: str, application_id: int | None = None) -> list[str]:
    """List the secrets of private links that stand in a text: an application's, or anybody's."""
    found = set(_OWN_PAGE.findall(text))
    hashes = {hash_token(each): each for each in found}
    known = db.session.scalars(
        select(CandidateLink.token_hash).where(
            CandidateLink.token_hash.in_(hashes),
            true() if application_id is None else CandidateLink.application_id == application_id,
        )
    )
    return sorted(hashes[each] for each in known)


def contact_changes(application_id: int) -> list[ContactChange]:
    """Read what was corrected of an application's candidate, oldest first."""
    return list(
        db.session.scalars(
            select(ContactChange)
            .where(ContactChange.application_id == application_id)
            .order_by(ContactChange.id)
        )
    )


def answers_by_hand(application_id: int) -> list[AnswerByHand]:
    """Read what a candidate was told by letter, by telephone or in person, oldest first."""
    return list(
        db.session.scalars(
            select(AnswerByHand)
            .where(AnswerByHand.application_id == application_id)
            .order_by(AnswerByHand.id)
        )
    )


def new_address_since(application_id: int, email: str, since: dt.datetime) -> NewAddress | None:
    """Find what asked for this new address since then, as a first press does; None where used."""
    return db.session.scalars(
        select(NewAddress)
        .where(
            NewAddress.application_id == application_id,
            NewAddress.email == email,
            NewAddress.used_at.is_(None),
            NewAddress.asked_at > since,
        )
        .limit(1)
    ).one_or_none()


def added_unasked(application_id: int) -> list[dt.datetime]:
    """Read when documents were added that the candidate sent unasked, oldest first.

    What a colleague added from the candidate's mail is one of them.
    """
    asked = select(DocumentRequest.id).where(
        DocumentRequest.application_document_id == ApplicationDocument.id
    )
    return [
        at
        for at in db.session.scalars(
            select(ApplicationDocument.added_at)
            .where(
                ApplicationDocument.application_id == application_id,
                ApplicationDocument.added_by_id.is_(None),
                ~asked.exists(),
            )
            .order_by(ApplicationDocument.added_at)
        )
        if at is not None
    ]


def sent_as(document: Document) -> list[str]:
    """List the SHA-256 of what a document was sent as: one file, or photographs in order."""
    return [each.sha256 for each in document.originals] or [document.sha256]


def has_file(application_id: int, digests: Sequence[str]) -> bool:
    """Tell whether what was sent as these (`sent_as`) stands with an application already."""
    statement = (
        select(Document)
        .join(ApplicationDocument, ApplicationDocument.document_id == Document.id)
        .where(ApplicationDocument.application_id == application_id)
        .options(selectinload(Document.originals))
    )
    return any(sent_as(each) == list(digests) for each in db.session.scalars(statement))
