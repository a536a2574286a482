"""Everything that staff do to an application: move, take back, note, hand over; one or many."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications import emails, operations, queries
from tracker.applications.forms import MoveForm, NoteForm, move_form
from tracker.applications.models import Application, StageChange
from tracker.applications.rules import (
    ACTS,
    REASONS_FOR,
    Outcome,
    Stage,
    open_targets,
    target_named,
)
from tracker.applications.views import bp
from tracker.applications.views.deciding import (
    ReadOnlyError,
    lock_to_decide,
    may_move,
    read_to_decide,
    words_of_drop,
    words_of_mail,
)
from tracker.applications.views.staff import application_page, hand_over_to
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, NotFoundError, StaleError
from tracker.core.web import error_page, is_own_path, whole_number
from tracker.intake.untaken import untaken
from tracker.interviews import operations as interviews
from tracker.interviews import queries as interview_queries
from tracker.interviews.models import Interview
from tracker.notifications.operations import Rendered
from tracker.routing import operations as routing_operations
from tracker.routing import queries as routing

Target = Stage | Outcome


def _shown_mail(application: Application, target: Target) -> Rendered:
    """The mail that a move would send, as it would go but for its private link."""
    if isinstance(target, Outcome):
        return emails.preview_answer(application, outcome=target)
    return emails.preview_answer(application, to_stage=target)


def _back(form: MoveForm | None, otherwise: str) -> str:
    """The page that a form was opened from, when it is one of this site's."""
    asked = form.back.data if form is not None else request.args.get("back")
    return str(asked) if is_own_path(asked) else otherwise


def _show_url(application_id: int) -> str:
    return url_for("applications.staff_show", application_id=application_id)


# One


@bp.get("/staff/applications/<int:application_id>/move")
@requires(Action.MOVE_APPLICATIONS)
def choose_move(application_id: int) -> ResponseReturnValue:
    """Ask where an application goes; then for the reason, and show the mail before it goes."""
    application = read_to_decide(application_id)
    target = target_named(request.args.get("to", ""))
    form = None
    if target is not None:
        form = move_form(target, formdata=None)
        form.back.data = _back(None, "")
    return _move_page(application, form)


def _move_page(application: Application, form: MoveForm | None, problem: str = "") -> str:
    """Draw the form for the target chosen, or the targets to choose from."""
    targets = open_targets(operations.standing_of(application))
    if form is not None and form.target not in targets:
        problem = problem or gettext("The application cannot be moved there as it stands now.")
        form = None
    if form is not None:
        form.version.data = str(application.version)
    return render_template(
        "applications/move.html",
        application=application,
        form=form,
        targets=targets,
        acts=ACTS,
        is_outcome=form is not None and isinstance(form.target, Outcome),
        mail=_shown_mail(application, form.target) if form is not None else None,
        ahead=_interviews_ahead(application),
        problem=problem,
        latest=application.history[-1],
        back=_back(form, _show_url(application.id)),
        zone=queries.time_zone(),
    )


def _interviews_ahead(application: Application) -> list[Interview]:
    """Interviews still to come, which are called off when the application ends."""
    stand = interview_queries.of_application(application.id, with_cancelled=False)
    return [each for each in stand if each.starts_at > now()]


@bp.post("/staff/applications/<int:application_id>/move")
@requires(Action.MOVE_APPLICATIONS)
def move(application_id: int) -> ResponseReturnValue:
    """Move an application; where that cannot be, show why, and keep what was typed."""
    target = target_named(request.form.get("to", ""))
    if target is None:
        return _move_page(read_to_decide(application_id), None), 422
    form = move_form(target)
    if not form.validate_on_submit():
        return _move_page(read_to_decide(application_id), form), 422
    try:
        with writing():
            application, person = lock_to_decide(application_id)
            change = operations.move(
                application, **form.values(), by=person, version=form.seen_version
            )
            interviews.settle(application, by=person)
            told = words_of_mail(change) if form.mail.data else ""
            name, has_address = application.name, bool(application.email)
            db.session.commit()
    except (NotFoundError, ReadOnlyError):
        raise
    except DomainError as error:
        page = _move_page(read_to_decide(application_id), form, gettext(error.message))
        return page, error.status
    flash(_moved_words(name, form, told, has_address=has_address), "success")
    return redirect(_back(form, _show_url(application_id)), 303)


