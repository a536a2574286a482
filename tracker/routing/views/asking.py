"""Ask for more time, ask a colleague to look, say what one thinks."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.core import formats
from tracker.core.access import signed_link
from tracker.core.db import db, now, writing
from tracker.organization import queries as organization
from tracker.routing import operations, queries, rules
from tracker.routing.forms import ON_A_DAY, SOMEBODY_ELSE, AskForm, MoreTimeForm
from tracker.routing.models import ContactLink
from tracker.routing.rules import LinkDeed
from tracker.routing.views import bp
from tracker.routing.views.deciding import locked_application
from tracker.routing.views.page import (
    act,
    contact_page_of,
    framed,
    opinion_form,
    signed_in,
    to_page,
)

# More time


@bp.get("/<token>/more-time")
@signed_link
def ask_more_time(token: str) -> ResponseReturnValue:
    """Ask until when."""
    link = queries.open_link(token)
    if not queries.still_decides(link):
        return to_page(token)
    return _more_time_page(link, token, _more_time_form())


def _more_time_form() -> MoreTimeForm:
    form = MoreTimeForm()
    calendar = organization.calendar()
    form.until.choices = [
        *(
            SelectChoice(
                str(days),
                _(
                    "%(days)d working days, until %(day)s",
                    days=days,
                    day=formats.date(calendar.day_of(calendar.after(now(), days))),
                ),
            )
            for days in rules.MORE_TIME_DAYS
        ),
        SelectChoice(ON_A_DAY, _("Until a day of your choice")),
    ]
    return form


def _more_time_page(link: ContactLink, token: str, form: MoreTimeForm) -> str:
    assignment = queries.assignment_of(link.application_id, link.person_id)
    asked = queries.more_time_of(assignment) if assignment else []
    last = rules.last_time(now(), [each.asked_at for each in asked])
    return render_template(
        "routing/more_time.html",
        **framed(link, token),
        form=form,
        left=max(rules.MOST_MORE_TIME - len(asked), 0),
        last=organization.calendar().day_of(last),
    )


@bp.post("/<token>/more-time")
@signed_link
def take_more_time(token: str) -> ResponseReturnValue:
    """Put off until when the contact is waited for."""
    form = _more_time_form()
    if not form.validate_on_submit():
        return _more_time_page(queries.open_link(token), token, form), 422
    try:
        with writing():
            link = queries.open_link(token)
            act(link, LinkDeed.MORE_TIME)
            until = _end_of(_day(form))
            operations.ask_more_time(
                locked_application(link), until=until, note=form.note.data or "", by=link.person
            )
            db.session.commit()
    except rules.MoreTimeError as error:
        form.until.errors = [_(error.message)]
        return _more_time_page(queries.open_link(token), token, form), 422
    flash(_("You are not reminded until then, and your colleagues can see it."))
    return redirect(url_for(".contact_page", token=token), 303)


def _day(form: MoreTimeForm) -> dt.date:
    if form.until.data == ON_A_DAY:
        day: dt.date = form.day.data
        return day
    calendar = organization.calendar()
    return calendar.day_of(calendar.after(now(), int(form.until.data)))


def _end_of(day: dt.date) -> dt.datetime:
    """The last minute of a day at the employer's."""
    zone = ZoneInfo(organization.calendar().zone)
    return dt.datetime.combine(day, dt.time(23, 59), zone).astimezone(dt.UTC)


# A colleague


@bp.get("/<token>/ask")
@signed_link
def ask_colleague(token: str) -> ResponseReturnValue:
    """Ask who should look, and at what."""
    link = queries.open_link(token)
    if not queries.still_decides(link):
        return to_page(token)
    return _ask_page(link, token, _ask_form(link))


def _ask_form(link: ContactLink) -> AskForm:
    form = AskForm()
    form.person.choices = [
        *(
            SelectChoice(str(each.id), f"{each.name}, {each.title}" if each.title else each.name)
            for each in _suggested(link)
        ),
        SelectChoice(SOMEBODY_ELSE, _("Somebody else, by name and address")),
    ]
    # Nobody is chosen beforehand: words about a candidate go to whom one meant.
    if not form.person.data and (form.has_typed or len(form.person.choices) == 1):
        form.person.data = SOMEBODY_ELSE
    return form


def _suggested(link: ContactLink) -> list[Person]:
    """Whom the page may name: who works on it anyway; everybody to its signed-in owner alone.

    The mail may have been forwarded, and the directory is nobody's who merely holds a link.
    """
    person = signed_in()
    if person is not None and person.id == link.person_id:
        return [each for each in people.confirmed_people() if each.id != person.id]
    return queries.colleagues_on(link.application, link.person)


def _ask_page(link: ContactLink, token: str, form: AskForm) -> str:
    return render_template("routing/ask.html", **framed(link, token), form=form)


@bp.post("/<token>/ask")
@signed_link
def consult(token: str) -> ResponseReturnValue:
    """Ask a colleague to look, by mail."""
    link = queries.open_link(token)
    form = _ask_form(link)
    if not form.validate_on_submit():
        return _ask_page(link, token, form), 422
    name, email = _named(link, form)
    try:
        with writing():
            link = queries.open_link(token)
            act(link, LinkDeed.ASKED)
            operations.consult(
                locked_application(link),
                name=name,
                email=email,
                note=form.note.data or "",
                by=link.person,
            )
            db.session.commit()
    except rules.NotAskedError as error:
        form.email.errors = [_(error.message)]
        return _ask_page(queries.open_link(token), token, form), 422
    flash(_("Asked. You hear by mail when %(name)s has looked.", name=name))
    return redirect(url_for(".contact_page", token=token), 303)


def _named(link: ContactLink, form: AskForm) -> tuple[str, str]:
    """Name and address of the colleague who was chosen or typed."""
    for each in _suggested(link):
        if form.person.data == str(each.id):
            return each.name, each.email
    return form.name.data.strip(), form.email.data.strip()


@bp.post("/<token>/opinions/<int:consultation_id>")
@signed_link
def give_opinion(token: str, consultation_id: int) -> ResponseReturnValue:
    """Take what a colleague thinks, or that they have looked and have nothing to add."""
    form = opinion_form(consultation_id)
    link = queries.open_link(token)
    asked = queries.consultation_for(link, consultation_id)
    nothing = "nothing" in request.form
    if not form.validate_on_submit() or not (nothing or (form.opinion.data or "").strip()):
        if not form.opinion.errors:
            form.opinion.errors = [
                _("Write what you think, or press “I have looked; nothing to add”.")
            ]
        return contact_page_of(link, token, asked_of_me=[(asked, form)]), 422
    with writing():
        link = queries.open_link(token)
        act(link, LinkDeed.LOOKED if nothing else LinkDeed.OPINION)
        asked = queries.consultation_for(link, consultation_id)
        locked_application(link)
        db.session.refresh(asked)
        operations.record_seen(link.application, link.person)
        operations.answer(asked, opinion="" if nothing else form.opinion.data or "")
        name = asked.asked_by.name
        db.session.commit()
    flash(_("Thank you. %(name)s hears of it by mail.", name=name))
    return redirect(url_for(".contact_page", token=token), 303)
