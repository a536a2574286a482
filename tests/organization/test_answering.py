"""Who answers for a position: holder, deputy, next in line; never somebody who has left."""

import datetime as dt
from itertools import product

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.organization.conftest import add_person
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.organization import operations, queries, rules
from tracker.organization.models import Employer, Leave, Position
from tracker.organization.rules import Answering, How, People, Post, answering

HOLDER, DEPUTY, NEXT, NEXT_DEPUTY = 1, 2, 3, 4
POSTS = {10: Post(HOLDER, DEPUTY, 20), 20: Post(NEXT, NEXT_DEPUTY)}
HERE, AWAY, LEFT = "here", "away", "left"


def people(**states: str) -> People:
    """Whoever works here and who of them is away, by name."""
    ids = {"holder": HOLDER, "deputy": DEPUTY, "next": NEXT, "next_deputy": NEXT_DEPUTY}
    able = {ids[name] for name, state in states.items() if state != LEFT}
    return People(able, {ids[name] for name, state in states.items() if state == AWAY})


# holder, deputy, who holds the next position → who answers
MATRIX = {
    (HERE, HERE, HERE): (HOLDER, How.HOLDER),
    (HERE, HERE, AWAY): (HOLDER, How.HOLDER),
    (HERE, HERE, LEFT): (HOLDER, How.HOLDER),
    (HERE, AWAY, HERE): (HOLDER, How.HOLDER),
    (HERE, AWAY, AWAY): (HOLDER, How.HOLDER),
    (HERE, AWAY, LEFT): (HOLDER, How.HOLDER),
    (HERE, LEFT, HERE): (HOLDER, How.HOLDER),
    (HERE, LEFT, AWAY): (HOLDER, How.HOLDER),
    (HERE, LEFT, LEFT): (HOLDER, How.HOLDER),
    (AWAY, HERE, HERE): (DEPUTY, How.DEPUTY),
    (AWAY, HERE, AWAY): (DEPUTY, How.DEPUTY),
    (AWAY, HERE, LEFT): (DEPUTY, How.DEPUTY),
    (AWAY, AWAY, HERE): (NEXT, How.NEXT),
    (AWAY, AWAY, AWAY): (HOLDER, How.HOLDER),
    (AWAY, AWAY, LEFT): (HOLDER, How.HOLDER),
    (AWAY, LEFT, HERE): (NEXT, How.NEXT),
    (AWAY, LEFT, AWAY): (HOLDER, How.HOLDER),
    (AWAY, LEFT, LEFT): (HOLDER, How.HOLDER),
    (LEFT, HERE, HERE): (NEXT, How.NEXT),
    (LEFT, HERE, AWAY): (DEPUTY, How.STAND_IN),
    (LEFT, HERE, LEFT): (DEPUTY, How.STAND_IN),
    (LEFT, AWAY, HERE): (NEXT, How.NEXT),
    (LEFT, AWAY, AWAY): (DEPUTY, How.STAND_IN),
    (LEFT, AWAY, LEFT): (DEPUTY, How.STAND_IN),
    (LEFT, LEFT, HERE): (NEXT, How.NEXT),
    (LEFT, LEFT, AWAY): (NEXT, How.NEXT),
    (LEFT, LEFT, LEFT): (None, How.NOBODY),
}


def test_the_matrix_is_whole() -> None:
    assert set(MATRIX) == set(product((HERE, AWAY, LEFT), repeat=3))


@pytest.mark.parametrize("states", MATRIX, ids="-".join)
def test_who_answers(states: tuple[str, str, str]) -> None:
    holder, deputy, following = states
    found = answering(10, POSTS, people(holder=holder, deputy=deputy, next=following))
    assert found == Answering(*MATRIX[states])


@pytest.mark.parametrize("states", [each for each in MATRIX if each[0] == LEFT])
def test_a_vacant_position_is_like_one_whose_holder_has_left(
    states: tuple[str, str, str],
) -> None:
    vacant = {**POSTS, 10: Post(None, DEPUTY, 20)}
    _, deputy, following = states
    found = answering(10, vacant, people(deputy=deputy, next=following))
    assert found == Answering(*MATRIX[states])


def test_the_line_is_followed_to_its_end() -> None:
    posts = {each: Post(next_id=each + 1) for each in range(10, 15)} | {15: Post(NEXT)}
    assert answering(10, posts, People({NEXT})) == Answering(NEXT, How.NEXT)


def test_the_deputy_of_the_next_in_line_answers_during_its_holder_s_leave() -> None:
    found = answering(10, POSTS, people(next=AWAY, next_deputy=HERE))
    assert found == Answering(NEXT_DEPUTY, How.NEXT)


