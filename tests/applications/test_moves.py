"""Stage, outcome and reason move through one door; the database holds the same rules."""

import itertools

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.applications import desk
from tests.postings import factories as postings
from tracker.applications import operations
from tracker.applications.models import Application, StageChange
from tracker.applications.rules import (
    ActorKind,
    Outcome,
    Reason,
    Stage,
    Standing,
    check_move,
    next_target,
    open_targets,
    target_named,
)
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError, StaleError

# Written out once more on purpose: a change of the rules must be made here too.
REASONS = {
    Outcome.HIRED: {"best qualified", "other"},
    Outcome.NOT_SELECTED: {
        "minimum qualifications not met",
        "better qualified selected",
        "no response",
        "duplicate",
        "late",
        "pay expectation",
        "not available for the schedule",
        "failed assessment",
        "position filled or cancelled",
        "other",
    },
    Outcome.WITHDRAWN: {"candidate's own decision", "no response", "other"},
    Outcome.DECLINED_OFFER: {
        "candidate's own decision",
        "pay expectation",
        "not available for the schedule",
        "other",
    },
    Outcome.POSITION_CANCELLED: {"position filled or cancelled", "other"},
}
NEEDS_OFFER = {Outcome.HIRED, Outcome.DECLINED_OFFER}
ENDS = [None, *Outcome]
WHYS = [None, *Reason]


def can_rest(stage: Stage, outcome: Outcome | None, reason: Reason | None) -> bool:
    """Whether an application may stand so, whoever brought it there."""
    if outcome is None:
        return reason is None
    if outcome in NEEDS_OFFER and stage is not Stage.OFFER:
        return False
    # A candidate withdraws without giving a reason.
    return reason in REASONS[outcome] or (outcome is Outcome.WITHDRAWN and reason is None)


def may_follow(old: Standing, new: Standing) -> bool:
    """Whether a person of the employer may move an application from `old` to `new`."""
    if (old.stage, old.outcome) == (new.stage, new.outcome):
        return False
    if new.outcome is None:
        return new.reason is None
    still_open = old.outcome is None and new.stage is old.stage
    return still_open and new.reason is not None and can_rest(new.stage, new.outcome, new.reason)


def standings() -> list[Standing]:
    """Every way in which an application may stand, with one reason for each outcome."""
    found = []
    for stage, outcome in itertools.product(Stage, ENDS):
        reason = None if outcome is None else Reason(min(REASONS[outcome] - {"other"}))
        if can_rest(stage, outcome, reason):
            found.append(Standing(stage, outcome, reason))
    return found


def is_refused(old: Standing, new: Standing, actor: ActorKind = ActorKind.PERSON) -> bool:
    try:
        check_move(old, new, actor=actor)
    except DomainError:
        return True
    return False


def test_every_move_of_the_matrix_is_allowed_or_refused_as_the_field_says() -> None:
    wrong = [
        (old, new)
        for old in standings()
        for stage, outcome, reason in itertools.product(Stage, ENDS, WHYS)
        if is_refused(old, new := Standing(stage, outcome, reason, "a note"))
        is may_follow(old, new)
    ]
    assert wrong == []


def test_other_has_to_say_what_it_means() -> None:
    old = Standing(Stage.RECEIVED)
    assert is_refused(old, Standing(Stage.RECEIVED, Outcome.NOT_SELECTED, Reason.OTHER, "  "))
    assert not is_refused(old, Standing(Stage.RECEIVED, Outcome.NOT_SELECTED, Reason.OTHER, "x"))


def test_a_candidate_may_withdraw_and_nothing_else() -> None:
    allowed = [
        (old.stage, outcome)
        for old in standings()
        for stage, outcome in itertools.product(Stage, ENDS)
        if not is_refused(old, Standing(stage, outcome), ActorKind.CANDIDATE)
    ]
    assert allowed == [(stage, Outcome.WITHDRAWN) for stage in Stage]


def test_the_targets_offered_are_those_that_are_allowed() -> None:
    for old in standings():
        allowed = [stage for stage in Stage if may_follow(old, Standing(stage))] + [
            outcome
            for outcome in Outcome
            if any(
                may_follow(old, Standing(old.stage, outcome, Reason(r))) for r in REASONS[outcome]
            )
        ]
        assert open_targets(old) == allowed


def test_the_usual_next_step_is_always_one_that_is_offered() -> None:
    steps = [next_target(old) for old in standings() if old.outcome is None]
    assert steps == [*list(Stage)[1:], Outcome.HIRED]
    assert {next_target(old) for old in standings() if old.outcome is not None} == {None}
    assert target_named("offer") is Stage.OFFER
    assert target_named("declined offer") is Outcome.DECLINED_OFFER
    assert target_named("offered") is None


def stand(application_id: int, standing: Standing, note: str = "a note") -> None:
    """Put a row where it is wanted, past the door, as only a test may."""
    db.session.execute(
        update(Application)
        .where(Application.id == application_id)
        .values(
            stage=standing.stage,
            outcome=standing.outcome,
            disposition_reason=standing.reason,
            disposition_note=note,
            ended_at=now() if standing.outcome else None,
        )
    )
    db.session.expire_all()


def move_once(application_id: int, by_id: int, new: Standing) -> tuple[Standing, int] | None:
    """Move through the door; where it stands then and how many moves it has, or None."""
    application = db.session.get_one(Application, application_id)
    person = desk.person(by_id)
    try:
        operations.move(
            application,
            to_stage=None if new.outcome else new.stage,
            outcome=new.outcome,
            reason=new.reason,
            note="a note",
            by=person,
            mail=False,
        )
    except DomainError:
        return None
    last = db.session.scalars(select(StageChange).order_by(StageChange.id.desc()).limit(1)).one()
    assert (last.by_id, last.note, last.reason) == (by_id, "a note", new.reason)
    assert (last.new_stage, last.new_outcome) == (new.stage, new.outcome)
    return operations.standing_of(application), len(application.history)


