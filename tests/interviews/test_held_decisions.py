"""An end whose mail is held: interviews stand until it goes, for everybody who would hear of it."""

import datetime as dt
import io
import zipfile

import pytest
import time_machine
from flask import Flask

from tests.applications import desk
from tests.applications.test_mine import arrived, mails
from tests.interviews.factories import next_week, scheduled
from tests.interviews.proposing import (
    CONTACT,
    chosen,
    page_of_contact,
    proposal,
    proposed,
)
from tests.notifications.test_holding import DECLINE, hold
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.factories import path_in
from tracker.accounts.models import Person
from tracker.applications import operations as moves
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.core.jobs import run_now
from tracker.interviews import operations
from tracker.interviews.models import Interview
from tracker.interviews.rules import InterviewState, ProposalState
from tracker.notifications import operations as outbox
from tracker.notifications import queries
from tracker.notifications.rules import MailState

OFF = ("interview_cancelled", "panel_cancelled")


class Booked:
    """A candidate with an interview, and a coordinator at their desk."""

    def __init__(self, app: Flask) -> None:
        postings.employer()
        made = arrived()
        self.token, self.application_id = made.token, made.application.id
        self.panelist_id = postings.person("pat.bell@example.org", role=Role.PANELIST).id
        self.interview_id = self.book().id
        self.staff = desk.coordinator(app)
        self.url = f"/staff/applications/{self.application_id}"

    def book(self, days: int = 0) -> Interview:
        starts_at = next_week() + dt.timedelta(days=days)
        panel = [db.session.get_one(Person, self.panelist_id)]
        return scheduled(self.application_id, panel, starts_at=starts_at)

    def decline(self) -> int:
        """Decline on the page, with a mail that waits for a look; returns the mail's id."""
        hold(DECLINE)
        values = {"reason": "late", "mail": "y"}
        page = f"{self.url}/move?to=not+selected"
        answer = self.staff.submit(page, values, form="/move", follow=True)
        assert "what is booked for an interview stands" in answer.text
        assert self.application.outcome is Outcome.NOT_SELECTED
        return mails(DECLINE)[-1].id

    @property
    def application(self) -> Application:
        db.session.rollback()
        return db.session.get_one(Application, self.application_id, populate_existing=True)

    def state(self) -> InterviewState:
        db.session.rollback()
        return db.session.get_one(Interview, self.interview_id, populate_existing=True).state

    def called_off(self) -> list[str]:
        """Whom a cancellation was written to."""
        found = [each for name in OFF for each in mails(name)]
        assert {each.calendar_method for each in found} <= {"CANCEL"}
        return [each.recipient_address for each in found]


CANDIDATE = "marisol.quennell@example.org"
EVERYBODY = [CANDIDATE, "pat.bell@example.org"]


@pytest.fixture
def booked(any_app: Flask) -> Booked:
    return Booked(any_app)


def seen_by_candidate(client: Client, booked: Booked) -> dict[str, str]:
    """Everything that shows a candidate their interviews, but for the times of day in it."""
    own = f"/my/{booked.token}"
    calendar = client.get(f"{own}/interviews/{booked.interview_id}/calendar.ics")
    with zipfile.ZipFile(io.BytesIO(client.get(f"{own}/everything.zip").data)) as opened:
        archive = "".join(opened.read(f"application.{kind}").decode() for kind in ("json", "html"))
    stamped = ("DTSTAMP", '"made_at"')
    page, withdrawing = client.page(own), client.page(f"{own}/withdraw")
    return {
        "page": " ".join(page.texts("main//h2") + page.texts("main//h3")),
        "withdraw": " ".join(withdrawing.texts("main//p")),
        "calendar": "\n".join(
            each for each in calendar.text.splitlines() if not each.startswith(stamped)
        ),
        "archive": str("cancelled" in archive) + str(archive.count("scheduled")),
    }


def test_until_the_mail_goes_the_interview_stands_and_goes_with_it(
    booked: Booked, client: Client
) -> None:
    before = seen_by_candidate(client, booked)
    assert "Your interviews" in before["page"]
    email_id = booked.decline()
    assert booked.state() is InterviewState.SCHEDULED
    assert booked.called_off() == []
    assert seen_by_candidate(client, booked) == before
    released = booked.staff.submit(f"/staff/messages/{email_id}", form="/release", follow=True)
    assert "The mail goes as soon as it can. 1 interview is called off with it" in released.text
    assert booked.state() is InterviewState.CANCELLED
    assert sorted(booked.called_off()) == sorted(EVERYBODY)
    decision, cancellation = queries.one_mail(email_id), mails("interview_cancelled")[0]
    assert (decision.state, cancellation.state) == (MailState.WAITING, MailState.WAITING)
    assert "Your interviews" not in client.get(f"/my/{booked.token}").text


