"""Interviews in the pages: the week, one interview, its form, the day sheet, calendar files."""

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.core.web import whole_number
from tracker.intake import invitations
from tracker.intake.invitations import Answered
from tracker.interviews import calendar, emails, operations, queries
from tracker.interviews.forms import CancelForm, InterviewForm
from tracker.interviews.models import Interview
from tracker.interviews.operations import Plan
from tracker.interviews.rules import KIND_WORDS, InterviewKind, InterviewState
from tracker.interviews.views import bp
from tracker.notifications import queries as outbox
from tracker.routing import queries as routing
from tracker.routing.rules import ReadOnlyError


def _zone() -> str:
    return outbox.sender().time_zone


def _day(text: str, fallback: dt.date) -> dt.date:
    """Read a day from an address; one that is none, or outside of any calendar, is another."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return fallback
    return day if 1900 < day.year < 2200 else fallback


def _midnight(day: dt.date, zone: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone))


@bp.get("/staff/interviews")
@requires(Action.SEE_INTERVIEWS)
def staff_list() -> str:
    """Show a week of interviews, day by day."""
    zone = _zone()
    today = now().astimezone(ZoneInfo(zone)).date()
    first = _day(request.args.get("week", ""), today)
    monday = first - dt.timedelta(days=first.weekday())
    found = queries.between(
        current_user,
        _midnight(monday, zone),
        _midnight(monday + dt.timedelta(days=7), zone),
    )
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    by_day: dict[dt.date, list[Interview]] = {day: [] for day in days}
    for interview in found:
        by_day[interview.starts_at.astimezone(ZoneInfo(zone)).date()].append(interview)
    return render_template(
        "interviews/week.html",
        by_day=by_day,
        ahead=None if found else queries.next_after(current_user, now()),
        monday=monday,
        earlier=monday - dt.timedelta(days=7),
        later=monday + dt.timedelta(days=7),
        today=today,
        zone=zone,
        kinds=KIND_WORDS,
        waiting=queries.waiting_for_mail(found, now()),
    )


@bp.get("/staff/interviews/day/<day>")
@requires(Action.SEE_INTERVIEWS)
def day_sheet(day: str) -> str:
    """Show one day on a sheet to print."""
    zone = _zone()
    on = _day(day, dt.date.min)
    if on == dt.date.min:
        raise NotFoundError
    found = queries.between(
        current_user, _midnight(on, zone), _midnight(on + dt.timedelta(days=1), zone)
    )
    return render_template(
        "interviews/day_sheet.html",
        interviews=found,
        waiting=queries.waiting_for_mail(found, now()),
        day=on,
        zone=zone,
        kinds=KIND_WORDS,
    )


@bp.get("/staff/interviews/<int:interview_id>")
@requires(Action.SEE_INTERVIEWS)
def show(interview_id: int) -> str:
    """Show one interview and what can be done with it."""
    interview = queries.get_visible(current_user, interview_id)
    return render_template(
        "interviews/show.html",
        interview=interview,
        stands=interview.state is InterviewState.SCHEDULED,
        waits_for=queries.waiting_for_mail([interview], now()).get(interview.id),
        decides=routing.decides_on(current_user, interview.application),
        kinds=KIND_WORDS,
        cancel_form=CancelForm(formdata=None),
        still_held=operations.still_held(interview),
        mails=outbox.about("interview", interview.id),
        invited=_invited(interview),
    )


def _named(person: Person) -> str:
    named = f"{person.name}, {person.title}" if person.title else person.name
    if person.role is None:
        named = _("%(person)s (no account: gets the invitation alone)", person=named)
    return named


def _invited(interview: Interview) -> list[tuple[str, str, list[Answered]]]:
    """Everybody who is invited, with what they are and what their calendar has answered."""
    said = invitations.newest_of(invitations.answers_to([interview]))
    stands, application = interview.state is InterviewState.SCHEDULED, interview.application
    asked = [(application.name, _("candidate"), application.email_key)] if application.email else []
    asked += [
        (each.person.name, _("panel"), each.person.email.lower())
        for each in interview.panelists
        if each.active or not stands
    ]
    return [(name, part, said.get(address, [])) for name, part, address in asked]


def _form(chosen: Collection[int] = ()) -> InterviewForm:
    form = InterviewForm()
    form.zone = _zone()
    form.panel.choices = [
        SelectChoice(person.id, _named(person))
        for person in people.all_people()
        if person.id in chosen or (person.disabled_at is None and not person.unconfirmed)
    ]
    return form


def _check_decides(person: Person, application: Application) -> None:
    """Raise `ReadOnlyError` for who sees an application by a seat on its panel alone."""
    if not routing.decides_on(person, application):
        raise ReadOnlyError


def _by_hand(application: Application) -> str:
    """Say who has to be told by hand; '' where mail tells everybody."""
    if application.email:
        return ""
    return str(
        _(
            "Saved, and the panel is being told. The candidate has no e-mail address: tell them"
            " by letter or telephone, and note it on the application's page."
        )
    )


def _told_of_held(count: int) -> str:
    return str(
        ngettext(
            "Cancelled. %(num)d invitation was still held and is dropped: whom it was for is told"
            " nothing. Everybody else is being told.",
            "Cancelled. %(num)d invitations were still held and are dropped: whom they were for"
            " are told nothing. Everybody else is being told.",
            count,
        )
    )


def _application(person: Person, application_id: int) -> Application:
    """Load an application that a person may see and decides on."""
    application = applications.get_visible(person, application_id)
    _check_decides(person, application)
    return application


def _interview(person: Person, interview_id: int) -> Interview:
    """Load an interview that a person may see and whose application they decide on."""
    interview = queries.get_visible(person, interview_id)
    _check_decides(person, interview.application)
    return interview


def _plan(form: InterviewForm) -> Plan:
    starts_at, ends_at = form.span()
    chosen = set(form.panel.data or ())
    return Plan(
        kind=InterviewKind(form.kind.data),
        round=form.round.data,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=form.zone,
        place=(form.place.data or "").strip(),
        link=(form.link.data or "").strip(),
        notes_for_candidate=(form.notes_for_candidate.data or "").strip(),
        panel=[person for person in people.all_people() if person.id in chosen],
    )


@bp.get("/staff/applications/<int:application_id>/interviews/new")
@requires(Action.SCHEDULE_INTERVIEWS)
def new(application_id: int) -> str:
    """Show the form for a new interview, filled with what the last one had."""
    application = _application(current_user, application_id)
    earlier = queries.of_application(application.id)
    form = _form()
    if earlier:
        last = earlier[-1]
        form.round.data = max(each.round for each in earlier) + 1
        form.kind.data, form.place.data = last.kind.value, last.place
    elif not form.panel.data:
        form.panel.data = [current_user.id]
    return _new_page(application, form)


def _new_page(application: Application, form: InterviewForm, problem: str = "") -> str:
    return render_template(
        "interviews/form.html",
        application=application,
        interview=None,
        form=form,
        problem=problem,
        zone=form.zone,
    )


@bp.post("/staff/applications/<int:application_id>/interviews/new")
@requires(Action.SCHEDULE_INTERVIEWS)
def schedule(application_id: int) -> ResponseReturnValue:
    """Book an interview and invite everybody."""
    _application(current_user, application_id)
    form = _form()
    if not form.validate_on_submit():
        return _new_page(_application(current_user, application_id), form), 422
    person_id = current_user.id
    try:
        with writing():
            by = db.session.get_one(Person, person_id)
            application = lock(Application, _application(by, application_id).id)
            operations.book(application, _plan(form), by=by)
            by_hand = _by_hand(application)
            db.session.commit()
    except DomainError as error:
        application = _application(current_user, application_id)
        return _new_page(application, form, error.message), error.status
    flash(by_hand or _("Scheduled. The candidate and the panel are being invited."))
    return redirect(url_for("applications.staff_show", application_id=application_id), 303)


@bp.get("/staff/interviews/<int:interview_id>/edit")
@requires(Action.SCHEDULE_INTERVIEWS)
def edit(interview_id: int) -> str:
    """Show the form for a change."""
    interview = _interview(current_user, interview_id)
    seats = {seat.person_id for seat in interview.panelists if seat.active}
    form = _form(seats)
    local = interview.starts_at.astimezone(ZoneInfo(interview.time_zone))
    minutes = int((interview.ends_at - interview.starts_at).total_seconds() // 60)
    form.process(
        data={
            "kind": interview.kind.value,
            "round": interview.round,
            "day": local.date(),
            "time": local.time(),
            "length": minutes,
            "place": interview.place,
            "link": interview.link,
            "notes_for_candidate": interview.notes_for_candidate,
            "panel": sorted(seats),
            "version": str(interview.version),
        }
    )
    return _edit_page(interview, form)


def _edit_page(interview: Interview, form: InterviewForm, problem: str = "") -> str:
    return render_template(
        "interviews/form.html",
        application=interview.application,
        interview=interview,
        form=form,
        problem=problem,
        zone=form.zone,
    )


@bp.post("/staff/interviews/<int:interview_id>/edit")
@requires(Action.SCHEDULE_INTERVIEWS)
def change(interview_id: int) -> ResponseReturnValue:
    """Change an interview and tell whom it concerns."""
    interview = _interview(current_user, interview_id)
    form = _form({seat.person_id for seat in interview.panelists if seat.active})
    if not form.validate_on_submit():
        return _edit_page(interview, form), 422
    person_id = current_user.id
    try:
        with writing():
            by = db.session.get_one(Person, person_id)
            _interview(by, interview_id)
            locked = lock(Interview, interview_id)
            version = whole_number(form.version.data) or 0
            told = operations.change(locked, _plan(form), version=version, by=by)
            by_hand = _by_hand(locked.application)
            db.session.commit()
    except DomainError as error:
        return _edit_page(_interview(current_user, interview_id), form, error.message), (
            error.status
        )
    said = by_hand or _("Changed. Everybody concerned is being told.")
    flash(said if told else _("Nothing was different."))
    return redirect(url_for(".show", interview_id=interview_id), 303)


@bp.post("/staff/interviews/<int:interview_id>/cancel")
@requires(Action.SCHEDULE_INTERVIEWS)
def cancel(interview_id: int) -> ResponseReturnValue:
    """Call an interview off."""
    form = CancelForm()
    reason = form.reason.data or "" if form.validate_on_submit() else ""
    person_id = current_user.id
    with writing():
        by = db.session.get_one(Person, person_id)
        _interview(by, interview_id)
        interview = lock(Interview, interview_id)
        held = operations.still_held(interview)
        operations.cancel(interview, reason=reason, by=by)
        by_hand = _by_hand(interview.application)
        db.session.commit()
    told = _("Cancelled. The candidate and the panel are being told.")
    flash(_told_of_held(held) if held else by_hand or told)
    if held and by_hand:
        flash(_("The candidate has no e-mail address: tell them by letter or telephone."))
    return redirect(url_for(".show", interview_id=interview_id), 303)


def calendar_file(text: str) -> Response:
    """Send a calendar object as a file to keep."""
    response = Response(text, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response.headers["Content-Disposition"] = 'attachment; filename="interview.ics"'
    return response


@bp.get("/staff/interviews/<int:interview_id>/calendar.ics")
@requires(Action.SEE_INTERVIEWS)
def staff_calendar(interview_id: int) -> Response:
    """Send an interview as a file for a colleague's calendar."""
    interview = queries.get_visible(current_user, interview_id)
    if interview.state is not InterviewState.SCHEDULED:
        raise NotFoundError
    return calendar_file(calendar.publish(emails.for_panel(interview)))