def test_a_circle_ends() -> None:
    posts = {10: Post(next_id=20), 20: Post(next_id=30), 30: Post(next_id=20)}
    assert rules.line_of(10, posts) == [10, 20, 30]
    assert answering(10, posts, People(set())) == Answering(None, How.NOBODY)


def test_a_circle_is_refused_and_shown() -> None:
    posts = {10: Post(), 20: Post(next_id=30), 30: Post(next_id=10)}
    titles = {10: "Director", 20: "Head of Youth", 30: "Head of Maps"}
    with pytest.raises(rules.LineError, match="Director → Head of Youth → Head of Maps → Director"):
        rules.check_line(10, 20, posts, titles)
    rules.check_line(20, 30, posts, titles)
    rules.check_line(10, None, posts, titles)


persons = st.one_of(st.none(), st.integers(1, 5))
worlds = st.dictionaries(
    st.integers(1, 6),
    st.builds(Post, persons, persons, st.one_of(st.none(), st.integers(1, 6))),
    min_size=1,
)
known = st.frozensets(st.integers(1, 5))


@given(worlds, known, known)
def test_nobody_who_has_left_ever_answers_and_somebody_present_is_preferred(
    posts: dict[int, Post], able: frozenset[int], away: frozenset[int]
) -> None:
    staff = People(able, away & able)
    for position_id, post in posts.items():
        found = answering(position_id, posts, staff)
        line = [posts[each] for each in rules.line_of(position_id, posts) if each in posts]
        all_of_them = {each for one in line for each in (one.holder, one.deputy)}
        assert (found.person_id is None) == (found.how is How.NOBODY)
        assert found.person_id is None or found.person_id in able
        # Nobody answers only where nobody could.
        assert found.person_id is not None or not all_of_them & able
        if staff.present(post.holder):
            assert found == Answering(post.holder, How.HOLDER)


# With rows


@pytest.fixture
def head(employer: Employer) -> Position:
    """A position with holder, deputy, and a director next in line."""
    director = Position(title="Director", holder=add_person("dir@example.org", "Dee Rector"))
    db.session.add(director)
    db.session.flush()
    position = Position(
        title="Head of Youth",
        holder=add_person("kim@example.org", "Kim Odell"),
        deputy=add_person("sam@example.org", "Sam Rivera"),
        next_id=director.id,
    )
    db.session.add(position)
    db.session.commit()
    return position


def away(person_id: int | None, first: dt.date, last: dt.date) -> None:
    assert person_id is not None
    db.session.add(Leave(person_id=person_id, from_on=first, until_on=last))
    db.session.commit()


def who(position: Position, at: dt.datetime) -> str:
    found = queries.directory(at).who(position.id)
    return found.name if found else ""


def test_leave_is_of_the_employers_days_from_midnight_to_midnight(
    any_app: Flask, head: Position
) -> None:
    """The 24th in New York: from 5:00 UTC on that day to 5:00 UTC on the next."""
    away(head.holder_id, dt.date(2026, 11, 24), dt.date(2026, 11, 24))
    moments = ("2026-11-24T04:59", "2026-11-24T05:00", "2026-11-25T04:59", "2026-11-25T05:00")
    found = [who(head, dt.datetime.fromisoformat(f"{each}+00:00")) for each in moments]
    assert found == ["Kim Odell", "Sam Rivera", "Sam Rivera", "Kim Odell"]


def test_both_away_is_the_next_in_line(any_app: Flask, head: Position) -> None:
    day = queries.today()
    away(head.holder_id, day, day)
    away(head.deputy_id, day, day + dt.timedelta(days=3))
    assert who(head, now()) == "Dee Rector"
    assert queries.answered_by(head.holder_id or 0) == [head.id]  # keeps sight of what is theirs


def test_somebody_on_leave_is_stood_in_for_by_a_position_of_theirs(
    any_app: Flask, head: Position
) -> None:
    day = queries.today()
    away(head.holder_id, day, day)
    found = queries.directory().stand_in(head.holder_id or 0)
    assert found is not None
    assert found.name == "Sam Rivera"
    assert queries.directory().stand_in(999) is None


def test_leave_is_checked(app: Flask, head: Position) -> None:
    assert head.holder is not None
    day = queries.today()
    step = dt.timedelta(days=1)
    for first, last, words in (
        (day + step, day, "ends before it begins|end before it begins"),
        (day - 5 * step, day - step, "over already"),
        (day, day + 2000 * step, "three years"),
    ):
        with pytest.raises(DomainError, match=words):
            operations.add_leave(head.holder, from_on=first, until_on=last, by=None)
