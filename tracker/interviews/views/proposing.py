"""The contact's side, behind their private link: offer times, take them back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core import formats
from tracker.core.access import signed_link
from tracker.core.db import db, lock, writing
from tracker.core.leading import form_stands_at
from tracker.interviews import operations, queries
from tracker.interviews.forms.proposing import ProposalForm
from tracker.interviews.models import Proposal
from tracker.interviews.operations import Offer
from tracker.interviews.rules import InterviewKind
from tracker.interviews.slots import TimesError
from tracker.interviews.views import for_contacts as bp
from tracker.notifications import queries as outbox
from tracker.routing import operations as routing
from tracker.routing import queries as links
from tracker.routing.models import ContactLink
from tracker.routing.rules import LinkDeed


def _signed_in() -> Person | None:
    person: Person | None = current_user if current_user.is_authenticated else None
    return person


def _form() -> ProposalForm:
    form = ProposalForm()
    form.zone = outbox.sender().time_zone
    return form


@bp.get("/<token>/times")
@signed_link
def propose(token: str) -> ResponseReturnValue:
    """Show the form, with the place of what was offered last."""
    link = links.open_link(token)
    if not links.still_decides(link):
        return redirect(url_for("routing.contact_page", token=token), 303)
    form = _form()
    last = queries.latest_proposal(link.application_id)
    if last is not None:
        form.kind.data, form.place.data, form.link.data = last.kind.value, last.place, last.link
    return _page(link, token, form)


def _page(link: ContactLink, token: str, form: ProposalForm) -> str:
    return render_template(
        "routing/propose.html",
        acting=links.acting(link, _signed_in()),
        application=link.application,
        token=token,
        form=form,
        zone=form.zone,
        zone_words=formats.clock_name(form.zone),
        waiting=queries.open_proposal(link.application_id),
    )


@bp.post("/<token>/times")
@signed_link
def offer(token: str) -> ResponseReturnValue:
    """Mail the candidate times to choose among."""
    form = _form()
    if not form.validate_on_submit():
        return _page(links.open_link(token), token, form), 422
    try:
        with writing():
            link = _act(token, LinkDeed.PROPOSED)
            application = lock(Application, link.application_id)
            routing.deciding(application, link.person)
            operations.propose(application, _offer(form), by=link.person)
            db.session.commit()
    except TimesError as error:
        form.form_errors = [_(error.message)]
        return _page(links.open_link(token), token, form), 422
    flash(_("The candidate is asked by mail. You hear of it when they have chosen."))
    return redirect(url_for("routing.contact_page", token=token, _anchor="times"), 303)


def _act(token: str, what: LinkDeed) -> ContactLink:
    link = links.open_link(token)
    routing.act(link, what, signed_in=_signed_in(), shown=request.form.get("signed_in", ""))
    return link


def _offer(form: ProposalForm) -> Offer:
    return Offer(
        kind=InterviewKind(form.kind.data),
        slots=form.spans(),
        time_zone=form.zone,
        place=(form.place.data or "").strip(),
        link=(form.link.data or "").strip(),
        notes_for_candidate=(form.notes_for_candidate.data or "").strip(),
        answer_by=form.answered_by(),
    )


@bp.post("/<token>/times/<int:proposal_id>/withdraw")
@signed_link
@form_stands_at("routing.contact_page")
def withdraw(token: str, proposal_id: int) -> ResponseReturnValue:
    """Take times back that the candidate has not chosen yet."""
    with writing():
        link = links.open_link(token)
        queries.proposal_of(link.application_id, proposal_id)
        _act(token, LinkDeed.WITHDREW)
        routing.deciding(lock(Application, link.application_id), link.person)
        operations.withdraw(lock(Proposal, proposal_id))
        db.session.commit()
    flash(_("Taken back. The candidate is told, and the times are free again."))
    return redirect(url_for("routing.contact_page", token=token, _anchor="times"), 303)
