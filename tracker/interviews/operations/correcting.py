"""Mail that failed is sent to another address, calendars and all."""

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.interviews import calendar, queries
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.routing import operations as routing


def correct_mail(
    email: OutgoingEmail,
    address: str,
    *,
    application: Application | None,
    lasting: bool,
    by: Person,
    outdated: str = "",
) -> bool:
    """Send a mail that failed to another address, and with `lasting` all later mail.

    As `routing.operations.correct_mail`, which says what is raised and returned. A calendar
    invites the address that it goes to, and what is held about interviews goes there too.
    """
    before = email.recipient_address
    changed = routing.correct_mail(
        email, address, application=application, lasting=lasting, by=by, outdated=outdated
    )
    _invite_there(email)
    if changed and application is not None:
        for interview in queries.of_application(application.id):
            about = ("interview", interview.id)
            for held in outbox.readdress_held(about, before, application.email, by=by):
                applications.renew_links(held, application)
                _invite_there(held)
    return changed


def _invite_there(email: OutgoingEmail) -> None:
    if email.calendar is not None:
        email.calendar = calendar.readdress(email.calendar, email.recipient_address)
        db.session.flush()