def test_staff_see_that_it_waits_and_for_what(booked: Booked) -> None:
    email_id = booked.decline()
    day = next_week().date().isoformat()
    for path in (booked.url, f"/staff/interviews?week={day}", f"/staff/interviews/day/{day}"):
        assert "Is called off once the mail about the end" in booked.staff.get(path).text, path
    page = booked.staff.get(f"/staff/interviews/{booked.interview_id}").text
    assert "this interview stands for the candidate and the panel" in page
    assert f"/staff/messages/{email_id}" in page
    assert "stands until this mail is released or dropped" in (
        booked.staff.get(f"/staff/messages/{email_id}").text
    )
    assert "Calls off the interview on" in booked.staff.get("/staff/messages?state=held").text
    booked.staff.submit(f"/staff/messages/{email_id}", form="/release")
    assert "Is called off once" not in booked.staff.get(booked.url).text


def test_several_that_are_released_call_theirs_off(booked: Booked) -> None:
    email_id = booked.decline()
    tray = "/staff/messages?state=held"
    data = {"csrf_token": booked.staff.token(tray), "mail": [email_id], "action": "release"}
    answer = booked.staff.post("/staff/messages/held", data=data, follow_redirects=True)
    assert "1 mail goes now. 1 interview is called off with it" in answer.text
    assert booked.state() is InterviewState.CANCELLED
    assert sorted(booked.called_off()) == sorted(EVERYBODY)


def test_a_mail_that_is_dropped_leaves_the_end_and_calls_off(booked: Booked) -> None:
    email_id = booked.decline()
    answer = booked.staff.submit(f"/staff/messages/{email_id}", form="/drop", follow=True)
    assert "It does not go. 1 interview is called off with it" in answer.text
    assert booked.state() is InterviewState.CANCELLED
    assert sorted(booked.called_off()) == sorted(EVERYBODY)


def test_what_is_taken_back_was_never_called_off(booked: Booked, client: Client) -> None:
    before = seen_by_candidate(client, booked)
    booked.decline()
    latest = booked.application.history[-1].id
    answer = booked.staff.submit(booked.url, form=f"/undo/{latest}", follow=True)
    assert "what was booked stands" in answer.text
    assert booked.state() is InterviewState.SCHEDULED
    assert booked.called_off() == []
    assert seen_by_candidate(client, booked) == before
    assert "Is called off once" not in booked.staff.get(booked.url).text
    desk.move(booked.application, Stage.OFFER)
    assert booked.state() is InterviewState.SCHEDULED


def test_a_decline_that_tells_at_once_calls_off_at_once(booked: Booked) -> None:
    values = {"reason": "late", "mail": "y"}
    booked.staff.submit(f"{booked.url}/move?to=not+selected", values, form="/move")
    assert booked.state() is InterviewState.CANCELLED
    assert sorted(booked.called_off()) == sorted(EVERYBODY)


def test_who_withdraws_meanwhile_calls_off_themselves(booked: Booked, client: Client) -> None:
    booked.decline()
    client.submit(f"/my/{booked.token}/withdraw", {"note": ""})
    assert booked.state() is InterviewState.CANCELLED
    assert mails("interview_cancelled") == []
    assert [each.recipient_address for each in mails("interview_withdrawn")] == [CANDIDATE]


def test_of_several_held_ends_one_is_told_and_the_other_waits(any_app: Flask) -> None:
    first = Booked(any_app)
    other = desk.arrived(email="jo@example.org")
    seat = postings.person("kim.ode@example.org", role=Role.PANELIST)
    stands = scheduled(other.id, [seat], starts_at=next_week(18)).id
    hold(DECLINE)
    url = f"/staff/applications/move?application={first.application_id}&application={other.id}"
    page = first.staff.page(f"{url}&to=not+selected")
    answer = first.staff.fill(page, {"reason": "late", "mail": "y"}, form="/move")
    assert answer.status_code == 200
    held = {each.about_id: each.id for each in mails(DECLINE)}
    with writing():
        outbox.release(queries.one_mail(held[first.application_id], locked=True), by=None)
        called_off = operations.settle_told([held[first.application_id]], by=None)
        assert [each.id for each in called_off] == [first.interview_id]
        db.session.commit()
    assert first.state() is InterviewState.CANCELLED
    assert db.session.get_one(Interview, stands).state is InterviewState.SCHEDULED
    assert applications.untold_ends([first.application_id, other.id]) == {other.id: held[other.id]}


