"""An application that its candidate sent by mail."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.accounts.models import Person
from tracker.applications import emails
from tracker.applications.models import (
    Application,
    ApplicationDocument,
    Completion,
    DocumentRequest,
    Draft,
    StageChange,
)
from tracker.applications.operations.links import mailed_link
from tracker.applications.operations.submission import (
    Submission,
    become,
    filled_in,
)
from tracker.applications.rules import ActorKind, Channel, Stage
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.documents.models import Document
from tracker.postings.rules import DocumentKind

Refused = tuple[str, str, Mapping[str, str]]
"""A file that was not taken: its name, the sentence for its sender, and what fills it in."""


@dataclass(frozen=True)
class MailedIn:
    """What of an application by mail its draft cannot hold.

    `further` are documents beside those that the posting asks for, with titles; `refused` names
    files that were not taken, each with the reason for its sender, untranslated. `by` filed it
    by hand, and `note` says why it is late, where it is. `thread` are the Message-IDs that an
    answer to the mail names.
    """

    further: Sequence[tuple[Document, str]] = ()
    refused: Sequence[Refused] = ()
    is_late: bool = False
    note: str = ""
    by: Person | None = None
    thread: Sequence[str] = ()


def mail_in(draft: Draft, facts: MailedIn, *, at: dt.datetime) -> Submission:
    """Make what came by mail (`whole`) an application, as `submit` does with a form's draft.

    Whether it is in time is decided by whoever calls: a mail may have waited to be read. What
    the posting asks for and the mail did not bring is asked for: each document, and the
    questions on a page of their own. Raises `DomainError` without a name and an address.
    """
    answers = filled_in(draft)
    if not answers.get("name") or not answers.get("email"):
        raise DomainError("An application needs a name and an e-mail address.")
    arrival = StageChange(
        at=at,
        by_kind=ActorKind.PERSON if facts.by else ActorKind.CANDIDATE,
        by_id=facts.by.id if facts.by else None,
        new_stage=Stage.RECEIVED,
        note=facts.note,
    )
    return become(
        draft,
        answers,
        arrival,
        further=_further(draft, facts),
        receipt=lambda application: _ask_and_acknowledge(application, facts),
        has_page=False,
        thread=facts.thread,
        channel=Channel.MAIL,
        is_late=facts.is_late,
    )


def _further(draft: Draft, facts: MailedIn) -> list[ApplicationDocument]:
    """Put further documents behind all that the posting asks for."""
    first = max((each.rank for each in draft.posting.documents), default=0) + 1
    return [
        ApplicationDocument(document=document, rank=rank, kind=DocumentKind.OTHER, title=title)
        for rank, (document, title) in enumerate(facts.further, first)
    ]


def _ask_and_acknowledge(application: Application, facts: MailedIn) -> None:
    """Ask for what is missing, and mail the receipt that says so."""
    posting = application.posting
    have = {each.rank for each in application.documents}
    missing = [each for each in posting.documents if each.required and each.rank not in have]
    has_questions = bool(posting.questions or posting.skills)
    if has_questions:
        db.session.add(Completion(application=application))
    receipt = emails.application_by_mail(
        application,
        refused=facts.refused,
        missing=[each.title for each in missing],
        has_questions=has_questions,
        token=mailed_link(application),
        thread=facts.thread,
    )
    application.receipt_email = receipt
    for each in missing:
        db.session.add(
            DocumentRequest(
                application=application,
                title=each.title,
                instructions=each.instructions,
                email_id=receipt.id,
            )
        )
    db.session.flush()
