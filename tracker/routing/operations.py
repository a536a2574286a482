"""Give applications to the people who answer them, and keep what those people did."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select, update

from tracker.accounts import operations as accounts
from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import (
    Application,
    ApplicationDocument,
    Draft,
    StageChange,
)
from tracker.applications.operations import Submission
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import DomainError, TooManyRequestsError
from tracker.core.tokens import hash_token, new_token
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.postings.rules import MemberRole
from tracker.routing import emails, queries, rules
from tracker.routing.models import Assignment, ContactLink, LinkFetch, LinkRequest
from tracker.routing.rules import Why


def receive(draft: Draft, *, at: dt.datetime) -> Submission:
    """Submit a draft and, in the same transaction, tell whoever has to answer it.

    Every way in calls this: a repeated submission is returned as it stands and tells
    nobody twice.
    """
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
    contact = postings.contact_of(posting)
    firsts = [(contact, Why.CONTACT)] if contact else _in_place_of_a_contact(posting)
    copied = [
        (member.person, Why.COPIED)
        for member in posting.members
        if member.role is MemberRole.COPIED and member.person.disabled_at is None
    ]
    for person, why in [*firsts, *copied]:
        if person.id not in told:
            told.add(person.id)
            yield person, why


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
    _revoke_links(assignment.application_id, assignment.person_id)


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


def give_link(application: Application, person: Person) -> str:
    """Make a private link of a person's to one application; returns its secret, once."""
    token = new_token()
    db.session.add(
        ContactLink(
            application_id=application.id,
            person_id=person.id,
            token_hash=hash_token(token),
            expires_at=now() + rules.LINK_LIFETIME,
        )
    )
    db.session.flush()
    return token


def correct_address(application: Application, email: str) -> None:
    """Take a candidate's corrected address, and tell everybody the application is with.

    Their first mail names the mistyped one, and a reply to it would go astray. Raises what
    `applications.operations.correct_address` raises.
    """
    applications.correct_address(application, email)
    for assignment in queries.routing_of(application.id):
        if assignment.ended_at is None and assignment.person.disabled_at is None:
            emails.address_corrected(application, assignment.person)


def tell_of_virus(item: ApplicationDocument) -> None:
    """Ask the candidate for a clean copy, and tell those who wait for the document."""
    applications.ask_for_clean_copy(item)
    for assignment in queries.routing_of(item.application_id):
        if assignment.ended_at is None and assignment.person.disabled_at is None:
            emails.virus_found(item, assignment.person)


def record_fetch(link: ContactLink) -> None:
    """Note that a link was fetched; says nothing about a human, since scanners open links."""
    db.session.add(LinkFetch(link_id=link.id))
    db.session.execute(
        update(Assignment)
        .where(
            Assignment.application_id == link.application_id,
            Assignment.person_id == link.person_id,
            Assignment.fetched_at.is_(None),
        )
        .values(fetched_at=now())
    )
    db.session.flush()


def record_seen(application: Application, person: Person) -> None:
    """Note that a person has looked: a POST behind their link, or a signed-in view."""
    assignment = queries.assignment_of(application.id, person.id)
    if assignment is not None and assignment.seen_at is None:
        assignment.seen_at = now()
        db.session.flush()


def acknowledge(application: Application, *, by: Person) -> Assignment:
    """Take an application on: seen, acknowledged, and under review if it was only received."""
    assignment = _deciding(application, by)
    if assignment.acknowledged_at is None:
        assignment.acknowledged_at = now()
        if application.outcome is None and application.stage is Stage.RECEIVED:
            applications.move(application, to_stage=Stage.UNDER_REVIEW, by=by, mail=False)
    db.session.flush()
    return assignment


def shortlist(application: Application, *, by: Person, mail: bool) -> StageChange:
    """Shortlist an application, from the mail alone."""
    _deciding(application, by)
    return applications.move(application, to_stage=Stage.SHORTLISTED, by=by, mail=mail)


def decline(
    application: Application, *, reason: Reason, note: str, by: Person, mail: bool
) -> StageChange:
    """Decline an application with a reason, from the mail alone."""
    _deciding(application, by)
    return applications.move(
        application, outcome=Outcome.NOT_SELECTED, reason=reason, note=note, by=by, mail=mail
    )


def own_latest(application: Application, person: Person) -> StageChange | None:
    """The latest move, where this person made it and has not taken it back."""
    latest = application.history[-1]
    is_own = latest.by_id == person.id and latest.undoes_id is None
    return latest if is_own and latest.old_stage is not None else None


