"""Publish a posting with each warning confirmed by name; close, fill, cancel, reopen it."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from tracker.applications import operations as applications
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, NotFoundError, StaleError
from tracker.organization import queries as organization
from tracker.postings import operations, queries
from tracker.postings.checks import Check
from tracker.postings.forms import ExtendForm, MoveForm, PublishForm, ReopenForm
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.postings.views import bp
from tracker.postings.views.staff import draw_posting, to_posting
from tracker.postings.views.typed import in_zone

CHANGED = "The posting was changed while you had this page open. Look at it again."


@bp.route("/staff/postings/<int:posting_id>/publish", methods=["GET", "POST"])
@requires(Action.PUBLISH_POSTINGS)
def publish(posting_id: int) -> ResponseReturnValue:
    """Show what is missing, by name, and publish what a person has confirmed."""
    posting = queries.get_visible(current_user, posting_id)
    if posting.is_template:
        raise NotFoundError("This is a template. Begin a posting with it, and publish that one.")
    checks = queries.checks_of(posting)
    form = PublishForm(data={"version": posting.version})
    form.confirmed.choices = [
        SelectChoice(each.code, each.name) for each in checks if each.severity != "advice"
    ]
    if request.method == "GET":
        return _draw(form, posting, checks)
    seen = form.version.data
    if not form.validate() or seen != str(posting.version):
        return _changed(form, posting, checks)
    try:
        state = _publish(posting_id, form.confirmed.data or [], version=posting.version)
    except operations.UnconfirmedError as error:
        names = {each.code for each in error.checks}
        form.confirmed.errors = [
            gettext("Tick “%(name)s”, or mend it first.", name=each.name)
            for each in checks
            if each.code in names
        ]
        return _draw(form, queries.get_visible(current_user, posting_id), checks, status=422)
    except DomainError as error:
        form.form_errors = [gettext(error.message)]
        posting = queries.get_visible(current_user, posting_id)
        return _draw(form, posting, queries.checks_of(posting), status=409)
    if state is PostingState.SCHEDULED:
        return to_posting(posting_id, gettext("The posting is scheduled."))
    return to_posting(posting_id, gettext("The posting is public, and takes applications."))


def _publish(posting_id: int, confirmed: list[str], *, version: int) -> PostingState:
    with writing():
        posting: Posting = lock(Posting, posting_id)
        if posting.version != version:  # changed in this very moment: nobody has looked at it
            raise StaleError(CHANGED)
        state = operations.publish(posting, by=current_user, confirmed=confirmed).new
        applications.tell_changes_of(posting_id)
        db.session.commit()
    return state


def _changed(form: PublishForm, posting: Posting, checks: list[Check]) -> ResponseReturnValue:
    """Ask again: the posting or its warnings are no longer those that the person saw."""
    form.version.data = form.version.raw_data = str(posting.version)
    form.confirmed.data, form.confirmed.errors = [], []
    form.form_errors = [gettext(CHANGED)]
    return _draw(form, posting, checks, status=409)


def _draw(
    form: PublishForm, posting: Posting, checks: list[Check], *, status: int = 200
) -> ResponseReturnValue:
    later = posting.publish_at is not None and posting.publish_at > now()
    page = render_template(
        "postings/publish.html",
        form=form,
        posting=posting,
        blocking=[each for each in checks if each.severity == "blocks"],
        warnings=[each for each in checks if each.severity == "confirm"],
        advice=[each for each in checks if each.severity == "advice"],
        later=later,
        returning=MoveForm(formdata=None),
        second_person=organization.publishing().second_person,
        approvers=queries.who_may_approve(posting),
        zone=queries.zone(),
    )
    return page, status


SAID = {
    "close": "The posting is closed. Its page keeps its words and takes no applications.",
    "fill": "The posting is filled.",
    "cancel": "The posting is cancelled.",
    "unschedule": "The posting is a draft again.",
    "extend": "The posting stays open longer. Those who have applied are told.",
    "reopen": "The posting was reopened. Those who have applied are told.",
    "plan": "The posting opens again by itself at that time.",
    "stay": "The posting stays closed.",
    "ask": "Approval was asked for. Whoever may approve has been told by mail.",
    "return": "The posting was sent back. It is a draft again.",
}
VERBS = "close, fill, cancel, unschedule, extend, reopen, stay, ask, return"
FORMS = {"reopen": ReopenForm, "extend": ExtendForm}


@bp.post(f"/staff/postings/<int:posting_id>/<any({VERBS}):verb>")
@requires(Action.PUBLISH_POSTINGS)
def move(posting_id: int, verb: str) -> ResponseReturnValue:
    """Move a posting on, with a reason where one is due."""
    queries.get_visible(current_user, posting_id)
    form = FORMS.get(verb, MoveForm)()
    if form.validate():
        try:
            done = _move(posting_id, verb, form)
        except DomainError as error:
            form.form_errors = [gettext(error.message)]
        else:
            return to_posting(posting_id, gettext(SAID[done]))
    posting = queries.get_visible(current_user, posting_id)
    return draw_posting(posting, form=form, verb=verb, status=422)


def _move(posting_id: int, verb: str, form: MoveForm) -> str:
    """Do what the button says; returns what was done."""
    with writing():
        posting: Posting = lock(Posting, posting_id)
        if isinstance(form, ExtendForm):
            verb = _open_longer(posting, verb, form)
        else:
            ACTS[verb](posting, form.reason.data or "")
        applications.tell_changes_of(posting_id)
        db.session.commit()
    return verb


def _open_longer(posting: Posting, verb: str, form: ExtendForm) -> str:
    """Extend a posting, open it again, or plan that; a reason is due for each."""
    values: dict[str, Any] = {
        "by": current_user,
        "reason": form.reason.data or "",
        "closes_on": form.closes_on.data,
        "open_until_filled": bool(form.open_until_filled.data),
    }
    if isinstance(form, ReopenForm):
        if opens_at := in_zone(form.opens_at.data):
            operations.plan_reopening(posting, opens_at=opens_at, **values)
            return "plan"
        operations.reopen(posting, **values)
    else:
        operations.extend(posting, **values)
    return verb


ACTS: dict[str, Callable[[Posting, str], object]] = {
    "close": lambda posting, why: operations.close(posting, by=current_user, reason=why),
    "fill": lambda posting, why: operations.fill(posting, by=current_user, reason=why),
    "cancel": lambda posting, why: operations.cancel(posting, by=current_user, reason=why),
    "unschedule": lambda posting, why: operations.unschedule(posting, by=current_user, reason=why),
    "stay": lambda posting, _why: operations.drop_reopening(posting, by=current_user),
    "ask": lambda posting, _why: operations.ask_approval(posting, by=current_user),
    "return": lambda posting, why: operations.send_back(posting, by=current_user, reason=why),
}
