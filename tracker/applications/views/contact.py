"""The candidate corrects their name and number, and has mail sent to another address."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.applications import operations, queries
from tracker.applications.forms import add_error
from tracker.applications.forms.mine import ContactForm, NewAddressForm
from tracker.applications.models import Application, CandidateLink, NewAddress
from tracker.applications.views import bp
from tracker.applications.views.mine import locked, next_of, unknown
from tracker.core.access import signed_link
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, GoneError, NotFoundError, TooManyRequestsError
from tracker.core.leading import form_stands_at
from tracker.core.web import error_page
from tracker.routing import operations as routing


@bp.route("/my/<token>/contact", methods=["GET", "POST"])
@signed_link
def contact(token: str) -> ResponseReturnValue:
    """Show what we have of the candidate, and take a corrected name or telephone number."""
    link = queries.candidate_link(token)
    if link is None:
        return unknown()
    form = ContactForm(obj=link.application)
    if request.method == "GET":
        return _page(link, token, form=form)
    if not form.validate():
        return _page(link, token, form=form, status=422)
    with writing():
        application = locked(token).application
        changed = operations.correct_contact(
            application, name=form.name.data or "", phone=form.phone.data or ""
        )
        db.session.commit()
    said = gettext("Corrected. The people who read your application see it.")
    flash(said if changed else gettext("Nothing was different."), "success")
    return redirect(url_for("applications.my", token=token), 303)


def _page(
    link: CandidateLink,
    token: str,
    *,
    form: ContactForm | None = None,
    address: NewAddressForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    application = link.application
    page = render_template(
        "applications/contact.html",
        application=application,
        is_open=queries.as_told(application).is_open,
        token=token,
        form=form or ContactForm(obj=application, formdata=None),
        address=address or NewAddressForm(formdata=None),
        can_change=operations.can_change_address(application),
        can_correct=not link.mailed and operations.can_correct_address(application),
        can_confirm=application.email_confirmed_at is None and queries.proves_address(link),
        **next_of(application),
    )
    return page, status


@bp.post("/my/<token>/new-address")
@signed_link
@form_stands_at("applications.contact")
def ask_new_address(token: str) -> ResponseReturnValue:
    """Mail a link to a new address; nothing changes until it is confirmed there."""
    link = queries.candidate_link(token)
    if link is None:
        return unknown()
    form = NewAddressForm()
    try:
        if form.validate():
            with writing():
                operations.ask_new_address(locked(token).application, form.email.data or "")
                db.session.commit()
            flash(
                gettext(
                    "We have sent a link to %(email)s. Open it and confirm the address; until"
                    " then nothing changes.",
                    email=form.email.data,
                ),
                "success",
            )
            return redirect(url_for("applications.contact", token=token), 303)
    except TooManyRequestsError:
        raise
    except DomainError as error:
        add_error(form.email, gettext(error.message))
    shown = queries.candidate_link(token)
    return unknown() if shown is None else _page(shown, token, address=form, status=422)


@bp.get("/new-address/<token>")
@signed_link
def new_address(token: str) -> ResponseReturnValue:
    """Ask whether this is somebody's address. A look changes nothing: scanners look too."""
    wish = _wish(token)
    try:
        operations.check_new_address(wish, at=now())
    except GoneError as error:
        return _gone(error)
    return render_template("applications/new_address.html", wish=wish, token=token)


@bp.post("/new-address/<token>")
@signed_link
def take_new_address(token: str) -> ResponseReturnValue:
    """Take the press of the button as proof of the address; mail goes there from now on."""
    try:
        with writing():
            wish = _wish(token)
            lock(Application, wish.application_id)
            db.session.refresh(wish)
            mine = routing.take_new_address(wish, at=now())
            db.session.commit()
    except GoneError as error:
        return _gone(error)
    flash(gettext("Thank you. Mail about this application goes here from now on."), "success")
    return redirect(url_for("applications.my", token=mine), 303)


def _wish(token: str) -> NewAddress:
    wish = queries.new_address(token)
    if wish is None:
        raise NotFoundError
    return wish


def _gone(error: GoneError) -> ResponseReturnValue:
    return error_page(
        410,
        gettext(error.message),
        next_url=url_for("applications.lost_link"),
        next_label=gettext("Get a new link by mail"),
    )
