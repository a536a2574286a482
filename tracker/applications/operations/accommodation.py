"""What a candidate needs to take part, for the employer's contact for it and nobody else."""

import datetime as dt

from tracker.accounts import queries as people
from tracker.accounts.rules import PRESSED_AGAIN
from tracker.applications import emails, queries
from tracker.applications.models import AccommodationRequest, Application
from tracker.applications.operations.drafts import clean_text
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.organization import queries as organization

LONGEST_REQUEST = 4000


def request_accommodation(
    application: Application, text: str, *, at: dt.datetime | None = None
) -> AccommodationRequest:
    """Keep a request and mail it to the employer's contact for it.

    It hangs on the application, and nothing that reviewers open reads it. Where the employer
    has named nobody since the form was shown, the administrators are told, so that it is
    not lost. Pressed twice it is sent once. Raises `DomainError` for an empty one.
    """
    text = clean_text(text).strip()[:LONGEST_REQUEST]
    if not text:
        raise DomainError("Say what you need. Nothing was sent.")
    at = at or now()
    for asked in queries.accommodations_of(application.id):
        if asked.text == text and asked.at > at - PRESSED_AGAIN:
            return asked
    request = AccommodationRequest(application=application, text=text, at=at)
    db.session.add(request)
    db.session.flush()
    for name, address in _recipients():
        email = emails.accommodation_request(request, to=(name, address))
        request.email_id = request.email_id or email.id
    db.session.flush()
    return request


def _recipients() -> list[tuple[str, str]]:
    employer = organization.employer()
    if employer is not None and employer.accommodation_email:
        return [(employer.accommodation_name, employer.accommodation_email)]
    return [
        (person.name, person.email)
        for person in people.active_people()
        if person.role is Role.ADMINISTRATOR
    ]
