"""Interviews in the pages: nothing typed is lost, nobody sees what is not theirs."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from tests.interviews.factories import ZONE, next_week, scheduled
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.tokens import hash_token
from tracker.interviews.models import Interview
from tracker.interviews.rules import InterviewState
from tracker.notifications.models import OutgoingEmail


def day() -> dt.date:
    """The day of the interview, as the employer's calendar has it."""
    return next_week().astimezone(ZoneInfo(ZONE)).date()


@pytest.fixture
def staff(client: Client) -> Client:
    """A coordinator's browser."""
    postings.sign_in(client, postings.coordinator())
    return client


@pytest.fixture
def robin(app: Flask) -> Person:
    """A colleague who sits on panels, and may sign in as a panelist."""
    return postings.person("robin.vale@example.org", role=Role.PANELIST)


def form(robin: Person, **values: object) -> dict[str, object]:
    """What a coordinator fills in."""
    return {
        "kind": "in person",
        "round": "1",
        "day": day().isoformat(),
        "time": "15:00",
        "length": "45",
        "place": "Main library, room 204",
        "notes_for_candidate": "Bring a picture book.",
        "panel": [str(robin.id)],
        **values,
    }


def only_interview() -> Interview:
    """The interview there is."""
    db.session.rollback()
    return db.session.scalars(select(Interview)).one()


def test_an_interview_is_scheduled_in_the_employers_zone(staff: Client, robin: Person) -> None:
    application = arrived()
    url = f"/staff/applications/{application.id}/interviews/new"
    response = staff.submit(url, form(robin), button="Schedule and invite")
    assert response.status_code == 303
    interview = only_interview()
    assert interview.starts_at.astimezone(dt.UTC).hour in {19, 20}
    assert interview.ends_at - interview.starts_at == dt.timedelta(minutes=45)
    assert [seat.person_id for seat in interview.panelists] == [robin.id]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"place": ""}, "Say where the interview is held"),
        ({"day": "2020-01-06"}, "That time has passed"),
        ({"day": "2027-03-14", "time": "02:30"}, "the clock skips this time"),
        ({"panel": []}, "Choose at least one person."),
        ({"kind": "by video"}, "Give the link to the video meeting."),
        ({"link": "javascript:alert(1)"}, "has to begin with https"),
        ({"round": "0"}, "Enter a number from 1 to 20."),
        ({"day": ""}, "Choose a day."),
    ],
)
def test_a_mistake_is_named_at_its_field_and_nothing_typed_is_lost(
    staff: Client, robin: Person, values: dict[str, object], words: str
) -> None:
    url = f"/staff/applications/{arrived().id}/interviews/new"
    response = staff.submit(url, form(robin, **values), button="Schedule and invite")
    assert response.status_code == 422
    assert words in response.text
    assert "Bring a picture book." in response.text
    assert db.session.scalars(select(Interview)).all() == []


def test_a_busy_panelist_is_named_and_nothing_typed_is_lost(staff: Client, robin: Person) -> None:
    first = arrived().id
    staff.submit(
        f"/staff/applications/{first}/interviews/new", form(robin), button="Schedule and invite"
    )
    other = arrived(postings.open_posting(title="Shelver"), email="kim@example.org", name="Kim")
    response = staff.submit(
        f"/staff/applications/{other.id}/interviews/new", form(robin), button="Schedule and invite"
    )
    assert response.status_code == 409
    assert "Robin Vale already sits in an interview" in response.text
    assert "Bring a picture book." in response.text


def test_a_change_made_on_an_old_page_is_refused_and_kept_on_it(
    staff: Client, robin: Person
) -> None:
    interview = scheduled(arrived().id, [robin])
    shown = staff.page(f"/staff/interviews/{interview.id}/edit")
    staff.fill(shown, {"place": "Branch library"}, button="Save and tell everybody")
    response = staff.fill(shown, {"place": "Town hall"}, button="Save and tell everybody")
    assert response.status_code == 409
    assert "Somebody else changed this interview" in response.text
    assert "Town hall" in response.text
    assert only_interview().place == "Branch library"


def test_the_form_says_who_gets_the_invitation_alone(staff: Client, robin: Person) -> None:
    postings.person("noa.berg@example.org", name="Noa Berg", role=None)
    application = arrived()
    page = staff.page(f"/staff/applications/{application.id}/interviews/new").text
    assert "Noa Berg (no account: gets the invitation alone)" in page
    assert "Robin Vale (no account" not in page


