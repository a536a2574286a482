"""Reads of assignments and private links."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application, ApplicationDocument
from tracker.core.access import Action, allows
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.core.tokens import hash_token
from tracker.documents.models import Document
from tracker.documents.scanning import INFECTED
from tracker.notifications.models import OutgoingEmail
from tracker.routing.models import (
    Assignment,
    ContactLink,
    Escalation,
    EscalationNotice,
    LinkRequest,
)
from tracker.routing.rules import MAY_DECIDE

MAIL_STATE = (
    OutgoingEmail.state,
    OutgoingEmail.created_at,
    OutgoingEmail.sent_at,
    OutgoingEmail.delivered_at,
    OutgoingEmail.last_answer,
    OutgoingEmail.about_kind,
    OutgoingEmail.recipient_address,
)


def link_by_token(token: str) -> ContactLink:
    """Load a link with all that its page shows, in a fixed number of queries.

    An expired or revoked one is returned too: its page offers a new one. Raises
    `NotFoundError` for a token that never was.
    """
    application = joinedload(ContactLink.application)
    link = db.session.scalars(
        select(ContactLink)
        .where(ContactLink.token_hash == hash_token(token))
        .options(
            application.joinedload(Application.posting),
            application.selectinload(Application.answers),
            application.selectinload(Application.skills),
            application.selectinload(Application.documents).joinedload(
                ApplicationDocument.document
            ),
        )
    ).one_or_none()
    if link is None:
        raise NotFoundError
    return link


def links_since(application_id: int, person_id: int, at: dt.datetime) -> int:
    """Count the links to an application that a person was given since then."""
    statement = select(func.count(ContactLink.id)).where(
        ContactLink.application_id == application_id,
        ContactLink.person_id == person_id,
        ContactLink.created_at > at,
    )
    return db.session.scalar(statement) or 0


def assignment_of(application_id: int, person_id: int) -> Assignment | None:
    """Find the open assignment of a person to an application."""
    return db.session.scalars(
        select(Assignment).where(
            Assignment.application_id == application_id,
            Assignment.person_id == person_id,
            Assignment.ended_at.is_(None),
        )
    ).one_or_none()


def decides_on(person: Person, application: Application) -> bool:
    """Tell whether a person decides: by their place on the posting, or since it is with them.

    A seat on the panel or a copied mail lets a manager read, and no more.
    """
    if not allows(person.role, Action.MOVE_APPLICATIONS):
        return False
    if applications.is_run_by(person, application):
        return True
    assignment = assignment_of(application.id, person.id)
    return assignment is not None and assignment.why in MAY_DECIDE


def still_decides(link: ContactLink) -> bool:
    """Tell whether there is something to decide behind a link, and its person has a say."""
    assignment = assignment_of(link.application_id, link.person_id)
    has_say = assignment is not None and assignment.why in MAY_DECIDE
    return has_say and link.application.outcome is None


def routing_of(application_id: int) -> list[Assignment]:
    """Everybody an application was given to, oldest first, with mail and steps."""
    return list(
        db.session.scalars(
            select(Assignment)
            .where(Assignment.application_id == application_id)
            .options(*story())
            .order_by(Assignment.id)
        )
    )


def mail_that_told(application_id: int, email_id: int) -> OutgoingEmail:
    """Load a mail by which somebody heard of an application, else `NotFoundError`.

    The first they were told, or a step since; whatever else is listed in it.
    """
    told = select(Assignment.told_email_id).where(Assignment.application_id == application_id)
    steps = (
        select(EscalationNotice.email_id)
        .join(EscalationNotice.escalation)
        .join(Escalation.assignment)
        .where(Assignment.application_id == application_id)
    )
    email = db.session.scalars(
        select(OutgoingEmail).where(
            OutgoingEmail.id == email_id,
            or_(OutgoingEmail.id.in_(told), OutgoingEmail.id.in_(steps)),
        )
    ).one_or_none()
    if email is None:
        raise NotFoundError
    return email


def story() -> list[ExecutableOption]:
    """Load with assignments whom they told by which mail, and which steps were taken."""
    notices = selectinload(Assignment.steps).selectinload(Escalation.notices)
    return [
        joinedload(Assignment.told_email).load_only(*MAIL_STATE),
        joinedload(Assignment.by),
        notices.joinedload(EscalationNotice.email).load_only(*MAIL_STATE),
        notices.joinedload(EscalationNotice.person),
    ]


def open_assignments(application_ids: Collection[int]) -> dict[int, list[Assignment]]:
    """Read with whom each of these applications is now, in one query; none is an empty list."""
    found: dict[int, list[Assignment]] = {each: [] for each in application_ids}
    statement = (
        select(Assignment)
        .where(Assignment.application_id.in_(application_ids), Assignment.ended_at.is_(None))
        .order_by(Assignment.id)
    )
    for assignment in db.session.scalars(statement):
        found[assignment.application_id].append(assignment)
    return found


def open_requests(link: ContactLink) -> list[LinkRequest]:
    """Colleagues who wait for the link's owner to decide, by whichever of their links."""
    return list(
        db.session.scalars(
            select(LinkRequest)
            .join(LinkRequest.link)
            .where(
                ContactLink.application_id == link.application_id,
                ContactLink.person_id == link.person_id,
                LinkRequest.decided_at.is_(None),
            )
            .order_by(LinkRequest.id)
        )
    )


def request_to(link: ContactLink, request_id: int) -> LinkRequest:
    """Load a request that is the link's owner's to decide, else `NotFoundError`."""
    found = next((each for each in open_requests(link) if each.id == request_id), None)
    if found is None:
        raise NotFoundError
    return found


def infected_documents(application_id: int) -> list[ApplicationDocument]:
    """Read which documents of an application hold a virus, as the database says it now."""
    return list(
        db.session.scalars(
            select(ApplicationDocument)
            .join(ApplicationDocument.document)
            .where(
                ApplicationDocument.application_id == application_id,
                Document.scan_state == INFECTED,
            )
        )
    )


def unseen_by(person: Person, *, limit: int = 50) -> list[Assignment]:
    """Applications that wait for this person's first look, oldest first."""
    return list(
        db.session.scalars(
            select(Assignment)
            .join(Assignment.application)
            .where(
                Assignment.person_id == person.id,
                Assignment.seen_at.is_(None),
                Assignment.ended_at.is_(None),
                Application.outcome.is_(None),
            )
            .options(
                joinedload(Assignment.application).joinedload(Application.posting),
                joinedload(Assignment.told_email).load_only(*MAIL_STATE),
            )
            .order_by(Assignment.created_at, Assignment.id)
            .limit(limit)
        )
    )
