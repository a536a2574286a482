"""Make a mail's words fit to be shown and passed on, while no lock is held.

They are read in many ways to find the secrets in them, and the database is asked once which of
the possible secrets are some. That takes a while, so it is done before anybody else has to wait
for it; and of a mail that goes no further because too many came, only with its beginning.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.intake import conversations
from tracker.intake.findings import Found
from tracker.intake.invitations import said_in
from tracker.intake.models import IncomingEmail
from tracker.intake.operations.decisions import Decision
from tracker.intake.operations.exchange import answered_subject
from tracker.intake.quoting import own_words
from tracker.intake.redaction import redact_all
from tracker.intake.rules import WITHOUT_WORDS, Verdict, Words

LONGEST_TEXT = 20_000
LONGEST_HELD = 2_000  # of what is passed on to nobody; all of it stands in the mail
AN_HOUR = 20  # mails about one application that are passed on


def fit_words(found: Found, decision: Decision) -> Decision:
    """Make the words of a mail about an application fit; any other is returned as it is.

    Of what somebody wrote to a calendar's answer, too. No lock may be held. Ends the reading of
    the database.
    """
    if decision.verdict is Verdict.CALENDAR:
        (text,) = said_in([decision.head.text])
        db.session.rollback()
        return replace(decision, words=Words(text, {}))
    if decision.verdict is not Verdict.REPLY:
        return decision
    assert decision.application_id is not None  # what it answers is about one
    head = decision.head
    words = _fitted_for(
        decision.application_id,
        head.address,
        head.text or found.head.text,
        [each.name for each in found.files],
    )
    db.session.rollback()
    return replace(decision, words=words)


def fit_message(email: IncomingEmail, application_id: int) -> Words:
    """Make the words of a kept mail fit, as a message about an application. No lock may be held."""
    names = [each.name for each in email.attachments]
    return _fitted_for(application_id, email.from_address, email.text, names)


def _fitted_for(application_id: int, address: str, text: str, names: Iterable[str]) -> Words:
    person = people.by_email(address.strip().lower())
    application = db.session.get(Application, application_id) if person is not None else None
    return fitted(
        text,
        names,
        held=are_too_many(application_id, person),
        answers=answered_subject(application) if application is not None else "",
    )


def are_too_many(application_id: int, person: Person | None) -> bool:
    """Tell whether as many mails about an application were passed on as an hour may bring."""
    hour_ago = now() - dt.timedelta(hours=1)
    return conversations.passed_on_since(application_id, hour_ago, person=person) >= AN_HOUR


def fitted(text: str, names: Iterable[str], *, held: bool, answers: str = "") -> Words:
    """What of a text may be shown and passed on: own words, without secrets, not endless.

    And the names of the files with it likewise, and the subject that it answers; of what is
    held, none.
    """
    longest = LONGEST_HELD if held else LONGEST_TEXT
    own = applications.clean_text(own_words(text[: longest * 4]))[:longest]
    files = [] if held else list(dict.fromkeys(names))
    subjects = [] if held else [answers]
    words, *shown = redact_all([own, *files, *subjects], conversations.secrets_among)
    return Words(
        words.strip() or WITHOUT_WORDS,
        dict(zip(files, shown, strict=False)),
        dict(zip(subjects, shown[len(files) :], strict=True)),
    )