def test_cancelling_is_one_post_and_keeps_its_reason(staff: Client, robin: Person) -> None:
    interview = scheduled(arrived().id, [robin])
    staff.submit(
        f"/staff/interviews/{interview.id}", {"reason": "Snow."}, form="cancel", follow=True
    )
    now_ = only_interview()
    assert (now_.state, now_.cancel_reason) == (InterviewState.CANCELLED, "Snow.")
    assert "Snow." in staff.get(f"/staff/interviews/{interview.id}").text


def test_the_week_and_the_day_show_it(staff: Client, robin: Person) -> None:
    scheduled(arrived().id, [robin])
    for url in (f"/staff/interviews?week={day()}", f"/staff/interviews/day/{day()}"):
        text = staff.get(url).text
        assert "Sam Rivera" in text
        assert "Robin Vale" in text
        assert "Main library, room 204" in text
    empty = staff.get("/staff/interviews?week=2020-01-06").text
    assert "No interviews this week" in empty
    assert "The next one is on" in empty


@pytest.mark.parametrize("day", ["tomorrow", "2027-13-01", "0000-00-00"])
def test_a_day_that_is_none_is_not_found(staff: Client, day: str) -> None:
    assert staff.get(f"/staff/interviews/day/{day}").status_code == 404


@pytest.mark.parametrize("week", ["9999-12-31", "0001-01-01", "nonsense", "%00"])
def test_an_odd_week_is_no_crash(staff: Client, week: str) -> None:
    assert staff.get(f"/staff/interviews?week={week}").status_code == 200


def test_a_panelist_sees_the_interviews_they_sit_in(client: Client, robin: Person) -> None:
    own = scheduled(arrived().id, [robin])
    other = scheduled(
        arrived(postings.open_posting(title="Shelver"), email="kim@example.org", name="Kim").id,
        [postings.person("ann@example.org")],
    )
    postings.sign_in(client, robin)
    assert client.get(f"/staff/interviews/{own.id}").status_code == 200
    assert client.get(f"/staff/interviews/{other.id}").status_code == 404
    assert client.get("/staff/interviews/987654").status_code == 404
    week = client.get(f"/staff/interviews?week={day()}").text
    assert "Sam Rivera" in week
    assert "Kim" not in week
    assert client.get(f"/staff/interviews/{own.id}/edit").status_code == 403


def test_a_manager_of_another_posting_finds_nothing(client: Client, robin: Person) -> None:
    interview = scheduled(arrived().id, [robin])
    postings.sign_in(client, postings.manager())
    for url in (
        f"/staff/interviews/{interview.id}",
        f"/staff/interviews/{interview.id}/edit",
        f"/staff/interviews/{interview.id}/calendar.ics",
        f"/staff/applications/{interview.application_id}/interviews/new",
    ):
        assert client.get(url).status_code == 404, url


def test_the_candidate_adds_it_to_their_calendar(client: Client, robin: Person) -> None:
    interview = scheduled(arrived().id, [robin])
    mail = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "interview_invitation")
    ).one()
    token = mail.text.split("/my/")[1].split()[0]
    assert len(hash_token(token)) == 64
    assert "Main library, room 204" in client.get(f"/my/{token}").text
    response = client.get(f"/my/{token}/interviews/{interview.id}/calendar.ics")
    (event,) = Calendar.from_ical(response.data).walk("VEVENT")
    assert (event["UID"], "ATTENDEE" in event) == (interview.uid, False)
    assert client.get(f"/my/{token}/interviews/987654/calendar.ics").status_code == 404
    assert client.get(f"/my/wrong/interviews/{interview.id}/calendar.ics").status_code == 404


def test_the_week_takes_the_same_number_of_queries_for_one_and_for_thirty(
    staff: Client, count_queries: QueryCounter
) -> None:
    posting = postings.open_posting(documents=[], questions=[], skills=[])
    counted = []
    for total in (1, 30):
        have = len(db.session.scalars(select(Interview)).all())
        for number in range(have, total):
            candidate = arrived(posting, email=f"p{number}@example.org", name=f"P {number}")
            scheduled(candidate.id, [postings.person(f"panel{number}@example.org")])
        db.session.rollback()
        with count_queries() as statements:
            assert staff.get(f"/staff/interviews?week={day()}").text.count("interview-row") == total
        counted.append(len(statements))
    assert counted[0] == counted[1]
