"""A contact offers times; the candidate chooses one; one slot is one interview."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.interviews.factories import next_week, scheduled
from tests.interviews.proposing import (
    CONTACT,
    DAY,
    chosen,
    page_of_candidate,
    page_of_contact,
    proposal,
    proposed,
)
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.test_views import mails
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, GoneError
from tracker.core.jobs import run_now
from tracker.interviews import operations, slots
from tracker.interviews.models import Interview, Panelist, Proposal, ProposedSlot
from tracker.interviews.operations import TakenError
from tracker.interviews.rules import InterviewState, ProposalState
from tracker.interviews.slots import TimesError
from tracker.routing import operations as routing
from tracker.routing.models import Assignment, LinkAct
from tracker.routing.rules import LinkDeed

FIRST, SECOND = next_week(15) + DAY, next_week(15) + 2 * DAY
OFFERED = {
    "slots-0-day": "2027-05-14",
    "slots-0-time": "15:00",
    "slots-1-day": "2027-05-18",
    "slots-1-time": "10:00",
    "slots-1-length": "60",
    "place": "Main library, room 204",
}
SPRING = dt.datetime(2027, 5, 1, 12, tzinfo=dt.UTC)


HOUSE = re.compile(r"FROM (?:employer|letterhead)\b")


@pytest.fixture
def application(app: Flask) -> Application:
    """Sam Rivera's, with Ida Moreno as contact."""
    return arrived()


def send(client: Client, values: dict[str, Any] | None = None, **more: Any) -> Any:
    """Fill the contact's form in and send it."""
    return client.submit(
        f"{page_of_contact()}/times",
        {**OFFERED, **(values or {}), **more},
        button="Send the times to the candidate",
    )


