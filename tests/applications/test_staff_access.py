"""Nobody sees an application that they have no part in, and only who decides may move one."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.applications import desk
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.applications import queries
from tracker.applications.models import Application, StageChange
from tracker.applications.rules import Stage
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import PostingMember
from tracker.postings.rules import MemberRole
from tracker.routing import operations as routing
from tracker.routing.rules import Why

PREFIX = "/staff/applications/<int:application_id>"


def _administrator(_application: Application) -> Person:
    return postings.person("ada.stone@example.org", role=Role.ADMINISTRATOR)


def _coordinator(_application: Application) -> Person:
    return postings.coordinator()


def _manager(application: Application) -> Person:
    return desk.make_manager_of(application.posting)


def _contact(application: Application) -> Person:
    contact = application.posting.contact_person
    assert contact is not None
    return postings.person(contact.email, role=Role.MANAGER)


def _other_manager(_application: Application) -> Person:
    return desk.make_manager_of(postings.open_posting(title="Another"))


def _seated_manager(application: Application) -> Person:
    person = _other_manager(application)
    desk.give_seat(application, person)
    return person


def _copied_manager(application: Application) -> Person:
    person = postings.manager("copied@example.org")
    db.session.add(
        PostingMember(
            posting_id=application.posting_id, person_id=person.id, role=MemberRole.COPIED
        )
    )
    db.session.commit()
    with writing():
        row = db.session.get_one(Application, application.id)
        routing.assign(row, desk.person(person.id), why=Why.COPIED)
        db.session.commit()
    return person


def _handed_to(application: Application) -> Person:
    person, by_id = postings.manager("handed@example.org"), postings.coordinator().id
    with writing():
        row = db.session.get_one(Application, application.id)
        receiver, by = desk.person(person.id), desk.person(by_id)
        routing.hand_over(row, receiver, reason="Leave.", by=by)
        db.session.commit()
    return person


def _panelist(application: Application) -> Person:
    return desk.panelist(seat_on=application)


def _unseated(_application: Application) -> Person:
    return desk.panelist()


@dataclass(frozen=True)
class Part:
    """Somebody, and what they may do with the application."""

    who: Callable[[Application], Person]
    sees: bool
    moves: bool


PARTS = [
    Part(_administrator, sees=True, moves=True),
    Part(_coordinator, sees=True, moves=True),
    Part(_manager, sees=True, moves=True),
    Part(_contact, sees=True, moves=True),
    Part(_handed_to, sees=True, moves=True),
    Part(_seated_manager, sees=True, moves=False),
    Part(_copied_manager, sees=True, moves=False),
    Part(_panelist, sees=True, moves=False),
    Part(_other_manager, sees=False, moves=False),
    Part(_unseated, sees=False, moves=False),
]
every_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.who.__name__.strip("_"))

READING = {"staff_show", "staff_original", "told_by"}
SENT = {
    "move": {"to": "offer"},
    "undo": {},
    "add_note": {"text": "A note."},
    "hand_over": {"reason": "Leave."},
    "ask_document": {"title": "Diploma"},
    "send_letter": {"text": "Good morning."},
}
INCOMPLETE = {"scan", "answer_by_hand"}
"""What is sent to these says nothing, so whoever may is asked to mend it."""
OF_KEYED_IN = {"printed_receipt", "new_printed_link", "keyed_contact"}
"""Pages that only an application has that staff keyed in."""


def routes(app: Flask) -> list[Rule]:
    """Every route of the desk that names one application, but for page pictures.

    Nor those that name somebody's link, a reply or its file: `tests/architecture/test_foreign.py`
    asks them of every role.
    Handing over comes last: whoever does it may have no part in the application any more.
    """
    found = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("applications.")
        and rule.rule.startswith(PREFIX)
        and not rule.arguments & {"page", "person_id", "reply_id", "attachment_id"}
    ]
    return sorted(found, key=lambda rule: rule.endpoint == "applications.hand_over")


def told_by_mail(application: Application) -> int:
    """The mail by which its contact heard of it."""
    told = select(OutgoingEmail.id).where(
        OutgoingEmail.message == "application_arrived",
        OutgoingEmail.about_id == application.id,
    )
    return db.session.scalars(told.order_by(OutgoingEmail.id).limit(1)).one()


def address(rule: Rule, application: Application) -> str:
    change = application.history[-1].id
    with_parts = rule.rule.replace("<int:application_id>", str(application.id))
    with_parts = with_parts.replace("<int:number>", str(application.documents[0].id))
    with_parts = with_parts.replace("<int:request_id>", "1")
    with_parts = with_parts.replace("<int:told_id>", str(told_by_mail(application)))
    return with_parts.replace("<int:change_id>", str(change))


def answer(client: Client, rule: Rule, url: str, values: dict[str, object]) -> tuple[int, str]:
    if "POST" not in (rule.methods or set()):
        response = client.get(url)
    else:
        data = {"csrf_token": client.token("/staff/applications"), **values}
        response = client.post(url, data=data)
    text = response.text if response.mimetype == "text/html" else ""
    return response.status_code, text


def expected(part: Part, endpoint: str, role: Role | None) -> set[int]:
    if endpoint in READING:
        return {200} if part.sees else {404}
    if role is Role.PANELIST:
        return {403}
    if not part.sees:
        return {404}
    if not part.moves:
        return {403}
    if endpoint in INCOMPLETE:
        return {422}
    return {404} if endpoint in OF_KEYED_IN else {200, 303}


@every_part
def test_every_route_answers_each_part_as_the_table_says(app: Flask, part: Part) -> None:
    application = desk.arrived()
    person = part.who(application)
    client = desk.signed_in(app, person)
    receiver = postings.person("next@example.org").id
    assert len(routes(app)) == 17
    for rule in routes(app):
        db.session.rollback()
        row = db.session.get_one(Application, application.id)
        if row.stage is Stage.RECEIVED:
            desk.move(row, Stage.SHORTLISTED)
            row = db.session.get_one(Application, application.id)
        name = rule.endpoint.partition(".")[2]
        values = {"version": row.version, "person": receiver, **SENT.get(name, {})}
        status, _text = answer(client, rule, address(rule, row), values)
        assert status in expected(part, name, person.role), rule


@every_part
def test_the_list_holds_what_each_part_sees_and_offers_what_they_may(
    app: Flask, part: Part
) -> None:
    application = desk.arrived()
    person = part.who(application)
    assert (application.id in queries.page_of(person).ids) is part.sees
    client = desk.signed_in(app, person)
    if part.sees:
        page = client.page(f"/staff/applications/{application.id}")
        assert ("Decline" in page.texts("a")) is part.moves
        assert bool(page.all("textarea[@name='text']")) is part.moves


@pytest.mark.parametrize("part", [PARTS[-1], PARTS[-2]], ids=["panelist", "manager"])
def test_a_foreign_one_and_a_missing_one_look_the_same(app: Flask, part: Part) -> None:
    application = desk.arrived()
    client = desk.signed_in(app, part.who(application))
    for rule in routes(app):
        values = {"version": 1, **SENT.get(rule.endpoint.partition(".")[2], {})}
        foreign = address(rule, application)
        missing = foreign.replace(f"/{application.id}", "/99999", 1)
        assert answer(client, rule, foreign, values) == answer(client, rule, missing, values)


def test_nobody_signed_in_is_asked_to_sign_in(app: Flask, client: Client) -> None:
    application = desk.arrived()
    for url in ("/staff/applications", f"/staff/applications/{application.id}"):
        response = client.get(url)
        assert response.status_code == 302
        assert response.location.startswith("/sign-in?next=")


def test_what_is_refused_moves_nothing(app: Flask) -> None:
    application = desk.arrived()
    for part in PARTS:
        if part.moves:
            continue
        client = desk.signed_in(app, part.who(application))
        token = client.token("/staff/applications")
        data = {"csrf_token": token, "to": "offer", "version": application.version}
        client.post(f"/staff/applications/{application.id}/move", data=data)
        many = {"csrf_token": token, "to": "offer", "application": f"{application.id}:1"}
        client.post("/staff/applications/move", data=many)
    db.session.rollback()
    assert db.session.get_one(Application, application.id).stage is Stage.RECEIVED
    assert db.session.query(StageChange).count() == 1


def test_a_reader_is_told_who_decides(app: Flask) -> None:
    application = desk.arrived()
    client = desk.signed_in(app, desk.panelist(seat_on=application))
    page = client.page(f"/staff/applications/{application.id}")
    assert "You may read this application; others decide on it." in page.text
    manager = desk.signed_in(app, _seated_manager(application))
    refused = manager.get(f"/staff/applications/{application.id}/move")
    assert "You may read this application; others decide on it." in Page(refused.text).text


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_forms_work_over_https(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page(f"/staff/applications/{application.id}/move?to=offer")
    assert client.fill(page, form="/move").status_code == 303
