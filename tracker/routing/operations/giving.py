"""Give applications to the people who answer them."""

import datetime as dt
from collections.abc import Iterator

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import (
    Application,
    Draft,
)
from tracker.applications.operations import KeyedIn, MailedIn, Submission
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.postings.rules import MemberRole
from tracker.routing import emails, queries, rules
from tracker.routing.models import Assignment
from tracker.routing.operations.links import give_link, revoke_links
from tracker.routing.operations.telling import tell_of_virus
from tracker.routing.rules import Why


def receive(
    draft: Draft,
    *,
    at: dt.datetime,
    keyed_in: KeyedIn | None = None,
    mailed_in: MailedIn | None = None,
) -> Submission:
    """Submit a draft and, in the same transaction, tell whoever has to answer it.

    Every way in calls this: a repeated submission is returned as it stands and tells
    nobody twice. `keyed_in` says how one came that staff filled in for its candidate,
    `mailed_in` how one came by mail.
    """
    if keyed_in is not None:
        submission = applications.key_in(draft, keyed_in, at=at)
    elif mailed_in is not None:
        submission = applications.mail_in(draft, mailed_in, at=at)
    else:
        submission = applications.submit(draft, at=at)
    if submission.created:
        route(submission.application)
        for infected in queries.infected_documents(submission.application.id):
            tell_of_virus(infected)  # found while the form was still being filled in
    return submission


def route(application: Application) -> list[Assignment]:
    """Assign an application to the posting's contact and to the people copied on it.

    With no reachable contact its managers are told, failing them every coordinator and
    administrator: an application that nobody hears of is the one thing that must not be.
    """
    return [
        assign(application, person, why=why) for person, why in _recipients(application.posting)
    ]


def _recipients(posting: Posting) -> Iterator[tuple[Person, Why]]:
    told: set[int] = set()
    copied = [
        (member.person, Why.COPIED)
        for member in posting.members
        if member.role is MemberRole.COPIED and member.person.disabled_at is None
    ]
    for person, why in [*answering(posting), *copied]:
        if person.id not in told:
            told.add(person.id)
            yield person, why


def answering(posting: Posting) -> list[tuple[Person, Why]]:
    """Who answers for a posting: its contact, or whoever stands in while it has none."""
    contact = postings.contact_of(posting)
    return [(contact, Why.CONTACT)] if contact else _in_place_of_a_contact(posting)


def _in_place_of_a_contact(posting: Posting) -> list[tuple[Person, Why]]:
    managers = [
        member.person
        for member in posting.members
        if member.role is MemberRole.MANAGER and member.person.is_active
    ]
    if not managers:
        roles = {Role.COORDINATOR, Role.ADMINISTRATOR}
        managers = [person for person in people.active_people() if person.role in roles]
    return [(person, Why.MANAGER) for person in managers]


def assign(
    application: Application,
    person: Person,
    *,
    why: Why,
    reason: str = "",
    by: Person | None = None,
) -> Assignment:
    """Give an application to a person: an assignment, a private link and the mail with it."""
    token = give_link(application, person)
    email = emails.application_arrived(application, person, why, token, by=by, reason=reason)
    assignment = Assignment(
        application=application,
        person=person,
        why=why,
        reason=reason,
        by_id=by.id if by else None,
        told_email=email,
    )
    db.session.add(assignment)
    applications.admit(application, person, "assigned")
    db.session.flush()
    return assignment


def hand_over(application: Application, person: Person, *, reason: str, by: Person) -> Assignment:
    """Give an application to somebody else to answer, by hand, and tell them by mail.

    Whoever had to answer until now no longer does: their assignment ends, and their private
    links with it. An earlier assignment of the same person is opened again. Raises
    `DomainError` for a person who has left, has it already, or where no reason is given.
    """
    reason = reason.strip()
    if not reason:
        raise DomainError("Say why the application is handed over. Nothing was changed.")
    if person.disabled_at is not None:
        raise DomainError(f"{person.name} no longer works here. Nothing was changed.")
    given = {each.person_id: each for each in queries.routing_of(application.id)}
    known = given.get(person.id)
    if known is not None and known.ended_at is None and known.why in rules.MAY_DECIDE:
        raise DomainError(f"{person.name} has this application already. Nothing was changed.")
    for each in given.values():
        if each.ended_at is None and each.why in rules.MAY_DECIDE:
            _end(each)
    if known is not None:
        return _open_again(known, reason=reason, by=by)
    return assign(application, person, why=Why.BY_HAND, reason=reason, by=by)


def _end(assignment: Assignment) -> None:
    assignment.ended_at = now()
    applications.dismiss(assignment.application, assignment.person, "assigned")
    revoke_links(assignment.application_id, assignment.person_id)


def _open_again(assignment: Assignment, *, reason: str, by: Person) -> Assignment:
    application, person = assignment.application, assignment.person
    assignment.why, assignment.reason, assignment.by_id = Why.BY_HAND, reason, by.id
    assignment.created_at = now()
    assignment.fetched_at = assignment.seen_at = None
    assignment.acknowledged_at = assignment.ended_at = None
    token = give_link(application, person)
    assignment.told_email = emails.application_arrived(
        application, person, Why.BY_HAND, token, by=by, reason=reason, again=True
    )
    applications.admit(application, person, "assigned")
    db.session.flush()
    return assignment
