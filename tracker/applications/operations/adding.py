"""Take in a document that a candidate sends unasked, within bounds."""

import datetime as dt

from tracker.applications import emails, queries
from tracker.applications.models import Application, ApplicationDocument
from tracker.applications.operations.drafts import clean_text
from tracker.applications.operations.links import mailed_link
from tracker.applications.operations.requests import add_document
from tracker.applications.throttle import Full, fullness
from tracker.core.errors import N_, DomainError
from tracker.documents.models import Document
from tracker.postings.rules import DocumentKind


class AddedError(DomainError):
    """The very same file stands with the application already."""


class FullError(DomainError):
    """The candidate has added as many documents as they may; `full` says until when."""

    def __init__(self, full: Full) -> None:
        super().__init__(
            N_("As many documents were added to this application as it takes. None was added.")
        )
        self.full = full
        self.status = 409 if full.again_at is None else 429


def check_addable(application: Application, *, sent_as: list[str], at: dt.datetime) -> None:
    """Raise what `add_unasked` raises, for a file that was sent as these (`queries.sent_as`).

    The same file comes before the bounds: whoever pressed twice has added it.
    """
    if not queries.as_told(application).is_open:
        raise DomainError("The application has ended, so no document can be added any more.")
    if queries.has_file(application.id, sent_as):
        raise AddedError("This file is with your application already, so it was not added again.")
    full = fullness(queries.added_unasked(application.id), at)
    if full is not None:
        raise FullError(full)


def add_unasked(
    application: Application,
    document: Document,
    *,
    kind: DocumentKind,
    title: str,
    at: dt.datetime,
) -> ApplicationDocument:
    """Add what the candidate sends unasked; what came before stays as it is.

    The caller holds the application's lock. Raises `AddedError` for a file that is there
    already, `FullError` past the bounds, and `DomainError` for an application that has ended,
    as far as its candidate was told.
    """
    check_addable(application, sent_as=queries.sent_as(document), at=at)
    title = " ".join(clean_text(title).split())
    added = add_document(application, document, title=title, at=at, by=None, kind=kind)
    emails.document_received(added, token=mailed_link(application))
    return added
