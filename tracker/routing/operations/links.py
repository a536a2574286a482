"""Private links that open one application to one person, and colleagues who ask for one."""

import datetime as dt

from sqlalchemy import func, literal, select, update

from tracker.accounts import operations as accounts
from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.accounts.rules import PRESSED_AGAIN
from tracker.applications import operations as applications
from tracker.applications.models import (
    Application,
)
from tracker.core.db import UTCDateTime, db, now
from tracker.core.errors import DomainError, NotFoundError, TooManyRequestsError
from tracker.core.tokens import hash_token, new_token
from tracker.routing import emails, queries, rules
from tracker.routing.models import (
    Assignment,
    ContactLink,
    LinkFetch,
    LinkRequest,
    LinkRevocation,
)
from tracker.routing.rules import Why


def give_link(application: Application, person: Person) -> str:
    """Make a private link of a person's to one application; returns its secret, once.

    It opens nothing from the start while a colleague has ended their links to it.
    """
    token = new_token()
    ended = (  # asked in the same statement, since many links are made in one go
        select(literal(now(), UTCDateTime()))
        .where(
            LinkRevocation.application_id == application.id,
            LinkRevocation.person_id == person.id,
            LinkRevocation.lifted_at.is_(None),
        )
        .limit(1)
        .scalar_subquery()
    )
    db.session.add(
        ContactLink(
            application_id=application.id,
            person_id=person.id,
            token_hash=hash_token(token),
            expires_at=now() + rules.LINK_LIFETIME,
            revoked_at=ended,
        )
    )
    db.session.flush()
    return token


def record_fetch(link: ContactLink) -> None:
    """Note that a link was fetched; says nothing about a human, since scanners open links."""
    db.session.add(LinkFetch(link_id=link.id))
    db.session.execute(
        update(Assignment)
        .where(
            Assignment.application_id == link.application_id,
            Assignment.person_id == link.person_id,
            Assignment.ended_at.is_(None),
            Assignment.fetched_at.is_(None),
        )
        .values(fetched_at=now())
    )
    db.session.flush()


def renew_link(link: ContactLink) -> None:
    """Mail a link's owner a new one; every earlier one of theirs to it stops working.

    Pressed twice it goes once: a second mail would end the first one's link on its way.

    Raises `DomainError` as `assert_renewable` does, and `TooManyRequestsError` past a few an
    hour: an old link must not become a source of mail.
    """
    assert_renewable(link)
    if queries.new_link_since(link.application_id, link.person, now() - PRESSED_AGAIN):
        return
    _check_often(link.application_id, link.person_id)
    revoke_links(link.application_id, link.person_id)
    emails.link_again(link.application, link.person, give_link(link.application, link.person))


def assert_renewable(link: ContactLink) -> None:
    """Raise `DomainError` for a link that no new one is mailed for.

    Its owner has left, the application was handed over, or a colleague has shut them out.
    """
    assert_reachable(link.person)
    if queries.assignment_of(link.application_id, link.person_id) is None:
        raise DomainError("This application is no longer with you. No new link was made.")
    if queries.is_shut_out(link.application_id, link.person_id):
        raise DomainError(
            "A colleague has ended your links to this application. Write to the hiring team if"
            " you need one again."
        )


def assert_reachable(person: Person) -> None:
    """Raise `DomainError` for a person who has left."""
    if person.disabled_at is not None:
        raise DomainError("This link belonged to somebody who no longer works here.")


def revoke_links(application_id: int, person_id: int) -> None:
    db.session.execute(
        update(ContactLink)
        .where(
            ContactLink.application_id == application_id,
            ContactLink.person_id == person_id,
            ContactLink.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )


def shut_out(application: Application, person: Person, *, by: Person) -> LinkRevocation:
    """End every private link of a person's to an application, until somebody sends a new one.

    A mail to them that carries a link goes on being sent; the link in it opens nothing. Raises
    `DomainError` where that was done already, and for who never had a link.
    """
    if queries.is_shut_out(application.id, person.id):
        raise DomainError(f"The links of {person.name} have been ended already.")
    if not any(each.person_id == person.id for each in queries.routing_of(application.id)):
        raise NotFoundError
    revoke_links(application.id, person.id)
    ended = LinkRevocation(application_id=application.id, person_id=person.id, by_id=by.id)
    db.session.add(ended)
    db.session.flush()
    return ended


def lift(application: Application, person: Person, *, by: Person) -> None:
    """Let a person have private links to an application again; no-op where they may."""
    ended = queries.standing_revocation(application.id, person.id)
    if ended is not None:
        ended.lifted_at, ended.lifted_by_id = now(), by.id
        db.session.flush()


def send_link(application: Application, person: Person, *, by: Person) -> None:
    """Mail somebody who has an application a new private link, also after theirs were ended.

    Earlier ones stop working. Raises `NotFoundError` for whom it is not with, and what
    `renew_link` raises about how often.
    """
    assert_reachable(person)
    if queries.assignment_of(application.id, person.id) is None:
        raise NotFoundError
    lift(application, person, by=by)
    _check_often(application.id, person.id)
    revoke_links(application.id, person.id)
    emails.link_again(application, person, give_link(application, person))


def _check_often(application_id: int, person_id: int) -> None:
    hour_ago = now() - dt.timedelta(hours=1)
    if queries.links_since(application_id, person_id, hour_ago) >= rules.LINKS_AN_HOUR:
        raise TooManyRequestsError(
            "Several links were mailed in the last hour. Check your mail, also where unwanted"
            " mail goes; the newest one works.",
            retry_after=3600,
        )


def ask_for_own_link(link: ContactLink, *, name: str, email: str) -> None:
    """Answer a colleague to whom the mail was forwarded.

    Somebody the employer knows and has confirmed gets a link in their own name at once;
    anybody else waits for the link's owner. The owner is told either way, and the caller
    shows the same words either way. Raises `DomainError` where the owner only reads, and
    `TooManyRequestsError` past a few a link.
    """
    _check_lets_in(link)
    key = email.strip().lower()
    asked = db.session.scalar(select(func.count()).where(LinkRequest.link_id == link.id)) or 0
    if asked >= rules.REQUESTS_PER_LINK:
        raise TooManyRequestsError("This link has been asked for often enough. Write to its owner.")
    known = people.by_email(key)
    given = (
        known is not None
        and known.disabled_at is None
        and not known.unconfirmed
        and not queries.is_shut_out(link.application_id, known.id)
    )
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
        _check_lets_in(request.link)
        _check_grantable(request)
        _grant(request)
    else:
        request.decided_at, request.granted = now(), False
    db.session.flush()


def _check_lets_in(link: ContactLink) -> None:
    assignment = queries.assignment_of(link.application_id, link.person_id)
    rules.check_lets_in(assignment.why if assignment is not None else None)


def _check_grantable(request: LinkRequest) -> None:
    """Raise `DomainError` where nobody may be let in: outside the employer, or shut out."""
    domain = request.email.rpartition("@")[2]
    if domain not in queries.own_domains(request.link.person):
        raise DomainError(
            "This address is not one of the employer's, so no link was sent there. Ask a"
            " coordinator to add the person first."
        )
    known = people.by_email(request.email)
    if known is not None and queries.is_shut_out(request.link.application_id, known.id):
        raise DomainError(
            "A colleague has ended this person's links to the application. No link was sent."
        )


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
