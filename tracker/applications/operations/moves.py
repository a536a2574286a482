"""The one door to stage, outcome and reason; who may read; what colleagues note."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from tracker.accounts.models import Person
from tracker.accounts.rules import PRESSED_AGAIN
from tracker.applications import emails
from tracker.applications.models import (
    Application,
    ApplicationNote,
    Reader,
    StageChange,
)
from tracker.applications.operations.drafts import clean_text
from tracker.applications.operations.links import mailed_link
from tracker.applications.queries import as_told, notes_of
from tracker.applications.rules import (
    ActorKind,
    Outcome,
    Reason,
    Stage,
    Standing,
    check_move,
)
from tracker.core.db import db, now
from tracker.core.errors import DomainError, StaleError
from tracker.notifications import operations as outbox

TAKEN_BACK = "Dropped since the decision was taken back."
WITHDRAWN_SINCE = "Dropped since the candidate has withdrawn."


def standing_of(application: Application) -> Standing:
    """Stage, outcome and reason as they are now."""
    return Standing(
        application.stage,
        application.outcome,
        application.disposition_reason,
        application.disposition_note,
    )


def check_version(application: Application, version: int | None) -> None:
    """Raise `StaleError` unless an application is still as the page showed it (None: no page)."""
    if version is not None and application.version != version:
        raise StaleError(
            "Somebody else moved this application while you had the page open."
            " Nothing was changed by you."
        )


def move(
    application: Application,
    *,
    to_stage: Stage | None = None,
    outcome: Outcome | None = None,
    reason: Reason | None = None,
    note: str = "",
    by: Person | None,
    actor: ActorKind = ActorKind.PERSON,
    mail: bool,
    version: int | None = None,
) -> StageChange:
    """Move an application; the one door to its stage, outcome and reason.

    Either to a stage (which reopens an ended one) or to an outcome, with a reason. Writes a
    row of history always, and queues the mail to the candidate when `mail` says so and there
    is an address; without one somebody tells them by hand (`answer_by_hand`). The caller
    holds the application's lock. Raises `DomainError` where a rule forbids it, and
    `StaleError` where the application is no longer at the `version` that a page showed.
    """
    check_version(application, version)
    new = Standing(to_stage or application.stage, outcome, reason, note.strip() if outcome else "")
    check_move(standing_of(application), new, actor=actor)
    if application.outcome is not None:
        drop_unsent(application.history[-1:], by=by, why=TAKEN_BACK)
    return _stand(application, new, note=note.strip(), by=by, actor=actor, mail=mail)


def _stand(
    application: Application,
    new: Standing,
    *,
    note: str,
    by: Person | None,
    actor: ActorKind,
    mail: bool,
    undoes: StageChange | None = None,
) -> StageChange:
    change = StageChange(
        application=application,
        at=now(),
        by_kind=actor,
        by_id=by.id if by and actor is ActorKind.PERSON else None,
        old_stage=application.stage,
        old_outcome=application.outcome,
        new_stage=new.stage,
        new_outcome=new.outcome,
        reason=new.reason,
        note=note,
        undoes_id=undoes.id if undoes else None,
    )
    application.stage = new.stage
    application.outcome = new.outcome
    application.disposition_reason = new.reason
    application.disposition_note = new.note
    application.ended_at = change.at if new.outcome else None
    db.session.add(change)
    db.session.flush()
    if mail and application.email:
        email = emails.answer(application, change=change, token=mailed_link(application))
        change.email_id = email.id if email else None
        db.session.flush()
    return change


def undo(
    application: Application, change: StageChange, *, by: Person, version: int | None = None
) -> StageChange:
    """Take back the latest move by a move of its own; nothing is deleted, no mail goes.

    The mail about it, where it still waits, is dropped. Raises `DomainError` unless
    `change` is the application's latest and was not the arrival itself, and `StaleError` as
    `move` does.
    """
    check_version(application, version)
    latest = application.history[-1]
    if change is not latest or change.old_stage is None:
        raise DomainError("Only the latest move can be taken back. Nothing was changed.")
    drop_unsent([change], by=by, why=TAKEN_BACK)
    return _stand(
        application,
        _before(application, change),
        note="",
        by=by,
        actor=ActorKind.PERSON,
        mail=False,
        undoes=change,
    )


def _before(application: Application, change: StageChange) -> Standing:
    """Where an application stood before its latest move."""
    assert change.old_stage is not None
    if change.old_outcome is None:
        return Standing(change.old_stage)
    before = next(
        each
        for each in reversed(application.history[:-1])
        if each.new_outcome is change.old_outcome
    )
    return Standing(change.old_stage, change.old_outcome, before.reason, before.note)


def drop_unsent(changes: Sequence[StageChange], *, by: Person | None, why: str) -> int:
    """Drop the mails about moves that are taken back, as far as they have not gone yet."""
    ids = [each.email_id for each in changes if each.email_id]
    return outbox.drop_unsent(ids, by=by, why=why)


def drop_untold(changes: Sequence[StageChange], *, by: Person | None, why: str) -> int:
    """Drop the mails about moves that still wait for a look, since they are no longer true."""
    return outbox.drop_held([each.email_id for each in changes if each.email_id], by=by, why=why)


def withdraw(application: Application, note: str = "") -> StageChange | None:
    """End an application because its candidate says so; a second time changes nothing (None).

    An end that the candidate was not told yet, since its mail waits for a look, gives way: it
    is taken back in nobody's name, and its mail dropped.
    """
    told = as_told(application)
    if told.outcome is Outcome.WITHDRAWN:
        return None
    note = clean_text(note).strip()
    drop_untold(application.history, by=None, why=WITHDRAWN_SINCE)
    if application.outcome is not None and told.is_open:
        _give_way(application)
    new = Standing(application.stage, Outcome.WITHDRAWN, Reason.CANDIDATE_DECISION, note)
    check_move(standing_of(application), new, actor=ActorKind.CANDIDATE)
    return _stand(application, new, note=note, by=None, actor=ActorKind.CANDIDATE, mail=True)


def _give_way(application: Application) -> None:
    """Take back an end that its candidate knows nothing of, because they withdraw."""
    _stand(
        application,
        Standing(application.stage),
        note="Taken back: the candidate withdraws, and had not been told of it.",
        by=None,
        actor=ActorKind.SYSTEM,
        mail=False,
        undoes=application.history[-1],
    )


def note(application: Application, text: str, *, by: Person) -> ApplicationNote:
    """Write down something for colleagues; pressed twice it stands once.

    Raises `DomainError` where there is nothing to.
    """
    text = clean_text(text).strip()
    if not text:
        raise DomainError("The note is empty. Nothing was added.")
    for written in notes_of(application.id):
        if (written.by_id, written.text) == (by.id, text) and written.at > now() - PRESSED_AGAIN:
            return written
    row = ApplicationNote(application=application, by=by, text=text)
    db.session.add(row)
    db.session.flush()
    return row


def admit(application: Application, person: Person, because: str) -> Reader:
    """Let a person see an application; `because` is 'assigned', 'panel' or 'asked'."""
    found = db.session.scalars(
        select(Reader).where(
            Reader.application_id == application.id,
            Reader.person_id == person.id,
            Reader.because == because,
        )
    ).one_or_none()
    if found is None:
        found = Reader(application_id=application.id, person_id=person.id, because=because)
        db.session.add(found)
        db.session.flush()
    return found


def dismiss(application: Application, person: Person, because: str) -> None:
    """Take back what `admit` gave for that reason; other reasons to see it stay."""
    db.session.execute(
        delete(Reader).where(
            Reader.application_id == application.id,
            Reader.person_id == person.id,
            Reader.because == because,
        )
    )
    db.session.flush()
