"""How a contact gets their mail, and when they are away: behind their private link."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.accounts.models import Person
from tracker.core.access import signed_link
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError
from tracker.core.leading import form_stands_at
from tracker.organization import operations as organization_writes
from tracker.organization import queries as organization
from tracker.organization.forms import LeaveForm
from tracker.routing import operations, queries
from tracker.routing.forms import MailChoiceForm
from tracker.routing.models import ContactLink
from tracker.routing.rules import LinkDeed
from tracker.routing.views import bp
from tracker.routing.views.page import act, framed


def _page(
    link: ContactLink,
    token: str,
    *,
    choice_form: MailChoiceForm | None = None,
    leave_form: LeaveForm | None = None,
) -> str:
    return render_template(
        "routing/own_mail.html",
        **framed(link, token),
        choice_form=choice_form or MailChoiceForm.of(queries.digest_hours([link.person_id])),
        leave_form=leave_form or LeaveForm(formdata=None),
        leaves=organization.leave_of([link.person_id]),
    )


@bp.get("/<token>/mail")
@signed_link
def own_mail(token: str) -> ResponseReturnValue:
    """Show how the link's owner hears of applications, and when they are away."""
    return _page(queries.open_link(token), token)


@bp.post("/<token>/mail")
@signed_link
def choose_mail(token: str) -> ResponseReturnValue:
    """Take each application at once, or a digest at an hour."""
    form = MailChoiceForm()
    if not form.validate_on_submit():
        return _page(queries.open_link(token), token, choice_form=form), 422
    with writing():
        link = queries.open_link(token)
        act(link, LinkDeed.MAIL)
        person: Person = lock(Person, link.person_id)
        operations.choose(person, hour=form.chosen, by=person)
        db.session.commit()
    flash(form.said)
    return redirect(url_for(".own_mail", token=token), 303)


@bp.post("/<token>/leave")
@signed_link
@form_stands_at("routing.own_mail")
def add_leave(token: str) -> ResponseReturnValue:
    """Write down when the link's owner is away."""
    form = LeaveForm()
    if form.validate_on_submit():
        try:
            with writing():
                link = queries.open_link(token)
                act(link, LinkDeed.LEAVE)
                person = link.person
                organization_writes.add_leave(person, **form.days(), by=person)
                db.session.commit()
        except DomainError as error:
            form.until_on.errors = [_(error.message)]
        else:
            flash(_("Written down. On these days your deputy hears of new applications."))
            return redirect(url_for(".own_mail", token=token), 303)
    return _page(queries.open_link(token), token, leave_form=form), 422


@bp.post("/<token>/leave/<int:leave_id>/remove")
@signed_link
@form_stands_at("routing.own_mail")
def remove_leave(token: str, leave_id: int) -> ResponseReturnValue:
    """Strike leave out."""
    with writing():
        link = queries.open_link(token)
        leave = organization.leave_named(link.person_id, leave_id)
        act(link, LinkDeed.LEAVE)
        organization_writes.remove_leave(leave, by=link.person)
        db.session.commit()
    flash(_("Struck out."))
    return redirect(url_for(".own_mail", token=token), 303)
