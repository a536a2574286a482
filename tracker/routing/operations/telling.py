"""Tell everybody an application is with what has happened to it since."""

import datetime as dt
from collections.abc import Collection

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import (
    Application,
    ApplicationDocument,
    DocumentRequest,
    NewAddress,
    ReplaceLink,
)
from tracker.documents.models import Document
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.postings.rules import DocumentKind
from tracker.routing import emails, queries
from tracker.routing.operations.links import give_link


def correct_address(application: Application, email: str) -> None:
    """Take a candidate's corrected address, and tell everybody the application is with.

    Their first mail names the mistyped one, and a reply to it would go astray. Raises what
    `applications.operations.correct_address` raises.
    """
    applications.correct_address(application, email)
    _tell_address(application)


def correct_keyed_in(application: Application, email: str, *, by: Person) -> bool:
    """Correct the address of an application that staff keyed in, and tell as above."""
    corrected = applications.correct_keyed_in(application, email, by=by)
    if corrected and application.email:
        _tell_address(application)
    return corrected


def correct_mail(
    email: OutgoingEmail,
    address: str,
    *,
    application: Application | None,
    lasting: bool,
    by: Person,
    outdated: str = "",
    others: Collection[int] = (),
) -> bool:
    """Send a mail that failed to another address; with `lasting` all later mail goes there too.

    Returns whether the application's address is another one now.
    `application` is the one that it is about, where it is about one; the caller holds its lock
    and has seen that `by` decides on it. A mail to a candidate gets private links of its own.
    `others` are mails that are sent there with it.
    Everybody else the application is with is told a lasting change. Raises what
    `notifications.operations.correct_address` and `applications.operations.correct_failing`
    raise.
    """
    before = email.recipient_address
    outbox.correct_address(email, address, by=by, outdated=outdated)
    if application is None:
        return False
    changed = lasting and applications.correct_failing(
        application, email, before=before, by=by, others=others
    )
    if outbox.is_to_candidate(email):
        applications.renew_links(email, application)
    if changed:
        _tell_address(application, but=by)
    return changed


def take_new_address(wish: NewAddress, *, at: dt.datetime) -> str:
    """Let mail go to a new address that its owner has confirmed, and tell as above.

    Returns the secret of a link to the candidate's page. Raises what
    `applications.operations.take_new_address` raises.
    """
    token = applications.take_new_address(wish, at=at)
    _tell_address(wish.application)
    return token


def _tell_address(application: Application, *, but: Person | None = None) -> None:
    for person in _reading(application):
        if but is not None and person.id == but.id:
            continue
        emails.address_corrected(application, person)


def _reading(application: Application) -> list[Person]:
    """Everybody an application is with, and who still works here."""
    return [
        each.person
        for each in queries.routing_of(application.id)
        if each.ended_at is None and each.person.disabled_at is None
    ]


def add_requested(
    request: DocumentRequest, document: Document, *, at: dt.datetime, by: Person | None = None
) -> ApplicationDocument:
    """Add a document that was asked for, and tell everybody the application is with.

    `by` scanned it for the candidate, and is not told. Raises what
    `applications.operations.answer_request` raises.
    """
    added = applications.answer_request(request, document, at=at, by=by)
    for person in _reading(request.application):
        if by is None or person.id != by.id:
            emails.document_added(added, person, give_link(request.application, person))
    return added


def add_unasked(
    application: Application,
    document: Document,
    *,
    kind: DocumentKind,
    title: str,
    at: dt.datetime,
) -> ApplicationDocument:
    """Add a document that the candidate sends unasked, and tell as above.

    Raises what `applications.operations.add_unasked` raises.
    """
    added = applications.add_unasked(application, document, kind=kind, title=title, at=at)
    for person in _reading(application):
        emails.document_unasked(added, person, give_link(application, person))
    return added


def withdraw(application: Application, note: str = "") -> None:
    """End an application because its candidate says so, and tell whoever has it, once.

    Who waits for a daily digest learns of it there, where the application stands as withdrawn.
    Raises what `applications.operations.withdraw` raises.
    """
    change = applications.withdraw(application, note)
    if change is None:
        return
    for each in queries.routing_of(application.id):
        person = each.person
        if each.ended_at is None and person.disabled_at is None and each.told_email_id is not None:
            emails.candidate_withdrew(change, person, give_link(application, person))


def tell_of_virus(item: ApplicationDocument) -> None:
    """Ask the candidate for a clean copy, and tell those who wait for the document."""
    asked = applications.ask_for_clean_copy(item)
    outbox.detach(item.document.file_key)
    for person in _reading(item.application):
        emails.virus_found(item, person, asked=asked)


def replace(link: ReplaceLink, *, at: dt.datetime) -> Application:
    """Let a newer application take an earlier one's place, and tell whoever has either.

    Returns the earlier one. Raises what `applications.operations.replace` raises.
    """
    earlier = applications.replace(link, at=at)
    told: set[int] = set()
    for person in [*_reading(link.newer), *_reading(earlier)]:
        if person.id not in told:
            told.add(person.id)
            emails.application_replaced(earlier, link.newer, person)
    return earlier
