"""The line of an application's routing, and a posting's routing log."""

import datetime as dt
import html
import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.following import (
    CORA,
    IDA,
    KIM,
    at_position,
    follow_up,
    lose_mail,
    person,
)
from tests.routing.test_digest import choose, come
from tests.routing.test_positions_change import position
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.organization import queries as organization
from tracker.organization.models import Leave
from tracker.postings.models import Posting
from tracker.routing import operations, queries
from tracker.routing.models import Assignment
from tracker.routing.rules import Step

Clock = time_machine.Traveller
DAY = dt.timedelta(days=1)


@pytest.fixture
def staff(app: Flask, clock: Clock) -> Client:
    """A browser of the coordinator's, signed in at any time that the clock shows."""
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def line(client: Client, application_id: int) -> list[str]:
    """The points on the line of whoever has an application now, as the page shows them."""
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/applications/{application_id}")
    return page.texts("ol[@class='trail']/li")


def test_told_delivered_fetched_seen_acknowledged(app: Flask, staff: Client, clock: Clock) -> None:
    application_id = arrived(at_position()).id
    mail = db.session.scalars(select(OutgoingEmail).filter_by(message="application_arrived")).one()
    assert line(staff, application_id) == [
        "told 23 Nov 2026, 10:00 am",
        "mail waits to be sent",
        "next, if nobody looks: reminder on 25 Nov 2026, 10:00 am",
    ]
    assert (
        f'href="/staff/messages/{mail.id}"'
        in staff.get(f"/staff/applications/{application_id}").text
    )
    mail.state, mail.sent_at, mail.next_attempt_at = MailState.SENT, now(), None
    db.session.commit()
    app.test_client().get("/for/" + mail.text.split("/for/")[1].split()[0])
    clock.shift(dt.timedelta(hours=1))
    with writing():
        row = db.session.get_one(Application, application_id)
        operations.acknowledge(row, by=person(IDA))
        db.session.commit()
    assert line(staff, application_id) == [
        "told 23 Nov 2026, 10:00 am",
        "mail taken by the mail server for example.org 23 Nov 2026, 10:00 am",
        "link fetched 23 Nov 2026, 10:00 am",
        "seen 23 Nov 2026, 11:00 am",
        "acknowledged 23 Nov 2026, 11:00 am",
    ]


def test_reminded_escalated_and_reassigned_with_its_reason(
    app: Flask, staff: Client, clock: Clock
) -> None:
    application_id = arrived(at_position()).id
    for _each in range(4):
        clock.shift(DAY)
        follow_up()
    points = line(staff, application_id)
    assert points[2:5] == [
        "reminded 25 Nov 2026, 10:00 am",
        "escalated to Kim Odell 27 Nov 2026, 10:00 am",
        "next, if nobody looks: to the coordinators on 1 Dec 2026, 10:00 am",
    ]
    with writing():
        row = db.session.get_one(Application, application_id)
        noa = postings.person("noa.berg@example.org")
        operations.hand_over(row, noa, reason="Ida is ill.", by=person(CORA))
        db.session.commit()
    page = staff.page(f"/staff/applications/{application_id}")
    assert "reassigned by hand (Cora Field): Ida is ill." in page.text
    assert "2 who had it before" in page.text
    assert "no longer with them 27 Nov 2026, 10:00 am" in page.text
    assert "Not seen by Ida Moreno: Kim Odell told" in page.text


def test_a_lost_mail_says_what_the_server_said_and_who_was_told(
    app: Flask, staff: Client, clock: Clock
) -> None:
    application_id = arrived(at_position()).id
    lose_mail("application_arrived")
    follow_up()
    points = line(staff, application_id)
    assert points[1] == "mail failed: 550 no such user"
    assert points[2].startswith("nobody told (reminder): The mail to Ida Moreno did not arrive.")
    assert points[3].startswith("escalated to Kim Odell")


def test_what_waits_for_a_digest_says_so_and_then_by_which_it_was_told(
    app: Flask, staff: Client, clock: Clock
) -> None:
    posting_id = at_position().id
    choose(16)
    come(posting_id, "Ann")
    application_id = db.session.scalars(select(Application.id)).one()
    assert line(staff, application_id) == ["to be told in the digest of 23 Nov 2026, 4:00 pm"]
    clock.shift(dt.timedelta(hours=6))
    follow_up()
    assert line(staff, application_id)[0] == "told in a daily digest 23 Nov 2026, 4:00 pm"


