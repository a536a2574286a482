"""What people's calendars answered to invitations, as it may be shown and told.

Only the answer of somebody who was invited counts, and only from the address that it names. An
answer is about the invitation whose SEQUENCE it has: of a meeting that was moved since, the
earlier one. What speaks against its sender stands in why the mail was taken for an answer.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.core.errors import N_
from tracker.intake import conversations
from tracker.intake.models import CalendarAnswer, IncomingEmail
from tracker.intake.quoting import own_words
from tracker.intake.redaction import redact_all
from tracker.intake.sorting import CALENDAR_ANSWERS
from tracker.interviews.models import Interview, Panelist
from tracker.notifications.models import OutgoingEmail

ANSWERS = {
    "ACCEPTED": (N_("Accepted"), "success"),
    "TENTATIVE": (N_("Tentative"), "warning"),
    "DECLINED": (N_("Declined"), "danger"),
}
"""What a calendar can answer (RFC 5545 §3.2.12) that says who comes, in words and a tone."""

LONGEST = 1_000  # of what somebody wrote to their answer, where it is shown
MOST = 300  # answers that a page reads, the newest
_SEQUENCE = re.compile(r"^SEQUENCE:(\d{1,9})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Answered:
    """An answer as a page shows it.

    `doubt` says why its sender is not believed, '' where nothing speaks against them. `earlier`:
    the interview has been changed since the invitation that it answers.
    """

    interview_id: int
    address: str
    name: str
    answer: str
    at: dt.datetime
    text: str
    doubt: str
    earlier: bool

    @property
    def word(self) -> str:
        """The answer in a word."""
        return ANSWERS[self.answer][0]

    @property
    def tone(self) -> str:
        """How the word is coloured."""
        return ANSWERS[self.answer][1]


def doubt_in(email: IncomingEmail) -> str:
    """What spoke against the sender of an answer when it came; '' where nothing did."""
    return email.why.removeprefix(CALENDAR_ANSWERS).strip()


def person_invited(interview: Interview, address: str) -> Person | None:
    """Who sits on the panel under an address now; None for nobody, and for the candidate."""
    for seat in interview.panelists:
        if seat.active and seat.person.email.lower() == address:
            return seat.person
    return None


def newest_sequences(interview_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Tell the SEQUENCE of the newest invitation that went to each address, by the interview.

    An interview's own number also rises when somebody leaves the panel, of which nobody else
    is told.
    """
    rows = db.session.execute(
        select(OutgoingEmail.about_id, OutgoingEmail.recipient_address, OutgoingEmail.calendar)
        .where(
            OutgoingEmail.about_kind == "interview",
            OutgoingEmail.about_id.in_(interview_ids),
            OutgoingEmail.calendar_method == "REQUEST",
        )
        .order_by(OutgoingEmail.id)
    )
    found: dict[tuple[int, str], int] = {}
    for interview_id, address, calendar in rows:
        match = _SEQUENCE.search(calendar or "")
        if match is not None and interview_id is not None:
            found[interview_id, address.lower()] = int(match[1])
    return found


def is_earlier(answer: CalendarAnswer, newest: dict[tuple[int, str], int]) -> bool:
    """Tell whether an answer is to an invitation that another one has replaced since."""
    assert answer.interview_id is not None
    return answer.sequence < newest.get((answer.interview_id, answer.attendee), 0)


def _counts() -> ColumnElement[bool]:
    return and_(
        func.lower(IncomingEmail.from_address) == CalendarAnswer.attendee,
        CalendarAnswer.answer.in_(ANSWERS),
    )


def answer_before(answer: CalendarAnswer) -> CalendarAnswer | None:
    """The last answer that the same person gave to the same invitation before."""
    return db.session.scalars(
        select(CalendarAnswer)
        .join(CalendarAnswer.email)
        .where(
            CalendarAnswer.interview_id == answer.interview_id,
            CalendarAnswer.attendee == answer.attendee,
            CalendarAnswer.sequence == answer.sequence,
            CalendarAnswer.id < answer.id,
            _counts(),
        )
        .options(contains_eager(CalendarAnswer.email))
        .order_by(CalendarAnswer.id.desc())
        .limit(1)
    ).one_or_none()


def answers_since(interview_id: int, since: dt.datetime) -> int:
    """Count the answers about one interview since a moment."""
    found = select(func.count()).where(
        CalendarAnswer.interview_id == interview_id, CalendarAnswer.at > since
    )
    return db.session.scalar(found) or 0


def answer_in(email_id: int) -> CalendarAnswer | None:
    """What a calendar answered in a mail; None for one that is no such answer."""
    return db.session.scalars(
        select(CalendarAnswer).where(CalendarAnswer.email_id == email_id).limit(1)
    ).one_or_none()


def answers_to(interviews: Iterable[Interview]) -> list[Answered]:
    """All that was answered about some interviews, oldest first; in few queries for any number."""
    by_id = {each.id: each for each in interviews}
    rows = _answers(by_id)
    if not rows:
        return []
    newest = newest_sequences(by_id)
    names = _names(by_id)
    texts = said_in([each.email.text for each in rows])
    return [
        Answered(
            interview_id=row.interview_id,
            address=row.attendee,
            name=names[row.interview_id, row.attendee],
            answer=row.answer,
            at=min(row.email.arrived_at or row.at, row.at),
            text=text,
            doubt=doubt_in(row.email),
            earlier=is_earlier(row, newest),
        )
        for row, text in zip(rows, texts, strict=True)
        if row.interview_id is not None and (row.interview_id, row.attendee) in names
    ]


def _answers(interview_ids: Collection[int]) -> Sequence[CalendarAnswer]:
    found = db.session.scalars(
        select(CalendarAnswer)
        .join(CalendarAnswer.email)
        .where(CalendarAnswer.interview_id.in_(interview_ids), _counts())
        .options(contains_eager(CalendarAnswer.email))
        .order_by(CalendarAnswer.id.desc())
        .limit(MOST)
    ).all()
    return found[::-1]


def _names(interview_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """Who was ever invited to some interviews, by their address."""
    applied = db.session.execute(
        select(Interview.id, Application.email_key, Application.name)
        .join(Interview.application)
        .where(Interview.id.in_(interview_ids), Application.email_key != "")
    )
    seats = db.session.scalars(
        select(Panelist)
        .where(Panelist.interview_id.in_(interview_ids))
        .options(joinedload(Panelist.person))
    )
    found = {(each.interview_id, each.person.email.lower()): each.person.name for each in seats}
    return found | {(key, address): name for key, address, name in applied}


def said_in(texts: Sequence[str]) -> list[str]:
    """What people wrote to their answers: own words, without secrets, not endless."""
    own = [own_words(each[: LONGEST * 4])[:LONGEST] for each in texts]
    return redact_all(own, conversations.secrets_among) if any(own) else list(own)


def newest_of(answers: Sequence[Answered]) -> dict[str, list[Answered]]:
    """What stands of the answers about one interview, by the address.

    The newest to the newest invitation; and where its sender is in doubt, what they had
    answered before that nobody doubts, first.
    """
    found: dict[str, list[Answered]] = {}
    for each in sorted(answers, key=lambda one: not one.earlier):
        believed = [one for one in found.get(each.address, []) if not one.doubt]
        found[each.address] = [*believed, each] if each.doubt else [each]
    return found
