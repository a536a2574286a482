"""Signing in and out, links that do it, and new passwords."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from tracker.accounts import operations, passwords, queries, throttle
from tracker.accounts.forms import ForgottenForm, NewPasswordForm, SignInForm
from tracker.accounts.models import Person, SignInLink
from tracker.accounts.rules import SETS_PASSWORD, LinkKind, check_link
from tracker.accounts.views import sessions
from tracker.core import languages
from tracker.core.access import public, signed_link
from tracker.core.db import db, now, writing
from tracker.core.errors import GoneError, NotFoundError
from tracker.core.web import has_endpoint, is_own_path

bp = Blueprint("accounts", __name__)
languages.keep_english(bp)  # accounts are colleagues'


def _landing() -> str:
    """Where somebody goes after signing in: where they wanted to, else the desk."""
    wanted = request.args.get("next")
    if wanted is not None and is_own_path(wanted):
        return wanted
    return url_for("upkeep.desk") if has_endpoint("upkeep.desk") else "/"


def count_attempt(purpose: str, account_key: str) -> int:
    """Count a try in a transaction of its own, before anything is judged; returns its id."""
    found = {
        "purpose": purpose,
        "account_key": account_key,
        "network": throttle.network_of(request.remote_addr),
        "device_key": sessions.device_key(account_key),
    }
    operations.check_allowance(**found)  # who is over the limit does not get the write lock
    with writing():
        attempt_id = operations.note_attempt(**found).id
        db.session.commit()
    return attempt_id


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Ask who it is."""
    if current_user.is_authenticated:
        return redirect(_landing(), 303)
    return _sign_in_page(SignInForm())


def _sign_in_page(form: SignInForm) -> str:
    return render_template(
        "accounts/sign_in.html",
        form=form,
        next=request.args.get("next"),
        nobody_yet=not queries.has_administrator(),
    )


@bp.post("/sign-in")
@public
def check_sign_in() -> ResponseReturnValue:
    """Sign in with address and password, with the same work for known and unknown."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form), 422
    account_key = sessions.account_key(form.email.data)
    attempt_id = count_attempt(throttle.SIGN_IN, account_key)
    person = verified(form.email.data, form.password.data, attempt_id)
    if person is None:
        form.form_errors.append(_("The address or the password is not right."))
        return _sign_in_page(form), 422
    return _let_in(person, account_key)


def verified(email: str, password: str, attempt_id: int) -> Person | None:
    found = queries.by_email(email)
    known = found if found is not None and found.is_active else None
    person_id = known.id if known else None
    known_hash = known.password_hash if known else None
    db.session.rollback()  # hashing takes a while; nothing is held meanwhile
    if not passwords.matches(known_hash, password):
        return None
    assert person_id is not None
    assert known_hash is not None
    new_hash = passwords.hash_password(password) if passwords.is_outdated(known_hash) else None
    with writing():
        person = operations.sign_in(
            person_id, attempt_id, verified_hash=known_hash, new_hash=new_hash
        )
        db.session.commit()
    return person


def _let_in(person: Person, account_key: str) -> ResponseReturnValue:
    sessions.start(person)
    response = redirect(_landing(), 303)
    sessions.remember_device(response, account_key)
    return response


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's session, and every copy of its cookie with it."""
    key = sessions.own_key()
    if key is not None:
        with writing():
            operations.end_session(key)
            db.session.commit()
    logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for(".sign_in"), 303)


@bp.get("/forgotten-password")
@public
def forgotten() -> ResponseReturnValue:
    """Ask for the address that a link should go to."""
    return render_template("accounts/forgotten.html", form=ForgottenForm())


@bp.post("/forgotten-password")
@public
def ask_reset() -> ResponseReturnValue:
    """Take the wish, with the same work and the same answer for every address."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten.html", form=form), 422
    count_attempt(throttle.RESET, sessions.account_key(form.email.data))
    with writing():
        operations.ask_reset(form.email.data)
        db.session.commit()
    return redirect(url_for(".reset_asked"), 303)


@bp.get("/forgotten-password/sent")
@public
def reset_asked() -> ResponseReturnValue:
    """Say what happens now, without saying whether there is such an account."""
    return render_template("accounts/reset_asked.html")


def _open_link(token: str) -> SignInLink:
    link = queries.link_by_token(token)
    check_link(
        expires_at=link.expires_at, used_at=link.used_at, able=link.person.is_active, at=now()
    )
    return link


def _dead_link(error: GoneError | NotFoundError) -> ResponseReturnValue:
    message = error.message
    if isinstance(error, NotFoundError):
        message = _("We do not know this link. Perhaps a part of it was cut off.")
    db.session.rollback()
    return render_template("accounts/dead_link.html", message=message), error.status


@bp.get("/sign-in/<token>")
@signed_link
def link(token: str) -> ResponseReturnValue:
    """Show what a link will do. Mail scanners open links, so nothing is done yet."""
    try:
        found = _open_link(token)
    except (GoneError, NotFoundError) as error:
        return _dead_link(error)
    return _link_page(found, NewPasswordForm(email=found.person.email))


def _link_page(found: SignInLink, form: NewPasswordForm) -> str:
    return render_template(
        "accounts/link.html",
        link=found,
        form=form,
        sets_password=found.kind in SETS_PASSWORD,
        invited=found.kind is LinkKind.INVITATION,
    )


@bp.post("/sign-in/<token>")
@signed_link
def use_link(token: str) -> ResponseReturnValue:
    """Do what the link is for, once, and sign its person in."""
    try:
        found = _open_link(token)
        link_id, email, new_hash = found.id, found.person.email, None
        if found.kind in SETS_PASSWORD:
            form = NewPasswordForm(email=email)
            if not form.validate_on_submit():
                return _link_page(found, form), 422
            db.session.rollback()
            new_hash = passwords.hash_password(form.new_password.data)
        with writing():
            person = operations.use_link(link_id, new_hash=new_hash).person
            db.session.commit()
    except (GoneError, NotFoundError) as error:
        return _dead_link(error)
    response = _let_in(person, sessions.account_key(email))
    if person.password_hash is None:
        flash(_("You have no password yet. Choose one under your name, for the next time."))
    return response
