"""Answers of calendar programs, as they come by mail, and an interview that they answer."""

import datetime as dt
from dataclasses import dataclass, fields
from pathlib import Path
from uuid import uuid4

from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, one, sent_to
from tests.interviews import factories as interviews
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.core.db import db
from tracker.interviews.models import Interview
from tracker.notifications.models import OutgoingEmail

CANDIDATE, CONTACT = "sam@example.org", "ida.moreno@example.org"
PANELIST, PLANNER = "pat.bell@example.org", "cora.field@example.org"
KINDS = {"candidate_answered", "panelist_answered"}


@dataclass(frozen=True)
class Booked:
    """What of an interview outlives a transaction."""

    id: int
    application_id: int
    uid: str
    sequence: int
    starts_at: dt.datetime
    ends_at: dt.datetime


def booked() -> Booked:
    """Sam's interview, which Cora scheduled, with Pat on its panel; Ida handles it."""
    application = arrived(bookkeeper())
    return fresh(interviews.scheduled(application.id, [postings.person(PANELIST)]).id)


def fresh(interview_id: int) -> Booked:
    """An interview as it is now."""
    db.session.rollback()
    known = db.session.get_one(Interview, interview_id)
    return Booked(**{each.name: getattr(known, each.name) for each in fields(Booked)})


def reply(
    interview: Booked,
    answer: str = "DECLINED",
    *,
    sender: str = CANDIDATE,
    attendee: str = "",
    sequence: int | None = None,
    comment: str = "",
    method: str = "REPLY",
    head: str = "",
) -> bytes:
    """A mail with the answer alone, as calendar programs send it (RFC 6047)."""
    said = f"COMMENT;LANGUAGE=en-US:{comment}\r\n" if comment else ""
    return (
        f"From: {sender}\nTo: {MAILBOX}\nSubject: Re: Interview\n"
        f"Message-ID: <{uuid4()}@example.org>\n{head}"
        f"Content-Type: text/calendar; method={method}; charset=utf-8\n\n"
        f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{interview.uid[:30]}\r\n"
        f" {interview.uid[30:]}\r\n"
        f"SEQUENCE:{interview.sequence if sequence is None else sequence}\r\n"
        f'ATTENDEE;CN="Bell: Pat";PARTSTAT={answer}:mailto:{attendee or sender}\r\n{said}'
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def take(app: Flask, folder: Path, *messages: bytes) -> None:
    """Take answers in, one after the other."""
    for number, each in enumerate(messages):
        said = one(app, folder / f"{uuid4()}-{number}", each)
        assert said["verdict"] == "calendar", said


def told(address: str | None = None) -> list[OutgoingEmail]:
    """The mails that told of an answer: all, or those to one address."""
    db.session.rollback()
    found = (
        sent_to(address) if address else db.session.query(OutgoingEmail).order_by(OutgoingEmail.id)
    )
    return [each for each in found if each.message in KINDS]
