"""The desk in tests: who sits at it, and applications that have arrived there. They commit."""

import datetime as dt
import time
from typing import Any

from flask import Flask

from tests.applications.factories import browser, draft
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.accounts.views.sessions import STARTED
from tracker.applications import operations
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.documents import operations as documents
from tracker.postings.models import Posting, PostingMember
from tracker.postings.rules import MemberRole
from tracker.routing import operations as routing


def signed_in(app: Flask, person: Person) -> Client:
    """A browser in which a person is signed in."""
    client = browser(app)
    with client.session_transaction(base_url=app.config["BASE_URL"]) as session:
        session["_user_id"], session["_fresh"] = person.get_id(), True
        session[STARTED] = int(time.time())
    return client


def person(person_id: int) -> Person:
    """A person as this transaction sees them."""
    return db.session.get_one(Person, person_id)


def coordinator(app: Flask) -> Client:
    """A browser in which somebody who sees everything is signed in."""
    return signed_in(app, postings.coordinator())


def arrived(
    posting: Posting | None = None, *, at: dt.datetime | None = None, **answers: Any
) -> Application:
    """An application with typed documents that came in and was routed to its contact."""
    posting_id = (posting or postings.open_posting()).id
    wanted = [(each.id, each.title) for each in db.session.get_one(Posting, posting_id).documents]
    letters = {
        key: documents.receive_text(f"{title} of a candidate.\n", f"{title}.txt")
        for key, title in wanted
    }
    with writing():
        made = draft(posting_id, **answers)
        for key, letter in letters.items():
            operations.attach(made, key, documents.record(letter))
        application = routing.receive(made, at=at or now()).application
        db.session.commit()
    return application


def move(
    application: Application,
    to: Stage | Outcome,
    *,
    reason: Reason | None = None,
    by: Person | None = None,
    mail: bool = False,
    note: str = "",
) -> None:
    """Move an application through the one door."""
    by_id, application_id = (by or postings.coordinator()).id, application.id
    outcome = to if isinstance(to, Outcome) else None
    with writing():
        operations.move(
            db.session.get_one(Application, application_id),
            to_stage=None if outcome else Stage(to),
            outcome=outcome,
            reason=reason,
            note=note,
            by=db.session.get_one(Person, by_id),
            mail=mail,
        )
        db.session.commit()


def make_manager_of(posting: Posting, email: str = "max.reed@example.org") -> Person:
    """A manager who manages this posting."""
    person = postings.manager(email)
    db.session.add(
        PostingMember(posting_id=posting.id, person_id=person.id, role=MemberRole.MANAGER)
    )
    db.session.commit()
    return person


def panelist(email: str = "pat.bell@example.org", *, seat_on: Application | None = None) -> Person:
    """Somebody who sees only the applications that they sit for."""
    person = postings.person(email, role=Role.PANELIST)
    if seat_on is not None:
        give_seat(seat_on, person)
    return person


def give_seat(application: Application, person: Person) -> None:
    """Let a person see an application as its panel does."""
    with writing():
        operations.admit(
            db.session.get_one(Application, application.id),
            db.session.get_one(Person, person.id),
            "panel",
        )
        db.session.commit()