def test_a_contact_who_declines_from_the_mail_is_told_the_same(
    booked: Booked, client: Client
) -> None:
    hold(DECLINE)
    page = path_in(mails("application_arrived")[0])
    values = {"reason": "late", "mail": "y"}
    answer = client.submit(f"{page}/decline", values, form="/decline", follow=True)
    assert "Until then what is booked for an interview stands." in answer.text
    assert "what was booked stands" in answer.text
    assert "not set up again" not in answer.text
    assert booked.state() is InterviewState.SCHEDULED
    client.submit(page, form="take-back")
    assert booked.state() is InterviewState.SCHEDULED
    assert booked.called_off() == []


def test_pages_ask_the_database_as_often_for_more_that_wait(
    booked: Booked, count_queries: QueryCounter
) -> None:
    email_id = booked.decline()
    paths = (
        f"/staff/interviews?week={next_week().date().isoformat()}",
        booked.url,
        f"/staff/messages/{email_id}",
        "/staff/messages?state=held",
    )
    counted: list[list[int]] = []
    for more in (0, 1):
        for number in range(3 * more):
            booked_later(booked, number + 1)
        counted.append([])
        for path in paths:
            db.session.expunge_all()
            booked.staff.get(path)
            with count_queries() as statements:
                assert booked.staff.get(path).status_code == 200
            counted[-1].append(len(statements))
    assert counted[0] == counted[1]


def booked_later(booked: Booked, hours: int) -> None:
    """One more interview of the same candidate that stands, as if it had been booked before."""
    known = db.session.get_one(Interview, booked.interview_id)
    with writing():
        db.session.add(
            Interview(
                application_id=known.application_id,
                kind=known.kind,
                starts_at=known.starts_at + dt.timedelta(hours=hours),
                ends_at=known.ends_at + dt.timedelta(hours=hours),
                time_zone=known.time_zone,
                place=known.place,
                uid=f"{hours}-{known.uid}",
                organizer_name=known.organizer_name,
                organizer_address=known.organizer_address,
            )
        )
        db.session.commit()


# Times on offer


@pytest.fixture
def offered(any_app: Flask) -> tuple[int, int, str]:
    """An application whose candidate was offered times, and was declined untold."""
    made = arrived()
    application = made.application
    proposal_id = proposed(application.id)
    hold(DECLINE)
    with writing():
        row = db.session.get_one(Application, application.id)
        from_contact = db.session.query(Person).filter_by(email=CONTACT).one()
        moves.move(
            row, outcome=Outcome.NOT_SELECTED, reason=Reason.LATE, by=from_contact, mail=True
        )
        operations.settle(row, by=from_contact)
        db.session.commit()
    return application.id, proposal_id, made.token


def test_times_stay_on_offer_until_the_candidate_is_told(
    offered: tuple[int, int, str], client: Client
) -> None:
    application_id, proposal_id, token = offered
    run_now("lapse_times")
    assert proposal(proposal_id).state is ProposalState.OPEN
    assert f"/my/{token}/times/{proposal_id}" in client.get(f"/my/{token}").text
    interview_id = chosen(proposal_id)
    assert mails("time_chosen")[0].recipient_address == CONTACT
    application = db.session.get_one(Application, application_id)
    assert (application.outcome, application.stage) == (Outcome.NOT_SELECTED, Stage.RECEIVED)
    email_id = mails(DECLINE)[0].id
    with writing():
        outbox.release(queries.one_mail(email_id, locked=True), by=None)
        operations.settle_told([email_id], by=None)
        db.session.commit()
    off = db.session.get_one(Interview, interview_id, populate_existing=True)
    assert off.state is InterviewState.CANCELLED


def test_times_end_once_the_candidate_is_told(offered: tuple[int, int, str]) -> None:
    _application_id, proposal_id, _token = offered
    email_id = mails(DECLINE)[0].id
    with writing():
        outbox.release(queries.one_mail(email_id, locked=True), by=None)
        operations.settle_told([email_id], by=None)
        db.session.commit()
    assert proposal(proposal_id).state is ProposalState.ENDED


def test_times_that_run_out_meanwhile_lapse_and_nobody_is_asked_to_call(
    offered: tuple[int, int, str],
) -> None:
    _application_id, proposal_id, _token = offered
    with time_machine.travel(next_week(15) + dt.timedelta(days=3), tick=True):
        run_now("lapse_times")
    assert proposal(proposal_id).state is ProposalState.EXPIRED
    assert mails("times_unanswered") == []


def test_a_contact_may_still_take_the_times_back(
    offered: tuple[int, int, str], client: Client
) -> None:
    _application_id, proposal_id, _token = offered
    page = page_of_contact()
    assert "The mail that tells the candidate waits for a look" in client.get(page).text
    client.submit(page, form="withdraw", button="Take them back")
    assert proposal(proposal_id).state is ProposalState.WITHDRAWN
    assert [each.recipient_address for each in mails("times_withdrawn")] == [CANDIDATE]
