"""The check says when whoever gets the applications is away, and until when."""

import datetime as dt

from flask import Flask
from time_machine import Traveller

from tests.postings.factories import draft_posting, employer, person
from tracker.core.db import db
from tracker.organization.models import Leave, Position
from tracker.postings import queries
from tracker.postings.models import Posting

LAST = dt.date(2026, 12, 4)


def on_leave(address: str) -> None:
    away = Leave(person=person(address), from_on=dt.date(2026, 11, 20), until_on=LAST)
    db.session.add(away)
    db.session.commit()


def codes(posting: Posting) -> set[str]:
    return {each.code for each in queries.checks_of(posting)}


def test_a_contact_on_leave_is_named_with_the_last_day(app: Flask, clock: Traveller) -> None:
    employer()
    posting = draft_posting(contact=person("ida.moreno@example.org"))
    assert "contact-away" not in codes(posting)
    on_leave("ida.moreno@example.org")
    assert "contact-away" in codes(posting)
    clock.move_to(dt.datetime(2026, 12, 5, 15, tzinfo=dt.UTC))
    assert "contact-away" not in codes(posting)


def test_a_deputy_who_stands_in_is_enough(app: Flask, clock: Traveller) -> None:
    employer()
    position = Position(
        title="Head of Children's Services",
        holder=person("ida.moreno@example.org"),
        deputy=person("dan.cole@example.org"),
    )
    db.session.add(position)
    posting = draft_posting()
    posting.contact_person, posting.contact_position = None, position
    on_leave("ida.moreno@example.org")
    assert "contact-away" not in codes(posting)
    on_leave("dan.cole@example.org")
    assert "contact-away" in codes(posting)
