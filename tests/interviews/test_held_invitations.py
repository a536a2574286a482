"""An invitation that waits for a look when its interview is changed or called off."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from tests.applications import desk
from tests.applications.test_mine import arrived, mails
from tests.interviews.factories import next_week, plan, scheduled
from tests.interviews.proposing import CONTACT, chosen, proposed
from tests.interviews.test_held_cancellations import methods
from tests.interviews.test_held_decisions import CANDIDATE, Booked
from tests.notifications.test_holding import deliver, hold
from tests.notifications.test_outdated import mail
from tests.plugins.apps import Client
from tests.plugins.mail import MailServer
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError
from tracker.interviews import operations
from tracker.interviews.models import Interview
from tracker.interviews.rules import InterviewState
from tracker.notifications import operations as outbox
from tracker.notifications import queries
from tracker.notifications.rules import ChangeKind, MailState

PANELIST = "pat.bell@example.org"
CALLED_OFF = "Dropped since the interview was called off before this was released."
CHANGED = "Dropped since the interview was changed before this was released."
OFF_PANEL = "Dropped since they left the panel before this was released."
DAY = dt.timedelta(days=1)


@pytest.fixture
def held(any_app: Flask) -> Booked:
    """An interview of which the candidate is not told yet; the panel is."""
    hold("interview_invitation")
    return Booked(any_app)


def cancel(booked: Booked) -> str:
    url = f"/staff/interviews/{booked.interview_id}"
    return booked.staff.submit(url, {"reason": ""}, form="/cancel", follow=True).text


def change(booked: Booked, days: int = 1, panel: list[int] | None = None) -> None:
    """Put the interview off, or change who sits in it."""
    by_id = postings.coordinator().id
    with writing():
        known = lock(Interview, booked.interview_id)
        seats = [db.session.get_one(Person, each) for each in panel or [booked.panelist_id]]
        later = plan(seats, starts_at=next_week() + days * DAY)
        by = db.session.get_one(Person, by_id)
        assert operations.change(known, later, version=known.version, by=by)
        db.session.commit()


def release(booked: Booked, email_id: int, *, follow: bool = False) -> str:
    return booked.staff.submit(
        f"/staff/messages/{email_id}", form="/release", follow=follow
    ).text  # fmt: skip


def why_dropped(email_id: int) -> list[str]:
    """The reasons that its story gives; empty for one that was not dropped."""
    found = mail(email_id)
    assert (found.dropped_at is not None) == any(
        each.kind is ChangeKind.DROPPED for each in found.changes
    )
    return [each.words for each in found.changes if each.kind is ChangeKind.DROPPED]


def begins(server: MailServer, address: str) -> list[tuple[dt.datetime, int]]:
    """When the interview is, by each calendar that came to somebody, and its SEQUENCE."""
    events: list[Any] = [
        event
        for each in server.to(address)
        for part in each.message.walk()
        if part.get_content_type() == "text/calendar"
        for event in Calendar.from_ical(part.get_content()).walk("VEVENT")
    ]
    return [(each["dtstart"].dt, int(each["sequence"])) for each in events]


def test_who_was_never_told_is_told_of_no_cancellation(
    held: Booked, any_app: Flask, smtp_server: MailServer
) -> None:
    [invitation] = mails("interview_invitation")
    text = cancel(held)
    assert "1 invitation was still held and is dropped" in text
    assert held.state() is InterviewState.CANCELLED
    assert why_dropped(invitation.id) == [CALLED_OFF]
    assert mails("interview_cancelled") == []
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == []
    assert methods(smtp_server, PANELIST) == ["REQUEST", "CANCEL"]
    page = held.staff.get(f"/staff/messages/{invitation.id}").text
    assert CALLED_OFF in page
    shown = held.staff.get(f"/staff/interviews/{held.interview_id}").text
    assert (">Dropped<" in shown, ">Held<" in shown) == (True, False)


def test_the_page_says_before_who_is_told_of_nothing(held: Booked) -> None:
    url = f"/staff/interviews/{held.interview_id}"
    before = held.staff.get(url).text
    assert "Whoever was invited gets a cancellation" in before
    assert "1 invitation is still held" in before
    release(held, mails("interview_invitation")[0].id)
    assert "is still held" not in held.staff.get(url).text


def test_a_panelist_who_was_never_told_is_told_of_none_either(
    any_app: Flask, smtp_server: MailServer
) -> None:
    hold("panel_invitation")
    booked = Booked(any_app)
    [invitation] = mails("panel_invitation")
    cancel(booked)
    assert why_dropped(invitation.id) == [CALLED_OFF]
    assert mails("panel_cancelled") == []
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == ["REQUEST", "CANCEL"]
    assert methods(smtp_server, PANELIST) == []


def test_who_was_invited_is_told_as_ever(
    held: Booked, any_app: Flask, smtp_server: MailServer
) -> None:
    release(held, mails("interview_invitation")[0].id)
    assert "is dropped" not in cancel(held)
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == ["REQUEST", "CANCEL"]
    assert why_dropped(mails("interview_invitation")[0].id) == []


def test_a_decline_that_goes_drops_it(held: Booked) -> None:
    [invitation] = mails("interview_invitation")
    email_id = held.decline()
    assert why_dropped(invitation.id) == []
    release(held, email_id)
    assert held.state() is InterviewState.CANCELLED
    assert why_dropped(invitation.id) == [CALLED_OFF]
    assert mails("interview_cancelled") == []
    assert mail(email_id).state is MailState.WAITING


def test_several_released_together_reach_the_candidate_in_order(
    held: Booked, any_app: Flask, smtp_server: MailServer
) -> None:
    """Whoever releases the invitation too wants it to go: then its cancellation goes as well."""
    [invitation] = mails("interview_invitation")
    chosen_mails = [held.decline(), invitation.id]
    token = held.staff.page("/staff/messages?state=held").token()
    data = {"csrf_token": token, "mail": chosen_mails, "action": "release"}
    held.staff.post("/staff/messages/held", data=data)
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == ["REQUEST", "CANCEL"]


def test_who_withdraws_untold_is_told_of_nothing(held: Booked, client: Client) -> None:
    [invitation] = mails("interview_invitation")
    client.submit(f"/my/{held.token}/withdraw", {"note": ""})
    assert held.state() is InterviewState.CANCELLED
    assert why_dropped(invitation.id) == [CALLED_OFF]
    assert mails("interview_withdrawn") == []


def test_what_somebody_dropped_before_has_told_nobody(held: Booked) -> None:
    [invitation] = mails("interview_invitation")
    held.staff.submit(f"/staff/messages/{invitation.id}", form="/drop")
    cancel(held)
    assert mails("interview_cancelled") == []


def test_who_has_chosen_the_time_knows_and_is_told(any_app: Flask, smtp_server: MailServer) -> None:
    """They read on their page that it is booked; the contact was told who chose which time."""
    for each in ("interview_invitation", "panel_invitation"):
        hold(each)
    made = arrived()
    interview_id = chosen(proposed(made.application.id))
    staff = desk.coordinator(any_app)
    staff.submit(f"/staff/interviews/{interview_id}", {"reason": ""}, form="/cancel")
    for each in ("interview_invitation", "panel_invitation"):
        assert why_dropped(mails(each)[0].id) == [CALLED_OFF]
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == methods(smtp_server, CONTACT) == ["CANCEL"]


# Changed meanwhile


def test_a_change_makes_one_invitation_of_two(
    held: Booked, any_app: Flask, smtp_server: MailServer
) -> None:
    change(held)
    change(held, days=2)
    *old, newest = mails("interview_invitation")
    assert [why_dropped(each.id) for each in old] == [[CHANGED], [CHANGED]]
    assert mails("interview_changed") == []
    assert newest.state is MailState.HELD
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == []
    release(held, newest.id)
    deliver(any_app, smtp_server)
    assert methods(smtp_server, CANDIDATE) == ["REQUEST"]
    assert begins(smtp_server, CANDIDATE) == [(next_week() + 2 * DAY, 2)]
    assert str(smtp_server.to(CANDIDATE)[-1].message["Subject"]).startswith("Interview for")
    assert methods(smtp_server, PANELIST) == ["REQUEST", "REQUEST", "REQUEST"]


def test_a_changed_one_that_was_never_released_is_dropped_with_its_interview(
    held: Booked,
) -> None:
    change(held)
    cancel(held)
    assert [why_dropped(each.id) for each in mails("interview_invitation")] == [
        [CHANGED],
        [CALLED_OFF],
    ]
    assert mails("interview_cancelled") == []


def test_who_was_invited_gets_the_newest_change_alone(
    any_app: Flask, smtp_server: MailServer
) -> None:
    hold("interview_changed")
    booked = Booked(any_app)
    change(booked)
    change(booked, days=2)
    old, newest = mails("interview_changed")
    assert (why_dropped(old.id), why_dropped(newest.id)) == ([CHANGED], [])
    release(booked, newest.id)
    deliver(any_app, smtp_server)
    assert begins(smtp_server, CANDIDATE) == [(next_week(), 0), (next_week() + 2 * DAY, 2)]


def test_who_leaves_the_panel_untold_hears_nothing(any_app: Flask) -> None:
    hold("panel_invitation")
    booked = Booked(any_app)
    other = postings.person("kim.ode@example.org", role=Role.PANELIST).id
    change(booked, days=0, panel=[other])
    first, second = mails("panel_invitation")
    assert (why_dropped(first.id), second.recipient_address) == (
        [OFF_PANEL],
        "kim.ode@example.org",
    )
    assert mails("panel_released") == []


def test_who_comes_back_to_the_panel_is_told_of_nothing_that_they_do_not_know(
    any_app: Flask,
) -> None:
    booked = Booked(any_app)
    other = postings.person("kim.ode@example.org", role=Role.PANELIST).id
    change(booked, days=0, panel=[other])
    assert [each.recipient_address for each in mails("panel_released")] == [PANELIST]
    hold("panel_invitation")
    change(booked, days=0, panel=[other, booked.panelist_id])
    again = mails("panel_invitation")[-1]
    cancel(booked)
    assert why_dropped(again.id) == [CALLED_OFF]
    assert [each.recipient_address for each in mails("panel_cancelled")] == ["kim.ode@example.org"]


# Taken back


@pytest.mark.parametrize("several", [False, True])
def test_an_invitation_to_what_was_called_off_is_not_released(held: Booked, several: bool) -> None:
    [invitation] = mails("interview_invitation")
    cancel(held)
    url = f"/staff/messages/{invitation.id}"
    held.staff.submit(url, form="/take-back")
    page = held.staff.page(url)
    assert "The interview was called off" in page.text
    assert [each.action.rpartition("/")[2] for each in page.forms if url in each.action] == ["drop"]
    data = {"csrf_token": page.token()}
    if several:
        data |= {"mail": [invitation.id], "action": "release"}  # type: ignore[dict-item]
        held.staff.post("/staff/messages/held", data=data)
    else:
        assert held.staff.post(f"{url}/release", data=data).status_code == 409
    assert mail(invitation.id).state is MailState.HELD


@pytest.mark.parametrize("gone", [False, True])
def test_an_invitation_to_an_old_time_is_not_released(held: Booked, gone: bool) -> None:
    change(held)
    old, newest = mails("interview_invitation")
    if gone:
        release(held, newest.id)
    held.staff.submit(f"/staff/messages/{old.id}", form="/take-back")
    page = held.staff.page(f"/staff/messages/{old.id}")
    assert "A newer mail says how the interview stands" in page.text
    answer = held.staff.post(f"/staff/messages/{old.id}/release", data={"csrf_token": page.token()})
    assert (answer.status_code, mail(old.id).state) == (409, MailState.HELD)


# At the same moment


@pytest.mark.parametrize("first", ["release", "cancel", "both"])
def test_released_and_called_off_at_the_same_moment(
    held: Booked, any_app: Flask, smtp_server: MailServer, first: str
) -> None:
    """Whichever is first: both mails in order, or neither."""
    [invitation] = mails("interview_invitation")
    interview_id, email_id = held.interview_id, invitation.id
    by_id = postings.coordinator().id
    db.session.remove()
    released: list[bool] = []

    def let_go() -> None:
        with writing():
            email = queries.one_mail(email_id, locked=True)
            if first == "both":
                gate.wait(1)
            try:
                outbox.release(email, by=None)
            except DomainError:
                return
            db.session.commit()
            released.append(True)

    def call_off() -> None:
        if first == "both":
            gate.wait(1)
        with writing():
            by = db.session.get_one(Person, by_id)
            operations.cancel(lock(Interview, interview_id), reason="", by=by)
            db.session.commit()

    gate = threading.Barrier(2)
    acts = [call_off, let_go] if first == "cancel" else [let_go, call_off]
    together(any_app, acts, one_by_one=first != "both")
    deliver(any_app, smtp_server)
    expected = ["REQUEST", "CANCEL"] if released else []
    assert methods(smtp_server, CANDIDATE) == expected
    assert bool(released) == (first != "cancel")
    assert why_dropped(email_id) == ([] if released else [CALLED_OFF])


def together(app: Flask, acts: list[Callable[[], None]], *, one_by_one: bool) -> None:
    """Do these in threads of their own: at once, or each after the other."""

    def run(act: Callable[[], None]) -> None:
        with app.app_context():
            try:
                act()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(each,)) for each in acts]
    for each in threads:
        each.start()
        if one_by_one:
            each.join()
    for each in threads:
        each.join()


def test_an_application_that_nobody_is_asked_to_looks_at_is_as_before(any_app: Flask) -> None:
    """Without a mail that is held, nothing is dropped."""
    made = arrived()
    seat = postings.person(PANELIST, role=Role.PANELIST)
    booked_id = scheduled(made.application.id, [seat]).id
    staff = desk.coordinator(any_app)
    page = staff.submit(
        f"/staff/interviews/{booked_id}", {"reason": ""}, form="/cancel", follow=True
    ).text
    assert "Cancelled. The candidate and the panel are being told." in page
