"""Which step comes next while nobody looks, and when: the rule alone."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.errors import DomainError
from tracker.organization.workdays import Calendar
from tracker.routing import rules
from tracker.routing.clock import Due, Policy, Watch, next_due
from tracker.routing.rules import Step

CALENDAR = Calendar(zone="America/New_York")
MONDAY = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def due(policy: Policy | None = None, **values: Any) -> Due | None:
    return next_due(Watch(**{"told_at": MONDAY, **values}), policy or Policy(), CALENDAR)


def test_first_a_reminder_then_the_deputy_then_the_coordinators() -> None:
    assert due() == Due(Step.REMINDER, MONDAY + 2 * DAY)
    done = {Step.REMINDER: MONDAY + 2 * DAY}
    assert due(done=done) == Due(Step.DEPUTY, MONDAY + 4 * DAY)
    done[Step.DEPUTY] = MONDAY + 4 * DAY  # Friday
    assert due(done=done) == Due(Step.COORDINATORS, MONDAY + 8 * DAY)
    done[Step.COORDINATORS] = MONDAY + 8 * DAY
    assert due(done=done) is None


def test_a_step_counts_from_the_one_before_and_not_from_the_telling() -> None:
    """The server was off for two weeks: the deputy is not told in the same minute."""
    late = MONDAY + 14 * DAY
    assert due(done={Step.REMINDER: late}) == Due(Step.DEPUTY, late + 2 * DAY)


def test_whoever_looked_or_acted_stops_it() -> None:
    assert due(seen=True) is None
    assert due(answered=True) is None


def test_more_time_puts_it_off_and_a_look_before_does_not_count() -> None:
    friday = MONDAY + 4 * DAY
    assert due(seen=True, later_until=friday) == Due(Step.REMINDER, friday + 4 * DAY)
    assert due(answered=True, later_until=friday) is None
    past = MONDAY - DAY
    assert due(later_until=past) == due()


def test_after_a_lost_mail_the_next_step_is_due_at_once_and_no_reminder_goes_there() -> None:
    assert due(lost=True) == Due(Step.REMINDER, MONDAY, futile=True)
    done = {Step.REMINDER: MONDAY + DAY}
    assert due(done=done, silent={Step.REMINDER}) == Due(Step.DEPUTY, MONDAY + DAY)


def test_who_is_on_leave_is_not_reminded_and_the_deputy_is_told_in_their_stead() -> None:
    assert due(reachable=False) == Due(Step.REMINDER, MONDAY + 2 * DAY, futile=True)
    done = {Step.REMINDER: MONDAY + 2 * DAY}
    found = due(reachable=False, done=done, silent={Step.REMINDER})
    assert found == Due(Step.DEPUTY, MONDAY + 2 * DAY)


@pytest.mark.parametrize(
    ("waits", "step", "days"),
    [
        ({Step.REMINDER: 1, Step.DEPUTY: None, Step.COORDINATORS: 3}, Step.REMINDER, 1),
        ({Step.REMINDER: None, Step.DEPUTY: 3, Step.COORDINATORS: 1}, Step.DEPUTY, 3),
        ({Step.REMINDER: None, Step.DEPUTY: None, Step.COORDINATORS: 4}, Step.COORDINATORS, 4),
    ],
)
def test_the_employer_says_which_steps_and_how_long(
    waits: dict[Step, int | None], step: Step, days: int
) -> None:
    assert due(Policy(waits)) == Due(step, MONDAY + days * DAY)


def test_a_step_left_out_is_passed_over() -> None:
    policy = Policy({Step.REMINDER: 1, Step.DEPUTY: None, Step.COORDINATORS: 3})
    done = {Step.REMINDER: MONDAY + DAY}
    assert due(policy, done=done) == Due(Step.COORDINATORS, MONDAY + 4 * DAY)


def test_an_employer_keeps_at_least_one_step() -> None:
    with pytest.raises(DomainError, match="Keep at least one step"):
        rules.check_policy(dict.fromkeys(Step))
    with pytest.raises(DomainError, match="from 1 to 60"):
        rules.check_policy({**dict.fromkeys(Step, 2), Step.DEPUTY: 61})
    rules.check_policy({Step.REMINDER: None, Step.DEPUTY: 1, Step.COORDINATORS: None})


waits = st.fixed_dictionaries({each: st.one_of(st.none(), st.integers(1, 5)) for each in Step})


@given(waits, st.integers(0, 40), st.booleans(), st.booleans())
def test_every_step_is_taken_once_in_order_and_then_it_ends(
    chosen: dict[Step, int | None], late: int, lost: bool, reachable: bool
) -> None:
    policy, done = Policy(chosen), dict[Step, dt.datetime]()
    at = MONDAY + late * DAY
    while (
        found := next_due(
            Watch(MONDAY, done=done, lost=lost, reachable=reachable), policy, CALENDAR
        )
    ) is not None:
        assert found.step not in done
        assert not done or found.at >= max(done.values())
        at = max(at, found.at)
        done[found.step] = at
    assert list(done) == [each for each in Step if chosen[each] is not None]
