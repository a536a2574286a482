"""People: who is here, what they may do, and who is shut out."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from tracker.accounts import operations, queries, rules
from tracker.accounts.forms import NO_ACCOUNT, ROLE_HINTS, InviteForm, PersonForm
from tracker.accounts.models import Person
from tracker.accounts.views.public import bp
from tracker.core.access import Action, Role, allows, requires
from tracker.core.db import db, load, lock, writing
from tracker.core.errors import DomainError, StaleError
from tracker.core.web import whole_number
from tracker.notifications.queries import sender
from tracker.organization import queries as organization
from tracker.organization.forms import LeaveForm
from tracker.routing import operations as following
from tracker.routing import queries as routing
from tracker.routing.forms import MailChoiceForm


@bp.get("/staff/people")
@requires(Action.MANAGE_PEOPLE)
def people() -> ResponseReturnValue:
    """List everybody."""
    return render_template("accounts/people.html", people=queries.all_people())


@bp.get("/staff/people/invite")
@requires(Action.MANAGE_PEOPLE)
def ask_invite() -> ResponseReturnValue:
    """Ask whom to invite."""
    form = InviteForm(email=request.args.get("email", ""))
    return render_template("accounts/invite.html", form=form, role_hints=ROLE_HINTS)


@bp.post("/staff/people/invite")
@requires(Action.MANAGE_PEOPLE)
def invite() -> ResponseReturnValue:
    """Give somebody an account and mail them the link."""
    form = InviteForm()
    if form.validate_on_submit():
        role = _role(form.role.data)
        try:
            with writing():
                person_id = operations.invite(
                    email=form.email.data,
                    name=form.name.data,
                    title=form.title.data or "",
                    role=role,
                    by=current_user,
                ).id
                db.session.commit()
        except DomainError as error:
            form.email.errors = [_(error.message)]
        else:
            flash(
                _("Invited. The mail with their link is on its way.") if role else _("Added."),
                "success",
            )
            return redirect(url_for(".person", person_id=person_id), 303)
    page = render_template("accounts/invite.html", form=form, role_hints=ROLE_HINTS)
    return page, 422


def _role(text: str) -> Role | None:
    return None if text == NO_ACCOUNT else Role(text)


@bp.get("/staff/people/<int:person_id>")
@requires(Action.MANAGE_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """Show one person, to change them."""
    found: Person = load(Person, person_id)
    return person_page(found)


def person_page(
    found: Person,
    form: PersonForm | None = None,
    *,
    leave_form: LeaveForm | None = None,
) -> str:
    """Draw a person's page; a form that was refused is drawn as it was sent."""
    role = found.role.value if found.role else NO_ACCOUNT
    values = {"name": found.name, "email": found.email, "title": found.title, "role": role}
    return render_template(
        "accounts/person.html",
        person=found,
        form=form or PersonForm(formdata=None, **values, version=found.version),
        role_hints=ROLE_HINTS,
        is_me=found.id == current_user.id,
        zone=sender().time_zone,
        leaves=organization.leave_of([found.id]),
        leave_form=leave_form or LeaveForm(formdata=None),
        choice_form=MailChoiceForm.of(routing.digest_hours([found.id])),
    )


@bp.post("/staff/people/<int:person_id>")
@requires(Action.MANAGE_PEOPLE)
def edit_person(person_id: int) -> ResponseReturnValue:
    """Change name, address, title and role."""
    form = PersonForm()
    if not form.validate_on_submit():
        return person_page(load(Person, person_id), form), 422
    try:
        with writing():
            operations.edit(
                load(Person, person_id),
                email=form.email.data,
                name=form.name.data,
                title=form.title.data or "",
                role=_role(form.role.data),
                version=whole_number(form.version.data) or 0,
                by=current_user,
            )
            db.session.commit()
    except StaleError:
        raise
    except DomainError as error:
        of_role = isinstance(error, rules.LastAdministratorError)
        (form.role if of_role else form.email).errors = [_(error.message)]
        return person_page(load(Person, person_id), form), error.status
    flash(_("Saved."), "success")
    return redirect(url_for(".person", person_id=person_id), 303)


@bp.get("/staff/people/<int:person_id>/confirm")
@requires(Action.CONFIRM_PEOPLE)
def ask_confirm(person_id: int) -> ResponseReturnValue:
    """Show what is known of somebody whom nobody has confirmed yet."""
    found: Person = load(Person, person_id)
    if not found.unconfirmed:
        return _confirmed(found, _("%(name)s is confirmed already.", name=found.name))
    return render_template(
        "accounts/confirm.html",
        person=found,
        asked=routing.consultations_with(found.id),
        zone=sender().time_zone,
    )


@bp.post("/staff/people/<int:person_id>/confirm")
@requires(Action.CONFIRM_PEOPLE)
def confirm_person(person_id: int) -> ResponseReturnValue:
    """Say that somebody is who an imported page or a contact said."""
    with writing():
        found: Person = lock(Person, person_id)
        new = operations.confirm(found, by=current_user)
        db.session.commit()
    told = _("Confirmed.") if new else _("%(name)s is confirmed already.", name=found.name)
    return _confirmed(found, told)


def _confirmed(found: Person, told: str) -> ResponseReturnValue:
    """Lead on to where whoever confirms can go on: not everybody may open the person's page."""
    flash(told, "success")
    if allows(current_user.role, Action.MANAGE_PEOPLE):
        return redirect(url_for(".person", person_id=found.id), 303)
    return redirect(url_for("upkeep.desk"), 303)


@bp.post("/staff/people/<int:person_id>/disable")
@requires(Action.MANAGE_PEOPLE)
def disable_person(person_id: int) -> ResponseReturnValue:
    """Shut a person out at once."""
    with writing():
        followed = following.disable(load(Person, person_id), by=current_user)
        db.session.commit()
    flash(_("Disabled. They are signed out everywhere."), "success")
    if followed:
        flash(
            ngettext(
                "%(num)d application that they had not answered went to whoever answers now.",
                "%(num)d applications that they had not answered went to whoever answers now.",
                followed,
            )
        )
    if not current_user.is_active:
        return redirect(url_for(".sign_in"), 303)
    return redirect(url_for(".person", person_id=person_id), 303)


@bp.post("/staff/people/<int:person_id>/enable")
@requires(Action.MANAGE_PEOPLE)
def enable_person(person_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    with writing():
        operations.enable(lock(Person, person_id), by=current_user)
        db.session.commit()
    flash(_("Enabled. They can sign in again."), "success")
    return redirect(url_for(".person", person_id=person_id), 303)


@bp.post("/staff/people/<int:person_id>/invite-again")
@requires(Action.MANAGE_PEOPLE)
def invite_again(person_id: int) -> ResponseReturnValue:
    """Mail a new link to choose a password."""
    with writing():
        operations.invite_again(lock(Person, person_id), by=current_user)
        db.session.commit()
    flash(_("A new invitation is on its way."), "success")
    return redirect(url_for(".person", person_id=person_id), 303)
