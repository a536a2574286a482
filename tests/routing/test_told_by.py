"""The mail that told of an application, for whoever sees the application, as far as they may."""

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.interviews.factories import scheduled
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.following import CORA, IDA, KIM, at_position, follow_up, person
from tests.routing.test_digest import choose, come
from tracker.applications.models import Application
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.notifications.masking import HIDDEN
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.postings.models import PostingMember
from tracker.postings.rules import MemberRole
from tracker.routing import operations
from tracker.routing.models import Assignment

Clock = time_machine.Traveller
DAY = dt.timedelta(days=1)
LEE, OTHER = "lee.wong@example.org", "max.reed@example.org"


@pytest.fixture
def told(app: Flask, clock: Clock) -> tuple[int, int]:
    """Two applications of one digest of Ida's: the first one's id, and the mail's."""
    posting_id = at_position().id
    choose(16)
    come(posting_id, "Ann", "Bo")
    clock.shift(dt.timedelta(hours=6))
    follow_up()
    lee = postings.person(LEE, name="Lee Wong", role=Role.MANAGER)
    postings.person(OTHER, name="Max Reed", role=Role.MANAGER)
    db.session.add(PostingMember(posting_id=posting_id, person_id=lee.id, role=MemberRole.MANAGER))
    db.session.commit()
    application_id = db.session.scalars(select(Application.id).order_by(Application.id)).first()
    mail = db.session.scalars(select(OutgoingEmail).filter_by(message="applications_digest")).one()
    assert application_id is not None
    return application_id, mail.id


def window(app: Flask, email: str) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    postings.sign_in(client, person(email))
    return client


def test_a_manager_is_led_to_when_it_went_to_whom_and_what_came_of_it(
    app: Flask, told: tuple[int, int]
) -> None:
    application_id, mail_id = told
    mail = db.session.get_one(OutgoingEmail, mail_id)
    mail.state, mail.next_attempt_at = MailState.FAILED, None
    mail.last_answer = "550 no such user"
    db.session.commit()
    lee = window(app, LEE)
    url = f"/staff/applications/{application_id}/told/{mail_id}"
    for page in (
        f"/staff/applications/{application_id}",
        f"/staff/postings/{db.session.get_one(Application, application_id).posting_id}/routing",
    ):
        assert f'href="{url}"' in lee.get(page).text
    text = lee.page(url).text
    for words in ("Mail failed", "550 no such user", "Ida Moreno", IDA, "23 November 2026"):
        assert words in text
    for words in (">Bo<", "/for/", "2 applications"):
        assert words not in lee.get(url).text
    assert "Its words are for the person it was written to" in text


def test_its_recipient_reads_it_without_the_secrets(app: Flask, told: tuple[int, int]) -> None:
    application_id, mail_id = told
    person(IDA).role = Role.MANAGER
    db.session.commit()
    mail = db.session.get_one(OutgoingEmail, mail_id)
    secrets = [each.split()[0] for each in mail.text.split("/for/")[1:]]
    text = window(app, IDA).get(f"/staff/applications/{application_id}/told/{mail_id}").text
    assert "New since the last mail of this kind: 2 applications." in text
    assert HIDDEN in text
    assert [each for each in secrets if each in text] == []


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ADMINISTRATOR, 200),
        (Role.COORDINATOR, 200),
        (Role.MANAGER, 404),
        (Role.PANELIST, 404),
        (None, 302),
    ],
)
def test_who_does_not_see_the_application_finds_no_mail(
    app: Flask, told: tuple[int, int], role: Role | None, status: int
) -> None:
    application_id, mail_id = told
    client = app.test_client()
    assert isinstance(client, Client)
    if role is not None:
        postings.sign_in(client, postings.person("x@example.org", name="X", role=role))
    answer = client.get(f"/staff/applications/{application_id}/told/{mail_id}")
    assert answer.status_code == status
    assert IDA not in answer.text or status == 200


@pytest.mark.parametrize("email", [LEE, CORA])
def test_a_mail_that_told_of_something_else_is_not_found(
    app: Flask, told: tuple[int, int], email: str
) -> None:
    """Another application's mail, a candidate's receipt, none at all: the same answer."""
    application_id, _mail = told
    choose(None)
    come(postings.open_posting(title="Page").id, "Cy")
    foreign = db.session.scalars(
        select(OutgoingEmail.id).filter_by(message="application_arrived")
    ).all()
    receipts = db.session.scalars(
        select(OutgoingEmail.id).filter_by(message="application_received")
    ).all()
    assert foreign
    assert receipts
    client = window(app, email)
    for mail_id in (*foreign, *receipts, 987_654):
        url = f"/staff/applications/{application_id}/told/{mail_id}"
        assert client.get(url).status_code == 404


def test_a_step_and_a_hand_over_have_their_mail_too(
    app: Flask, clock: Clock, told: tuple[int, int]
) -> None:
    application_id, _mail = told
    clock.shift(2 * DAY)
    follow_up()
    reminder = db.session.scalars(
        select(OutgoingEmail).filter_by(message="applications_reminder")
    ).one()
    assert reminder.about_kind is None
    with writing():
        operations.disable(person(IDA), by=person(CORA))
        db.session.commit()
    taken = db.session.scalars(
        select(OutgoingEmail).filter_by(message="applications_taken_over")
    ).one()
    assert db.session.scalars(
        select(Assignment.told_email_id).where(Assignment.person == person(KIM))
    ).all() == [taken.id, taken.id]
    lee = window(app, LEE)
    shown = lee.get(f"/staff/applications/{application_id}").text
    for mail in (reminder, taken):
        url = f"/staff/applications/{application_id}/told/{mail.id}"
        assert url in shown
        assert mail.recipient_address in lee.get(url).text


def test_a_panelist_sees_where_it_went_and_no_words(app: Flask, told: tuple[int, int]) -> None:
    application_id, mail_id = told
    pat = postings.person("pat@example.org", name="Pat", role=Role.PANELIST)
    scheduled(application_id, [pat])
    client = window(app, "pat@example.org")
    assert client.get(f"/staff/applications/{application_id}").status_code == 200
    text = client.get(f"/staff/applications/{application_id}/told/{mail_id}").text
    assert "Its words are for the person it was written to" in text


def test_of_a_step_that_told_several_each_mail_opens(
    app: Flask, clock: Clock, told: tuple[int, int]
) -> None:
    application_id, _mail = told
    postings.coordinator("rae.lind@example.org")
    for _each in range(10):
        clock.shift(DAY)
        follow_up()
    lee = window(app, LEE)
    page = lee.page(f"/staff/applications/{application_id}")
    mails = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "applications_escalated")
    ).all()
    to = {each.recipient_address: each.id for each in mails}
    assert {CORA, "rae.lind@example.org"} < set(to)
    for address in (CORA, "rae.lind@example.org"):
        url = page.link(person(address).name)
        assert url.endswith(f"/staff/applications/{application_id}/told/{to[address]}")
        assert address in lee.get(url).text
