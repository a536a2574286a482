"""Time that stands still, and a count of what the database was asked.

- `clock`: stops time at Monday 23 November 2026, 10:00 in New York; `clock.move_to(aware
  time)`, `clock.shift(timedelta)`.
- `count_queries`: `with count_queries() as statements: …`; afterwards the SQL, in order.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, event

START = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)

QueryCounter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time that stands still until it is moved."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _clock_first(request: pytest.FixtureRequest) -> None:
    """Stop time before anything else is made: a session from after it would not count."""
    if "clock" in request.fixturenames:
        request.getfixturevalue("clock")


@pytest.fixture
def count_queries() -> QueryCounter:
    """Collect the SQL statements of a block; transactions are not counted."""
    return _statements


@contextmanager
def _statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
