"""Small builders of postings for every room's tests. They commit."""

import datetime as dt
import time
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from tracker.accounts.models import Person
from tracker.accounts.views.sessions import STARTED
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.organization.models import Employer
from tracker.postings import operations, queries
from tracker.postings.content import (
    DocumentValue,
    PostingValues,
    QuestionValue,
    SectionValue,
)
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind, PayUnit, QuestionKind

STATEMENT = "Fernhollow Library gives everybody the same chance at every job."


def employer(**values: Any) -> Employer:
    """The employer, made on the first call; values are set on it."""
    row = db.session.get(Employer, 1)
    if row is None:
        row = Employer(
            id=1,
            name="Fernhollow Library",
            street="12 Mill Lane",
            city="Fernhollow",
            region="CT",
            postal_code="06000",
            website="https://fernhollow.example.org",
            equal_opportunity_statement=STATEMENT,
        )
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.commit()
    return row


def person(email: str = "ida.moreno@example.org", **values: Any) -> Person:
    """A person with that address, made on the first call; without a role, no account."""
    row = db.session.query(Person).filter_by(email=email).one_or_none()
    if row is None:
        name = email.partition("@")[0].replace(".", " ").title()
        row = Person(email=email, name=name)
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.commit()
    return row


def coordinator(email: str = "cora.field@example.org") -> Person:
    """A person who may see and publish every posting."""
    return person(email, role=Role.COORDINATOR)


def manager(email: str = "max.reed@example.org") -> Person:
    """A person who may see the postings that they are on."""
    return person(email, role=Role.MANAGER)


def full_values(**values: Any) -> PostingValues:
    """Everything that a posting of the fictional library says; `values` win."""
    full: PostingValues = {
        "title": "Children's Librarian",
        "summary": "Fernhollow Library looks for someone who reads aloud with joy.",
        "employment_types": ["FULL_TIME"],
        "hours_min": Decimal("37.5"),
        "hours_max": Decimal("37.5"),
        "schedule": "Tuesday to Saturday, one evening a week.",
        "pay_min": Decimal(52000),
        "pay_max": Decimal(61000),
        "pay_unit": PayUnit.YEAR,
        "benefits": "Health insurance, a pension, four weeks of vacation.",
        "location": "Main library",
        "reports_to": "Head of Youth Services",
        "closes_on": (now() + dt.timedelta(days=30)).date(),
        "sections": [
            SectionValue("", "Come and tell *stories*."),
            SectionValue("Duties", "- Plan story hours\n- Choose books"),
        ],
        "documents": [
            DocumentValue(DocumentKind.COVER_LETTER, "Cover letter"),
            DocumentValue(DocumentKind.RESUME, "Resume"),
        ],
        "questions": [QuestionValue("Can you work on Saturdays?", QuestionKind.YES_NO)],
        "skills": ["Spreadsheets", "Story time"],
    }
    full.update(values)  # type: ignore[typeddict-item]  # the caller names fields of the same type
    return full


def draft_posting(*, contact: Person | None = None, **values: Any) -> Posting:
    """A draft that lacks nothing, unless values say otherwise."""
    employer()
    if "contact_person_id" not in values and "contact_position_id" not in values:
        values["contact_person_id"] = (contact or person(title="Head of Youth Services")).id
    posting = operations.draft(by=None, values=full_values(**values))
    db.session.commit()
    return posting


def open_posting(*, contact: Person | None = None, **values: Any) -> Posting:
    """A posting that takes applications; warnings, if any, are confirmed by name."""
    posting = draft_posting(contact=contact, **values)
    with writing():  # a server may be at work on the same database
        confirmed = [each.code for each in queries.checks_of(posting)]
        operations.publish(posting, by=None, confirmed=confirmed)
        db.session.commit()
    return posting


def closed_posting(*, contact: Person | None = None, **values: Any) -> Posting:
    """A posting that was open and has closed."""
    posting = open_posting(contact=contact, **values)
    operations.close(posting, by=None)
    db.session.commit()
    return posting


def sign_in(client: FlaskClient, who: Person) -> None:
    """Sign a person in, as the sign-in page would; their session is as good as any."""
    with client.session_transaction(base_url=client.application.config["BASE_URL"]) as session:
        session["_user_id"] = who.get_id()
        session["_fresh"] = True
        session[STARTED] = int(time.time())
