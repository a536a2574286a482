"""Positions outlive their holders."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.organization.conftest import add_person
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.organization.models import Position
from tracker.organization.queries import holder_today

PAGE = "/staff/organization/positions"


@pytest.fixture
def kim(app: Flask) -> Person:
    """A contact."""
    return add_person("kim.odell@example.org", "Kim Odell")


@pytest.fixture
def sam(app: Flask) -> Person:
    """Another contact."""
    return add_person("sam.rivera@example.org", "Sam Rivera")


def _one() -> Position:
    return db.session.scalars(select(Position)).one()


@pytest.mark.both_databases
def test_a_position_is_added_changed_and_vacated(admin: Client, kim: Person, sam: Person) -> None:
    """Holder, deputy, then nobody but the deputy."""
    data = {"title": "Head of Access", "holder": str(kim.id), "deputy": str(sam.id)}
    assert admin.submit(f"{PAGE}/new", data).status_code == 303
    position = _one()
    assert (position.title, position.holder, position.deputy) == ("Head of Access", kim, sam)
    page = f"{PAGE}/{position.id}"
    assert admin.submit(page, {"title": "Head of Reader Services"}).status_code == 303
    assert "Head of Reader Services" in admin.page(PAGE).text
    assert admin.submit(PAGE, form="/vacate").status_code == 303
    db.session.expire_all()
    position = _one()
    assert (position.holder, holder_today(position)) == (None, sam)


def test_who_answers_today(app: Flask, kim: Person, sam: Person) -> None:
    """The holder; their deputy when the holder is gone; else nobody."""
    position = Position(title="Head of Access", holder=kim, deputy=sam)
    db.session.add(position)
    db.session.commit()
    assert holder_today(position) == kim
    kim.disabled_at = func.now()
    db.session.commit()
    assert holder_today(position) == sam
    sam.disabled_at = func.now()
    db.session.commit()
    assert holder_today(position) is None


def test_nobody_is_their_own_deputy(admin: Client, kim: Person) -> None:
    """The error stands at the deputy."""
    data = {"title": "Head of Access", "holder": str(kim.id), "deputy": str(kim.id)}
    answer = admin.submit(f"{PAGE}/new", data)
    assert answer.status_code == 422
    assert "The deputy must be another person than the holder." in answer.text
    assert db.session.scalar(select(func.count()).select_from(Position)) == 0


@pytest.mark.both_databases
def test_two_positions_of_one_title_are_refused(admin: Client) -> None:
    """A title is how people choose it from a list."""
    assert admin.submit(f"{PAGE}/new", {"title": "Head of Access"}).status_code == 303
    answer = admin.submit(f"{PAGE}/new", {"title": " Head  of Access "})
    assert answer.status_code == 422
    assert "There is a position of this title already." in answer.text


def test_a_position_that_was_open_too_long_overwrites_nothing(admin: Client) -> None:
    """Two administrators edit: the second is told."""
    admin.submit(f"{PAGE}/new", {"title": "Head of Access"})
    page = admin.page(f"{PAGE}/{_one().id}")
    assert admin.fill(page, {"title": "First"}).status_code == 303
    assert admin.fill(page, {"title": "Second"}).status_code == 409


def test_a_disabled_holder_is_shown_until_another_is_chosen(admin: Client, kim: Person) -> None:
    """Saving the page for another reason does not silently vacate the position."""
    admin.submit(f"{PAGE}/new", {"title": "Head of Access", "holder": str(kim.id)})
    kim.disabled_at = func.now()
    db.session.commit()
    page = f"{PAGE}/{_one().id}"
    assert "Kim Odell, kim.odell@example.org (disabled)" in admin.page(page).text
    assert admin.submit(page, {"title": "Head of Reader Services"}).status_code == 303
    db.session.expire_all()
    assert _one().holder_id == kim.id


def test_the_list_asks_as_much_for_thirty_as_for_one(
    admin: Client, count_queries: QueryCounter, kim: Person
) -> None:
    """A longer list is not a slower one."""
    db.session.add(Position(title="0", holder=kim))
    db.session.commit()
    with count_queries() as one:
        admin.get(PAGE)
    for number in range(1, 30):
        deputy = add_person(f"person{number}@example.org", f"Person {number}")
        db.session.add(Position(title=str(number), holder=kim, deputy=deputy))
    db.session.commit()
    with count_queries() as thirty:
        page = admin.page(PAGE)
    assert len(page.all("tbody/tr")) == 30
    assert len(thirty) == len(one)
