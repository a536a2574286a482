"""Give applications to the people who answer them."""

import datetime as dt
from collections.abc import Iterator, Sequence

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
from tracker.core.formats import first_sentence
from tracker.notifications.models import OutgoingEmail
from tracker.organization import queries as organization
from tracker.organization.rules import How
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.postings.rules import MemberRole
from tracker.routing import emails, queries, rules
from tracker.routing.clock import Watch, next_due
from tracker.routing.models import Assignment
from tracker.routing.operations import attaching
from tracker.routing.operations.links import give_link, lift, revoke_links
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
        route(submission.application, untaken=_untaken(mailed_in) if mailed_in else ())
        if mailed_in is None:  # whose files nobody can have checked yet
            for infected in queries.infected_documents(submission.application.id):
                tell_of_virus(infected)  # found while the form was still being filled in
    return submission


def _untaken(mailed_in: MailedIn) -> list[tuple[str, str]]:
    """What a mail brought that could not be taken: names, and why, without what to do about it."""
    return [
        (name, first_sentence(why % values) if values else first_sentence(why))
        for name, why, values in mailed_in.refused
    ]


def route(application: Application, *, untaken: Sequence[tuple[str, str]] = ()) -> list[Assignment]:
    """Assign an application to the posting's contact and to the people copied on it.

    With no reachable contact its managers are told, failing them every coordinator and
    administrator: an application that nobody hears of is the one thing that must not be. Who
    chose a daily digest is told of it then; it is theirs at once all the same.
    """
    given = dict(_recipients(application.posting))
    hours = queries.digest_hours([each.id for each in given])
    return [
        assign(application, person, why=why, digest_hour=hours.get(person.id), untaken=untaken)
        for person, why in given.items()
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


WHY_SO = {
    How.HOLDER: Why.CONTACT,
    How.DEPUTY: Why.DEPUTY,
    How.STAND_IN: Why.NEXT_IN_LINE,
    How.NEXT: Why.NEXT_IN_LINE,
}


def answering(posting: Posting) -> list[tuple[Person, Why]]:
    """Who answers for a posting: its contact, or whoever stands in while it has none."""
    found = postings.contact_today(posting)
    return [(found[0], WHY_SO[found[1]])] if found else _in_place_of_a_contact(posting)


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
    digest_hour: int | None = None,
    again: bool = False,
    untaken: Sequence[tuple[str, str]] = (),
) -> Assignment:
    """Give an application to a person: an assignment, a private link and the mail with it.

    With a `digest_hour` the mail is that hour's digest, and the link comes with it. `again`
    is for somebody who had the application before. `untaken` are files that came by mail and
    could not be taken, with why.
    """
    email = None
    if digest_hour is None:
        token = give_link(application, person)
        going = attaching.choose(application)
        email = emails.application_arrived(
            application,
            person,
            why,
            token,
            by=by,
            reason=reason,
            again=again,
            attachments=going.files,
            left_out=going.too_large,
            untaken=untaken,
        )
    return add_assignment(
        application,
        person,
        why=why,
        reason=reason,
        by=by,
        email=email,
        next_step_at=_first_look(why, digest_hour),
    )


def _first_look(why: Why, digest_hour: int | None) -> dt.datetime | None:
    """Say when the clock looks at a new assignment: the digest, or its first step."""
    if digest_hour is not None:
        return organization.calendar().next_at(digest_hour, now())
    return first_step_at(now()) if why in rules.WATCHED else None


def first_step_at(told_at: dt.datetime) -> dt.datetime | None:
    """Say when the first step is due after somebody was told; None without any step."""
    due = next_due(Watch(told_at=told_at), queries.policy(), organization.calendar())
    return due.at if due else None


def add_assignment(
    application: Application,
    person: Person,
    *,
    why: Why,
    reason: str = "",
    by: Person | None = None,
    email: OutgoingEmail | None,
    next_step_at: dt.datetime | None,
) -> Assignment:
    """Write an assignment down: told by a mail, or (without one) to be told in a digest."""
    assignment = Assignment(
        application=application,
        person=person,
        why=why,
        reason=reason,
        by_id=by.id if by else None,
        told_email=email,
        in_digest=email is None,
        next_step_at=next_step_at,
    )
    with db.session.no_autoflush:  # both rows in one go
        db.session.add(assignment)
        applications.admit(application, person, "assigned")
    db.session.flush()
    return assignment


def hand_over(
    application: Application,
    person: Person,
    *,
    reason: str,
    by: Person,
    untaken: Sequence[tuple[str, str]] = (),
) -> Assignment:
    """Give an application to somebody else to answer, by hand, and tell them by mail.

    Whoever had to answer until now no longer does: their assignment ends, and their private
    links with it. What ended stays, as history. `untaken` as in `assign`. Raises
    `DomainError` for a person who has left, has it already, or where no reason is given.
    """
    reason = reason.strip()
    if not reason:
        raise DomainError("Say why the application is handed over. Nothing was changed.")
    if person.disabled_at is not None:
        raise DomainError(f"{person.name} no longer works here. Nothing was changed.")
    given = queries.routing_of(application.id)
    had = [each for each in given if each.person_id == person.id]
    if any(each.ended_at is None and each.why in rules.MAY_DECIDE for each in had):
        raise DomainError(f"{person.name} has this application already. Nothing was changed.")
    for each in given:
        if each.ended_at is None and (each.why in rules.MAY_DECIDE or each in had):
            end(each)
    lift(application, person, by=by)
    return assign(
        application,
        person,
        why=Why.BY_HAND,
        reason=reason,
        by=by,
        again=bool(had),
        untaken=untaken,
    )


def end(assignment: Assignment) -> None:
    """Take an application from a person: their links to it stop, and the clock with them."""
    assignment.ended_at, assignment.next_step_at = now(), None
    applications.dismiss(assignment.application, assignment.person, "assigned")
    revoke_links(assignment.application_id, assignment.person_id)
    db.session.flush()


def take_from_all(application: Application, *, by: Person) -> None:
    """Take an application that was none from everybody, and tell them, but not `by`."""
    for each in queries.routing_of(application.id):
        if each.ended_at is not None:
            continue
        end(each)
        applications.dismiss(application, each.person, "asked")
        if each.person.disabled_at is None and each.person_id != by.id:
            emails.filed_by_mistake(application, each.person, by=by)
