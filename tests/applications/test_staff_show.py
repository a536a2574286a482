"""One application on one screen: document, record, next steps, and everything that happened."""

import datetime as dt

import pytest
from flask import Flask

from tests.applications import desk
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page, text_of
from tests.postings import factories as postings
from tracker.applications import operations
from tracker.applications.models import Application, CandidateLink
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, now, writing
from tracker.documents.jobs import make_previews
from tracker.interviews import operations as interviews
from tracker.interviews.models import Interview
from tracker.interviews.operations import Plan
from tracker.interviews.rules import InterviewKind
from tracker.routing import operations as routing
from tracker.routing.models import Assignment


def url(application: Application) -> str:
    return f"/staff/applications/{application.id}"


def actions(page: Page) -> list[str]:
    """What the row of next steps offers, in its order."""
    row = page.all("div[@class='actions']")[0]
    return [text_of(each) for each in row.iter() if each.tag in {"a", "button"}]


def happened(page: Page) -> list[str]:
    """The titles of the timeline, newest first."""
    return page.texts("p[@class='timeline-title']")


def schedule(application: Application, by_id: int) -> int:
    with writing():
        start = now() + dt.timedelta(days=3)
        plan = Plan(
            kind=InterviewKind.IN_PERSON,
            round=1,
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=45),
            time_zone="America/New_York",
            place="Room 2",
            link="",
            notes_for_candidate="",
            panel=[desk.person(by_id)],
        )
        row = db.session.get_one(Application, application.id)
        interview_id = interviews.schedule(row, plan, by=desk.person(by_id)).id
        db.session.commit()
    return interview_id


def test_the_page_shows_the_record_beside_the_resume(app: Flask) -> None:
    application = desk.arrived()
    make_previews()
    page = desk.coordinator(app).page(url(application))
    assert page.texts("h1") == ["Marisol Quennell"]
    for words in (
        f"Application {application.number}",
        "Resume of a candidate.",
        "marisol.quennell@example.org (not confirmed by the candidate yet)",
        "203 555 0100",
        "Can you work on Saturdays? Yes",
        "Story time I use it regularly",
        "Ida Moreno contact of the posting told",
    ):
        assert words in page.text, words
    assert page.texts("nav/a[@aria-current='page']")[-1] == "Resume"


def test_the_documents_are_tabs_and_the_original_only_a_download(app: Flask) -> None:
    application = desk.arrived()
    make_previews()
    client = desk.coordinator(app)
    page = client.page(url(application))
    letter = client.page(page.link("Cover letter"))
    assert "Cover letter of a candidate." in letter.text
    answer = client.get(letter.link("Download the original"))
    assert answer.data == b"Cover letter of a candidate.\n"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_document_of_another_application_is_not_there(app: Flask) -> None:
    first = desk.arrived()
    second = desk.arrived(first.posting)
    foreign = second.documents[0].id
    client = desk.coordinator(app)
    for address in (
        f"{url(first)}?document={foreign}",
        f"{url(first)}/documents/{foreign}/original",
        f"{url(first)}/documents/{foreign}/pages/1",
        f"{url(first)}?document=x",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize(
    ("stage", "first"),
    [
        (Stage.RECEIVED, "Begin the review"),
        (Stage.UNDER_REVIEW, "Shortlist"),
        (Stage.SHORTLISTED, "Move to interview"),
        (Stage.INTERVIEW, "Ask for references"),
        (Stage.REFERENCES, "Make an offer"),
        (Stage.OFFER, "Hire"),
    ],
)
def test_the_next_step_stands_first(app: Flask, stage: Stage, first: str) -> None:
    application = desk.arrived()
    if stage is not Stage.RECEIVED:
        desk.move(application, stage)
    found = actions(desk.coordinator(app).page(url(application)))
    assert found[0] == first
    assert ("Take back the last move" in found) is (stage is not Stage.RECEIVED)
    assert {"Decline", "Move elsewhere"} <= set(found)


def test_an_ended_one_can_be_reopened_or_taken_back(app: Flask) -> None:
    application = desk.arrived()
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.OTHER, note="No licence.")
    page = desk.coordinator(app).page(url(application))
    assert actions(page) == ["Reopen", "Take back the last move"]
    assert "Not selected Other." in page.text
    assert "No licence." in page.text


