"""What a candidate needs to take part: asked for on their own page, read by one contact alone."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.applications import operations, queries
from tracker.applications.forms import AccommodationForm
from tracker.applications.models import Application
from tracker.applications.operations import FloodError
from tracker.applications.rules import Outcome
from tracker.applications.throttle import Act
from tracker.applications.views import bp, guarding
from tracker.core.access import signed_link
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import NotFoundError
from tracker.organization import queries as organization


@bp.route("/my/<token>/accommodation", methods=["GET", "POST"])
@signed_link
def accommodation(token: str) -> ResponseReturnValue:
    """Ask for an accommodation, and show what was asked before."""
    application = _application(token)
    form = AccommodationForm()
    if not _is_open(application) or _contact() is None:
        return _page(application, token, form)
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return _page(application, token, form, status)
    try:
        _request(application.id, form)
    except FloodError as error:
        form.form_errors = [guarding.flooded(error)]
        return _page(_application(token), token, form, error.status)
    flash(gettext("Your request was sent. Whoever arranges it will write to you."), "success")
    return redirect(url_for("applications.accommodation", token=token), 303)


def _request(application_id: int, form: AccommodationForm) -> None:
    with writing():
        application = lock(Application, application_id)
        operations.request_accommodation(application, form.text.data or "", at=now())
        guarding.count(Act.ENQUIRY, application.posting_id)
        db.session.commit()


def _application(token: str) -> Application:
    application = queries.by_candidate_token(token)
    if application is None:
        raise NotFoundError(gettext("This link opens nothing. Ask for a new one by mail."))
    return application


def _is_open(application: Application) -> bool:
    return queries.as_told(application).outcome in {None, Outcome.HIRED}


def _contact() -> str | None:
    """Name whoever arranges accommodations; None where the employer has named nobody."""
    employer = organization.employer()
    if employer is None or not employer.accommodation_email:
        return None
    return employer.accommodation_name or employer.accommodation_email


def _page(
    application: Application, token: str, form: AccommodationForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "applications/accommodation.html",
        application=application,
        token=token,
        form=form,
        contact=_contact(),
        is_open=_is_open(application),
        asked=queries.accommodations_of(application.id),
        zone=queries.time_zone(),
    )
    return page, status