def take_back(application: Application, *, by: Person) -> StageChange:
    """Undo what this person did last, if nobody moved the application since.

    Returns the move that was taken back: its `email_id` says whether the candidate had been
    told. Raises `DomainError` where there is nothing of theirs to take back.
    """
    _deciding(application, by)
    latest = own_latest(application, by)
    if latest is None:
        raise DomainError(
            "Somebody moved this application after you, so it stands as they left it."
            " Write to them if that should change."
        )
    applications.undo(application, latest, by=by)
    return latest


def _deciding(application: Application, person: Person) -> Assignment:
    assignment = queries.assignment_of(application.id, person.id)
    if assignment is None or person.disabled_at is not None:
        raise DomainError("This application is no longer with you. Nothing was changed.")
    rules.check_may_decide(assignment.why)
    if assignment.seen_at is None:
        assignment.seen_at = now()
    return assignment


def renew_link(link: ContactLink) -> None:
    """Mail a link's owner a new one; every earlier one of theirs to it stops working.

    Raises `DomainError` once the application was handed over to somebody else, and
    `TooManyRequestsError` past a few an hour: an old link must not become a source of mail.
    """
    assert_reachable(link.person)
    if queries.assignment_of(link.application_id, link.person_id) is None:
        raise DomainError("This application is no longer with you. No new link was made.")
    if queries.links_since(link, now() - dt.timedelta(hours=1)) >= rules.LINKS_AN_HOUR:
        raise TooManyRequestsError(
            "Several links were mailed in the last hour. Check your mail, also where unwanted"
            " mail goes; the newest one works.",
            retry_after=3600,
        )
    _revoke_links(link.application_id, link.person_id)
    emails.link_again(link, give_link(link.application, link.person))


def assert_reachable(person: Person) -> None:
    """Raise `DomainError` for a person who has left."""
    if person.disabled_at is not None:
        raise DomainError("This link belonged to somebody who no longer works here.")


def _revoke_links(application_id: int, person_id: int) -> None:
    db.session.execute(
        update(ContactLink)
        .where(
            ContactLink.application_id == application_id,
            ContactLink.person_id == person_id,
            ContactLink.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )


def ask_for_own_link(link: ContactLink, *, name: str, email: str) -> None:
    """Answer a colleague to whom the mail was forwarded.

    Somebody the employer knows and has confirmed gets a link in their own name at once;
    anybody else waits for the link's owner. The owner is told either way, and the caller
    shows the same words either way. Raises `TooManyRequestsError` past a few a link.
    """
    key = email.strip().lower()
    asked = db.session.scalar(select(func.count()).where(LinkRequest.link_id == link.id)) or 0
    if asked >= rules.REQUESTS_PER_LINK:
        raise TooManyRequestsError("This link has been asked for often enough. Write to its owner.")
    known = people.by_email(key)
    given = known is not None and known.disabled_at is None and not known.unconfirmed
    request = db.session.scalars(
        select(LinkRequest).where(LinkRequest.link_id == link.id, LinkRequest.email == key)
    ).one_or_none()
    if request is not None:
        return
    request = LinkRequest(link=link, name=name, email=key)
    db.session.add(request)
    if given:
        _grant(request)
    emails.colleague_asks(
        link,
        name=name,
        address=key,
        given=given,
        token=give_link(link.application, link.person),
    )
    db.session.flush()


def decide_request(request: LinkRequest, *, grant: bool) -> None:
    """Give or refuse a colleague their own link, as the link's owner says."""
    if request.decided_at is not None:
        raise DomainError("This has been decided already.")
    if grant:
        _grant(request)
    else:
        request.decided_at, request.granted = now(), False
    db.session.flush()


def _grant(request: LinkRequest) -> None:
    application = request.link.application
    person = accounts.find_or_add(email=request.email, name=request.name, by=None)
    request.decided_at, request.granted = now(), True
    token = give_link(application, person)
    email = emails.colleague_link(application, person, token)
    if queries.assignment_of(application.id, person.id) is None:
        db.session.add(
            Assignment(
                application=application,
                person=person,
                why=Why.ASKED,
                reason=f"asked with a mail forwarded by {request.link.person.name}",
                told_email=email,
            )
        )
    applications.admit(application, person, "asked")
    db.session.flush()
