"""Which days are worked, and what is done while nobody looks at an application."""

import datetime as dt

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.core.access import Action, requires
from tracker.core.db import db, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.core.leading import form_stands_at
from tracker.organization import queries
from tracker.organization.forms import ClosedDayForm
from tracker.organization.views.public import bp
from tracker.routing import operations as routing
from tracker.routing import queries as assignments
from tracker.routing.forms import PolicyForm


@bp.get("/staff/organization/following-up")
@requires(Action.MANAGE_ORGANIZATION)
def following_up() -> ResponseReturnValue:
    """Show the steps and the calendar, to change them."""
    return _page()


def _page(form: PolicyForm | None = None, closed_form: ClosedDayForm | None = None) -> str:
    if form is None:
        waits = {step.value: days for step, days in assignments.policy().waits.items()}
        weekdays = sorted(queries.calendar().weekdays)
        form = PolicyForm(formdata=None, weekdays=weekdays, **waits)
    return render_template(
        "organization/following_up.html",
        form=form,
        closed_form=closed_form or ClosedDayForm(formdata=None),
        closed=queries.closed_days(since=queries.today()),
    )


@bp.post("/staff/organization/following-up")
@requires(Action.MANAGE_ORGANIZATION)
def save_following_up() -> ResponseReturnValue:
    """Save the steps and the days of the week."""
    form = PolicyForm()
    if form.validate_on_submit():
        try:
            with writing():
                routing.save_policy(form.waits, weekdays=form.weekdays.data, by=current_user)
                db.session.commit()
        except DomainError as error:
            form.reminder.errors = [_(error.message)]
        else:
            flash(_("Saved. What is waited for already is counted anew."), "success")
            return redirect(url_for(".following_up"), 303)
    return _page(form), 422


@bp.post("/staff/organization/closed-days")
@requires(Action.MANAGE_ORGANIZATION)
@form_stands_at("organization.following_up")
def add_closed_day() -> ResponseReturnValue:
    """Close a date for everybody."""
    form = ClosedDayForm()
    if not form.validate_on_submit():
        return _page(closed_form=form), 422
    with writing():
        routing.close_day(form.on.data, form.name.data or "", by=current_user)
        db.session.commit()
    flash(_("Nobody works on that date now."), "success")
    return redirect(url_for(".following_up", _anchor="closed"), 303)


@bp.post("/staff/organization/closed-days/<day>/remove")
@requires(Action.MANAGE_ORGANIZATION)
@form_stands_at("organization.following_up")
def remove_closed_day(day: str) -> ResponseReturnValue:
    """Work on a date after all."""
    try:
        on = dt.date.fromisoformat(day)
    except ValueError:
        raise NotFoundError from None
    with writing():
        routing.open_day(on, by=current_user)
        db.session.commit()
    flash(_("That date is worked like any other."), "success")
    return redirect(url_for(".following_up", _anchor="closed"), 303)