def test_a_manager_gets_no_link_to_a_mail_that_lists_others(app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    choose(16)
    come(posting_id, "Ann", "Bo")
    clock.shift(dt.timedelta(hours=6))
    follow_up()
    application_id = db.session.scalars(select(Application.id)).first()
    for role, links in ((Role.MANAGER, False), (Role.COORDINATOR, True)):
        looking = postings.person(IDA)
        looking.role = role
        db.session.commit()
        client = app.test_client()
        postings.sign_in(client, person(IDA))
        text = client.get(f"/staff/applications/{application_id}").text
        digest = db.session.scalars(
            select(OutgoingEmail.id).filter_by(message="applications_digest")
        ).one()
        assert (f"/staff/messages/{digest}" in text) is links


# The log of a posting


def test_the_log_lists_who_got_what_newest_first_by_pages(
    app: Flask, staff: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    posting_id = at_position().id
    for number in range(55):
        arrived(
            db.session.get_one(Posting, posting_id),
            name=f"Candidate {number}",
            email=f"c{number}@example.org",
        )
    postings.sign_in(staff, postings.coordinator())
    log = f"/staff/postings/{posting_id}/routing"
    assert log in staff.get(f"/staff/postings/{posting_id}").text
    first = staff.page(log)
    names = first.texts("li[@class='routed']/p/a")
    assert names == [f"Candidate {number}" for number in range(54, 4, -1)]
    older = re.search(r'rel="next"\s+href="([^"]+)"', staff.get(log).text)
    assert older is not None
    second = staff.page(html.unescape(older[1]))
    assert second.texts("li[@class='routed']/p/a") == [
        f"Candidate {number}" for number in range(4, -1, -1)
    ]
    newer = re.search(r'rel="prev"\s+href="([^"]+)"', staff.get(html.unescape(older[1])).text)
    assert newer is not None
    assert staff.page(html.unescape(newer[1])).texts("li[@class='routed']/p/a") == names


def test_the_log_asks_as_much_for_thirty_as_for_one(
    app: Flask, staff: Client, clock: Clock, count_queries: QueryCounter
) -> None:
    posting_id = at_position().id
    postings.sign_in(staff, postings.coordinator())
    counts = []
    for wanted in (1, 29):
        for number in range(wanted):
            email = f"c{wanted}{number}@example.org"
            arrived(db.session.get_one(Posting, posting_id), email=email)
        clock.shift(2 * DAY)
        follow_up()
        postings.sign_in(staff, postings.coordinator())
        with count_queries() as statements:
            page = staff.page(f"/staff/postings/{posting_id}/routing")
        counts.append(len(statements))
    assert len(page.all("li[@class='routed']")) == 31  # the first went to the deputy too
    assert counts[0] == counts[1]


def test_the_log_is_not_of_those_who_do_not_see_the_posting(app: Flask, clock: Clock) -> None:
    posting_id = at_position().id
    client = app.test_client()
    postings.sign_in(client, postings.manager("mia@example.org"))
    assert client.get(f"/staff/postings/{posting_id}/routing").status_code == 404


# Pages on which people say when they are away and how they are told


def first_path(message: str = "application_arrived") -> str:
    mail = db.session.scalars(select(OutgoingEmail).filter_by(message=message)).first()
    assert mail is not None
    return "/for/" + mail.text.split("/for/")[1].split()[0]


def test_a_contact_chooses_a_digest_and_leave_behind_their_link(app: Flask, client: Client) -> None:
    arrived(at_position())
    path = first_path()
    assert f"{path}/mail" in client.get(path).text
    page = client.page(f"{path}/mail")
    done = client.fill(page, {"hour": "16"}, form="/mail", follow=True)
    assert "New applications are mailed together, once each working day." in done.text
    assert queries.digest_hours([person(IDA).id]) == {person(IDA).id: 16}
    first = organization.today() + DAY
    days = {"from_on": first.isoformat(), "until_on": (first + DAY).isoformat()}
    done = client.submit(f"{path}/mail", days, form="/leave", follow=True)
    assert "On these days your deputy hears of new applications." in done.text
    (leave,) = db.session.scalars(select(Leave))
    assert (leave.person_id, leave.from_on, leave.until_on) == (person(IDA).id, first, first + DAY)
    wrong = {"from_on": days["until_on"], "until_on": days["from_on"]}
    refused = client.submit(f"{path}/mail", wrong, form="/leave")
    assert refused.status_code == 422
    assert "The leave would end before it begins." in Page(refused.text).text
    client.submit(f"{path}/mail", form="/remove")
    assert db.session.scalars(select(Leave)).all() == []
    # Looking at one's own settings is no look at the application.
    assert db.session.scalars(select(Assignment)).one().seen_at is None


def test_nobody_strikes_out_another_s_leave(app: Flask, client: Client) -> None:
    arrived(at_position())
    day = organization.today()
    db.session.add(Leave(person_id=person(KIM).id, from_on=day, until_on=day))
    db.session.commit()
    leave_id = db.session.scalars(select(Leave.id)).one()
    path = first_path()
    token = client.token(f"{path}/mail")
    answer = client.post(f"{path}/leave/{leave_id}/remove", data={"csrf_token": token})
    assert answer.status_code == 404
    assert db.session.scalars(select(Leave.id)).all() == [leave_id]


def test_a_signed_in_person_does_so_in_their_account(app: Flask) -> None:
    client = app.test_client()
    assert isinstance(client, Client)
    mia = postings.manager("mia@example.org")
    postings.sign_in(client, mia)
    assert client.submit("/staff/account", {"hour": "8"}, form="/account/mail").status_code == 303
    first = organization.today()
    days = {"from_on": first.isoformat(), "until_on": first.isoformat()}
    assert client.submit("/staff/account", days, form="/account/leave").status_code == 303
    mia_id = person("mia@example.org").id
    assert queries.digest_hours([mia_id]) == {mia_id: 8}
    assert organization.away_on(first) == {mia_id}
    assert client.submit("/staff/account", form="/remove").status_code == 303
    assert organization.away_on(first) == frozenset()
    assert client.submit("/staff/account", {"hour": "now"}, form="/account/mail").status_code == 303
    assert queries.digest_hours([mia_id]) == {}


def test_an_administrator_does_so_for_others(app: Flask) -> None:
    client = app.test_client()
    assert isinstance(client, Client)
    postings.sign_in(client, postings.person("ann@example.org", role=Role.ADMINISTRATOR))
    at_position()
    ida_id = person(IDA).id
    page = f"/staff/people/{ida_id}"
    first = organization.today()
    days = {"from_on": first.isoformat(), "until_on": first.isoformat()}
    assert client.submit(page, days, form="/leave").status_code == 303
    assert client.submit(page, {"hour": "7"}, form="/mail").status_code == 303
    leave = db.session.scalars(select(Leave)).one()
    assert (leave.person_id, leave.by_id) == (ida_id, person("ann@example.org").id)
    shown = client.page(f"/staff/organization/positions/{position().id}").text
    assert "Answers today: Kim Odell (deputy during leave)" in shown
    assert "On leave" in client.page("/staff/organization/positions").text
    assert client.submit(page, {"from_on": "", "until_on": ""}, form="/leave").status_code == 422
    assert client.submit(page, form="/remove").status_code == 303


def test_an_administrator_sets_the_steps_and_the_calendar(app: Flask) -> None:
    client = app.test_client()
    assert isinstance(client, Client)
    postings.sign_in(client, postings.person("ann@example.org", role=Role.ADMINISTRATOR))
    url = "/staff/organization/following-up"
    page = client.page(url)
    shown = page.form("/following-up", fields={}).filled({}).data
    assert (shown["reminder"], shown["weekdays"]) == (["2"], ["1", "2", "3", "4", "5"])
    entered = {"reminder": "1", "deputy": "", "coordinators": "3", "weekdays": ["2", "6"]}
    assert client.fill(page, entered, form="/following-up").status_code == 303
    assert queries.policy().waits == {Step.REMINDER: 1, Step.DEPUTY: None, Step.COORDINATORS: 3}
    assert organization.calendar().weekdays == {2, 6}
    for wrong, words in (
        ({"reminder": "", "deputy": "", "coordinators": ""}, "Keep at least one step"),
        ({"reminder": "61"}, "between 1 and 60"),
        ({"weekdays": []}, "Choose at least one day of the week"),
    ):
        refused = client.submit(url, wrong, form="/following-up")
        assert refused.status_code == 422
        assert words in refused.text, words
    day = organization.today() + DAY
    closed = {"on": day.isoformat(), "name": "Inventory"}
    assert client.submit(url, closed, form="/closed-days").status_code == 303
    assert "Inventory" in client.page(url).text
    assert organization.calendar().closed == {day}
    assert client.submit(url, form="/remove").status_code == 303
    assert organization.calendar().closed == frozenset()
