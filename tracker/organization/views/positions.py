"""Positions, their holders and deputies."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import SelectChoice

from tracker.accounts.models import Person
from tracker.accounts.queries import active_people
from tracker.core.access import Action, requires
from tracker.core.db import db, load, lock, writing
from tracker.core.errors import DomainError, StaleError
from tracker.core.web import whole_number
from tracker.organization import operations, queries
from tracker.organization.forms import PositionForm
from tracker.organization.models import Position
from tracker.organization.views.public import bp


@bp.get("/staff/organization/positions")
@requires(Action.MANAGE_ORGANIZATION)
def positions() -> ResponseReturnValue:
    """List the positions and who answers for each today."""
    rows = [(each, queries.holder_today(each)) for each in queries.positions()]
    return render_template("organization/positions.html", rows=rows)


def _form(position: Position | None = None, *, sent: bool = False) -> PositionForm:
    if sent or position is None:
        form = PositionForm()
    else:
        form = PositionForm(
            title=position.title,
            holder=str(position.holder_id or ""),
            deputy=str(position.deputy_id or ""),
            version=position.version,
        )
    people = {each.id: each for each in active_people()}
    for each in (position.holder, position.deputy) if position else ():
        if each is not None:  # a disabled one is shown until somebody chooses another
            people.setdefault(each.id, each)
    form.offer([SelectChoice(str(each.id), _label(each)) for each in people.values()])
    return form


def _label(person: Person) -> str:
    label = f"{person.name}, {person.title}" if person.title else f"{person.name}, {person.email}"
    return label if person.disabled_at is None else _("%(person)s (disabled)", person=label)


def _chosen(text: str) -> Person | None:
    person: Person | None = load(Person, int(text)) if text else None
    return person


@bp.get("/staff/organization/positions/new")
@requires(Action.MANAGE_ORGANIZATION)
def new_position() -> ResponseReturnValue:
    """Ask for a new position."""
    return render_template("organization/position.html", form=_form(), position=None)


@bp.post("/staff/organization/positions/new")
@requires(Action.MANAGE_ORGANIZATION)
def add_position() -> ResponseReturnValue:
    """Add a position."""
    form = _form(sent=True)
    if form.validate_on_submit():
        try:
            with writing():
                operations.add_position(
                    title=form.title.data,
                    holder=_chosen(form.holder.data),
                    deputy=_chosen(form.deputy.data),
                    by=current_user,
                )
                db.session.commit()
        except DomainError as error:
            form.title.errors = [_(error.message)]
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".positions"), 303)
    return render_template("organization/position.html", form=form, position=None), 422


@bp.get("/staff/organization/positions/<int:position_id>")
@requires(Action.MANAGE_ORGANIZATION)
def position(position_id: int) -> ResponseReturnValue:
    """Show a position, to change it."""
    found: Position = load(Position, position_id)
    return render_template("organization/position.html", form=_form(found), position=found)


@bp.post("/staff/organization/positions/<int:position_id>")
@requires(Action.MANAGE_ORGANIZATION)
def edit_position(position_id: int) -> ResponseReturnValue:
    """Change a position's title and people."""
    form = _form(load(Position, position_id), sent=True)
    if form.validate_on_submit():
        try:
            with writing():
                operations.edit_position(
                    lock(Position, position_id),
                    title=form.title.data,
                    holder=_chosen(form.holder.data),
                    deputy=_chosen(form.deputy.data),
                    version=whole_number(form.version.data) or 0,
                    by=current_user,
                )
                db.session.commit()
        except StaleError:
            raise
        except DomainError as error:
            form.title.errors = [_(error.message)]
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".positions"), 303)
    found = load(Position, position_id)
    return render_template("organization/position.html", form=form, position=found), 422


@bp.post("/staff/organization/positions/<int:position_id>/vacate")
@requires(Action.MANAGE_ORGANIZATION)
def vacate_position(position_id: int) -> ResponseReturnValue:
    """Say that the position's holder has left it."""
    with writing():
        operations.vacate(lock(Position, position_id), by=current_user)
        db.session.commit()
    flash(_("The position is vacant. Its deputy, if there is one, answers for it now."), "success")
    return redirect(url_for(".positions"), 303)
