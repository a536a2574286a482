"""Positions, their holders and deputies, and who is next in line."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from wtforms import SelectChoice

from tracker.accounts.models import Person
from tracker.accounts.queries import confirmed_people
from tracker.core.access import Action, requires
from tracker.core.db import db, load, lock, writing
from tracker.core.errors import DomainError, StaleError
from tracker.core.web import whole_number
from tracker.organization import operations, queries
from tracker.organization.forms import PositionForm
from tracker.organization.models import Position
from tracker.organization.rules import How, LineError
from tracker.organization.views.public import bp
from tracker.routing import operations as routing


@bp.get("/staff/organization/positions")
@requires(Action.MANAGE_ORGANIZATION)
def positions() -> ResponseReturnValue:
    """List the positions and who answers for each today."""
    found = queries.directory()
    return render_template(
        "organization/positions.html",
        rows=[_row(each, found) for each in found.positions.values()],
    )


@dataclass(frozen=True)
class Row:
    """A position on the list: who answers for it today, and how it came to them."""

    position: Position
    today: Person | None
    how: How
    next_title: str
    holder_away: bool


def _row(position: Position, found: queries.Directory) -> Row:
    answering = found.answering(position.id)
    return Row(
        position=position,
        today=found.person(answering.person_id),
        how=answering.how,
        next_title=found.positions[position.next_id].title if position.next_id else "",
        holder_away=position.holder_id is not None and found.is_away(position.holder_id),
    )


def _form(position: Position | None = None, *, sent: bool = False) -> PositionForm:
    if sent or position is None:
        form = PositionForm()
    else:
        form = PositionForm(
            title=position.title,
            holder=str(position.holder_id or ""),
            deputy=str(position.deputy_id or ""),
            next_in_line=str(position.next_id or ""),
            version=position.version,
        )
    people = {each.id: each for each in confirmed_people()}
    for each in (position.holder, position.deputy) if position else ():
        if each is not None:  # whoever it is now is shown until somebody chooses another
            people.setdefault(each.id, each)
    others = [each for each in queries.positions() if position is None or each.id != position.id]
    form.offer(
        [SelectChoice(str(each.id), _label(each)) for each in people.values()],
        [SelectChoice(str(each.id), each.title) for each in others],
    )
    return form


def _label(person: Person) -> str:
    label = f"{person.name}, {person.title}" if person.title else f"{person.name}, {person.email}"
    return label if person.disabled_at is None else _("%(person)s (disabled)", person=label)


def _chosen(form: PositionForm) -> dict[str, Any]:
    """Load who and what was chosen, under the lock."""
    return {
        "title": form.title.data,
        "holder": load(Person, int(form.holder.data)) if form.holder.data else None,
        "deputy": load(Person, int(form.deputy.data)) if form.deputy.data else None,
        "next_in_line": load(Position, int(form.next_in_line.data))
        if form.next_in_line.data
        else None,
    }


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
                operations.add_position(**_chosen(form), by=current_user)
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
    return _position_page(found, _form(found))


def _position_page(position: Position, form: PositionForm) -> str:
    people = [each for each in (position.holder, position.deputy) if each is not None]
    found = queries.directory()
    return render_template(
        "organization/position.html",
        form=form,
        position=position,
        row=_row(position, found),
        people=people,
        leaves=queries.leave_of([each.id for each in people]),
    )


@bp.post("/staff/organization/positions/<int:position_id>")
@requires(Action.MANAGE_ORGANIZATION)
def edit_position(position_id: int) -> ResponseReturnValue:
    """Change a position's title and people."""
    form = _form(load(Position, position_id), sent=True)
    if form.validate_on_submit():
        try:
            with writing():
                followed = routing.change_position(
                    lock(Position, position_id),
                    **_chosen(form),
                    version=whole_number(form.version.data) or 0,
                    by=current_user,
                )
                db.session.commit()
        except StaleError:
            raise
        except DomainError as error:
            at = form.next_in_line if isinstance(error, LineError) else form.title
            at.errors = [_(error.message)]
        else:
            flash(" ".join([_("Saved."), *_said(followed)]), "success")
            return redirect(url_for(".positions"), 303)
    return _position_page(load(Position, position_id), form), 422


def _said(followed: int) -> list[str]:
    """Say how many applications went to somebody else; nothing where none did."""
    if not followed:
        return []
    return [
        ngettext(
            "%(num)d application that nobody has answered yet went to whoever answers now.",
            "%(num)d applications that nobody has answered yet went to whoever answers now.",
            followed,
        )
    ]


@bp.post("/staff/organization/positions/<int:position_id>/vacate")
@requires(Action.MANAGE_ORGANIZATION)
def vacate_position(position_id: int) -> ResponseReturnValue:
    """Say that the position's holder has left it."""
    with writing():
        followed = routing.vacate(lock(Position, position_id), by=current_user)
        answering = queries.holder_today(load(Position, position_id))
        name = answering.name if answering else ""
        db.session.commit()
    if name:
        said = _("The position is vacant. %(name)s answers for it now.", name=name)
        flash(" ".join([said, *_said(followed)]), "success")
    else:
        flash(
            _(
                "The position is vacant, and nobody answers for it. Choose a holder, a deputy or"
                " who is next in line: until then, applications go to the managers of their"
                " postings, or to the coordinators."
            ),
            "warning",
        )
    return redirect(url_for(".positions"), 303)