def _moved_words(name: str, form: MoveForm, told: str, *, has_address: bool) -> str:
    done = gettext("%(name)s: %(where)s.", name=name, where=form.target.value)
    if not has_address:
        told = gettext("There is no e-mail address: answer by letter or telephone.")
        return f"{done} {told}"
    return f"{done} {told}".strip()


@bp.post("/staff/applications/<int:application_id>/undo/<int:change_id>")
@requires(Action.MOVE_APPLICATIONS)
def undo(application_id: int, change_id: int) -> ResponseReturnValue:
    """Take back the latest move, by a move of its own."""
    version = request.form.get("version", type=int) or 0
    try:
        with writing():
            application, person = lock_to_decide(application_id)
            change = db.session.get(StageChange, change_id)
            if change is None or change.application_id != application.id:
                raise NotFoundError
            operations.undo(application, change, by=person, version=version)
            of_mail = words_of_drop(change)
            db.session.commit()
    except StaleError as error:
        return error_page(
            409,
            gettext(error.message),
            next_url=_show_url(application_id),
            next_label=gettext("See how the application stands now"),
        )
    done = gettext("The last move was taken back. No mail was sent.")
    flash(f"{done} {of_mail}".strip(), "success")
    return redirect(_show_url(application_id), 303)


@bp.post("/staff/applications/<int:application_id>/notes")
@requires(Action.MOVE_APPLICATIONS)
def add_note(application_id: int) -> ResponseReturnValue:
    """Write down something for colleagues."""
    form = NoteForm()
    if not form.validate_on_submit():
        read_to_decide(application_id)
        application = queries.get_whole(current_user, application_id)
        return application_page(application, note_form=form), 422
    with writing():
        application, person = lock_to_decide(application_id)
        operations.note(application, form.text.data or "", by=person)
        db.session.commit()
    flash(gettext("The note was added. The candidate does not see it."), "success")
    return redirect(_show_url(application_id), 303)


@bp.post("/staff/applications/<int:application_id>/hand-over")
@requires(Action.MOVE_APPLICATIONS)
def hand_over(application_id: int) -> ResponseReturnValue:
    """Give an application to somebody else to answer, and tell them by mail."""
    read_to_decide(application_id)
    form = hand_over_to(routing.routing_of(application_id), sent=True)
    if not form.validate_on_submit():
        application = queries.get_whole(current_user, application_id)
        return application_page(application, hand_over_form=form), 422
    chosen, reason = form.person.data, form.reason.data or ""
    with writing():
        application, person = lock_to_decide(application_id)
        receiver = db.session.get_one(Person, chosen)
        routing_operations.hand_over(
            application, receiver, reason=reason, by=person, untaken=untaken(application)
        )
        name = receiver.name
        db.session.commit()
    flash(gettext("Handed over to %(name)s, who gets a mail now.", name=name), "success")
    if _sees(application_id):
        return redirect(_show_url(application_id), 303)
    return redirect(url_for("applications.staff_list"), 303)


def _sees(application_id: int) -> bool:
    """Whoever handed over what was only theirs by hand no longer sees it."""
    return bool(queries.visible_among(current_user, [application_id]))


# Many


@dataclass(frozen=True)
class Refused:
    """An application that was not moved, and why."""

    application: Application
    why: str


@bp.get("/staff/applications/move")
@requires(Action.MOVE_APPLICATIONS)
def choose_moves() -> ResponseReturnValue:
    """List the applications chosen, take where they go, and show the mails before they go."""
    ids = [int(each) for each in request.args.getlist("application") if _is_id(each)]
    if not ids:
        flash(gettext("Choose at least one application first."), "warning")
        return redirect(_back(None, url_for("applications.staff_list")), 303)
    target = target_named(request.args.get("to", ""))
    form = None
    if target is not None:
        form = move_form(target, formdata=None)
        form.back.data = _back(None, "")
    return _moves_page(ids, form)


def _is_id(text: str) -> bool:
    return whole_number(text) is not None


