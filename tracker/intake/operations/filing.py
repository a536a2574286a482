"""What staff do with mail in the Unsorted tray, and the choices that later mail follows."""

import datetime as dt

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application, ApplicationDocument
from tracker.core.db import db, lock
from tracker.core.errors import DomainError
from tracker.intake.models import IncomingEmail
from tracker.intake.operations.choices import remember_choice
from tracker.intake.operations.decisions import Decision
from tracker.intake.operations.opened import Opened
from tracker.intake.operations.replies import receive_reply
from tracker.intake.operations.settling import check_unsettled, make_application
from tracker.intake.rules import Remember, Words
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind

FURTHER = 0


def file_application(
    email: IncomingEmail,
    opened: Opened,
    decision: Decision,
    *,
    sender: tuple[str, str],
    remember: Remember,
    by: Person,
    at: dt.datetime,
) -> Application:
    """Make a mail of the tray an application for `decision.posting_id`, whenever it came.

    `sender` is the candidate's name and address, as the colleague corrected them. One that
    came after the closing is marked late. Raises `DomainError` where somebody was faster.
    """
    check_unsettled(email)
    application = make_application(email, opened, decision, at=at, by=by, sender=sender)
    email.filed_at, email.filed_by_id = at, by.id
    remember_choice(email, remember, posting_id=decision.posting_id, by=by, at=at)
    db.session.flush()
    return application


def file_message(
    email: IncomingEmail, application: Application, *, words: Words, by: Person, at: dt.datetime
) -> None:
    """Put a mail of the tray to the application that it is about, as a message.

    `words` are the mail's, made fit before any lock was taken (`fit_message`). Raises
    `DomainError` where somebody was faster.
    """
    check_unsettled(email)
    email.application_id = application.id
    email.filed_at, email.filed_by_id = at, by.id
    db.session.flush()
    receive_reply(email, words)


def dismiss(
    email: IncomingEmail, *, reason: str, remember: Remember, by: Person, at: dt.datetime
) -> None:
    """Take a mail out of the tray with a reason; it stays kept, and is found under All mail.

    Raises `DomainError` without a reason, and where somebody was faster.
    """
    check_unsettled(email)
    reason = " ".join(applications.clean_text(reason).split())
    if not reason:
        raise DomainError("Say why the mail is dismissed. Nothing was changed.")
    email.dismissed_at, email.dismissed_by_id, email.dismissal = at, by.id, reason
    remember_choice(email, remember, posting_id=None, by=by, at=at)
    db.session.flush()


def take_back(email: IncomingEmail) -> None:
    """Put a dismissed mail back into the tray. Raises `DomainError` for any other."""
    if email.dismissed_at is None:
        raise DomainError("This mail is not dismissed. Nothing was changed.")
    email.dismissed_at = email.dismissed_by_id = None
    email.dismissal = ""
    db.session.flush()


def relabel(email: IncomingEmail, chosen: dict[int, int], *, by: Person) -> None:
    """Say what the documents that came with a mail are, where the guess was wrong.

    `chosen` maps an application's document to what the posting asks for, or to `FURTHER`.
    What was asked for because it seemed missing is asked no more. Raises `DomainError` where
    two documents would be one thing.
    """
    if email.application_id is None:
        raise DomainError("This mail is no application. Nothing was changed.")
    application: Application = lock(Application, email.application_id)
    wanted = {each.id: each for each in application.posting.documents}
    came = {each.id: each for each in application.documents if each.added_at is None}
    taken = [place for place in chosen.values() if place != FURTHER]
    if len(taken) != len(set(taken)):
        raise DomainError("Two documents cannot be the same thing. Nothing was changed.")
    if not set(chosen) <= set(came) or not set(taken) <= set(wanted):
        raise DomainError("A document is not there any more. Load the page again.")
    last = max((each.rank for each in wanted.values()), default=0)
    said = []
    for key, place in chosen.items():
        document = came[key]
        before = document.title
        if place == FURTHER:
            last += 1
            document.kind, document.rank = DocumentKind.OTHER, last
            if before in {each.title for each in wanted.values()}:
                document.title = document.document.file_name
        else:
            asked = wanted[place]
            document.kind, document.title, document.rank = asked.kind, asked.title, asked.rank
            _no_longer_missing(application, document)
        if document.title != before:
            said.append(f"{document.document.file_name}: {document.title} (was: {before}).")
    if said:
        applications.note(application, "Documents that came by mail. " + " ".join(said), by=by)
    db.session.flush()


def _no_longer_missing(application: Application, document: ApplicationDocument) -> None:
    for each in application.requests:
        if each.is_open and each.asked_by_id is None and each.title == document.title:
            applications.withdraw_request(each)


def posting_to_file_under(posting_id: int) -> Posting:
    """Load the posting that a mail is filed under. Raises `DomainError` for a draft."""
    posting = db.session.get(Posting, posting_id)
    if posting is None or posting.published_at is None:
        raise DomainError("This posting was never published, so nobody can apply for it.")
    return posting
