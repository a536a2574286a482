"""Reads of assignments and private links."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application, ApplicationDocument, StageChange
from tracker.applications.rules import ActorKind
from tracker.core.access import Action, Role, allows
from tracker.core.db import db, now
from tracker.core.errors import GoneError, NotFoundError
from tracker.core.tokens import hash_token
from tracker.documents.models import Document
from tracker.documents.scanning import INFECTED
from tracker.notifications import queries as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting
from tracker.routing.clock import Policy
from tracker.routing.models import (
    Assignment,
    Consultation,
    ContactLink,
    Escalation,
    EscalationNotice,
    LinkAct,
    LinkRequest,
    LinkRevocation,
    MailChoice,
    MoreTime,
    RoutingPolicy,
)
from tracker.routing.rules import LOST, MAY_DECIDE, check_link

_MAIL_STATE = (
    OutgoingEmail.state,
    OutgoingEmail.created_at,
    OutgoingEmail.sent_at,
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


def open_link(token: str) -> ContactLink:
    """Load a link that still opens its application.

    Raises `NotFoundError` for one that never was, `GoneError` for one that has ended.
    """
    link = link_by_token(token)
    check_link(expires_at=link.expires_at, revoked_at=link.revoked_at, at=now())
    if link.person.disabled_at is not None:
        raise GoneError("This link belonged to somebody who no longer works here.")
    return link


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


def routing_of(application_id: int) -> list[Assignment]:
    """Everybody an application was given to, oldest first, with mail and steps."""
    return list(
        db.session.scalars(
            select(Assignment)
            .where(Assignment.application_id == application_id)
            .options(*_story())
            .order_by(Assignment.id)
        )
    )


def _story() -> list[ExecutableOption]:
    """Load with assignments whom they told by which mail, and which steps were taken."""
    notices = selectinload(Assignment.steps).selectinload(Escalation.notices)
    return [
        joinedload(Assignment.told_email).load_only(*_MAIL_STATE),
        joinedload(Assignment.by),
        notices.joinedload(EscalationNotice.email).load_only(*_MAIL_STATE),
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
                joinedload(Assignment.told_email).load_only(*_MAIL_STATE),
            )
            .order_by(Assignment.created_at, Assignment.id)
            .limit(limit)
        )
    )


# The clock


def policy() -> Policy:
    """The steps that are taken while nobody looks, as the employer wants them."""
    found = db.session.get(RoutingPolicy, 1)
    return Policy(found.waits) if found else Policy()


def digest_hours(person_ids: Collection[int]) -> dict[int, int]:
    """Read at which hour these people are told of new applications; who is not in it, at once."""
    rows = db.session.execute(
        select(MailChoice.person_id, MailChoice.hour).where(
            MailChoice.person_id.in_(person_ids), MailChoice.hour.is_not(None)
        )
    )
    return {person_id: hour for person_id, hour in rows if hour is not None}


def untold(person_id: int) -> Sequence[Assignment]:
    """Lock what waits for a person's digest, oldest first."""
    return db.session.scalars(
        select(Assignment)
        .where(
            Assignment.person_id == person_id,
            Assignment.told_email_id.is_(None),
            Assignment.ended_at.is_(None),
        )
        .options(joinedload(Assignment.application).joinedload(Application.posting))
        .order_by(Assignment.id)
        .with_for_update(of=Assignment)
        .execution_options(populate_existing=True)
    ).all()


def due_digests(at: dt.datetime) -> Sequence[int]:
    """List the people whose digest is due, by id."""
    return db.session.scalars(
        select(Assignment.person_id)
        .where(Assignment.next_step_at <= at, Assignment.told_email_id.is_(None))
        .distinct()
    ).all()


def due_steps(at: dt.datetime, *, limit: int) -> list[int]:
    """List assignments at which the clock has to look, longest due first, a number at a time.

    Those whose time has come, and those whose last mail was lost since.
    """
    due = db.session.scalars(
        select(Assignment.id)
        .where(Assignment.next_step_at <= at, Assignment.told_email_id.is_not(None))
        .order_by(Assignment.next_step_at, Assignment.id)
        .limit(limit)
    ).all()
    return list(dict.fromkeys([*due, *_with_lost_mail(limit)]))[:limit]


