"""The demo loads through the house's own doors and leaves without a trace."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from tests.plugins.mail import MailServer
from tests.plugins.places import build_once
from tests.upkeep.journeys import apply
from tracker.accounts import operations as accounts
from tracker.accounts.models import Person
from tracker.app import create_app
from tracker.applications.models import Application
from tracker.core.db import db, load, now, writing
from tracker.core.errors import DomainError
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.documents.models import Document
from tracker.interviews.models import Interview
from tracker.notifications import operations as outbox
from tracker.notifications.delivery import deliver_due
from tracker.notifications.models import OutgoingEmail
from tracker.organization import operations as organization
from tracker.organization import queries as employers
from tracker.organization.models import Position
from tracker.postings import operations as postings
from tracker.postings import queries as openings
from tracker.postings.content import PostingValues
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.routing import operations as routing
from tracker.routing.models import Assignment
from tracker.upkeep import demo
from tracker.upkeep.backup import back_up, restore
from tracker.upkeep.demo import library
from tracker.upkeep.models import FirstStart
from tracker.upkeep.verification import verify


@pytest.fixture
def demo_here(app: Flask) -> None:
    """The demo, loaded once in a run and brought back from a backup for each test."""
    restore(build_once("demo.tar", _save_demo))


def _save_demo(path: Path) -> None:
    folder = path.with_suffix(".folder")
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE_PATH": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'tracker.db'}",
            "SECRET_KEY": "only for tests",
        }
    )
    with app.app_context():
        upgrade()
        demo.load_demo()
        back_up(path)
        db.session.remove()
        db.engine.dispose()


def everything() -> dict[str, int]:
    """How many rows there are, by table, and how many files; what is derived does not count."""
    db.session.rollback()
    counts = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
        if table.name != "page_change"
    }
    counts["files"] = len(list(files().list()))
    return {name: count for name, count in counts.items() if count}


def test_it_loads_a_library_at_work(any_app: Flask) -> None:
    demo.load_demo()
    states = db.session.execute(select(Posting.title, Posting.state))
    assert {row.title: row.state for row in states} == {
        "Bookkeeper": PostingState.OPEN,
        "Children’s Librarian": PostingState.OPEN,
        "Library Page": PostingState.OPEN,
        "Reference Librarian": PostingState.CLOSED,
        "Technology Help Desk Assistant": PostingState.OPEN,
    }
    by_standing = db.session.execute(
        select(Application.stage, Application.outcome, func.count())
        .group_by(Application.stage, Application.outcome)
        .order_by(func.count(), Application.stage)
    ).all()
    assert {
        (str(stage), outcome and str(outcome)): count for stage, outcome, count in by_standing
    } == {
        ("offer", "hired"): 1,
        ("interview", None): 2,
        ("received", None): 3,
        ("received", "not selected"): 1,
        ("received", "withdrawn"): 1,
        ("under review", None): 4,
        ("under review", "not selected"): 1,
    }
    on_paper = select(Application.name).where(Application.email == "")
    assert db.session.scalars(on_paper).all() == ["Eudora Lindqvist"]
    assert verify().broken == []


def test_every_address_is_one_that_receives_no_mail(app: Flask, demo_here: None) -> None:
    addresses = [
        *db.session.scalars(select(Person.email)),
        *db.session.scalars(select(Application.email)),
        *db.session.scalars(select(OutgoingEmail.recipient_address)),
        *db.session.scalars(select(OutgoingEmail.sender_address)),
    ]
    # Whoever applied on paper left none.
    assert {each.partition("@")[2] for each in addresses if each} == {"example.org"}


def test_no_mail_of_the_demo_is_ever_sent(
    app: Flask, smtp_server: MailServer, demo_here: None
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    assert smtp_server.received == []


def test_what_happened_lies_in_the_past_and_interviews_ahead(app: Flask, demo_here: None) -> None:
    at = now()
    assert (
        db.session.scalars(
            select(Application.number).where(Application.submitted_at > at - dt.timedelta(hours=12))
        ).all()
        == []
    )
    zone = dt.timedelta(hours=1)
    assert all(each > at + zone for each in db.session.scalars(select(Interview.starts_at)))


def test_its_papers_are_read_as_what_they_are(demo_here: None) -> None:
    kinds = list(db.session.scalars(select(Document.kind)))
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "docx": 7,
        "pdf": 21,
        "txt": 1,
    }
    assert set(db.session.scalars(select(Document.note))) == {""}
    resume = select(Document.first_lines).where(Document.file_name == "Quennell resume.pdf")
    assert db.session.scalars(resume).one().splitlines()[0] == "Marisol Quennell"


def test_loading_twice_changes_nothing(app: Flask, demo_here: None) -> None:
    before = everything()
    assert demo.load_demo() == ["The demo is here already. Nothing was changed."]
    assert everything() == before


def test_removing_it_leaves_nothing(any_app: Flask, demo_here: None) -> None:
    with writing():
        for email in db.session.scalars(select(OutgoingEmail).with_for_update()):
            outbox.retry(email, by=None)  # history of a mail goes with the mail
        db.session.commit()
    demo.remove_demo()
    assert everything() == {}


def test_removing_nothing_says_so(app: Flask) -> None:
    assert demo.remove_demo()[0] == "There is no demo here. Nothing was removed."


def real_administrator() -> Person:
    person, _ = accounts.make_administrator(email="nora.vance@example.org", name="Nora Vance")
    db.session.commit()
    return person


def real_posting(by: Person, values: PostingValues) -> Posting:
    with writing():
        posting = postings.draft(by=by, values={"title": "Cataloger", **values})
        db.session.commit()
    return posting


def test_what_is_real_stays(any_app: Flask, demo_here: None) -> None:
    nora = real_administrator()
    before = {"person": 1, "posting": 1}
    real_posting(nora, {"contact_person_id": nora.id})
    lines = demo.remove_demo()
    assert everything() == before
    assert [line for line in lines if line.startswith("Kept")] == []


def test_an_application_to_a_demo_posting_goes_with_it(any_app: Flask, demo_here: None) -> None:
    opening = db.session.scalars(select(Posting.id).where(Posting.title == "Reference Librarian"))
    with writing():
        postings.reopen(
            load(Posting, opening.one()), by=None, reason="Try-out", open_until_filled=True
        )
        db.session.commit()
    posting_id = db.session.scalars(
        select(Posting.id).where(Posting.title == "Reference Librarian")
    ).one()
    for _time in range(2):  # the second is told to the address
        apply(posting_id, accommodation="A room without stairs")
    demo.remove_demo()
    assert everything() == {}


def test_what_the_clock_did_in_the_demo_goes_with_it(any_app: Flask, demo_here: None) -> None:
    """Reminders, escalations, a digest, leave: all of it names people and mail of the demo."""
    contact = db.session.scalars(
        select(Person).where(Person.email == library.CIRCULATION.email)
    ).one()
    with writing():
        routing.choose(contact, hour=None, by=None)
        day = employers.today() + dt.timedelta(days=9)
        organization.add_leave(contact, from_on=day, until_on=day, by=contact)
        for each in db.session.scalars(select(Assignment)):
            if each.next_step_at is not None:
                assert each.told_email is not None
                each.told_email.created_at = each.next_step_at = now() - dt.timedelta(days=30)
        waiting = db.session.scalars(
            select(Assignment).where(Assignment.next_step_at.is_not(None))
        ).first()
        assert waiting is not None
        told = waiting.told_email_id
        waiting.told_email_id, waiting.in_digest = None, True
        db.session.flush()
        routing.choose(waiting.person, hour=None, by=None)
        db.session.commit()
    assert told is not None
    run_now("follow_up")
    db.session.rollback()
    found = everything()
    assert found["escalation"] >= 1
    assert (found["digest"], found["leave"]) == (1, 1)
    demo.remove_demo()
    assert everything() == {}


def test_people_whom_a_real_posting_needs_stay_with_it(any_app: Flask, demo_here: None) -> None:
    nora = real_administrator()
    position = db.session.scalars(
        select(Position).where(Position.title == "Head of Circulation")
    ).one()
    posting = real_posting(nora, {"contact_position_id": position.id})
    lines = demo.remove_demo()
    assert lines[1:] == [
        "Kept Head of Circulation, because a posting that is not of the demo names them.",
        "Kept Imogen Vasquez-Hale, because a position that is not of the demo names them.",
        "Kept Marguerite Foss, because a position that is not of the demo names them.",
    ]
    contact = openings.contact_of(load(Posting, posting.id))
    assert contact is not None
    assert contact.email == library.CIRCULATION.email
    with writing():
        postings.change(load(Posting, posting.id), {"contact_person_id": nora.id}, by=nora)
        db.session.commit()
    demo.remove_demo()
    assert everything() == {"person": 1, "posting": 1}


def test_a_profile_that_somebody_edited_is_theirs(any_app: Flask, demo_here: None) -> None:
    nora = real_administrator()
    employer = employers.employer()
    assert employer is not None
    with writing():
        organization.save_profile(
            replace(library.PROFILE, name="Vance Free Library"),
            sender_name="Vance Free Library",
            sender_address="jobs@example.org",
            version=employer.version,
            by=nora,
        )
        db.session.commit()
    lines = demo.remove_demo()
    assert lines[1:] == ["Kept the employer's profile, because somebody has edited it."]
    assert everything() == {"employer": 1, "letterhead": 1, "person": 1}


def test_it_is_for_an_empty_tracker(app: Flask) -> None:
    organization.save_profile(
        library.PROFILE, sender_name="-", sender_address="jobs@example.org", version=None, by=None
    )
    db.session.commit()
    before = everything()
    with pytest.raises(demo.DemoError) as caught:
        demo.load_demo()
    assert caught.value.message == (
        "There is an employer's profile already. The demo is for an empty Tracker."
    )
    assert everything() == before


def test_the_command_is_refused_in_production(settings: dict[str, Any], tmp_path: Path) -> None:
    app = create_app(
        settings
        | {
            "BASE_URL": "https://jobs.example.org",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}",
        }
    )
    run = app.test_cli_runner().invoke
    run(args=["db", "upgrade"])
    result = run(args=["demo"])
    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        "Error: The demo is for trying out: BASE_URL is not a loopback address, so it is"
        " refused.\n",
    )


def test_a_load_that_fails_leaves_no_file(app: Flask) -> None:
    organization.add_position(title="Head of Circulation", holder=None, deputy=None, by=None)
    db.session.commit()
    with pytest.raises(DomainError):
        demo.load_demo()
    assert everything() == {"position": 1}


# A first start that something ended


@pytest.mark.both_databases
def test_a_first_start_that_is_under_way_gets_its_demo_once(app: Flask) -> None:
    assert demo.finish_first_start() == []
    db.session.add(FirstStart())
    db.session.commit()
    assert [line.split()[0] for line in demo.finish_first_start()] == ["Loaded"]
    assert "first_start" not in everything()
    demo.remove_demo()
    assert demo.finish_first_start() == []
    assert not demo.is_loaded()


@pytest.mark.both_databases
def test_a_first_start_brings_no_demo_where_there_is_a_row(app: Flask) -> None:
    db.session.add(FirstStart())
    organization.add_position(title="Page", holder=None, deputy=None, by=None)
    db.session.commit()
    assert demo.finish_first_start() == [
        "Somebody has begun to work with this Tracker: no demo was loaded."
    ]
    assert everything() == {"position": 1}


def test_two_first_starts_at_once_load_one_demo(app: Flask) -> None:
    """The later one waited for the first one's rows, and finds the note of the start gone."""
    assert demo._load(only_empty=True) == [
        "Somebody has begun to work with this Tracker: no demo was loaded."
    ]
    assert everything() == {}
