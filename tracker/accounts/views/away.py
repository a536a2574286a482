"""When people are away, and how they hear of applications: an administrator's and one's own."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.accounts.views.account import account_page
from tracker.accounts.views.people import person_page
from tracker.accounts.views.public import bp
from tracker.core.access import Action, requires
from tracker.core.db import db, load, lock, writing
from tracker.core.errors import DomainError
from tracker.organization import operations as organization_writes
from tracker.organization import queries as organization
from tracker.organization.forms import LeaveForm
from tracker.routing import operations as routing
from tracker.routing.forms import MailChoiceForm


@bp.post("/staff/people/<int:person_id>/leave")
@requires(Action.MANAGE_PEOPLE)
def add_leave(person_id: int) -> ResponseReturnValue:
    """Write down when a person is away."""
    load(Person, person_id)
    form = LeaveForm()
    if _added(form, person_id):
        return redirect(url_for(".person", person_id=person_id, _anchor="away"), 303)
    return person_page(load(Person, person_id), leave_form=form), 422


@bp.post("/staff/people/<int:person_id>/leave/<int:leave_id>/remove")
@requires(Action.MANAGE_PEOPLE)
def remove_leave(person_id: int, leave_id: int) -> ResponseReturnValue:
    """Strike a person's leave out."""
    _remove(person_id, leave_id)
    return redirect(url_for(".person", person_id=person_id, _anchor="away"), 303)


@bp.post("/staff/people/<int:person_id>/mail")
@requires(Action.MANAGE_PEOPLE)
def choose_mail(person_id: int) -> ResponseReturnValue:
    """Say how a person hears of new applications."""
    load(Person, person_id)
    return _choose(person_id, lambda: url_for(".person", person_id=person_id, _anchor="mail"))


@bp.post("/staff/account/leave")
@requires(Action.OWN_ACCOUNT)
def add_own_leave() -> ResponseReturnValue:
    """Write down when one is away oneself."""
    form = LeaveForm()
    if _added(form, current_user.id):
        return redirect(url_for(".profile", _anchor="away"), 303)
    return account_page(leave_form=form), 422


@bp.post("/staff/account/leave/<int:leave_id>/remove")
@requires(Action.OWN_ACCOUNT)
def remove_own_leave(leave_id: int) -> ResponseReturnValue:
    """Strike one's own leave out."""
    _remove(current_user.id, leave_id)
    return redirect(url_for(".profile", _anchor="away"), 303)


@bp.post("/staff/account/mail")
@requires(Action.OWN_ACCOUNT)
def choose_own_mail() -> ResponseReturnValue:
    """Say how one hears of new applications oneself."""
    return _choose(current_user.id, lambda: url_for(".profile", _anchor="mail"))


def _added(form: LeaveForm, person_id: int) -> bool:
    """Write leave down; False where the form says what is wrong with it."""
    if not form.validate_on_submit():
        return False
    try:
        with writing():
            person = db.session.get_one(Person, person_id)
            organization_writes.add_leave(person, **form.days(), by=current_user)
            db.session.commit()
    except DomainError as error:
        form.until_on.errors = [_(error.message)]
        return False
    flash(_("Written down."), "success")
    return True


def _remove(person_id: int, leave_id: int) -> None:
    with writing():
        found = organization.leave_named(person_id, leave_id)
        organization_writes.remove_leave(found, by=current_user)
        db.session.commit()
    flash(_("Struck out."), "success")


def _choose(person_id: int, back: Callable[[], str]) -> ResponseReturnValue:
    form = MailChoiceForm()
    if not form.validate_on_submit():
        raise DomainError(_("Choose how new applications are mailed. Nothing was changed."))
    with writing():
        person: Person = lock(Person, person_id)
        routing.choose(person, hour=form.chosen, by=current_user)
        db.session.commit()
    flash(form.said, "success")
    return redirect(back(), 303)