def test_the_timeline_has_everything_newest_first(app: Flask) -> None:
    application = desk.arrived()
    by_id = postings.coordinator().id
    desk.move(application, Stage.SHORTLISTED, mail=True, note="Strong letter.")
    interview_id = schedule(application, by_id)
    with writing():
        interview = db.session.get_one(Interview, interview_id)
        interviews.cancel(interview, reason="Snow.", by=desk.person(by_id))
        row = db.session.get_one(Application, application.id)
        operations.note(row, "Called back.", by=desk.person(by_id))
        routing.acknowledge(row, by=desk.person(row_contact(row)))
        db.session.commit()
    page = desk.coordinator(app).page(url(application))
    titles = happened(page)
    for title in (
        "Arrived",
        "Given to Ida Moreno",
        "Seen by Ida Moreno",
        "Acknowledged by Ida Moreno",
        "Moved to shortlisted",
        "Moved to interview",
        "Interview scheduled",
        "Interview cancelled",
        "Note",
        "Mail: You are on the shortlist: Children's Librarian",
    ):
        assert titles.count(title) == 1, title
    assert titles[-1] == "Arrived" or titles[-1].startswith("Mail: We have your application")
    assert titles.index("Note") < titles.index("Interview cancelled")
    assert titles.index("Interview cancelled") < titles.index("Moved to shortlisted")
    for words in ("With a mail to the candidate.", "Strong letter.", "Snow.", "Called back."):
        assert words in page.text, words


def row_contact(application: Application) -> int:
    found = db.session.query(Assignment).filter_by(application_id=application.id).one()
    return found.person_id


def test_an_end_says_which_interviews_it_calls_off(app: Flask) -> None:
    application = desk.arrived()
    schedule(application, postings.coordinator().id)
    client = desk.coordinator(app)
    words = "is called off with it, and everybody invited is told."
    assert words in client.page(f"{url(application)}/move?to=not+selected").text
    assert words not in client.page(f"{url(application)}/move?to=offer").text
    page = client.page(f"{url(application)}/move?to=not+selected")
    client.fill(page, {"reason": "late"}, form="/move")
    assert happened(client.page(url(application))).count("Interview cancelled") == 1


def test_a_mail_of_the_timeline_leads_to_its_message(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page(url(application))
    mail = page.link(f"Mail: We have your application: Children's Librarian ({application.number})")
    assert client.get(mail).status_code == 200


def test_opening_the_page_signed_in_marks_ones_own_assignment_as_seen(app: Flask) -> None:
    application = desk.arrived(postings.open_posting(contact=postings.manager()))
    assignment_id = db.session.query(Assignment.id).scalar()

    def seen() -> dt.datetime | None:
        db.session.rollback()
        return db.session.get_one(Assignment, assignment_id).seen_at

    desk.coordinator(app).page(url(application))
    assert seen() is None
    client = desk.signed_in(app, postings.manager())
    client.page(url(application))
    first = seen()
    assert first is not None
    assert "Seen by Max Reed" in client.page(url(application)).text
    assert seen() == first


def test_other_applications_are_shown_once_the_candidate_joined_them(app: Flask) -> None:
    first = desk.arrived(postings.open_posting(title="Page"))
    second = desk.arrived(postings.open_posting(title="Driver"))
    stranger = desk.arrived(postings.open_posting(title="Archivist"))
    client = desk.coordinator(app)
    assert "Other applications" not in client.page(url(first)).text
    for application in (first, second):
        with writing():
            link = (
                db.session.query(CandidateLink)
                .filter_by(application_id=application.id, mailed=True)
                .one()
            )
            operations.confirm_address(link, at=now())
            db.session.commit()
    page = client.page(url(first))
    assert "Other applications of this candidate Driver" in page.text
    assert stranger.posting.title not in page.text
    seated = desk.signed_in(app, desk.panelist(seat_on=first))
    assert "Driver" not in seated.page(url(first)).text


def note_sent(client: Client, application: Application, text: str) -> Page:
    answer = client.submit(url(application), {"text": text}, follow=True)
    return Page(answer.text, answer.request.url)


def test_a_note_is_added_for_colleagues(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = note_sent(client, application, "Ask about <b>Fridays</b>.")
    assert "The note was added." in page.text
    assert page.text.count("Ask about <b>Fridays</b>.") == 2  # the list and the timeline
    assert "Write something first." in note_sent(client, application, "  ").text


def test_the_page_asks_no_more_for_a_long_history(app: Flask, count_queries: QueryCounter) -> None:
    application = desk.arrived()
    by_id = postings.coordinator().id
    client = desk.coordinator(app)
    schedule(application, by_id)
    client.page(url(application))
    with count_queries() as for_few:
        client.page(url(application))
    for stage in (Stage.OFFER, Stage.REFERENCES, Stage.SHORTLISTED):
        desk.move(application, stage, mail=True)
    with writing():
        row = db.session.get_one(Application, application.id)
        for number in range(10):
            operations.note(row, f"Note {number}", by=desk.person(by_id))
        db.session.commit()
    with count_queries() as for_many:
        client.page(url(application))
    assert len(for_many) == len(for_few) <= 38
