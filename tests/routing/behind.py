"""What somebody does behind a private link, and how a link is ended."""

from sqlalchemy import select

from tests.plugins.apps import Client
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason
from tracker.core.db import db, lock, writing
from tracker.routing.models import Assignment

IDA, ROBIN = "ida.moreno@example.org", "robin.vale@example.org"


def of(email: str) -> Assignment:
    """A person's newest assignment, as it is now."""
    db.session.rollback()
    found = db.session.scalars(
        select(Assignment)
        .join(Assignment.person)
        .where(Person.email == email)
        .order_by(Assignment.id.desc())
    ).first()
    assert found is not None
    return found


def end(application_id: int) -> None:
    """End an application. Commits."""
    with writing():
        applications.move(
            lock(Application, application_id),
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.NO_RESPONSE,
            by=db.session.query(Person).filter_by(email=IDA).one(),
            mail=False,
        )
        db.session.commit()


def ask(client: Client, page: str, **values: str) -> str:
    """Ask Robin Vale to look, by name and address; the page that follows."""
    known = {"person": "else", "name": "Robin Vale", "email": ROBIN, "note": "Story hours?"}
    return client.submit(f"{page}/ask", {**known, **values}, button="Ask them", follow=True).text