def tried_from(old: Standing) -> list[Standing]:
    """Every stage, and every outcome: with every reason where each can be reached, else one."""
    whys = WHYS if old == Standing(Stage.OFFER) else [None, Reason.OTHER, Reason.BEST_QUALIFIED]
    return [Standing(stage) for stage in Stage] + [
        Standing(old.stage, end, why) for end in Outcome for why in whys
    ]


def test_the_door_lets_through_what_the_rules_allow_and_writes_history(any_app: Flask) -> None:
    application_id, by_id = desk.arrived().id, postings.coordinator().id
    wrong = []
    with writing():
        for old in standings():
            stand(application_id, old)
            for new in tried_from(old):
                with db.session.begin_nested() as point:
                    came = move_once(application_id, by_id, new)
                    point.rollback()
                kept = Standing(new.stage, new.outcome, new.reason, "a note" if new.outcome else "")
                if came != ((kept, 2) if may_follow(old, new) else None):
                    wrong.append((old, new, came))
    assert wrong == []


def is_stored(application_id: int, standing: Standing, note: str) -> bool:
    try:
        with db.session.begin_nested() as point:
            stand(application_id, standing, note)
            point.rollback()
    except IntegrityError:
        return False
    return True


def test_the_database_refuses_what_the_rules_refuse(any_app: Flask) -> None:
    application_id = desk.arrived().id
    wrong = []
    with writing():
        for stage, outcome, reason in itertools.product(Stage, ENDS, WHYS):
            standing = Standing(stage, outcome, reason)
            if is_stored(application_id, standing, "a note") is not can_rest(
                stage, outcome, reason
            ):
                wrong.append(standing)
    assert wrong == []


def test_the_database_wants_other_explained_and_an_end_dated(any_app: Flask) -> None:
    application_id = desk.arrived().id
    other = Standing(Stage.RECEIVED, Outcome.NOT_SELECTED, Reason.OTHER)
    with writing():
        assert not is_stored(application_id, other, "")
        for change in ({"ended_at": now()}, {"outcome": Outcome.WITHDRAWN, "ended_at": None}):
            with pytest.raises(IntegrityError), db.session.begin_nested():
                db.session.execute(
                    update(Application).where(Application.id == application_id).values(**change)
                )


def test_a_move_says_who_when_and_why(app: Flask) -> None:
    application = desk.arrived()
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE, note="Two days.")
    application = db.session.get_one(Application, application.id)
    assert operations.standing_of(application) == Standing(
        Stage.RECEIVED, Outcome.NOT_SELECTED, Reason.LATE, "Two days."
    )
    arrival, change = application.history
    assert arrival.old_stage is None
    assert (change.old_stage, change.new_outcome) == (Stage.RECEIVED, Outcome.NOT_SELECTED)
    assert change.by is not None
    assert change.by.email == "cora.field@example.org"
    assert change.at == application.ended_at


def test_taking_back_is_a_move_of_its_own_and_restores_reason_and_note(any_app: Flask) -> None:
    by_id = postings.coordinator().id
    application_id = desk.arrived().id
    application = db.session.get_one(Application, application_id)
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.OTHER, note="No van licence.")
    desk.move(application, Stage.SHORTLISTED)
    seen = []
    for _ in range(2):
        with writing():
            row = db.session.get_one(Application, application_id)
            operations.undo(row, row.history[-1], by=desk.person(by_id))
            db.session.commit()
        seen.append(operations.standing_of(row))
    ended = Standing(Stage.RECEIVED, Outcome.NOT_SELECTED, Reason.OTHER, "No van licence.")
    assert seen == [ended, Standing(Stage.SHORTLISTED)]
    history = db.session.get_one(Application, application_id).history
    assert [each.undoes_id for each in history] == [
        None,
        None,
        None,
        history[2].id,
        history[3].id,
    ]


def test_only_the_latest_move_can_be_taken_back_and_never_the_arrival(app: Flask) -> None:
    application = desk.arrived()
    by_id = postings.coordinator().id
    with writing():
        row = db.session.get_one(Application, application.id)
        with pytest.raises(DomainError, match="Only the latest move"):
            operations.undo(row, row.history[0], by=desk.person(by_id))
    desk.move(application, Stage.SHORTLISTED)
    desk.move(application, Stage.OFFER)
    with writing():
        row = db.session.get_one(Application, application.id)
        with pytest.raises(DomainError, match="Only the latest move"):
            operations.undo(row, row.history[1], by=desk.person(by_id))


def test_a_page_that_is_out_of_date_moves_nothing(app: Flask) -> None:
    application = desk.arrived()
    version, by_id = application.version, postings.coordinator().id
    desk.move(application, Stage.SHORTLISTED)
    with writing():
        row = db.session.get_one(Application, application.id)
        with pytest.raises(StaleError):
            operations.move(
                row, to_stage=Stage.OFFER, by=desk.person(by_id), mail=False, version=version
            )
        assert row.stage is Stage.SHORTLISTED


def test_a_note_is_kept_with_who_wrote_it_and_an_empty_one_is_not(app: Flask) -> None:
    application = desk.arrived()
    by_id = postings.coordinator().id
    with writing():
        row = db.session.get_one(Application, application.id)
        note = operations.note(row, "  Free from\r\nJanuary. ", by=desk.person(by_id))
        assert (note.text, note.by_id) == ("Free from\nJanuary.", by_id)
        with pytest.raises(DomainError, match="empty"):
            operations.note(row, " \n", by=desk.person(by_id))
