"""Nobody is forgotten: reminded, then the deputy, then the coordinators, each once, by mail."""

import datetime as dt
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.following import (
    CORA,
    DAY,
    IDA,
    KIM,
    Clock,
    at_position,
    follow_up,
    mails,
    person,
    steps,
)
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.notifications.models import OutgoingEmail
from tracker.organization.models import Leave, Position
from tracker.postings.models import PostingMember
from tracker.postings.rules import MemberRole
from tracker.routing import operations
from tracker.routing.models import Assignment
from tracker.routing.rules import Step, Why


def test_reminder_then_deputy_then_coordinators_and_then_no_more(
    any_app: Flask, clock: Clock
) -> None:
    arrived(at_position())
    seen = [mails()]
    for _each in range(14):
        clock.shift(DAY)
        follow_up()
        seen.append(mails())
    news = [after[len(before) :] for before, after in pairwise(seen)]
    assert [each for each in news if each] == [
        [("reminder", IDA)],
        [("escalated", KIM)],
        [("escalated", CORA)],
    ]
    # From Monday: Wednesday, Friday, and over the weekend Tuesday.
    assert [place + 1 for place, each in enumerate(news) if each] == [2, 4, 8]
    assert steps() == [
        (Step.REMINDER, [IDA], ""),
        (Step.DEPUTY, [KIM], ""),
        (Step.COORDINATORS, [CORA], ""),
    ]
    given = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert [(each.person.email, each.why, each.reason) for each in given] == [
        (IDA, Why.CONTACT, ""),
        (KIM, Why.ESCALATED, "not seen by Ida Moreno"),
        (CORA, Why.ESCALATED, "not seen by Ida Moreno"),
    ]
    assert [each.next_step_at for each in given] == [None, None, None]


def test_the_links_in_reminders_and_escalations_open_the_application(
    app: Flask, clock: Clock
) -> None:
    application = arrived(at_position())
    for _each in range(4):
        clock.shift(DAY)
        follow_up()
    for message in ("applications_reminder", "applications_escalated"):
        mail = db.session.scalars(select(OutgoingEmail).filter_by(message=message)).one()
        assert (mail.about_kind, mail.about_id) == ("application", application.id)
        page = app.test_client().get("/for/" + mail.text.split("/for/")[1].split()[0])
        assert page.status_code == 200
        assert "Acknowledge" in page.text


def test_after_a_week_off_each_step_comes_once_and_not_in_one_minute(
    any_app: Flask, clock: Clock
) -> None:
    arrived(at_position())
    clock.shift(14 * DAY)
    for _each in range(5):
        clock.shift(dt.timedelta(minutes=1))
        follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]
    clock.shift(2 * DAY)
    follow_up()
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER, Step.DEPUTY]


def test_a_fetched_link_is_no_look_and_a_look_is_one(any_app: Flask, clock: Clock) -> None:
    arrived(at_position())
    mail = db.session.scalars(select(OutgoingEmail).filter_by(message="application_arrived")).one()
    path = "/for/" + mail.text.split("/for/")[1].split()[0]
    any_app.test_client().get(path)
    clock.shift(2 * DAY)
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]
    with writing():
        application = db.session.scalars(select(Application)).one()
        operations.record_seen(application, person(IDA))
        db.session.commit()
    clock.shift(10 * DAY)
    follow_up()
    assert [step for step, _, _ in steps()] == [Step.REMINDER]


@pytest.mark.parametrize("end", ["withdrawn", "answered by somebody else", "handed over"])
def test_nobody_is_reminded_of_what_is_answered(app: Flask, clock: Clock, end: str) -> None:
    application_id = arrived(at_position()).id
    with writing():
        application = db.session.get_one(Application, application_id)
        if end == "withdrawn":
            applications.withdraw(application, "")
        elif end == "handed over":
            operations.hand_over(application, person(KIM), reason="Leave.", by=person(CORA))
        else:
            applications.move(
                application,
                outcome=Outcome.NOT_SELECTED,
                reason=Reason.BETTER_QUALIFIED,
                by=person(CORA),
                mail=False,
            )
        db.session.commit()
    clock.shift(3 * DAY)
    before = len(mails())
    follow_up()
    # Whoever has it now by hand has a clock of their own.
    expected = [("reminder", KIM)] if end == "handed over" else []
    assert mails()[before:] == expected


def test_a_move_by_a_colleague_is_an_answer_too(app: Flask, clock: Clock) -> None:
    application_id = arrived(at_position()).id
    clock.shift(dt.timedelta(hours=1))
    with writing():
        application = db.session.get_one(Application, application_id)
        applications.move(application, to_stage=Stage.SHORTLISTED, by=person(CORA), mail=False)
        db.session.commit()
    clock.shift(9 * DAY)
    follow_up()
    assert steps() == []


def test_copied_colleagues_are_never_escalated(any_app: Flask, clock: Clock) -> None:
    posting = at_position()
    copied = postings.person("copied@example.org")
    db.session.add(
        PostingMember(posting_id=posting.id, person_id=copied.id, role=MemberRole.COPIED)
    )
    db.session.commit()
    arrived(posting)
    for _each in range(10):
        clock.shift(DAY)
        follow_up()
    assert ("reminder", "copied@example.org") not in mails()
    assert len(steps()) == 3


def test_a_deputy_who_has_it_already_is_not_told_again(any_app: Flask, clock: Clock) -> None:
    """The deputy holds the position next in line too, and was told once."""
    posting = at_position()
    follower = Position(title="Director", holder_id=person(KIM).id)
    db.session.add(follower)
    db.session.flush()
    position = db.session.scalars(select(Position).filter_by(title="Head of Youth")).one()
    position.next_id = follower.id
    db.session.commit()
    arrived(posting)
    for _each in range(10):
        clock.shift(DAY)
        follow_up()
    assert mails().count(("escalated", KIM)) == 1


def test_without_a_deputy_the_coordinators_hear_at_once_and_it_says_why(
    any_app: Flask, clock: Clock
) -> None:
    arrived(at_position(deputy_id=None))
    for _each in range(4):
        clock.shift(DAY)
        follow_up()
    assert steps() == [
        (Step.REMINDER, [IDA], ""),
        (Step.DEPUTY, [], "There is no deputy who could be told."),
        (Step.COORDINATORS, [CORA], ""),
    ]


def test_without_coordinators_the_administrators_hear(any_app: Flask, clock: Clock) -> None:
    posting = at_position()
    person(CORA).disabled_at = now()
    postings.person("ann@example.org", role=Role.ADMINISTRATOR)
    db.session.commit()
    arrived(posting)
    for _each in range(8):
        clock.shift(DAY)
        follow_up()
    assert mails()[-1] == ("escalated", "ann@example.org")


def test_a_coordinator_on_leave_is_told_only_where_nobody_else_is_there(
    any_app: Flask, clock: Clock
) -> None:
    posting = at_position(deputy_id=None)
    other = postings.coordinator("rae.lind@example.org")
    first = dt.date(2026, 11, 23)
    db.session.add(Leave(person_id=person(CORA).id, from_on=first, until_on=first + 30 * DAY))
    db.session.commit()
    arrived(posting)
    for _each in range(4):
        clock.shift(DAY)
        follow_up()
    assert other.email == "rae.lind@example.org"
    assert steps()[-1] == (Step.COORDINATORS, ["rae.lind@example.org"], "")
