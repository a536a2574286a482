"""What the checks look at: a posting and what the employer knows, as plain values."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tracker.postings.content import DocumentValue, QuestionValue, SectionValue
from tracker.postings.rules import PayUnit


@dataclass(frozen=True, slots=True)
class Facts:
    """A posting. `statement` is the employer's, `own_statement` the posting's.

    `today` is the day at the employer's. `contact_away_until` is the last day of the leave of
    whoever gets the applications, None when nobody is away or a deputy stands in. `positions`
    are the titles of the employer's positions, `people` those that its people have.
    """

    title: str
    has_contact: bool
    contact_reachable: bool
    pay_min: Decimal | None
    pay_max: Decimal | None
    benefits: str
    closes_at: dt.datetime | None
    open_until_filled: bool
    statement: str
    own_statement: str
    today: dt.date
    contact: str = ""
    contact_email: str = ""
    contact_unconfirmed: bool = False
    contact_away_until: dt.date | None = None
    pay_unit: PayUnit | None = None
    pay_note: str = ""
    currency: str = "USD"
    summary: str = ""
    schedule: str = ""
    reports_to: str = ""
    closes_on: dt.date | None = None
    first_review_on: dt.date | None = None
    interviews_begin_on: dt.date | None = None
    answer_by_on: dt.date | None = None
    accepting: bool = True
    sections: tuple[SectionValue, ...] = ()
    documents: tuple[DocumentValue, ...] = ()
    questions: tuple[QuestionValue, ...] = ()
    skills: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
