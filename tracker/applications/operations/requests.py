"""Ask a candidate for a further document, take it in, and answer those who have no address."""

import datetime as dt

from tracker.accounts.models import Person
from tracker.applications import emails
from tracker.applications.models import (
    AnswerByHand,
    Application,
    ApplicationDocument,
    DocumentRequest,
)
from tracker.applications.operations.drafts import clean_text
from tracker.applications.operations.links import mailed_link
from tracker.applications.queries import as_told
from tracker.applications.rules import AnswerWay
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.documents.models import Document
from tracker.postings.rules import DocumentKind


class AnsweredError(DomainError):
    """What was asked for is there already, or is no longer needed."""


def ask_document(
    application: Application, *, title: str, instructions: str = "", by: Person
) -> DocumentRequest:
    """Ask for one more document, by mail with a link to the candidate's page.

    The caller holds the application's lock. Raises `DomainError` for an application that has
    ended, without a title, and for what is asked for already.
    """
    title = " ".join(clean_text(title).split())
    if application.outcome is not None:
        raise DomainError("This application has ended. Reopen it before you ask for a document.")
    if not title:
        raise DomainError("Say which document is needed. Nothing was asked for.")
    for each in application.requests:
        if each.is_open and each.title.casefold() == title.casefold():
            raise DomainError(f"“{title}” is asked for already. Nothing was sent again.")
    request = DocumentRequest(
        application=application,
        title=title,
        instructions=clean_text(instructions).strip(),
        asked_by=by,
    )
    db.session.add(request)
    db.session.flush()
    email = emails.document_requested(request, token=mailed_link(application))
    request.email_id = email.id if email else None
    db.session.flush()
    return request


def ask_for_clean_copy(item: ApplicationDocument) -> bool:
    """Ask for an infected file anew, in nobody's name; tell whether the candidate is asked.

    They are not where the application has ended, or where they left no address: the people
    it is with are told so.
    """
    application = item.application
    if application.outcome is not None or not application.email:
        return False
    email = emails.clean_copy_needed(item, token=mailed_link(application))
    title = item.title.casefold()
    if not any(each.is_open and each.title.casefold() == title for each in application.requests):
        db.session.add(
            DocumentRequest(application=application, title=item.title, email_id=email.id)
        )
    db.session.flush()
    return True


def withdraw_request(request: DocumentRequest) -> None:
    """Take back what was asked for; a second time changes nothing.

    Raises `AnsweredError` where the document is there already.
    """
    if request.answered_at is not None:
        raise AnsweredError("The document has arrived meanwhile. Nothing was withdrawn.")
    if request.withdrawn_at is None:
        request.withdrawn_at = now()
        db.session.flush()


def answer_request(
    request: DocumentRequest, document: Document, *, at: dt.datetime, by: Person | None = None
) -> ApplicationDocument:
    """Add what was asked for to the application; what it came with stays as it is.

    `by` is the colleague who scanned what came on paper. The caller holds the application's
    lock. Raises `AnsweredError` for a request that is no longer open, and `DomainError` for an
    application that has ended, for the candidate as far as they were told.
    """
    application = request.application
    if not request.is_open:
        raise AnsweredError(
            "The document that was asked for is here already, or is no longer needed. This file"
            " was not added."
        )
    ended = application.outcome is not None
    if ended if by is not None else not as_told(application).is_open:
        raise DomainError("The application has ended, so no document can be added any more.")
    added = add_document(application, document, title=request.title, at=at, by=by)
    request.answered_at, request.application_document_id = at, added.id
    db.session.flush()
    if by is None:
        emails.document_received(added, token=mailed_link(application))
    return added


def add_document(
    application: Application,
    document: Document,
    *,
    title: str,
    at: dt.datetime,
    by: Person | None,
    kind: DocumentKind = DocumentKind.OTHER,
) -> ApplicationDocument:
    """Add a document behind those that the application has, marked with when it came."""
    added = ApplicationDocument(
        application=application,
        document=document,
        rank=max((each.rank for each in application.documents), default=0) + 1,
        kind=kind,
        title=title,
        added_at=at,
        added_by=by,
    )
    db.session.add(added)
    db.session.flush()
    return added


def answer_by_hand(
    application: Application, *, way: AnswerWay, note: str, by: Person
) -> AnswerByHand:
    """Write down what a candidate was told by letter, by telephone or in person, and when."""
    note = clean_text(note).strip()
    if not note:
        raise DomainError("Say what the candidate was told, and when. Nothing was noted.")
    answer = AnswerByHand(application=application, way=way, note=note, by=by)
    db.session.add(answer)
    db.session.flush()
    return answer
