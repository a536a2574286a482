"""Every route × every role × somebody else's id: refused, and as if it did not exist.

The routes are those of the URL map; what their arguments name stands in `world.py`.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest

import pytest
from werkzeug.routing import Rule

from tests.architecture.house import ROLES, House, address, methods, named, open_house
from tests.architecture.world import Value
from tracker.core.access import SCOPED, Role, access_of, allows

REFUSED = {403, 404}
every_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
# A page's own secrets: they differ from one answer to the next, whatever it says.
SECRETS = re.compile(r'(name="csrf_token"[^>]*value=|name="submission_token"[^>]*value=)"[^"]*"')


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the module: every question put to it is one that must change nothing."""
    with open_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def foreign_and_missing(values: list[Value], first: int) -> Iterator[tuple[list[str], list[str]]]:
    """Pair addresses that differ in one argument: another's, and nobody's.

    What stands before it is mine; what stands after it belongs to the other one. Where nothing
    is another's, both are nobody's.
    """
    for place, value in enumerate(values):
        if value.choice or place < first:
            continue
        before = [each.own for each in values[:place]]
        after = [each.foreign or each.own for each in values[place + 1 :]]
        foreign = value.missing if value.foreign is None else value.foreign
        yield [*before, foreign, *after], [*before, value.missing, *after]


def nowhere(values: list[Value]) -> Iterator[list[str]]:
    """Addresses with one argument that names nothing at all."""
    for place, value in enumerate(values):
        if not value.choice:
            parts = [each.own for each in values]
            parts[place] = value.missing
            yield parts


def asked(house: House, role: Role | None, method: str, path: str) -> tuple[int, str]:
    """Send a request; returns the status and the page, without what differs by itself."""
    browser = house.browsers[role]
    data = browser.tokens if method == "POST" else None
    answer = browser.client.open(path, method=method, data=data)
    said = f"{answer.headers.get('Location', '')} {answer.data.decode('utf-8', 'replace')}"
    answer.close()
    said = SECRETS.sub(r'\1"…"', said)
    steps = path.split("/")
    for length in range(len(steps), 2, -1):  # a page may lead back to a part of its address
        said = said.replace("/".join(steps[:length]), f"ADDRESS {length}")
    return answer.status_code, said


def difference(one: tuple[int, str], other: tuple[int, str]) -> str:
    """The first place in which two answers differ."""
    pairs = zip_longest(
        [str(one[0]), *one[1].splitlines()], [str(other[0]), *other[1].splitlines()]
    )
    here, there = next(pair for pair in pairs if pair[0] != pair[1])
    return f"{here!r} and not {there!r}"


def may_try(house: House, rule: Rule, role: Role | None) -> bool:
    """Tell whether the access table lets a role try a route at all."""
    access = access_of(house.app.view_functions[rule.endpoint])
    assert access is not None
    return access.action is None or allows(role, access.action)


def turned_away(house: House, rule: Rule, role: Role | None, method: str) -> set[int]:
    """What is answered to a role about something that is not theirs."""
    access = access_of(house.app.view_functions[rule.endpoint])
    assert access is not None
    if access.kind == "requires" and role is None:
        return {302} if method == "GET" else {401}  # to sign in, whatever it is
    return REFUSED if may_try(house, rule, role) else {403}


@every_role
def test_somebody_else_s_is_refused_as_if_it_did_not_exist(house: House, role: Role | None) -> None:
    problems = []
    for rule, values in named(house):
        # To who sees everything, only what hangs on another thing is foreign, and what is
        # one person's alone: a secret link, a packet.
        sees_all = role is not None and role not in SCOPED
        is_personal = values[0].name == "token" or values[0].owner is not None
        first = 1 if sees_all and not is_personal else 0
        for parts, nobodys in foreign_and_missing(values, first):
            for method in methods(rule):
                foreign = asked(house, role, method, address(rule, values, parts))
                missing = asked(house, role, method, address(rule, values, nobodys))
                where = f"{method} {rule.rule} with {parts}"
                if foreign[0] not in turned_away(house, rule, role, method):
                    problems.append(f"{where} answered {foreign[0]}")
                if foreign != missing:
                    problems.append(f"{where} answered otherwise: {difference(foreign, missing)}")
    assert "\n".join(problems) == ""


@every_role
def test_what_does_not_exist_is_not_found(house: House, role: Role | None) -> None:
    problems = []
    for rule, values in named(house):
        for parts in nowhere(values):
            for method in methods(rule):
                path = address(rule, values, parts)
                status, _page = asked(house, role, method, path)
                if status not in turned_away(house, rule, role, method):
                    problems.append(f"{method} {path} answered {status}")
    assert "\n".join(problems) == ""


@every_role
def test_what_is_mine_is_there(house: House, role: Role | None) -> None:
    """Say that the addresses of the other tests are right: with my own ids they open."""
    problems = []
    for rule, values in named(house):
        if "GET" not in methods(rule) or not may_try(house, rule, role):
            continue
        if any(each.owner not in {None, role} for each in values):
            continue
        path = address(rule, values, [each.own for each in values])
        status, _page = asked(house, role, "GET", path)
        if status in REFUSED or status >= 500:
            problems.append(f"{path} answered {status}")
    assert "\n".join(problems) == ""
