"""The candidate's side: choose a time for an interview, add it to a calendar."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core import formats, languages
from tracker.core.access import signed_link
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import GoneError, NotFoundError
from tracker.interviews import calendar, emails, operations, queries
from tracker.interviews.forms.choosing import ChooseForm, RefuseForm
from tracker.interviews.models import Proposal, ProposedSlot
from tracker.interviews.rules import KIND_WORDS
from tracker.interviews.views import bp
from tracker.interviews.views.staff import calendar_file


@bp.before_request
def speak() -> None:
    """Go on in the language of the application that a candidate's link opens."""
    if request.path.startswith("/my/"):  # the others are a contact's, in English
        languages.follow_link(applications.language_of)


def _application(token: str) -> Application:
    application = applications.by_candidate_token(token)
    if application is None:
        raise NotFoundError
    return application


def _proposal(token: str, proposal_id: int) -> Proposal:
    return queries.proposal_of(_application(token).id, proposal_id)


@bp.get("/my/<token>/times/<int:proposal_id>")
@signed_link
def times(token: str, proposal_id: int) -> ResponseReturnValue:
    """Show the times that a candidate is offered. A look chooses nothing: scanners look too."""
    return _page(_proposal(token, proposal_id), token)


def _page(
    proposal: Proposal,
    token: str,
    *,
    form: ChooseForm | None = None,
    refusal: RefuseForm | None = None,
    problem: str = "",
) -> str:
    at = now()
    stands = queries.stands(proposal, at)
    free = queries.free_slots(proposal, at) if stands else []
    form = form or ChooseForm(formdata=None)
    form.slot.choices = [SelectChoice(each.id, _words(proposal, each)) for each in free]
    return render_template(
        "interviews/times.html",
        proposal=proposal,
        application=proposal.application,
        stands=stands,
        booked=queries.is_booked(proposal),
        free=free,
        lost=[each for each in proposal.slots if each not in free],
        form=form,
        refusal=refusal or RefuseForm(formdata=None),
        problem=problem,
        kinds=KIND_WORDS,
        zone=proposal.time_zone,
        token=token,
    )


def _words(proposal: Proposal, slot: ProposedSlot) -> str:
    zone = proposal.time_zone
    words: str = gettext(
        "%(start)s until %(end)s (%(zone)s)",
        start=formats.datetime(slot.starts_at, zone),
        end=formats.time(slot.ends_at, zone),
        zone=formats.zone_name(slot.starts_at, zone),
    )
    return words


@bp.post("/my/<token>/times/<int:proposal_id>")
@signed_link
def choose(token: str, proposal_id: int) -> ResponseReturnValue:
    """Book the time that a candidate has chosen."""
    form = ChooseForm()
    proposal = _proposal(token, proposal_id)
    if not form.validate_on_submit():
        return _page(proposal, token, form=form), 422
    slot = next((each for each in proposal.slots if each.id == form.slot.data), None)
    if slot is None:
        raise NotFoundError
    slot_id = slot.id
    try:
        with writing():
            chosen = _locked(token, proposal_id)
            operations.choose(chosen, db.session.get_one(ProposedSlot, slot_id))
            db.session.commit()
    except (operations.TakenError, GoneError) as error:
        found = _proposal(token, proposal_id)
        if not queries.is_booked(found):
            return _page(found, token, problem=gettext(error.message)), error.status
        if slot_id not in {each.id for each in found.slots if each.interview_id}:
            problem = gettext("Your interview is booked as it stands here, and not anew.")
            return _page(found, token, problem=problem), error.status
        # Pressed twice, or in two windows: what was asked for has happened.
    flash(gettext("Thank you. Your interview is booked, and the invitation comes by mail."))
    return redirect(url_for("applications.my", token=token, _anchor="interviews"), 303)


def _locked(token: str, proposal_id: int) -> Proposal:
    """Load a proposal again under its application's lock and its own."""
    lock(Application, _application(token).id)
    found = _proposal(token, proposal_id)
    locked: Proposal = lock(Proposal, found.id)
    return locked


@bp.post("/my/<token>/times/<int:proposal_id>/none")
@signed_link
def none_fits(token: str, proposal_id: int) -> ResponseReturnValue:
    """Take the candidate's word that none of the times fits."""
    refusal = RefuseForm()
    proposal = _proposal(token, proposal_id)
    if not refusal.validate_on_submit():
        return _page(proposal, token, refusal=refusal), 422
    try:
        with writing():
            operations.refuse(_locked(token, proposal_id), answer=refusal.answer.data or "")
            db.session.commit()
    except GoneError as error:
        page = _page(_proposal(token, proposal_id), token, problem=gettext(error.message))
        return page, error.status
    flash(gettext("Thank you. We have passed it on, and will write to you about another time."))
    return redirect(url_for("applications.my", token=token), 303)


@bp.get("/my/<token>/interviews/<int:interview_id>/calendar.ics")
@signed_link
def candidate_calendar(token: str, interview_id: int) -> Response:
    """Send an interview as a file for the candidate's calendar."""
    application = _application(token)
    for interview in queries.of_application(application.id, with_cancelled=False):
        if interview.id == interview_id:
            return calendar_file(calendar.publish(emails.for_candidate(interview)))
    raise NotFoundError
