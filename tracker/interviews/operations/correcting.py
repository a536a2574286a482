"""Mail that failed is sent to another address, calendars and all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications import queries as applied
from tracker.applications.models import Application
from tracker.core.db import db, lock
from tracker.interviews import calendar, queries
from tracker.interviews.operations import untold
from tracker.notifications import operations as outbox
from tracker.notifications import queries as mails
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import LOST
from tracker.routing import operations as routing


def correct_mail(
    email: OutgoingEmail,
    address: str,
    *,
    application: Application | None,
    lasting: bool,
    by: Person,
    outdated: str = "",
    others: Sequence[OutgoingEmail] = (),
) -> bool:
    """Send a mail that failed to another address, and with `lasting` all later mail.

    As `routing.operations.correct_mail`, which says what is raised and returned. A calendar
    invites the address that it goes to, and what is held about interviews goes there too.
    `others` are what `others_that_failed` found, sent there with it: each as if it were
    corrected by itself, all in the order in which they were written.
    """
    before = email.recipient_address
    changed = routing.correct_mail(
        email,
        address,
        application=application,
        lasting=lasting,
        by=by,
        outdated=outdated,
        others=[each.id for each in others],
    )
    _invite_there(email)
    for other in others:
        routing.correct_mail(other, address, application=application, lasting=False, by=by)
        _invite_there(other)
    outbox.in_order([email, *others])
    if changed and application is not None:
        for interview in queries.of_application(application.id):
            about = ("interview", interview.id)
            for held in outbox.readdress_held(about, before, application.email, by=by):
                applications.renew_links(held, application)
                _invite_there(held)
    return changed


def others_that_failed(
    email: OutgoingEmail,
    application: Application | None,
    *,
    by: Any,
    visible: ColumnElement[bool],
    locked: bool = False,
) -> list[OutgoingEmail]:
    """The other mails of an application that failed at the same address, and may go elsewhere.

    Those alone that `by` sees (`visible`) and may correct one by one, and that still tell what
    is so. A candidate's mail and a colleague's never go together, though their address be one.
    With `locked` for a change: the caller holds the lock of the application.
    """
    if application is None:
        return []
    interviews = [each.id for each in queries.of_application(application.id)]
    rows = {"application": [application.id], "interview": interviews}
    found = list(mails.others_lost(email, rows, visible))
    if locked:
        found = [lock(OutgoingEmail, each.id) for each in found]
    untrue = {**applied.outdated_mail([each.id for each in found]), **untold.outdated(found)}
    to_candidate = outbox.is_to_candidate(email)
    return [
        each
        for each in found
        if each.state in LOST
        and each.id not in untrue
        and outbox.is_to_candidate(each) is to_candidate
        and outbox.may_correct(each, by=by)
        and not outbox.in_hand(each)
    ]


def _invite_there(email: OutgoingEmail) -> None:
    if email.calendar is not None:
        email.calendar = calendar.readdress(email.calendar, email.recipient_address)
        db.session.flush()