def _moves_page(ids: Sequence[int], form: MoveForm | None) -> str:
    found = queries.visible_among(current_user, ids[: queries.PAGE_SIZE])
    target = form.target if form is not None else None
    movable, refused = _sorted_out(found, target)
    shown = [(each, _shown_mail(each, target)) for each in movable] if target else []
    return render_template(
        "applications/move_many.html",
        applications=found,
        movable=movable,
        refused=refused,
        missing=len(set(ids)) - len(found),
        form=form,
        targets=[*Stage, *REASONS_FOR],
        acts=ACTS,
        is_outcome=isinstance(target, Outcome),
        mails=[each for each in shown if each[0].email],
        by_hand=[each for each in shown if not each[0].email],
        back=_back(form, url_for("applications.staff_list")),
    )


def _sorted_out(
    found: Sequence[Application], target: Target | None
) -> tuple[list[Application], list[Refused]]:
    """Part those that may go to a target from those that may not, with why."""
    movable, refused = [], []
    for application in found:
        if not may_move(current_user, application):
            refused.append(Refused(application, gettext(ReadOnlyError().message)))
        elif target and (why := _why_not(application, target)):
            refused.append(Refused(application, why))
        else:
            movable.append(application)
    return movable, refused


def _why_not(application: Application, target: Target) -> str:
    """Say why an application is left out of a move of many; nothing where it is not.

    Ended ones are: opening one again is a decision about that one.
    """
    how = application.outcome
    if target is (how or application.stage):
        return str(gettext("It stands there already."))
    if how is not None:
        return str(gettext("It has ended (%(how)s). Reopen it on its own page.", how=how.value))
    if target not in open_targets(operations.standing_of(application)):
        return str(gettext("This needs an offer first."))
    return ""


@bp.post("/staff/applications/move")
@requires(Action.MOVE_APPLICATIONS)
def move_many() -> ResponseReturnValue:
    """Move each of several through the one door, and list what came of each."""
    target = target_named(request.form.get("to", ""))
    chosen = _chosen(request.form.getlist("application"))
    if target is None or not chosen:
        flash(gettext("Choose at least one application, and where it goes."), "warning")
        return redirect(url_for("applications.staff_list"), 303)
    form = move_form(target)
    if not form.validate_on_submit():
        return _moves_page(list(chosen), form), 422
    refused: list[tuple[int, str]] = []
    with writing():
        person = db.session.get_one(Person, current_user.id)
        for application in queries.visible_among(person, list(chosen)):
            why = _try_move(application, form, person, version=chosen[application.id])
            if why:
                refused.append((application.id, why))
        db.session.commit()
    return _moved_page(list(chosen), refused, form)


def _chosen(values: Sequence[str]) -> dict[int, int]:
    """Read "id:version" boxes; at most a page of them."""
    pairs = (each.partition(":") for each in values[: queries.PAGE_SIZE])
    return {int(key): int(version) for key, _, version in pairs if _is_id(key) and _is_id(version)}


def _try_move(application: Application, form: MoveForm, person: Person, *, version: int) -> str:
    """Move one of several in a savepoint of its own; returns why not, or nothing."""
    name = application.id
    try:
        with db.session.begin_nested():
            locked = lock(Application, name)
            if not may_move(person, locked):
                raise ReadOnlyError
            operations.move(locked, **form.values(), by=person, version=version)
            interviews.settle(locked, by=person)
    except DomainError as error:
        return str(gettext(error.message))
    return ""


def _moved_page(
    ids: Sequence[int], refused: Sequence[tuple[int, str]], form: MoveForm
) -> ResponseReturnValue:
    whys = dict(refused)
    found = queries.visible_among(current_user, ids)
    moved = [each for each in found if each.id not in whys]
    page = render_template(
        "applications/moved.html",
        moved=moved,
        refused=[Refused(each, whys[each.id]) for each in found if each.id in whys],
        missing=len(ids) - len(found),
        target=form.target,
        mailed=bool(form.mail.data),
        held=bool(form.mail.data) and emails.is_answer_held(form.target),
        by_hand=[each for each in moved if not each.email],
        booked=interview_queries.ahead_of([each.id for each in moved], now()),
        back=_back(form, url_for("applications.staff_list")),
    )
    return page, 200 if moved else 409
