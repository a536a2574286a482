"""What contacts do from the mail alone."""

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import (
    Application,
    StageChange,
)
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.routing import queries, rules
from tracker.routing.models import Assignment


def record_seen(application: Application, person: Person) -> None:
    """Note that a person has looked: a POST behind their link, or a signed-in view."""
    assignment = queries.assignment_of(application.id, person.id)
    if assignment is not None and assignment.seen_at is None:
        assignment.seen_at = now()
    for asked in queries.consultations_for(application.id, person.id):
        asked.looked_at = asked.looked_at or now()
    db.session.flush()


def acknowledge(application: Application, *, by: Person) -> Assignment:
    """Take an application on: seen, acknowledged, and under review if it was only received."""
    assignment = deciding(application, by)
    if assignment.acknowledged_at is None:
        assignment.acknowledged_at = now()
        if application.outcome is None and application.stage is Stage.RECEIVED:
            applications.move(application, to_stage=Stage.UNDER_REVIEW, by=by, mail=False)
    db.session.flush()
    return assignment


def shortlist(
    application: Application, *, by: Person, mail: bool, shown: int | None = None
) -> StageChange:
    """Shortlist an application, from the mail alone; `shown` as in `check_shown`.

    It is neither opened again nor put back: who reads mail may not know how far it has come.
    """
    deciding(application, by)
    rules.check_open(application.outcome)
    rules.check_shortlist(application.stage)
    check_shown(application, by, shown)
    return applications.move(application, to_stage=Stage.SHORTLISTED, by=by, mail=mail)


def decline(
    application: Application,
    *,
    reason: Reason,
    note: str,
    by: Person,
    mail: bool,
    shown: int | None = None,
) -> StageChange:
    """Decline an application with a reason, from the mail alone; `shown` as in `check_shown`."""
    deciding(application, by)
    rules.check_open(application.outcome)
    check_shown(application, by, shown)
    return applications.move(
        application, outcome=Outcome.NOT_SELECTED, reason=reason, note=note, by=by, mail=mail
    )


def check_shown(application: Application, person: Person, shown: int | None) -> None:
    """Raise `MovedMeanwhileError` where others moved an application since a page showed it.

    `shown` is its latest move as the page knew it, by id; None where there was no page. What the
    person did themselves in another window is no surprise to them.
    """
    since = [each for each in application.history if shown is not None and each.id > shown]
    # A candidate who chooses a time moves on in the name of the contact who offered it.
    if any(each.by_id != person.id or each.new_stage is Stage.INTERVIEW for each in since):
        raise rules.MovedMeanwhileError(application.stage)


def own_latest(application: Application, person: Person) -> StageChange | None:
    """The latest move, where this person made it and has not taken it back."""
    latest = application.history[-1]
    is_own = latest.by_id == person.id and latest.undoes_id is None
    return latest if is_own and latest.old_stage is not None else None


def take_back(application: Application, *, by: Person) -> StageChange:
    """Undo what this person did last, if nobody moved the application since.

    Returns the move that was taken back: its `email_id` names the mail to the candidate; one that
    waited for a look is dropped, and they were told nothing. Raises `DomainError` where there is
    nothing of theirs to take back.
    """
    deciding(application, by)
    latest = own_latest(application, by)
    if latest is None:
        raise DomainError(
            "Somebody moved this application after you, so it stands as they left it."
            " Write to them if that should change."
        )
    applications.undo(application, latest, by=by)
    return latest


def deciding(application: Application, person: Person) -> Assignment:
    """Return the assignment by which a person decides, and note that they have seen it.

    Raises `DomainError` for whom it is not with any more, and for who may only read.
    """
    assignment = queries.assignment_of(application.id, person.id)
    if assignment is None or person.disabled_at is not None:
        raise DomainError("This application is no longer with you. Nothing was changed.")
    rules.check_may_decide(assignment.why)
    if assignment.seen_at is None:
        assignment.seen_at = now()
    return assignment
