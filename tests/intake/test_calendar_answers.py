"""Whoever declines an invitation in their calendar has told those who plan the interview."""

import datetime as dt
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.applications import desk
from tests.intake.calendars import (
    CANDIDATE,
    CONTACT,
    PANELIST,
    PLANNER,
    Booked,
    booked,
    fresh,
    reply,
    take,
    told,
)
from tests.intake.mails import MAILBOX, mail, one, put, rows, sent_to, take_in
from tests.interviews import factories as interviews
from tests.plugins.clocks import QueryCounter
from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.core.db import db, now, writing
from tracker.intake.models import CalendarAnswer
from tracker.intake.operations.invited import AN_HOUR
from tracker.interviews import operations
from tracker.interviews.models import Interview
from tracker.notifications.tags import Reaches, reach_written_in

pytestmark = pytest.mark.settings(
    INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mail.fernhollow.example.org"
)
FORGED = "Authentication-Results: mail.fernhollow.example.org; dmarc=fail header.from=example.org\n"


def moved(interview: Booked, **values: object) -> None:
    """Move an interview by a day, or change what is given instead. Commits."""
    given = values or {"starts_at": interview.starts_at + dt.timedelta(days=1)}
    with writing():
        known = db.session.get_one(Interview, interview.id)
        panel = [each.person for each in known.panelists]
        plan = interviews.plan(given.pop("panel", panel), **given)  # type: ignore[arg-type]
        by = db.session.get_one(Person, postings.coordinator().id)
        operations.change(known, plan, version=known.version, by=by)
        db.session.commit()


# Who is told


@pytest.mark.parametrize("answer", ["DECLINED", "TENTATIVE"])
def test_a_candidate_who_cannot_come_is_heard_of_at_once(
    any_app: Flask, tmp_path: Path, answer: str
) -> None:
    take(any_app, tmp_path, reply(booked(), answer, comment="I work until five\\, sorry."))
    assert [each.recipient_address for each in told()] == [CONTACT, PLANNER]
    for each in told():
        assert each.message == "candidate_answered"
        assert "I work until five, sorry." in each.text
        assert "in doubt" not in each.text
        assert "earlier invitation" not in each.text
        assert reach_written_in(str(each.reply_to_address)) is Reaches.CANDIDATE
        assert each.headers["Auto-Submitted"] == "auto-generated"
    word = "has declined" if answer == "DECLINED" else "has accepted only tentatively"
    assert f" {word} the interview" in told(CONTACT)[0].subject


def test_a_panelist_who_cannot_come_is_heard_of_at_once(any_app: Flask, tmp_path: Path) -> None:
    take(any_app, tmp_path, reply(booked(), sender=PANELIST))
    assert [each.recipient_address for each in told()] == [CONTACT, PLANNER]
    for each in told():
        assert each.message == "panelist_answered"
        assert reach_written_in(str(each.reply_to_address)) is Reaches.COLLEAGUES


def test_the_words_of_what_is_told(app: Flask, tmp_path: Path, mail_snapshot: MailSnapshot) -> None:
    with time_machine.travel("2027-05-03T15:00:00Z", tick=False):
        interview = booked()
        take(app, tmp_path, reply(interview, comment="Could it be later?"))
        take(app, tmp_path, reply(interview, sender=PANELIST, head=FORGED))
        for each in told(PLANNER):
            mail_snapshot(each, replace={f"interviews/{interview.id}\n": "interviews/ID\n"})


