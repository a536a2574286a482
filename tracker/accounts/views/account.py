"""One's own account: name, password, sessions elsewhere."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.accounts import operations, passwords, throttle
from tracker.accounts.forms import ChangePasswordForm, NameForm, NewPasswordForm
from tracker.accounts.models import Person
from tracker.accounts.views import sessions
from tracker.accounts.views.public import bp, count_attempt, verified
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, writing
from tracker.organization import queries as organization
from tracker.organization.forms import LeaveForm
from tracker.routing import queries as routing
from tracker.routing.forms import MailChoiceForm


@bp.get("/staff/account")
@requires(Action.OWN_ACCOUNT)
def profile() -> ResponseReturnValue:
    """Show one's own account."""
    return account_page()


def _password_form(**kwargs: object) -> NewPasswordForm:
    kind = ChangePasswordForm if current_user.password_hash else NewPasswordForm
    return kind(email=current_user.email, **kwargs)


def account_page(
    name_form: NameForm | None = None,
    password_form: NewPasswordForm | None = None,
    *,
    leave_form: LeaveForm | None = None,
) -> str:
    """Draw one's own account; a form that was refused is drawn as it was sent."""
    return render_template(
        "accounts/profile.html",
        name_form=name_form or NameForm(formdata=None, obj=current_user),
        password_form=password_form or _password_form(formdata=None),
        leaves=organization.leave_of([current_user.id]),
        leave_form=leave_form or LeaveForm(formdata=None),
        choice_form=MailChoiceForm.of(routing.digest_hours([current_user.id])),
    )


@bp.post("/staff/account")
@requires(Action.OWN_ACCOUNT)
def rename() -> ResponseReturnValue:
    """Change one's name."""
    form = NameForm()
    if not form.validate_on_submit():
        return account_page(name_form=form), 422
    with writing():
        person: Person = lock(Person, current_user.id)
        operations.rename(person, name=form.name.data, by=person)
        db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for(".profile"), 303)


@bp.post("/staff/account/password")
@requires(Action.OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change one's password; sessions in other browsers end."""
    form = _password_form()
    if not form.validate_on_submit():
        return account_page(password_form=form), 422
    person_id, email = current_user.id, current_user.email
    if isinstance(form, ChangePasswordForm):
        attempt_id = count_attempt(throttle.SIGN_IN, sessions.account_key(email))
        if verified(email, form.current_password.data, attempt_id) is None:
            form.current_password.errors = [_("This is not your current password.")]
            return account_page(password_form=form), 422
    db.session.rollback()
    new_hash = passwords.hash_password(form.new_password.data)
    with writing():
        person: Person = lock(Person, person_id)
        operations.set_password(person, new_hash)
        db.session.commit()
    sessions.start(person)
    flash(_("Your password is changed. Other browsers are signed out."), "success")
    return redirect(url_for(".profile"), 303)


@bp.post("/staff/account/end-sessions")
@requires(Action.OWN_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    """Sign out of every other browser."""
    with writing():
        person: Person = lock(Person, current_user.id)
        operations.end_sessions(person)
        db.session.commit()
    sessions.start(person)
    flash(_("You are signed out of every other browser."), "success")
    return redirect(url_for(".profile"), 303)
