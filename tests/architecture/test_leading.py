"""An address that only takes a form leads whoever opens it by itself to the form's page."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from tests.architecture.house import ROLES, House, address, methods, named, open_house
from tests.architecture.test_routes import rules
from tests.architecture.world import Value
from tests.plugins.pages import Page
from tracker.core.access import Role, access_of, allows

SAID = "Nothing was sent by opening that address."
every_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")

# Where a form stands that is not on the nearest page above: as the views say.
ELSEWHERE = {
    "postings.save_both": "/staff/postings/{}/edit",
    "postings.keep_words": "/staff/postings/{}/edit",
    "postings.preview": "/staff/postings/{}/edit",
    "organization.add_closed_day": "/staff/organization/following-up",
    "organization.remove_closed_day": "/staff/organization/following-up",
    "applications.correct_address": "/my/{}/receipt",
    "applications.ask_new_address": "/my/{}/contact",
    "routing.add_leave": "/for/{}/mail",
    "routing.remove_leave": "/for/{}/mail",
    "proposals.withdraw": "/for/{}",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the module: nothing is changed by opening an address."""
    with open_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def only_take_forms(house: House) -> list[tuple[Rule, list[Value]]]:
    """Every route that a form is sent to, and that shows nothing by itself."""
    shown = {each.rule for each in rules(house.app) if "GET" in methods(each)}
    without = [(each, list[Value]()) for each in rules(house.app) if not each.arguments]
    found = [
        (rule, values)
        for rule, values in [*named(house), *without]
        if methods(rule) == ["POST"] and rule.rule not in shown
    ]
    assert len(found) > 50
    return found


def own(rule: Rule, values: list[Value]) -> str:
    return address(rule, values, [each.own for each in values])


@every_role
def test_it_leads_to_a_page_and_says_that_nothing_was_sent(house: House, role: Role | None) -> None:
    client, problems = house.browser(role).client, []
    for rule, values in only_take_forms(house):
        if any(each.owner not in {None, role} for each in values):
            continue
        access = access_of(house.app.view_functions[rule.endpoint])
        assert access is not None
        path = own(rule, values)
        answer = client.get(path)
        if access.kind == "requires" and role is None:
            assert (answer.status_code, answer.location) == (302, f"/sign-in?next={path}")
        elif access.action is not None and not allows(role, access.action):
            assert answer.status_code == 403, path
        elif answer.status_code != 303:
            problems.append(f"{path} answered {answer.status_code}")
        else:
            page = client.get(answer.location)
            if page.status_code != 200 or (SAID in page.text) is (access.kind == "public"):
                problems.append(f"{path} led to {answer.location}: {page.status_code}")
    assert "\n".join(problems) == ""


def test_a_form_that_stands_elsewhere_is_found_there(house: House) -> None:
    client = house.browser(Role.ADMINISTRATOR).client
    led = {}
    for rule, values in only_take_forms(house):
        if rule.endpoint in ELSEWHERE:
            where = ELSEWHERE[rule.endpoint].format(*(each.own for each in values[:1]))
            led[rule.endpoint] = (client.get(own(rule, values)).location, where)
    assert led.keys() == ELSEWHERE.keys()
    assert {name: here for name, (here, _there) in led.items()} == {
        name: there for name, (_here, there) in led.items()
    }


def test_forms_of_pages_stand_where_their_addresses_lead(house: House) -> None:
    """Follow each form of the pages that are led to back to the page that it stands on."""
    client = house.browser(Role.ADMINISTRATOR).client
    by_path = {own(rule, values) for rule, values in only_take_forms(house)}
    pages = {client.get(each).location for each in sorted(by_path)}
    stands: dict[str, set[str]] = {}
    for where in sorted(each for each in pages if each is not None):
        for form in Page(client.get(where).text, where).forms:
            action = re.sub(r"^https?://[^/]+", "", form.action).partition("?")[0]
            if action in by_path and form.method == "post":
                stands.setdefault(action, set()).add(where)
    assert len(stands) > 25
    lost = {
        action: where
        for action, where in stands.items()
        if client.get(action).location not in where
        # These stand on every page: of the site, and of a candidate's.
        and action != "/sign-out"
        and not action.endswith("/language")
    }
    assert lost == {}


def test_looking_does_nothing_and_programs_are_told_as_before(house: House) -> None:
    client = house.browser(Role.ADMINISTRATOR).client
    assert client.get("/sign-out").status_code == 303
    assert client.get("/staff/account").status_code == 200  # still signed in
    assert client.head("/staff/messages/held").status_code == 303
    assert client.put("/staff/messages/held").status_code == 405
