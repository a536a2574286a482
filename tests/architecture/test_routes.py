"""Default deny: every route says who may open it, and one that does not is closed."""

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.postings.subscribers import subscribe
from tracker.core.access import ALLOWED, Action, Role, access_of, allows


def rules(app: Flask) -> list[Rule]:
    """Every route of the house."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def test_every_route_declares_its_access(app: Flask) -> None:
    undeclared = [
        rule.endpoint for rule in rules(app) if access_of(app.view_functions[rule.endpoint]) is None
    ]
    assert undeclared == []


def test_an_undeclared_route_is_closed(app: Flask, client: Client) -> None:
    app.add_url_rule("/undeclared", view_func=lambda: "open", endpoint="undeclared")
    assert client.get("/undeclared").status_code == 403


def test_staff_pages_ask_who_is_there(app: Flask) -> None:
    open_to_all = [
        rule.rule
        for rule in rules(app)
        if rule.rule.startswith("/staff")
        and getattr(access_of(app.view_functions[rule.endpoint]), "kind", "") != "requires"
    ]
    assert open_to_all == []


def filled(app: Flask, rule: Rule, slug: str = "nothing-like-that", token: str = "") -> str:
    """An address of the rule with values that name nothing, or this posting, or this secret."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        if isinstance(converter, IntegerConverter):
            values[name] = 987654
        elif name == "slug":
            values[name] = slug
        elif name == "token" and token:
            values[name] = token
        elif isinstance(converter, AnyConverter):
            values[name] = min(converter.items)
        else:
            values[name] = "nothing-like-that"
    adapter = app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, values)


def test_a_stranger_is_sent_to_sign_in_and_sees_nothing(app: Flask, client: Client) -> None:
    for rule in rules(app):
        access = access_of(app.view_functions[rule.endpoint])
        if access is None or access.kind != "requires" or "GET" not in (rule.methods or ()):
            continue
        response = client.get(filled(app, rule))
        assert response.status_code == 302, rule
        assert response.location.startswith("/sign-in?next="), rule


def test_a_stranger_cannot_act(app: Flask, client: Client) -> None:
    token = client.token("/sign-in")
    for rule in rules(app):
        access = access_of(app.view_functions[rule.endpoint])
        if access is None or access.kind != "requires" or "POST" not in (rule.methods or ()):
            continue
        response = client.post(filled(app, rule), data={"csrf_token": token})
        assert response.status_code == 401, rule


ONE_CLICK = "postings.end_subscription"
"""RFC 8058: a mail program ends a subscription, with the secret of its link and nothing else."""


def test_every_post_needs_a_token_but_the_one_click_that_ends_mail(
    app: Flask, client: Client
) -> None:
    slug, secret = postings.open_posting().slug, subscribe()
    taken = []
    for rule in rules(app):
        if "POST" not in (rule.methods or ()):
            continue
        token = secret if rule.rule.startswith("/alerts/") else ""
        response = client.post(filled(app, rule, slug, token))
        if response.status_code != 400:
            taken.append((rule.endpoint, response.status_code))
    assert taken == [(ONE_CLICK, 200)]


def test_private_links_that_never_were_are_not_found(app: Flask, client: Client) -> None:
    for rule in rules(app):
        access = access_of(app.view_functions[rule.endpoint])
        if access is None or access.kind != "signed_link" or "GET" not in (rule.methods or ()):
            continue
        if not rule.arguments:
            continue
        assert client.get(filled(app, rule)).status_code in {404, 410}, rule


def test_the_table_says_of_every_action_who_may(app: Flask) -> None:
    assert set(ALLOWED) == set(Action)


@pytest.mark.parametrize("action", Action)
def test_an_administrator_may_and_nobody_may_not(action: Action) -> None:
    assert allows(Role.ADMINISTRATOR, action)
    assert not allows(None, action)
