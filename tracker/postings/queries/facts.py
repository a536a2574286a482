"""What the posting check looks at, gathered from the tables."""

import datetime as dt
from typing import TypedDict
from zoneinfo import ZoneInfo

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.organization import queries as organization
from tracker.organization.models import Position
from tracker.postings.checks import Facts
from tracker.postings.content import DocumentValue, QuestionValue, SectionValue
from tracker.postings.models import Posting


def facts_of(posting: Posting, employer: "EmployerFacts") -> Facts:
    """Gather what the checks look at."""
    who = posting.contact_position or posting.contact_person
    return Facts(
        title=posting.title,
        closes_at=posting.closes_at,
        closes_on=posting.closes_on,
        open_until_filled=posting.open_until_filled,
        pay_min=posting.pay_min,
        pay_max=posting.pay_max,
        pay_unit=posting.pay_unit,
        pay_note=posting.pay_note,
        currency=posting.currency,
        benefits=posting.benefits,
        own_statement=posting.equal_opportunity_text,
        summary=posting.summary,
        schedule=posting.schedule,
        reports_to=posting.reports_to,
        first_review_on=posting.first_review_on,
        interviews_begin_on=posting.interviews_begin_on,
        answer_by_on=posting.answer_by_on,
        accepting=posting.accepting,
        sections=tuple(SectionValue(each.heading, each.text) for each in posting.sections),
        documents=tuple(
            DocumentValue(each.kind, each.title, each.instructions, required=each.required)
            for each in posting.documents
        ),
        questions=tuple(
            QuestionValue(each.text, each.kind, tuple(each.choices)) for each in posting.questions
        ),
        skills=tuple(each.name for each in posting.skills),
        **contact_facts(who),
        **employer,
    )


class ContactFacts(TypedDict):
    """What the checks ask about a posting's contact."""

    has_contact: bool
    contact_reachable: bool
    contact: str
    contact_email: str
    contact_unconfirmed: bool
    contact_away_until: dt.date | None


def contact_facts(who: Position | Person | None) -> ContactFacts:
    """Say who gets the applications of a position or a person, and whether that holds today."""
    person = organization.holder_today(who) if isinstance(who, Position) else who
    able = person if person is not None and person.disabled_at is None else None
    named = who.title if isinstance(who, Position) else who.name if who else ""
    return ContactFacts(
        has_contact=who is not None,
        contact_reachable=able is not None,
        contact=named,
        contact_email=able.email if able else "",
        contact_unconfirmed=able is not None and able.unconfirmed,
        contact_away_until=organization.away_until(able) if able else None,
    )


class EmployerFacts(TypedDict):
    """What the checks ask about the employer."""

    statement: str
    today: dt.date
    positions: tuple[str, ...]
    people: tuple[str, ...]


def employer_facts(at: dt.datetime) -> EmployerFacts:
    """Say what the employer knows: its statement, its day, its positions and people's titles."""
    employer = organization.employer()
    return EmployerFacts(
        statement=employer.equal_opportunity_statement if employer else "",
        today=at.astimezone(ZoneInfo(zone())).date(),
        positions=tuple(each.title for each in organization.positions()),
        people=tuple({each.title for each in people.active_people() if each.title}),
    )


def zone() -> str:
    """Return the employer's time zone; UTC while there is no employer."""
    employer = organization.employer()
    return employer.time_zone if employer else "UTC"
