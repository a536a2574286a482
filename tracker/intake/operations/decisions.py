"""What is decided about a mail, and what it is decided by."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.core.db import now
from tracker.intake.findings import Head
from tracker.intake.matching import Opening, Suggestion
from tracker.intake.rules import Verdict, Words
from tracker.postings.rules import DocumentKind

A_DAY = dt.timedelta(days=1)
MANY_TODAY = "This address has sent several applications today; look before more are made."


@dataclass(frozen=True)
class Earlier:
    """An open application that a mail's sender has made for the posting that the mail is for.

    `lacking` is what it has not, of what the posting asks for, or was asked for since.
    """

    id: int
    number: str
    lacking: frozenset[DocumentKind]


@dataclass(frozen=True)
class Decision:
    """What is to become of a mail.

    `head` is that of whoever wrote first, where a colleague passed it on. An application
    has a `posting_id`; whether it holds out is known once its files were looked at: then it is
    made, else the mail is unsorted. `answerable` says whether its sender may be written to.
    `ends` is the secret of a subscription to new openings that it ends. `bounced`, `delayed`
    and `delivered` are the words of a report about a mail of ours, `reported_for` whom the mail
    went to before its address was corrected, where the report is about that. `words` are those
    of a mail about an application, made fit to be passed on. `earlier` is where an application
    may belong instead, which shows when its files were looked at; `newest` is the newest open
    one of its sender's for the posting, as it was decided by.
    """

    verdict: Verdict
    why: str
    head: Head
    application_id: int | None = None
    posting_id: int | None = None
    outgoing_email_id: int | None = None
    interview_id: int | None = None
    forwarded_by_id: int | None = None
    rule_id: int | None = None
    dismissal: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    answerable: bool = False
    within: int = 0
    bounced: str = ""
    delayed: str = ""
    delivered: str = ""
    asked_so: bool = False
    reported_for: str | None = None
    trouble: bool = False
    ends: str = ""
    words: Words | None = None
    earlier: Earlier | None = None
    newest: int | None = None


class OutdatedError(Exception):
    """Another application of a mail's sender came in between: it is to be decided on anew."""


@dataclass(frozen=True)
class Surroundings:
    """What stands still while many mails are decided on."""

    openings: Sequence[Opening]
    own_addresses: frozenset[str]
    mailbox: str
    authority: str
    at: dt.datetime = field(default_factory=now)
