"""A candidate without an e-mail address: no mail anywhere, and staff are told to answer by hand."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from tests.applications import desk, factories
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import AnswerByHand, Application, StageChange
from tracker.applications.operations import KeyedIn
from tracker.applications.rules import AnswerWay, Channel, Outcome, Reason, Stage
from tracker.core.db import db, now, writing
from tracker.interviews import operations as interviews
from tracker.interviews.models import Interview
from tracker.interviews.operations import Plan
from tracker.interviews.rules import InterviewKind
from tracker.notifications.models import OutgoingEmail
from tracker.organization import queries as organization
from tracker.postings.models import Posting
from tracker.routing import operations as routing
from tracker.upkeep.verification import verify

BY_HAND = "answer by letter or telephone"


def without_address(posting: Posting | None = None, *, name: str = "Pat Paper") -> Application:
    """An application that was keyed in and has no address."""
    posting_id, by = (posting or postings.open_posting()).id, postings.coordinator().id
    with writing():
        draft = factories.draft(posting_id, name=name, email="")
        facts = KeyedIn(Channel.PAPER, organization.today(), db.session.get_one(Person, by))
        made = routing.receive(draft, at=now(), keyed_in=facts).application
        db.session.commit()
    return made


def to_the_candidate() -> list[OutgoingEmail]:
    """Mail that is not to a colleague."""
    people = {each.email for each in db.session.query(Person)}
    return [
        each for each in db.session.query(OutgoingEmail) if each.recipient_address not in people
    ]


def plan(hours: int = 48) -> Plan:
    starts = now() + dt.timedelta(hours=hours)
    return Plan(
        kind=InterviewKind.PHONE,
        round=1,
        starts_at=starts,
        ends_at=starts + dt.timedelta(minutes=30),
        time_zone="America/New_York",
        place="We call you.",
        link="",
        notes_for_candidate="",
        panel=[db.session.get_one(Person, postings.coordinator().id)],
    )


def act(application: Application, what: Callable[[Application, Person], object]) -> None:
    key, by = application.id, postings.coordinator().id
    with writing():
        what(db.session.get_one(Application, key), db.session.get_one(Person, by))
        db.session.commit()


def test_an_interview_is_held_cancelled_and_settled_without_mail_to_nobody(app: Flask) -> None:
    application = without_address()
    act(application, lambda each, by: interviews.schedule(each, plan(), by=by))
    interview_id = db.session.query(Interview.id).scalar()
    act(
        application,
        lambda _each, by: interviews.change(
            db.session.get_one(Interview, interview_id), plan(72), version=1, by=by
        ),
    )
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE, mail=True)
    act(application, lambda each, by: interviews.settle(each, by=by))
    assert to_the_candidate() == []
    assert {each.message for each in db.session.query(OutgoingEmail)} == {
        "application_arrived",
        "panel_invitation",
        "panel_changed",
        "panel_cancelled",
    }


@pytest.mark.parametrize("to", [*Stage, Outcome.NOT_SELECTED, Outcome.POSITION_CANCELLED])
def test_no_move_writes_to_nobody(app: Flask, to: Stage | Outcome) -> None:
    application = without_address()
    if to is Stage.RECEIVED:
        desk.move(application, Stage.OFFER)
    reason = {Outcome.NOT_SELECTED: Reason.LATE, Outcome.POSITION_CANCELLED: Reason.POSITION_CLOSED}
    desk.move(
        application, to, reason=reason.get(to) if isinstance(to, Outcome) else None, mail=True
    )
    assert to_the_candidate() == []
    last = db.session.query(StageChange).order_by(StageChange.id.desc()).first()
    assert last is not None
    assert last.email_id is None


def test_the_move_shows_words_in_place_of_a_mail(app: Flask) -> None:
    application = without_address()
    client = desk.coordinator(app)
    page = client.page(f"/staff/applications/{application.id}/move?to=not+selected")
    assert page.texts("h2") == ["What to tell Pat Paper"]
    assert page.all("input[@name='mail']") == []
    assert "We have decided to go on with other candidates." in page.text
    answer = client.fill(page, {"reason": "late"}, form="/move", follow=True)
    told = Page(answer.text)
    assert f"There is no e-mail address: {BY_HAND}." in told.text
    assert "The candidate has not been told yet" in told.text
    assert "Ended: not selected" in told.texts("li")


def test_what_was_told_by_hand_is_noted_and_no_longer_owed(app: Flask) -> None:
    application = without_address()
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE)
    client = desk.coordinator(app)
    path = f"/staff/applications/{application.id}"
    url = client.page(path).link("Note what they were told")
    assert client.submit(url, {"note": "Called."}).status_code == 422
    answer = client.submit(url, {"way": "by telephone", "note": "Called on Monday."}, follow=True)
    page = Page(answer.text)
    assert "The candidate has not been told yet" not in page.text
    assert "Told by telephone" in page.text
    noted = db.session.query(AnswerByHand).one()
    assert (noted.note, noted.by.name) == ("Called on Monday.", "Cora Field")
    desk.move(application, Stage.RECEIVED)
    assert "Moved to received" in client.page(path).texts("li")


def test_the_desk_lists_who_has_yet_to_be_told(app: Flask) -> None:
    application = without_address()
    client = desk.coordinator(app)
    assert "To tell by letter or telephone" not in client.page("/staff").text
    act(application, lambda each, by: interviews.schedule(each, plan(), by=by))
    assert "To tell by letter or telephone" in client.page("/staff").text
    act(
        application,
        lambda each, by: applications.answer_by_hand(
            each, way=AnswerWay.LETTER, note="Invited by letter.", by=by
        ),
    )
    assert "To tell by letter or telephone" not in client.get("/staff").text
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE)
    assert "To tell by letter or telephone" in client.get("/staff").text


def test_a_move_of_many_parts_those_with_an_address_from_those_without(app: Flask) -> None:
    mailed = desk.arrived()
    plain = without_address(db.session.get_one(Posting, mailed.posting_id))
    client = desk.coordinator(app)
    query = f"application={mailed.id}&application={plain.id}&to=not+selected"
    page = client.page(f"/staff/applications/move?{query}")
    assert page.texts("h2") == ["What to tell Pat Paper", "The mail to Marisol Quennell"]
    answer = client.fill(page, {"reason": "late", "mail": True}, form="/move")
    done = Page(answer.text)
    assert "Those with an e-mail address get a mail." in done.text
    assert done.link("Note what Pat Paper was told").endswith(f"/{plain.id}/told")
    sent = db.session.query(OutgoingEmail).filter_by(message="outcome_not_selected").all()
    assert [each.recipient_address for each in sent] == [factories.EMAIL]


def test_the_contact_answers_from_the_mail_alone_and_is_told_the_same(
    app: Flask, client: Client
) -> None:
    without_address()
    mail = db.session.query(OutgoingEmail).filter_by(message="application_arrived").one()
    assert "E-mail: none: answer by letter or telephone" in mail.text
    assert mail.reply_to_address is None
    path = mail.text.split("http://localhost")[1].split()[0]
    page = client.page(f"{path}/decline")
    assert page.all("input[@name='mail']") == []
    assert page.texts("h2") == ["What to tell Pat Paper"]
    answer = client.fill(page, {"reason": "late"}, form="/decline", follow=True)
    assert f"The candidate has no e-mail address: {BY_HAND}." in Page(answer.text).text
    assert to_the_candidate() == []


def test_scheduling_says_that_nobody_tells_the_candidate(app: Flask) -> None:
    application = without_address()
    page = desk.coordinator(app).page(f"/staff/applications/{application.id}/interviews/new")
    assert "Nobody tells the candidate by mail" in page.text


def test_a_document_is_asked_for_by_hand_and_scanned_when_it_comes(app: Flask) -> None:
    application = without_address()
    client = desk.coordinator(app)
    path = f"/staff/applications/{application.id}"
    answer = client.submit(f"{path}/requests/new", {"title": "Degree"}, follow=True)
    page = Page(answer.text, answer.request.url)
    assert "ask by letter or telephone" in page.text
    scan = page.link("It came on paper Degree")
    refused = client.submit(scan, {"file": (samples.old_doc(), "old.doc")})
    assert (refused.status_code, "older kind" in refused.text) == (422, True)
    done = client.submit(scan, {"file": (samples.scanned_pdf(), "degree.pdf")}, follow=True)
    assert "Added. It stands behind what came with the application." in Page(done.text).text
    added = db.session.get_one(Application, application.id).documents[-1]
    assert (added.title, added.added_by is not None) == ("Degree", True)
    assert to_the_candidate() == []


def test_withdrawing_needs_no_address_either(app: Flask) -> None:
    application = without_address()
    act(application, lambda each, _by: applications.withdraw(each, "Moved away."))
    assert to_the_candidate() == []
    assert db.session.get_one(Application, application.id).outcome is Outcome.WITHDRAWN


def test_nothing_of_it_counts_as_a_broken_promise(app: Flask) -> None:
    application = without_address()
    act(application, lambda each, by: interviews.schedule(each, plan(), by=by))
    desk.move(application, Stage.REFERENCES, mail=True)
    assert [each.message for each in verify().broken] == []
