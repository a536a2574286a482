"""Reads of private links: as whom one acts, more time, colleagues who were asked, links ended."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.core.errors import NotFoundError
from tracker.notifications import queries as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.routing.models import (
    Assignment,
    Consultation,
    ContactLink,
    LinkAct,
    LinkRevocation,
    MoreTime,
)
from tracker.routing.queries.reading import link_by_token, routing_of
from tracker.routing.rules import LinkEndedError, check_link


def open_link(token: str) -> ContactLink:
    """Load a link that still opens its application.

    Raises `NotFoundError` for one that never was, `LinkEndedError` for one that has ended.
    """
    link = link_by_token(token)
    check_link(expires_at=link.expires_at, revoked_at=link.revoked_at, at=now())
    if link.person.disabled_at is not None:
        raise LinkEndedError("This link belonged to somebody who no longer works here.")
    return link


def new_link_since(application_id: int, person: Person, since: dt.datetime) -> bool:
    """Tell whether a new link was mailed to somebody who asked for it since a time."""
    statement = select(OutgoingEmail.id).where(
        OutgoingEmail.about_kind == "application",
        OutgoingEmail.about_id == application_id,
        OutgoingEmail.message == "contact_link_again",
        OutgoingEmail.recipient_address == person.email,
        OutgoingEmail.created_at > since,
    )
    return db.session.scalar(statement.limit(1)) is not None


@dataclass(frozen=True)
class Acting:
    """As whom one acts behind a link, and who else is signed in in the same browser.

    `sees` tells whether that other person may open the application as themselves.
    """

    link: ContactLink
    other: Person | None = None
    sees: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """What every form of the page carries, so that its sender knew: see `operations.act`."""
        return {"signed_in": str(self.other.id)} if self.other else {}


def acting(link: ContactLink, signed_in: Person | None) -> Acting:
    """Say as whom one acts behind a link while somebody, or nobody, is signed in."""
    if signed_in is None or signed_in.id == link.person_id:
        return Acting(link)
    seen = applications.visible_among(signed_in, [link.application_id])
    return Acting(link, signed_in, sees=bool(seen))


def more_time_of(assignment: Assignment) -> list[MoreTime]:
    """When a contact has asked for more time since an application came to them, oldest first."""
    return list(
        db.session.scalars(
            select(MoreTime)
            .where(
                MoreTime.assignment_id == assignment.id,
                MoreTime.asked_at >= assignment.created_at,
            )
            .order_by(MoreTime.id)
        )
    )


def more_time_on(application_id: int) -> list[MoreTime]:
    """Every wish for more time about an application, oldest first."""
    return list(
        db.session.scalars(
            select(MoreTime)
            .join(MoreTime.assignment)
            .where(Assignment.application_id == application_id)
            .options(contains_eager(MoreTime.assignment))
            .order_by(MoreTime.id)
        )
    )


def consultations_of(application_id: int) -> list[Consultation]:
    """Which colleagues were asked about an application, oldest first, and what they said."""
    return list(
        db.session.scalars(
            select(Consultation)
            .where(Consultation.application_id == application_id)
            .options(joinedload(Consultation.asked_by), joinedload(Consultation.person))
            .order_by(Consultation.id)
        )
    )


def consultations_with(person_id: int) -> list[Consultation]:
    """What a person was asked about, by whom, the latest few, newest first."""
    return list(
        db.session.scalars(
            select(Consultation)
            .where(Consultation.person_id == person_id)
            .options(
                joinedload(Consultation.asked_by),
                joinedload(Consultation.application).joinedload(Application.posting),
            )
            .order_by(Consultation.id.desc())
            .limit(5)
        )
    )


def consultations_for(application_id: int, person_id: int) -> list[Consultation]:
    """What a person was asked about an application and has not answered yet, oldest first."""
    return list(
        db.session.scalars(
            select(Consultation)
            .where(
                Consultation.application_id == application_id,
                Consultation.person_id == person_id,
                Consultation.answered_at.is_(None),
            )
            .options(joinedload(Consultation.asked_by))
            .order_by(Consultation.id)
        )
    )


def has_looked(assignment: Assignment) -> bool:
    """Tell whether a person has seen an application, and since they were asked about it."""
    asked = consultations_for(assignment.application_id, assignment.person_id)
    return assignment.seen_at is not None and all(each.looked_at for each in asked)


def consultation_for(link: ContactLink, consultation_id: int) -> Consultation:
    """Load what a link's person was asked, answered or not, else `NotFoundError`."""
    found = db.session.get(Consultation, consultation_id)
    theirs = (link.application_id, link.person_id)
    if found is None or (found.application_id, found.person_id) != theirs:
        raise NotFoundError
    return found


def own_domains(person: Person) -> frozenset[str]:
    """The domains in which the employer's people have their addresses.

    The sender's, the person's own, and those of everybody with an account.
    """
    accounts = select(Person.email).where(Person.role.is_not(None), Person.disabled_at.is_(None))
    addresses = [outbox.sender().address, person.email, *db.session.scalars(accounts)]
    return frozenset(each.rpartition("@")[2].lower() for each in addresses)


def colleagues_on(application: Application, person: Person) -> list[Person]:
    """Colleagues whom a person may know from this application, by name: they work on it anyway.

    Nobody else of the directory: who holds a private link may not be who it was made for.
    """
    ids = {each.person_id for each in application.posting.members}
    ids |= {each.person_id for each in routing_of(application.id) if each.ended_at is None}
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.id.in_(ids - {person.id}), Person.disabled_at.is_(None))
            .order_by(func.lower(Person.name), Person.id)
        )
    )


def is_shut_out(application_id: int, person_id: int) -> bool:
    """Tell whether a colleague has ended a person's private links to an application."""
    return standing_revocation(application_id, person_id) is not None


def standing_revocation(application_id: int, person_id: int) -> LinkRevocation | None:
    """Find by whom a person's private links to an application were ended, if they were."""
    return db.session.scalars(
        select(LinkRevocation).where(
            LinkRevocation.application_id == application_id,
            LinkRevocation.person_id == person_id,
            LinkRevocation.lifted_at.is_(None),
        )
    ).one_or_none()


def revocations_of(application_id: int) -> list[LinkRevocation]:
    """Every time that private links to an application were ended by hand, oldest first."""
    return list(
        db.session.scalars(
            select(LinkRevocation)
            .where(LinkRevocation.application_id == application_id)
            .options(
                joinedload(LinkRevocation.person),
                joinedload(LinkRevocation.by),
                joinedload(LinkRevocation.lifted_by),
            )
            .order_by(LinkRevocation.id)
        )
    )


def acts_as_other(application_id: int) -> list[LinkAct]:
    """What was done behind links while another person was signed in there, oldest first."""
    return list(
        db.session.scalars(
            select(LinkAct)
            .join(LinkAct.link)
            .where(ContactLink.application_id == application_id, LinkAct.signed_in_id.is_not(None))
            .options(contains_eager(LinkAct.link), joinedload(LinkAct.signed_in))
            .order_by(LinkAct.id)
        )
    )
