"""What the measured Tracker holds: 20 open postings and 10,000 applications."""

import datetime as dt
import random
from typing import Any

from sqlalchemy import delete, insert, select

from tracker.accounts import operations as accounts
from tracker.accounts.models import Person
from tracker.accounts.rules import LinkKind
from tracker.applications.models import Application, Reader, StageChange
from tracker.applications.rules import ActorKind, Stage
from tracker.core.db import db, now, writing
from tracker.core.tokens import hash_token, new_token
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.organization import operations as organization
from tracker.postings import operations as postings
from tracker.postings import queries
from tracker.postings.models import Posting
from tracker.records import words
from tracker.records.models.search import SearchChange, SearchEntry
from tracker.records.operations import indexing as search
from tracker.routing.models import Assignment
from tracker.routing.rules import Why
from tracker.upkeep.demo import library
from tracker.upkeep.demo.loading import quietly

POSTINGS = 20
APPLICATIONS = 10_000
BATCH = 1000
STAGES = (Stage.RECEIVED, Stage.UNDER_REVIEW, Stage.SHORTLISTED, Stage.INTERVIEW)


def fill(applications: int = APPLICATIONS) -> str:
    """Fill an empty database and commit; returns the secret of a sign-in link.

    The index of words is filled too, so that no work on it is measured beside the rest.
    """
    with quietly(), writing():
        person, _ = accounts.make_administrator(email="bench@example.org", name="Bench Keeper")
        organization.save_profile(
            library.PROFILE,
            sender_name=library.NAME,
            sender_address=library.SENDER,
            version=None,
            by=person,
        )
        opened = [_publish(person, number) for number in range(POSTINGS)]
        token = accounts.issue_link(person, LinkKind.SIGN_IN, by=None)
        for start in range(0, applications, BATCH):
            numbers = range(start, min(start + BATCH, applications))
            _apply(opened, person.id, numbers)
            _index(numbers)
        db.session.execute(delete(SearchChange))
        db.session.commit()
    return token


def _publish(person: Person, number: int) -> int:
    opening = library.OPENINGS[1 + number % (len(library.OPENINGS) - 1)]
    values = opening.values.copy()
    values["title"] = f"{values['title']} {number + 1}"
    values["contact_person_id"] = person.id
    values["open_until_filled"] = True
    posting = postings.draft(by=person, values=values)
    confirmed = [each.code for each in queries.checks_of(posting)]
    postings.publish(posting, by=person, confirmed=confirmed)
    return posting.id


def _apply(opened: list[int], person_id: int, numbers: range) -> None:
    """Insert applications in bulk, with their history, mails and assignments."""
    chance = random.Random(numbers.start)  # noqa: S311 - the same data in every run
    at = now()
    times = [at - dt.timedelta(minutes=chance.randrange(90 * 24 * 60)) for _ in numbers]
    stages = [chance.choice(STAGES) for _ in numbers]
    mails = [[2 * number + 1, 2 * number + 2] for number in numbers]
    rows: dict[Any, list[dict[str, Any]]] = {
        OutgoingEmail: [
            _mail(key, number + 1, when)
            for number, keys, when in zip(numbers, mails, times, strict=True)
            for key in keys
        ],
        Application: [
            {
                "id": number + 1,
                "number": f"{when.year}-{number:05d}",
                "posting_id": opened[number % len(opened)],
                "submission_token": hash_token(new_token()),
                "content_sha256": "0" * 64,
                "name": f"Candidate {number}",
                "email": f"candidate{number}@example.org",
                "email_key": f"candidate{number}@example.org",
                "submitted_at": when,
                "stage": stage,
                "receipt_email_id": keys[0],
            }
            for number, when, stage, keys in zip(numbers, times, stages, mails, strict=True)
        ],
        StageChange: [
            {
                "application_id": number + 1,
                "at": when,
                "by_kind": ActorKind.CANDIDATE,
                "new_stage": stage,
            }
            for number, when, stage in zip(numbers, times, stages, strict=True)
        ],
        Assignment: [
            {
                "application_id": number + 1,
                "person_id": person_id,
                "why": Why.CONTACT,
                "created_at": when,
                "told_email_id": keys[1],
            }
            for number, when, keys in zip(numbers, times, mails, strict=True)
        ],
        Reader: [
            {"application_id": number + 1, "person_id": person_id, "because": "assigned"}
            for number in numbers
        ],
    }
    for model, values in rows.items():
        db.session.execute(insert(model), values)


def _index(numbers: range) -> None:
    said = (words.entry_of([f"Candidate {number}"]) for number in numbers)
    rows = [search.row_of(number + 1, entry) for number, entry in zip(numbers, said, strict=True)]
    db.session.execute(insert(SearchEntry), rows)


def _mail(key: int, application_id: int, at: dt.datetime) -> dict[str, Any]:
    return {
        "id": key,
        "message": "application_received",
        "message_id": f"<{key}@example.org>",
        "recipient_address": "candidate@example.org",
        "sender_name": library.NAME,
        "sender_address": library.SENDER,
        "subject": "We have your application",
        "text": "Thank you.\n" * 40,
        "html": "<p>Thank you.</p>\n" * 40,
        "about_kind": "application",
        "about_id": application_id,
        "created_at": at,
        "state": MailState.SENT,
        "sent_at": at,
        "next_attempt_at": None,
    }


def slugs() -> list[str]:
    """The last parts of the postings' addresses; those that ask for a resume come first."""
    return list(db.session.scalars(select(Posting.slug).order_by(Posting.id)))
