"""Take in many mails, each opened while the one before it is written down."""

import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

from sqlalchemy.exc import OperationalError

from tracker.core.errors import DomainError
from tracker.intake import boxes
from tracker.intake.ahead import Begun
from tracker.intake.arrival import Arrival, Outcome

PATIENCE = 180.0
EXPECTED = (DomainError, OperationalError)
"""What holds for every mail, and so ends the run."""


def take_all(found: Iterable[boxes.Found], arrival: Arrival) -> Generator[Outcome]:
    """Take in every mail, each opened while the one before it is written down.

    Those that another process is at come last, when it is done.
    """
    waiting: list[boxes.Found] = []
    with ThreadPoolExecutor(1, thread_name_prefix="opener") as opener:
        yield from _understand_all(_begin_all(found, arrival, opener, waiting), arrival)
    yield from _wait_for(waiting, arrival)


def _begin_all(
    found: Iterable[boxes.Found], arrival: Arrival, opener: Executor, waiting: list[boxes.Found]
) -> Iterator[Begun | Outcome]:
    for each in found:
        try:
            begun = arrival.begin(each, opener)
        except boxes.NoMailError as error:
            arrival.unreadable.append(error.message)
            continue
        except EXPECTED:
            raise
        except Exception as error:  # one mail that nobody thought of is no reason to leave the rest
            arrival.leave(each.label, error)
            continue
        if begun is None:
            waiting.append(each)
        else:
            yield begun


def _wait_for(waiting: list[boxes.Found], arrival: Arrival) -> Iterator[Outcome]:
    """Take in what another process is at, when it is done or gone."""
    started = time.monotonic()
    while waiting:
        left = []
        for each in waiting:
            outcome = arrival.take_in(each)
            if outcome is None:
                left.append(each)
            else:
                yield outcome
        waiting = left
        if waiting:
            if time.monotonic() - started > PATIENCE:
                raise DomainError(
                    f"{len(waiting)} mails are being read by another process. They are kept;"
                    " run the same again later."
                )
            time.sleep(0.1)


def _understand_all(begun: Iterable[Begun | Outcome], arrival: Arrival) -> Iterator[Outcome]:
    """Understand mails in their order, each when the next one is begun as well."""
    last: Begun | None = None
    try:
        for each in begun:
            if isinstance(each, Outcome):
                yield each
                continue
            ready, last = last, each
            if ready is not None:
                yield from _understood(ready, arrival)
        ready, last = last, None
        if ready is not None:
            yield from _understood(ready, arrival)
    finally:
        if last is not None:
            last.give_up()
            arrival.release(last.email_id)


def _understood(begun: Begun, arrival: Arrival) -> Iterator[Outcome]:
    try:
        outcome = arrival.understand(begun)
    except EXPECTED:
        raise
    except Exception as error:  # as in `_begin_all`
        begun.give_up()
        arrival.release(begun.email_id)
        arrival.leave(begun.label, error)
    else:
        yield outcome
