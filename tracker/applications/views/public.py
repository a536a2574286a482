"""Beside the candidate's own page: the receipt, the address, withdrawing, a lost link."""

import datetime as dt
import hmac

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.accounts.throttle import network_of
from tracker.applications import operations, queries
from tracker.applications.forms import AddressForm, WithdrawForm, add_error
from tracker.applications.models import CandidateLink
from tracker.applications.views import bp
from tracker.applications.views.browser import sent_from_here
from tracker.applications.views.mine import locked, next_of, unknown
from tracker.core.access import public, signed_link
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError, NotFoundError, TooManyRequestsError
from tracker.core.leading import form_stands_at
from tracker.interviews import operations as interview_operations
from tracker.interviews import queries as interviews
from tracker.routing import operations as routing

REQUESTS_AN_HOUR, REQUESTS_AN_ADDRESS = 3, 20
HOUR = dt.timedelta(hours=1)


@bp.get("/my/<token>/receipt")
@signed_link
def receipt(token: str) -> ResponseReturnValue:
    """Show what has arrived, when, and under which number."""
    link = queries.candidate_link(token)
    return unknown() if link is None else _receipt_page(link, token, AddressForm(formdata=None))


def _receipt_page(
    link: CandidateLink, token: str, form: AddressForm, status: int = 200
) -> ResponseReturnValue:
    application = link.application
    page = render_template(
        "applications/receipt.html",
        application=application,
        token=token,
        form=form,
        zone=queries.time_zone(),
        changed=request.args.get("changed") == "1",
        can_correct=not link.mailed and operations.can_correct_address(application),
        shared=sent_from_here(application.posting_id) is None,
        **next_of(application),
    )
    return page, status


@bp.post("/my/<token>/confirm")
@signed_link
def confirm_address(token: str) -> ResponseReturnValue:
    """Take the press of a button behind a mailed link as proof of the address."""
    with writing():
        operations.confirm_address(locked(token), at=now())
        db.session.commit()
    flash(gettext("Thank you. Your address is confirmed."), "success")
    return redirect(url_for("applications.my", token=token), 303)


@bp.post("/my/<token>/address")
@signed_link
@form_stands_at("applications.receipt")
def correct_address(token: str) -> ResponseReturnValue:
    """Send the receipt to a corrected address; for the browser that saw the receipt."""
    form = AddressForm()
    try:
        if form.validate():
            with writing():
                link = locked(token)
                if link.mailed:  # whoever has the mail already may be the wrong person
                    raise NotFoundError
                routing.correct_address(link.application, form.email.data or "")
                db.session.commit()
            flash(gettext("The address was corrected, and the receipt sent there."), "success")
            return redirect(url_for("applications.receipt", token=token), 303)
    except TooManyRequestsError:
        raise
    except DomainError as error:
        if isinstance(error, NotFoundError):
            return unknown()
        add_error(form.email, gettext(error.message))
    shown = queries.candidate_link(token)
    return unknown() if shown is None else _receipt_page(shown, token, form, 422)


@bp.route("/my/<token>/withdraw", methods=["GET", "POST"])
@signed_link
def withdraw(token: str) -> ResponseReturnValue:
    """Say what withdrawing does; do it when the candidate presses the button."""
    link = queries.candidate_link(token)
    if link is None:
        return unknown()
    form = WithdrawForm()
    if request.method == "GET" or not form.validate():
        return _withdraw_page(link, token, form), 200 if request.method == "GET" else 422
    with writing():
        used = locked(token)
        operations.confirm_address(used, at=now())
        routing.withdraw(used.application, form.note.data or "")
        interview_operations.settle(used.application, by=None)
        db.session.commit()
    flash(gettext("Your application was withdrawn."), "success")
    return redirect(url_for("applications.my", token=token), 303)


def _withdraw_page(link: CandidateLink, token: str, form: WithdrawForm) -> str:
    """Say what goes with it, before the button is pressed."""
    stand = interviews.of_application(link.application_id, with_cancelled=False)
    return render_template(
        "applications/withdraw.html",
        application=link.application,
        is_open=queries.as_told(link.application).is_open,
        ahead=[each for each in stand if each.starts_at > now()],
        token=token,
        form=form,
    )


@bp.route("/my", methods=["GET", "POST"])
@public
def lost_link() -> ResponseReturnValue:
    """Take a wish for lost links: the same page after the same work for every address."""
    form = AddressForm()
    if request.method == "GET" or not form.validate():
        page = render_template("applications/lost_link.html", form=form, asked=False)
        return page, 200 if request.method == "GET" else 422
    email = (form.email.data or "").strip()
    key = _account_key(email)
    with writing():
        operations.note_request(
            key,
            network_of(request.remote_addr),
            most_for_key=REQUESTS_AN_HOUR,
            most_for_address=REQUESTS_AN_ADDRESS,
            since=now() - HOUR,
        )
        operations.ask_links(email)
        db.session.commit()
    return render_template("applications/lost_link.html", form=form, asked=True)


def _account_key(email: str) -> str:
    """Hash an address with our key, so that the throttle's table names nobody."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, b"lost link:" + email.lower().encode(), "sha256").hexdigest()