def test_whoever_comes_is_no_news(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    take(app, tmp_path, reply(interview, "ACCEPTED"), reply(interview, "NEEDS-ACTION"))
    assert told() == []
    assert db.session.query(CalendarAnswer).count() == 2


def test_nobody_is_told_of_their_own_answer(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    moved(interview, panel=[postings.coordinator()], starts_at=interview.starts_at)
    take(app, tmp_path, reply(fresh(interview.id), sender=PLANNER, sequence=0))
    assert [each.recipient_address for each in told()] == [CONTACT]


def test_a_planner_who_may_not_see_it_any_more_is_not_told(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    with writing():
        postings.coordinator().disabled_at = now()
        db.session.commit()
    take(app, tmp_path, reply(fresh(interview.id)))
    assert [each.recipient_address for each in told()] == [CONTACT]


# Whose answer counts


@pytest.mark.parametrize(
    ("sender", "attendee"),
    [
        ("mallory@example.net", CANDIDATE),
        (CANDIDATE, PANELIST),
        ("mallory@example.net", "mallory@example.net"),
    ],
)
def test_only_who_was_invited_answers_for_themselves(
    app: Flask, tmp_path: Path, sender: str, attendee: str
) -> None:
    interview = booked()
    take(app, tmp_path, reply(interview, sender=sender, attendee=attendee))
    assert told() == []
    page = desk.coordinator(app).page(f"/staff/interviews/{interview.id}")
    assert "Declined" not in page.text


def test_who_has_left_the_panel_answers_for_nobody(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    moved(interview, panel=[postings.person("li.wu@example.org")], starts_at=interview.starts_at)
    take(app, tmp_path, reply(fresh(interview.id), sender=PANELIST))
    assert told() == []


def test_an_answer_whose_sender_is_in_doubt_is_told_with_the_doubt(
    app: Flask, tmp_path: Path
) -> None:
    interview = booked()
    take(app, tmp_path, reply(interview, "ACCEPTED"), reply(interview, head=FORGED))
    assert [each.recipient_address for each in told()] == [CONTACT, PLANNER]
    assert "Be careful, its sender is in doubt: The employer's own mail" in told()[0].text
    page = desk.coordinator(app).page(f"/staff/interviews/{interview.id}")
    assert "Accepted" in page.text  # what nobody doubts is not hidden by it
    assert "Sender in doubt" in page.text
    take(app, tmp_path, reply(interview))
    assert len(told()) == 4  # now it is no doubt any more, which is news


# Once


def test_the_same_answer_is_told_once(any_app: Flask, tmp_path: Path) -> None:
    interview = booked()
    message = reply(interview)
    take(any_app, tmp_path, message)
    for again in (message, b"Received: from a by b; x\n" + message):
        assert one(any_app, tmp_path / str(len(again)), again)["verdict"] == "duplicate"
    take(any_app, tmp_path, reply(interview))  # pressed once more: another mail, the same answer
    assert len(told()) == 2
    take(any_app, tmp_path, reply(interview, comment="I am ill."))
    assert len(told()) == 4
    take(any_app, tmp_path, reply(interview, "TENTATIVE"))
    assert len(told()) == 6


def test_two_mails_in_one_moment_tell_once(any_app: Flask, tmp_path: Path) -> None:
    interview = booked()
    take_in(any_app, *put(tmp_path / "in", reply(interview), reply(interview)))
    assert len(told()) == 2


def test_a_calendar_that_never_rests_is_no_news(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert AN_HOUR == 20
    monkeypatch.setattr("tracker.intake.operations.invited.AN_HOUR", 2)
    interview = booked()
    take(app, tmp_path, *(reply(interview, comment=f"{number}") for number in range(4)))
    assert len(told(CONTACT)) == 2


# What it is about


def test_a_decline_of_an_earlier_time_is_told_as_such(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    moved(interview)
    late = fresh(interview.id)
    take(app, tmp_path, reply(late, "TENTATIVE", sequence=0))
    assert told() == []
    take(app, tmp_path, reply(late, "DECLINED", sequence=0))
    assert len(told()) == 2
    assert "It answers an earlier invitation" in told()[0].text
    take(app, tmp_path, reply(late, "DECLINED", sequence=1))
    assert len(told()) == 4
    assert "earlier" not in told()[-1].text


def test_who_leaves_the_panel_makes_nobody_elses_answer_old(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    moved(interview, panel=[postings.person("li.wu@example.org")], starts_at=interview.starts_at)
    late = fresh(interview.id)
    assert late.sequence == 1
    take(app, tmp_path, reply(late, sequence=0))
    assert len(told()) == 2
    assert "earlier" not in told()[0].text


def test_an_answer_about_what_is_off_is_kept_and_told_to_nobody(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    with writing():
        operations.cancel(db.session.get_one(Interview, interview.id), reason="", by=None)
        db.session.commit()
    take(app, tmp_path, reply(fresh(interview.id), sequence=0))
    assert told() == []
    assert db.session.query(CalendarAnswer).count() == 1


def test_an_answer_about_what_is_over_is_kept_and_told_to_nobody(
    app: Flask, tmp_path: Path
) -> None:
    interview = booked()
    with time_machine.travel(interview.ends_at + dt.timedelta(minutes=1)):
        take(app, tmp_path, reply(interview))
    assert told() == []


def test_a_calendar_that_asks_for_another_time_is_told_as_it_answers(
    app: Flask, tmp_path: Path
) -> None:
    take(app, tmp_path, reply(booked(), "TENTATIVE", method="COUNTER"))
    assert len(told()) == 2


# What was written to it


def test_a_private_link_in_the_words_is_hidden(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    secret = sent_to(CANDIDATE)[0].text.split("/my/")[1].split()[0]
    take(app, tmp_path, reply(interview, comment=f"See https://jobs.example.org/my/{secret}"))
    assert "[link removed]" in told()[0].text
    page = desk.coordinator(app).page(f"/staff/interviews/{interview.id}")
    assert all(secret not in text for text in (told()[0].text, told()[0].html or "", page.text))


def test_without_a_comment_the_mails_own_words_are_told_bounded(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    message = EmailMessage()
    message["From"], message["Message-ID"] = CANDIDATE, "<text@example.org>"
    message["Subject"] = "Declined: Interview"
    message.set_content("I am on a journey. " + "Far away. " * 500)
    head, _, body = reply(interview).decode().partition("\n\n")
    message.add_alternative(body, subtype="calendar", params={"method": "REPLY"})
    assert "calendar" in head
    take(app, tmp_path, message.as_bytes())
    assert "I am on a journey." in told()[0].text
    assert 20 < told()[0].text.count("Far away.") < 110


# On the pages


def test_the_interviews_page_says_who_comes(any_app: Flask, tmp_path: Path) -> None:
    interview = booked()
    staff = desk.coordinator(any_app)
    url = f"/staff/interviews/{interview.id}"
    assert staff.page(url).text.count("No answer yet") == 2
    take(
        any_app,
        tmp_path,
        reply(interview, "DECLINED", comment="Not on Fridays."),
        reply(interview, "ACCEPTED", comment="I can after all."),
        reply(interview, "TENTATIVE", sender=PANELIST),
    )
    page = staff.page(url)
    assert "No answer yet" not in page.text
    assert "Tentative" in page.text
    assert "I can after all." in page.text
    assert "Not on Fridays." not in page.text
    moved(interview)
    assert staff.page(url).text.count("To an earlier invitation") == 2


def test_the_mails_own_page_says_what_was_answered(app: Flask, tmp_path: Path) -> None:
    take(app, tmp_path, reply(booked()))
    page = desk.coordinator(app).page(f"/staff/incoming/{rows()[0].id}")
    assert "Declined" in page.text
    assert "It has no text that can be shown" not in page.text


def test_the_applications_page_says_what_was_answered(app: Flask, tmp_path: Path) -> None:
    interview = booked()
    take(app, tmp_path, reply(interview, sender=PANELIST, comment="On leave."))
    page = desk.coordinator(app).page(f"/staff/applications/{interview.application_id}")
    assert "Invitation answered: Declined" in page.text
    assert "On leave." in page.text


@pytest.mark.parametrize("page", ["interviews", "applications"])
def test_the_pages_ask_the_database_the_same_however_much_was_answered(
    app: Flask, tmp_path: Path, count_queries: QueryCounter, page: str
) -> None:
    interview = booked()
    row_id = interview.id if page == "interviews" else interview.application_id
    interview_id = interview.id
    staff, counted = desk.coordinator(app), []
    for number in range(2):
        known = fresh(interview_id)
        take(app, tmp_path, reply(known, "ACCEPTED", comment=f"{number}"))
        if number:
            take(app, tmp_path, *(reply(known, "ACCEPTED", sender=PANELIST) for _ in range(5)))
        staff.page(f"/staff/{page}/{row_id}")
        with count_queries() as statements:
            staff.page(f"/staff/{page}/{row_id}")
        counted.append(len(statements))
    assert counted[0] == counted[1]


# In words, by mail


@pytest.mark.parametrize("sender", [CANDIDATE, PANELIST])
def test_a_reply_to_an_invitation_reaches_who_scheduled_it(
    any_app: Flask, tmp_path: Path, sender: str
) -> None:
    booked()
    message_id = sent_to(sender)[-1].message_id
    said = one(
        any_app,
        tmp_path / "in",
        mail(sender=sender, text="I cannot come.", In_Reply_To=message_id),
    )
    assert said["verdict"] == "reply"
    kind = "candidate_replied" if sender == CANDIDATE else "colleague_replied"
    for address in (CONTACT, PLANNER):
        found = [each for each in sent_to(address) if each.message == kind]
        assert len(found) == 1, address
        assert "I cannot come." in found[0].text


def test_a_reply_about_the_application_alone_does_not(app: Flask, tmp_path: Path) -> None:
    booked()
    receipt = next(each for each in sent_to(CANDIDATE) if each.message == "application_received")
    one(app, tmp_path / "in", mail(sender=CANDIDATE, text="Hi.", In_Reply_To=receipt.message_id))
    assert [each.message for each in sent_to(PLANNER)] == []
