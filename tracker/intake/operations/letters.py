"""Write to a candidate: from their application's page, or from behind a private link.

What was typed is made fit to be sent before any lock is taken (`fit_letter`): it is read in many
ways to find the secrets in it, which takes a while.
"""

import datetime as dt
from dataclasses import dataclass

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.core.errors import DomainError, TooManyRequestsError
from tracker.intake import conversations, emails
from tracker.intake.models import IncomingEmail, Letter, LetterDraft, Reply
from tracker.intake.operations.exchange import answered_subject, thread_of_candidate
from tracker.intake.operations.fitting import AN_HOUR
from tracker.intake.redaction import redact_all
from tracker.intake.rules import Writer
from tracker.intake.sorting import bare_subject
from tracker.routing import queries as assignments
from tracker.routing.rules import MAY_DECIDE, ReadOnlyError

AGAIN = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
NO_ADDRESS = "The candidate has no e-mail address: answer by letter or telephone."


@dataclass(frozen=True)
class Fit:
    """What a colleague typed, as it goes: storable, and without private links pasted into it.

    `answers` is the subject of what it answers; empty where a conversation begins.
    """

    text: str
    answers: str = ""


def fit_letter(application: Application, text: str) -> Fit:
    """Make what a colleague typed to a candidate fit to be sent. No lock may be held."""
    return _fit(text, answered_subject(application))


def fit_answer(email: IncomingEmail, text: str) -> Fit:
    """Make what a colleague typed to the sender of a mail fit to be sent. No lock may be held."""
    return _fit(text, bare_subject(email.subject))


def _fit(text: str, subject: str) -> Fit:
    given = [applications.clean_text(text), subject]
    words, answers = redact_all(given, conversations.secrets_among)
    return Fit(words.strip(), answers)


def decides(application: Application, person: Person) -> bool:
    """Tell whether somebody may write to the candidate: it is with them to decide on.

    Who only reads along may not, nor whose private links a colleague has ended.
    """
    assignment = assignments.assignment_of(application.id, person.id)
    return (
        assignment is not None
        and assignment.why in MAY_DECIDE
        and not assignments.is_shut_out(application.id, person.id)
    )


def answer(application: Application, fit: Fit, *, token: str, by: Person) -> Letter:
    """Write to a candidate from their application; a form that is sent twice writes once.

    The caller has seen that `by` decides on it, and holds its lock; `fit` was made before.
    Raises `DomainError` for one without an address, and for no words.
    """
    known = conversations.letter_by_token(token)
    if known is not None:
        return known
    letter = _write(application, fit, token=token, by=by)
    draft = conversations.draft_of(application.id, by.id)
    if draft is not None:
        db.session.delete(draft)
    db.session.flush()
    return letter


def _write(application: Application, fit: Fit, *, token: str, by: Person) -> Letter:
    if not fit.text:
        raise DomainError("Write something first. Nothing was sent.")
    if not application.email:
        raise DomainError(f"{NO_ADDRESS} Nothing was sent.")
    email = emails.to_candidate(
        application,
        fit.text,
        by=by,
        answers=fit.answers,
        thread=thread_of_candidate(application),
        once_key=f"letter-{token}",
        automatic=False,
    )
    letter = Letter(application=application, by=by, text=fit.text, token=token, email=email)
    db.session.add(letter)
    note_answered(application, by)
    db.session.flush()
    return letter


def answer_by_link(application: Application, fit: Fit, *, token: str, by: Person) -> Letter:
    """Write to a candidate from behind a private link, by the rules of answering by mail.

    The caller holds the application's lock; `fit` was made before. Raises `ReadOnlyError` for
    who does not decide, `TooManyRequestsError` past as many an hour as are passed on by mail,
    and `DomainError` for no words, for the same as before and for a candidate without an address.
    """
    if not decides(application, by):
        raise ReadOnlyError
    own = f"link-{application.id}-{by.id}-{token}"
    known = conversations.letter_by_token(own)
    if known is not None:
        return known
    at = now()
    if len(conversations.letters_since(application.id, at - HOUR, by=by)) >= AN_HOUR:
        raise TooManyRequestsError(
            "You have written to this candidate very often within an hour. Nothing was sent;"
            " your words are kept below. Send them later.",
            retry_after=3600,
        )
    if fit.text in conversations.letters_since(application.id, at - AGAIN, by=by):
        raise DomainError(
            "You have sent the candidate these very words already, within a day. They were not"
            " sent again."
        )
    return _write(application, fit, token=own, by=by)


def keep_draft(application: Application, text: str, *, by: Person) -> None:
    """Keep what a person has typed to a candidate until it is sent; nothing typed ends it."""
    draft = conversations.draft_of(application.id, by.id)
    text = applications.clean_text(text).strip()
    if not text:
        if draft is not None:
            db.session.delete(draft)
    elif draft is None:
        db.session.add(LetterDraft(application_id=application.id, by_id=by.id, text=text))
    else:
        draft.text, draft.saved_at = text, now()
    db.session.flush()


def needs_no_answer(reply: Reply, *, by: Person) -> None:
    """Say that a candidate's message needs no answer; it leaves the desk."""
    if reply.writer is Writer.CANDIDATE and reply.answered_at is None:
        reply.answered_at, reply.answered_by = now(), by
        db.session.flush()


def note_answered(application: Application, by: Person) -> None:
    for each in conversations.unanswered_of(application.id):
        each.answered_at, each.answered_by = now(), by