def only() -> Proposal:
    """The only proposal, as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Proposal)).one()


# Offering


@pytest.mark.both_databases
@time_machine.travel(SPRING, tick=True)
def test_a_contact_offers_times_in_the_employers_zone(app: Flask, client: Client) -> None:
    arrived()
    postings.employer()
    form = client.page(f"{page_of_contact()}/times")
    assert "America/New_York (Eastern Time)" in form.text
    assert send(client).status_code == 303
    made = only()
    assert [(each.rank, each.starts_at, each.ends_at) for each in made.slots] == [
        (
            1,
            dt.datetime(2027, 5, 14, 19, 0, tzinfo=dt.UTC),
            dt.datetime(2027, 5, 14, 19, 45, tzinfo=dt.UTC),
        ),
        (
            2,
            dt.datetime(2027, 5, 18, 14, 0, tzinfo=dt.UTC),
            dt.datetime(2027, 5, 18, 15, 0, tzinfo=dt.UTC),
        ),
    ]
    assert made.expires_at == dt.datetime(2027, 5, 18, 12, 0, tzinfo=dt.UTC)
    (mail,) = mails("times_proposed")
    assert mail.id == made.email_id
    assert mail.recipient_address == "sam@example.org"
    assert "Friday 14 May 2027, 3:00 pm (Eastern Daylight Time), until 3:45 pm" in mail.text
    shown = client.get(page_of_contact()).text
    assert "Waits for the candidate’s answer until Tuesday 18 May 2027, 8:00 am" in shown


@time_machine.travel(SPRING, tick=True)
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"slots-0-day": "2027-04-30"}, "One of the times has passed."),
        ({"slots-0-day": "2027-05-01", "slots-0-time": "09:00"}, "at least two hours from now"),
        ({"slots-1-day": "2027-05-14", "slots-1-time": "15:30"}, "Two of the times overlap."),
        ({"slots-1-time": ""}, "Choose a time."),
        ({"slots-1-day": ""}, "Choose a day."),
        ({"slots-0-day": "2028-03-12", "slots-0-time": "02:30"}, "the clock skips this time"),
        ({"slots-0-day": "2027-11-07", "slots-0-time": "01:30"}, "shows this time twice"),
        (
            {"slots-0-day": "", "slots-0-time": "", "slots-1-day": "", "slots-1-time": ""},
            "one time",
        ),
        ({"place": ""}, "Say where the interview is held"),
        ({"kind": "by video"}, "Give the link to the video meeting."),
        ({"answer_by": "2027-04-30"}, "The day by which you want an answer has passed."),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_in_words_and_nothing_typed_is_lost(
    app: Flask, client: Client, values: dict[str, str], words: str
) -> None:
    arrived()
    response = send(client, values, notes_for_candidate="Ring twice.")
    assert response.status_code == 422
    assert words in response.text
    assert "Ring twice." in response.text
    assert 'value="10:00"' in response.text or values.get("slots-1-time") is not None
    assert db.session.scalars(select(Proposal)).all() == []
    assert mails("times_proposed") == []


@time_machine.travel(SPRING, tick=True)
def test_times_beside_the_change_of_clocks_are_what_the_clock_says(
    app: Flask, client: Client
) -> None:
    arrived()
    send(
        client,
        {
            "slots-0-day": "2027-11-07",
            "slots-0-time": "03:00",
            "slots-1-day": "2028-03-12",
            "slots-1-time": "03:00",
        },
    )
    assert [each.starts_at.hour for each in only().slots] == [8, 7]


def test_a_time_at_which_the_contact_or_the_candidate_is_busy_is_refused(
    application: Application,
) -> None:
    ida = db.session.query(Person).filter_by(email=CONTACT).one()
    kim = arrived(name="Kim Lund", email="kim@example.org")
    scheduled(kim.id, [ida], starts_at=FIRST)
    with pytest.raises(TimesError, match="You already sit in an interview at that time"):
        proposed(application.id, FIRST, SECOND)
    robin = postings.person("robin@example.org")
    scheduled(application.id, [robin], starts_at=SECOND)
    with pytest.raises(TimesError, match="The candidate already has an interview"):
        proposed(application.id, FIRST + 3 * DAY, SECOND)


@time_machine.travel(SPRING, tick=True)
def test_who_may_only_read_proposes_nothing(app: Flask, client: Client) -> None:
    arrived()
    db.session.scalars(select(Assignment)).one().why = "copied on the posting"  # type: ignore[assignment]
    db.session.commit()
    assert send(client).status_code == 409
    assert mails("times_proposed") == []


def test_a_candidate_without_an_address_is_agreed_with_by_telephone(
    application: Application,
) -> None:
    row = db.session.get_one(Application, application.id)
    row.channel, row.entered_by_id = "paper", postings.coordinator().id  # type: ignore[assignment]
    row.received_on, row.email, row.email_key = now().date(), "", ""
    db.session.commit()
    with pytest.raises(DomainError, match="Agree on a time by telephone"):
        proposed(application.id)


def test_a_link_is_no_endless_source_of_mail_to_the_candidate(application: Application) -> None:
    for number in range(slots.MOST_PROPOSALS):
        proposed(application.id, FIRST + number * DAY)
    with pytest.raises(DomainError, match="10 times already"):
        proposed(application.id)
    assert len(mails("times_proposed")) == slots.MOST_PROPOSALS


@pytest.mark.both_databases
def test_newer_times_replace_earlier_ones_and_one_stands_at_a_time(app: Flask) -> None:
    application_id = arrived().id
    first = proposed(application_id)
    second = proposed(application_id, FIRST + 5 * DAY)
    assert proposal(first).state is ProposalState.REPLACED
    assert proposal(second).state is ProposalState.OPEN
    assert "take the place of the ones" in mails("times_proposed")[1].text
    with pytest.raises(GoneError):
        chosen(first)
    with pytest.raises(IntegrityError, match="interview_proposal"):
        db.session.execute(
            Proposal.__table__.update()  # type: ignore[attr-defined]
            .where(Proposal.id == first)
            .values(state="open", settled_at=None)
        )
    db.session.rollback()


# Choosing


@pytest.mark.both_databases
def test_the_candidate_chooses_by_a_post_and_everybody_is_told(app: Flask, client: Client) -> None:
    application_id = arrived().id
    proposal_id = proposed(application_id)
    page = page_of_candidate()
    assert page.endswith(f"/times/{proposal_id}")
    client.get(page)
    assert only().state is ProposalState.OPEN  # a look chooses nothing
    slot = only().slots[1].id
    done = client.submit(page, {"slot": str(slot)}, button="Choose this time", follow=True)
    assert "Your interview is booked" in done.text
    assert "Main library, room 204" in done.text
    made = only()
    assert made.state is ProposalState.CHOSEN
    assert [each.interview_id for each in made.slots] == [None, made.interview_id]
    interview = db.session.scalars(select(Interview)).one()
    assert (interview.starts_at, interview.state) == (SECOND, InterviewState.SCHEDULED)
    assert interview.application.stage is Stage.INTERVIEW
    (seat,) = interview.panelists
    assert seat.person.email == CONTACT
    invited = [
        (mail.recipient_address, mail.calendar_method)
        for mail in [*mails("interview_invitation"), *mails("panel_invitation")]
    ]
    assert invited == [("sam@example.org", "REQUEST"), (CONTACT, "REQUEST")]
    (event,) = Calendar.from_ical(mails("interview_invitation")[0].calendar or "").walk("VEVENT")
    assert event.decoded("DTSTART") == SECOND
    (told,) = mails("time_chosen")
    assert told.recipient_address == CONTACT
    contact = "/for/" + told.text.split("/for/")[1].split()[0]
    assert "the interview is booked" in client.get(contact).text
    # Again, from a page that was still open.
    assert "You have chosen" in client.get(page).text
    with pytest.raises(GoneError):
        chosen(proposal_id)


def test_a_candidate_finds_the_times_on_their_own_page(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    own = page_of_candidate().rpartition("/times")[0]
    shown = client.get(own).text
    assert "Please answer by" in shown
    assert f'href="{own}/times/{proposal_id}"' in shown
    chosen(proposal_id)
    assert "Please answer by" not in client.get(own).text.partition("Messages")[0]


def test_nothing_chosen_is_named_at_the_field(application: Application, client: Client) -> None:
    proposed(application.id)
    answer = client.submit(page_of_candidate(), form=0, button="Choose this time")
    assert answer.status_code == 422
    assert "Choose one of the times." in answer.text


def test_a_slot_of_somebody_else_is_not_there(application: Application, client: Client) -> None:
    proposed(application.id)
    page = client.page(page_of_candidate())
    other = arrived(name="Kim Lund", email="kim@example.org")
    foreign = proposal(proposed(other.id, FIRST + 9 * DAY)).slots[0].id
    answer = client.post(page.url, data={"csrf_token": page.token(), "slot": str(foreign)})
    assert answer.status_code == 404
    assert db.session.scalars(select(Interview)).all() == []


def test_none_fits_with_a_word_reaches_the_contact(
    application: Application, client: Client
) -> None:
    proposed(application.id)
    said = "I work until five. Could it be a Saturday?"
    client.submit(page_of_candidate(), {"answer": said}, button="Tell them that none fits")
    made = only()
    assert (made.state, made.answer) == (ProposalState.NONE_FITS, said)
    (told,) = mails("times_none_fits")
    assert told.recipient_address == CONTACT
    assert said in told.text
    assert said in client.get(page_of_contact()).text
    assert "None of the times suits the candidate." in client.get(page_of_contact()).text
    times = "/for/" + told.text.split("/for/")[1].split()[0]
    assert times.endswith("/times")
    assert "Main library, room 204" in client.get(times).text


def test_a_word_that_is_too_long_is_kept_on_the_page(
    application: Application, client: Client
) -> None:
    proposed(application.id)
    answer = client.submit(
        page_of_candidate(), {"answer": "x" * 1001}, button="Tell them that none fits"
    )
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    assert only().state is ProposalState.OPEN


def test_a_candidate_who_reads_spanish_is_asked_in_spanish(
    application: Application, client: Client
) -> None:
    db.session.get_one(Application, application.id).language = "es"
    db.session.commit()
    proposed(application.id)
    (mail,) = mails("times_proposed")
    assert mail.subject == "Elija una hora para su entrevista: Children's Librarian"
    page = client.get(page_of_candidate(), headers={"Accept-Language": "es"}).text
    assert "Elegir esta hora" in page
    assert "Choose" not in page


# One slot is one interview


def test_a_time_taken_by_another_is_shown_as_such_and_refused(
    application: Application, client: Client
) -> None:
    mine = proposed(application.id)
    page = client.page(page_of_candidate())
    kim = arrived(name="Kim Lund", email="kim@example.org")
    chosen(proposed(kim.id))
    first = proposal(mine).slots[0].id
    answer = client.fill(page, {"slot": str(first)}, button="Choose this time")
    assert answer.status_code == 409
    assert "That time has been taken in the meantime." in answer.text
    assert "Ida" not in answer.text
    again = Page(answer.text, page.url)
    assert "No longer free:" in again.text
    second = proposal(mine).slots[1].id
    assert client.fill(again, {"slot": str(second)}, button="Choose this time").status_code == 303
    assert len(db.session.scalars(select(Interview)).all()) == 2


def side_by_side(app: Flask, *work: Any) -> list[Any]:
    """Do several things at once, each in a thread; what each gave or raised."""
    start, found = threading.Barrier(len(work)), [None] * len(work)

    def run(place: int) -> None:
        with app.app_context():
            start.wait()
            try:
                found[place] = work[place]()
            except Exception as error:
                found[place] = error  # type: ignore[call-overload]
            db.session.remove()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def test_many_candidates_at_once_take_a_contacts_time_once(any_app: Flask) -> None:
    ids = []
    for number in range(4):
        application = arrived(name=f"Kim {number}", email=f"kim{number}@example.org")
        ids.append(proposed(application.id, FIRST))
    found = side_by_side(any_app, *(lambda each=each: chosen(each) for each in ids))
    taken = [each for each in found if isinstance(each, TakenError)]
    booked = [each for each in found if isinstance(each, int)]
    assert (len(booked), len(taken)) == (1, 3), found
    assert len(db.session.scalars(select(Interview)).all()) == 1
    assert len(db.session.scalars(select(Panelist)).all()) == 1
    states = [proposal(each).state for each in ids]
    assert sorted(states) == [ProposalState.CHOSEN, *[ProposalState.OPEN] * 3]
    assert len(mails("time_chosen")) == len(mails("interview_invitation")) == 1


def test_one_candidate_in_two_windows_books_one_interview(any_app: Flask) -> None:
    proposal_id = proposed(arrived().id)
    found = side_by_side(any_app, lambda: chosen(proposal_id, 1), lambda: chosen(proposal_id, 2))
    assert sorted(type(each).__name__ for each in found) == ["GoneError", "int"]
    assert len(db.session.scalars(select(Interview)).all()) == 1


def test_choosing_and_taking_back_at_once_has_one_end(any_app: Flask) -> None:
    proposal_id = proposed(arrived().id)

    def take_back() -> None:
        with writing():
            found = db.session.get_one(Proposal, proposal_id)
            lock(Application, found.application_id)
            operations.withdraw(lock(Proposal, proposal_id))
            db.session.commit()

    found = side_by_side(any_app, lambda: chosen(proposal_id), take_back)
    booked = len(db.session.scalars(select(Interview)).all())
    state = proposal(proposal_id).state
    assert (booked, state) in {(1, ProposalState.CHOSEN), (0, ProposalState.WITHDRAWN)}, found
    assert len(mails("times_withdrawn")) == 1 - booked


def test_one_slot_becomes_one_interview_in_the_database(any_app: Flask) -> None:
    chosen(proposed(arrived().id))
    kim = arrived(name="Kim Lund", email="kim@example.org")
    other = proposal(proposed(kim.id, FIRST + 9 * DAY)).slots[0]
    taken = db.session.scalars(select(Interview.id)).one()
    other.interview_id = taken
    with pytest.raises(IntegrityError, match="proposed_slot"):
        db.session.flush()
    db.session.rollback()
    slot = db.session.scalars(select(ProposedSlot)).first()
    assert slot is not None
    slot.proposal.state = ProposalState.OPEN
    with pytest.raises(IntegrityError, match=r"settled_has_time|chosen_is_booked"):
        db.session.flush()
    db.session.rollback()


# What ends


def test_a_contact_takes_times_back_and_the_candidate_is_told(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    shown = client.submit(page_of_contact(), form="withdraw", button="Take them back", follow=True)
    assert "Taken back" in shown.text
    assert proposal(proposal_id).state is ProposalState.WITHDRAWN
    assert mails("times_withdrawn")[0].recipient_address == "sam@example.org"
    page = client.get(page_of_candidate()).text
    assert "These times no longer stand" in page
    assert "Choose this time" not in page


@pytest.mark.both_databases
def test_times_lapse_by_the_clock_and_the_contact_is_told(app: Flask) -> None:
    proposal_id = proposed(arrived().id)
    with time_machine.travel(SECOND - slots.NOTICE - dt.timedelta(minutes=1), tick=True):
        run_now("lapse_times")
        assert proposal(proposal_id).state is ProposalState.OPEN
    with time_machine.travel(SECOND - slots.NOTICE + dt.timedelta(minutes=1), tick=True):
        with pytest.raises(GoneError):
            chosen(proposal_id, 2)  # also before the clock has come by
        run_now("lapse_times")
        run_now("lapse_times")
    assert proposal(proposal_id).state is ProposalState.EXPIRED
    (told,) = mails("times_unanswered")
    assert told.recipient_address == CONTACT
    assert "203 555 0100" in told.text


def test_a_time_that_is_too_soon_is_no_longer_offered_while_others_are(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    with time_machine.travel(FIRST - dt.timedelta(hours=1), tick=True):
        page = client.page(page_of_candidate())
        assert "No longer free:" in page.text
        with pytest.raises(TakenError, match="too late for that time"):
            chosen(proposal_id, 1)
        chosen(proposal_id, 2)


@pytest.mark.both_databases
def test_with_the_application_its_times_end(app: Flask) -> None:
    application_id = arrived().id
    proposal_id = proposed(application_id)
    with writing():
        application = lock(Application, application_id)
        by = db.session.query(Person).filter_by(email=CONTACT).one()
        applications.move(
            application,
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.NO_RESPONSE,
            by=by,
            mail=False,
        )
        operations.settle(application, by=by)
        db.session.commit()
    assert proposal(proposal_id).state is ProposalState.ENDED
    with pytest.raises(GoneError):
        chosen(proposal_id)
    assert db.session.scalars(select(Interview)).all() == []


def test_declining_from_the_mail_ends_the_times(application: Application, client: Client) -> None:
    proposal_id = proposed(application.id)
    client.submit(
        f"{page_of_contact()}/decline",
        {"reason": "no response"},
        button="Decline the application",
    )
    assert proposal(proposal_id).state is ProposalState.ENDED


def test_who_has_no_say_any_more_has_no_times_on_offer(application: Application) -> None:
    proposal_id = proposed(application.id)
    robin, by = postings.person("robin@example.org"), postings.coordinator()
    with writing():
        routing.hand_over(
            lock(Application, application.id),
            db.session.get_one(Person, robin.id),
            reason="On leave",
            by=db.session.get_one(Person, by.id),
        )
        db.session.commit()
    with pytest.raises(GoneError):
        chosen(proposal_id)
    run_now("lapse_times")
    assert proposal(proposal_id).state is ProposalState.WITHDRAWN
    assert mails("times_withdrawn")[0].recipient_address == "sam@example.org"


def test_an_interview_booked_by_hand_replaces_the_times(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    postings.sign_in(client, postings.coordinator())
    client.submit(
        f"/staff/applications/{application.id}/interviews/new",
        {
            "day": (now() + 20 * DAY).date().isoformat(),
            "time": "10:00",
            "place": "Room 1",
        },
        button="Schedule and invite",
    )
    assert len(db.session.scalars(select(Interview)).all()) == 1
    assert proposal(proposal_id).state is ProposalState.REPLACED


# Staff


def test_staff_see_what_was_offered_and_what_came_of_it(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    postings.sign_in(client, postings.coordinator())
    url = f"/staff/applications/{application.id}"
    assert "Waits for the candidate’s answer" in client.get(url).text
    chosen(proposal_id)
    shown = client.get(url).text
    assert "Interview times proposed by Ida Moreno" in shown
    assert "One of the interview times chosen" in shown
    assert "(chosen)" in shown


def test_the_pages_ask_as_often_for_one_time_as_for_five(
    application: Application, client: Client, count_queries: QueryCounter
) -> None:
    postings.employer()
    application_id, counted = application.id, []
    for count in (1, 5):
        proposed(application_id, *(FIRST + number * DAY for number in range(count)))
        own = page_of_candidate().rpartition("/times")[0]
        db.session.expunge_all()  # each page is asked for anew
        with count_queries() as statements:
            client.get(own)
            client.get(page_of_contact())
        # The house's own two rows are asked for as often as memory has let go of them.
        counted.append([each for each in statements if not HOUSE.search(each)])
    assert len(counted[0]) == len(counted[1])


def test_offers_of_forty_minutes_touch_and_do_not_overlap(application: Application) -> None:
    half = dt.timedelta(minutes=45)
    proposal_id = proposed(application.id, FIRST, FIRST + half)
    assert len(proposal(proposal_id).slots) == 2
    with pytest.raises(TimesError, match="at most 5"):
        slots.check_slots([(FIRST + n * DAY, FIRST + n * DAY + half) for n in range(6)], at=now())


def test_nobody_offers_or_takes_back_times_as_another_unawares(
    application: Application, client: Client
) -> None:
    proposal_id = proposed(application.id)
    other = postings.person("max@example.org", name="Max Reed", role=Role.MANAGER)
    postings.sign_in(client, other)
    page = page_of_contact()
    shown = client.page(page)
    url = f"{page}/times/{proposal_id}/withdraw"
    refused = client.post(url, data={"csrf_token": shown.token()})
    assert refused.status_code == 409
    assert "You are signed in as Max Reed" in refused.text
    assert proposal(proposal_id).state is ProposalState.OPEN
    assert client.fill(shown, form="/withdraw", button="Take them back").status_code == 303
    acted = db.session.scalars(select(LinkAct)).one()
    assert (acted.what, acted.signed_in_id) == (LinkDeed.WITHDREW, other.id)


def test_a_chosen_time_that_was_called_off_says_so(app: Flask, client: Client) -> None:
    application_id = arrived().id
    interview_id = chosen(proposed(application_id))
    page = page_of_contact()
    assert "the interview is booked" in client.page(page).text
    with writing():
        held = db.session.get_one(Interview, interview_id)
        operations.cancel(held, reason="", by=None)
        db.session.commit()
    text = client.page(page).text
    assert "the interview was called off" in text
    assert "the interview is booked" not in text