def _with_lost_mail(limit: int) -> list[int]:
    told = aliased(Escalation)
    taken = select(told.id).where(told.assignment_id == Assignment.id)
    first = (
        select(Assignment.id)
        .join(OutgoingEmail, OutgoingEmail.id == Assignment.told_email_id)
        .where(
            OutgoingEmail.state.in_(LOST),
            Assignment.next_step_at.is_not(None),
            ~taken.exists(),
        )
        .limit(limit)
    )
    later = taken.where(told.id > Escalation.id).correlate(Assignment, Escalation)
    steps = (
        select(Assignment.id)
        .join(Assignment.steps)
        .join(Escalation.notices)
        .join(EscalationNotice.email)
        .where(
            OutgoingEmail.state.in_(LOST),
            Assignment.next_step_at.is_not(None),
            ~later.exists(),
        )
        .limit(limit)
    )
    return [*db.session.scalars(first), *db.session.scalars(steps)]


def lock_watched(ids: Collection[int]) -> Sequence[Assignment]:
    """Lock those of these assignments that the clock still watches, with all it asks of them."""
    return db.session.scalars(
        select(Assignment)
        .where(
            Assignment.id.in_(ids),
            Assignment.ended_at.is_(None),
            Assignment.next_step_at.is_not(None),
            Assignment.told_email_id.is_not(None),
        )
        .options(
            *_story(),
            joinedload(Assignment.application)
            .joinedload(Application.posting)
            .defer(Posting.source_text),
        )
        .order_by(Assignment.id)
        .with_for_update(of=Assignment, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


@dataclass(frozen=True)
class Known:
    """What a round of the clock knows of the applications it looks at.

    When a person moved them last, which of them somebody who decides has looked at, who may
    decide on which already, and who coordinates.
    """

    moved_at: dict[int, dt.datetime]
    seen: frozenset[int]
    given: set[tuple[int, int]]
    coordinators: list[Person]


def known_of(assignments: Sequence[Assignment]) -> Known:
    """Ask what a round has to know, in three queries."""
    ids = {each.application_id for each in assignments}
    moves = db.session.execute(
        select(StageChange.application_id, func.max(StageChange.at))
        .where(StageChange.application_id.in_(ids), StageChange.by_kind == ActorKind.PERSON)
        .group_by(StageChange.application_id)
    )
    deciding = [
        each for given in open_assignments(ids).values() for each in given if each.why in MAY_DECIDE
    ]
    return Known(
        moved_at={row[0]: row[1] for row in moves},
        seen=frozenset(each.application_id for each in deciding if each.seen_at is not None),
        given={(each.application_id, each.person_id) for each in deciding},
        coordinators=coordinators(),
    )


def coordinators() -> list[Person]:
    """Who hears of an application last: the coordinators, failing them the administrators."""
    active = people.active_people()
    found = [each for each in active if each.role is Role.COORDINATOR]
    return found or [each for each in active if each.role is Role.ADMINISTRATOR]


def open_of(condition: ColumnElement[bool]) -> list[Assignment]:
    """Lock the open assignments of a kind whose application nobody has answered, oldest first."""
    return list(
        db.session.scalars(
            select(Assignment)
            .join(Assignment.application)
            .where(
                condition,
                Assignment.ended_at.is_(None),
                Assignment.why.in_(MAY_DECIDE),
                Application.outcome.is_(None),
            )
            .options(
                contains_eager(Assignment.application)
                .joinedload(Application.posting)
                .options(defer(Posting.source_text), joinedload(Posting.contact_person))
            )
            .order_by(Assignment.id)
            .with_for_update(of=Assignment)
            .execution_options(populate_existing=True)
        )
    )


@dataclass(frozen=True)
class LogPage:
    """A page of a posting's routing log, newest first; `newer` and `older` to go on from."""

    rows: Sequence[Assignment]
    newer: int | None
    older: int | None


LOG_SIZE = 50


def log_of(
    posting_id: int,
    visible: ColumnElement[bool],
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = LOG_SIZE,
) -> LogPage:
    """Read to whom a posting's applications were given and what came of it, newest first."""
    statement = (
        select(Assignment)
        .join(Assignment.application)
        .where(Application.posting_id == posting_id, visible)
        .options(contains_eager(Assignment.application), *_story())
    )
    if after is not None:
        statement = statement.where(Assignment.id > after).order_by(Assignment.id)
        found = list(db.session.scalars(statement.limit(size + 1)))
        more, rows = len(found) > size, found[:size][::-1]
        return LogPage(rows, rows[0].id if more else None, rows[-1].id if rows else None)
    if before is not None:
        statement = statement.where(Assignment.id < before)
    found = list(db.session.scalars(statement.order_by(Assignment.id.desc()).limit(size + 1)))
    more, rows = len(found) > size, found[:size]
    newer = rows[0].id if rows and before is not None else None
    return LogPage(rows, newer, rows[-1].id if more else None)
