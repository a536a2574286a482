"""A stage that an application did not stand in is not shown as one that it passed."""

import pytest
from flask import Flask

from tests.applications import desk
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails
from tracker.accounts.models import Person
from tracker.applications import operations
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, writing

HEAD = ["Received (done)", "Under review (left out)", "Shortlisted (left out)"]


@pytest.fixture
def application_id(app: Flask) -> int:
    """Sam Rivera's."""
    return arrived().id


def move(
    application_id: int,
    stage: Stage | None = None,
    outcome: Outcome | None = None,
    reason: Reason | None = None,
) -> None:
    with writing():
        by = db.session.get_one(Person, postings.coordinator().id)
        row = db.session.get_one(Application, application_id)
        operations.move(row, to_stage=stage, outcome=outcome, reason=reason, by=by, mail=True)
        db.session.commit()


def undo(application_id: int) -> None:
    with writing():
        row = db.session.get_one(Application, application_id)
        by = db.session.get_one(Person, postings.coordinator().id)
        operations.undo(row, row.history[-1], by=by)
        db.session.commit()


def steps(client: Client, url: str) -> list[str]:
    return client.page(url).texts("ol[@class='stage-line']/li")


def on_desk(app: Flask, application_id: int) -> list[str]:
    return steps(desk.coordinator(app), f"/staff/applications/{application_id}")


def test_staff_see_which_stages_were_left_out(app: Flask, application_id: int) -> None:
    move(application_id, Stage.INTERVIEW)
    assert on_desk(app, application_id) == [*HEAD, "Interview", "References", "Offer"]


def test_what_was_gone_through_is_done(app: Flask, application_id: int) -> None:
    for stage in (Stage.UNDER_REVIEW, Stage.SHORTLISTED, Stage.INTERVIEW):
        move(application_id, stage)
    done = ["Received (done)", "Under review (done)", "Shortlisted (done)"]
    assert on_desk(app, application_id)[:4] == [*done, "Interview"]


def test_a_move_that_was_taken_back_was_no_stage(app: Flask, application_id: int) -> None:
    move(application_id, Stage.SHORTLISTED)
    undo(application_id)
    assert on_desk(app, application_id)[:2] == ["Received", "Under review"]
    move(application_id, Stage.INTERVIEW)
    assert on_desk(app, application_id)[:4] == [*HEAD, "Interview"]


def test_who_was_hired_did_not_stand_in_every_stage(app: Flask, application_id: int) -> None:
    move(application_id, Stage.OFFER)
    move(application_id, outcome=Outcome.HIRED, reason=Reason.BEST_QUALIFIED)
    rest = ["Interview (left out)", "References (left out)", "Offer (done)"]
    assert on_desk(app, application_id) == [*HEAD, *rest]


def test_the_candidate_sees_it_too(app: Flask, application_id: int) -> None:
    move(application_id, Stage.INTERVIEW)
    token = mails("application_received")[0].text.split("/my/")[1].split()[0]
    client = app.test_client()
    assert isinstance(client, Client)
    assert steps(client, f"/my/{token}")[:4] == [
        "Received (done)",
        "Being read (left out)",
        "Shortlisted (left out)",
        "Interview",
    ]
