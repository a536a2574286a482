"""Acknowledge, shortlist, decline, take back: what a contact decides from the mail alone."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.applications import emails as application_emails
from tracker.applications.models import Application, StageChange
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import signed_link
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError
from tracker.interviews import operations as interviews
from tracker.interviews import queries as booked
from tracker.notifications import queries as outbox
from tracker.routing import operations, queries
from tracker.routing.forms import DecideForm, DeclineForm
from tracker.routing.models import ContactLink
from tracker.routing.rules import LinkDeed, LinkEndedError
from tracker.routing.views import bp
from tracker.routing.views.page import act, framed, to_page


def locked_application(link: ContactLink) -> Application:
    """Load a link's application again under its lock."""
    row: Application = lock(Application, link.application_id)
    return row


def _of_mail(application: Application, change: StageChange) -> list[str]:
    """Say that the mail waits, or that the candidate has to be told by hand; else nothing."""
    if change.email_id is not None and outbox.held_among([change.email_id]):
        waits = [_("The mail to the candidate waits for a look before it goes.")]
        if change.new_outcome is not None and booked.ahead_of([application.id], now()):
            waits.append(_("Until then what is booked for an interview stands."))
        return waits
    if application.email:
        return []
    return [_("The candidate has no e-mail address: answer by letter or telephone.")]


@bp.post("/<token>/acknowledge")
@signed_link
def acknowledge(token: str) -> ResponseReturnValue:
    """Say that the application has been seen and is being read."""
    with writing():
        link = queries.open_link(token)
        act(link, LinkDeed.ACKNOWLEDGED)
        operations.acknowledge(locked_application(link), by=link.person)
        db.session.commit()
    flash(_("Thank you. Your colleagues can see that you have this application."))
    return redirect(url_for(".contact_page", token=token), 303)


@bp.get("/<token>/shortlist")
@signed_link
def ask_shortlist(token: str) -> ResponseReturnValue:
    """Show the mail that would tell the candidate, before it goes."""
    link = queries.open_link(token)
    if not queries.still_decides(link):
        return to_page(token)
    return _shortlist_page(link, token, DecideForm(formdata=None))


def _shortlist_page(link: ContactLink, token: str, form: DecideForm, problem: str = "") -> str:
    form.show(link.application.history[-1].id)
    return render_template(
        "routing/shortlist.html",
        **framed(link, token),
        form=form,
        problem=problem,
        mail=application_emails.preview_answer(link.application, to_stage=Stage.SHORTLISTED),
    )


@bp.post("/<token>/shortlist")
@signed_link
def shortlist(token: str) -> ResponseReturnValue:
    """Shortlist the application; where that cannot be, show why."""
    form = DecideForm()
    try:
        with writing():
            link = queries.open_link(token)
            act(link, LinkDeed.SHORTLISTED)
            application = locked_application(link)
            change = operations.shortlist(
                application, by=link.person, mail=bool(form.mail.data), shown=form.seen
            )
            of_mail = _of_mail(application, change)
            db.session.commit()
    except LinkEndedError:
        raise
    except DomainError as error:
        link = queries.open_link(token)
        return _shortlist_page(link, token, form, _(error.message)), error.status
    flash(" ".join([_("Shortlisted. The hiring team will take it from here."), *of_mail]))
    return redirect(url_for(".contact_page", token=token), 303)


@bp.get("/<token>/decline")
@signed_link
def ask_decline(token: str) -> ResponseReturnValue:
    """Ask for the reason, and show the mail before it goes."""
    link = queries.open_link(token)
    if not queries.still_decides(link):
        return to_page(token)
    return _decline_page(link, token, DeclineForm(formdata=None))


def _decline_page(link: ContactLink, token: str, form: DeclineForm, problem: str = "") -> str:
    form.show(link.application.history[-1].id)
    return render_template(
        "routing/decline.html",
        **framed(link, token),
        form=form,
        problem=problem,
        ahead=booked.ahead_of([link.application_id], now()),
        mail=application_emails.preview_answer(link.application, outcome=Outcome.NOT_SELECTED),
    )


@bp.post("/<token>/decline")
@signed_link
def decline(token: str) -> ResponseReturnValue:
    """Decline the application with a reason; where that cannot be, show why, and what was typed."""
    form = DeclineForm()
    if not form.validate_on_submit():
        return _decline_page(queries.open_link(token), token, form), 422
    try:
        of_mail = _decline(token, form)
    except LinkEndedError:
        raise
    except DomainError as error:
        link = queries.open_link(token)
        return _decline_page(link, token, form, _(error.message)), error.status
    flash(" ".join([_("Declined. The reason is kept with the application."), *of_mail]))
    return redirect(url_for(".contact_page", token=token), 303)


def _decline(token: str, form: DeclineForm) -> list[str]:
    with writing():
        link = queries.open_link(token)
        act(link, LinkDeed.DECLINED)
        application = locked_application(link)
        change = operations.decline(
            application,
            reason=Reason(form.reason.data),
            note=(form.note.data or "").strip(),
            by=link.person,
            mail=bool(form.mail.data),
            shown=form.seen,
        )
        interviews.settle(application, by=link.person)
        of_mail = _of_mail(application, change)
        db.session.commit()
    return of_mail


@bp.post("/<token>/take-back")
@signed_link
def take_back(token: str) -> ResponseReturnValue:
    """Undo one's own latest decision, by a move of its own."""
    with writing():
        link = queries.open_link(token)
        act(link, LinkDeed.TOOK_BACK)
        undone = operations.take_back(locked_application(link), by=link.person)
        mailed, dropped = undone.email_id is not None, outbox.dropped(undone.email_id)
        waited = dropped is not None and dropped.words is not None
        ahead = undone.new_outcome is None and booked.ahead_of([link.application_id], now())
        db.session.commit()
    flash(_("Taken back. The application stands where it stood before."))
    if ahead:
        flash(_("The interview that is booked stands. The hiring team can call it off."))
    if waited:
        flash(_("The mail about it had not gone yet and is dropped: the candidate knows nothing."))
    elif dropped is not None:
        flash(_("The mail about it had not gone yet, and is dropped."))
    elif mailed:
        flash(
            _(
                "The candidate had been mailed about it, and is not mailed now. Write to them,"
                " so that they know where they stand."
            ),
            "warning",
        )
    return redirect(url_for(".contact_page", token=token), 303)
