"""Publish a posting with each warning confirmed by name; close, fill, cancel, reopen it."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from tracker.core.access import Action, requires
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError
from tracker.postings import operations, queries
from tracker.postings.checks import Check
from tracker.postings.forms import MoveForm, PublishForm, ReopenForm
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.postings.views import bp
from tracker.postings.views.staff import draw_posting, to_posting


@bp.route("/staff/postings/<int:posting_id>/publish", methods=["GET", "POST"])
@requires(Action.PUBLISH_POSTINGS)
def publish(posting_id: int) -> ResponseReturnValue:
    """Show what is missing, by name, and publish what a person has confirmed."""
    posting = queries.get_visible(current_user, posting_id)
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
        state = _publish(posting_id, form.confirmed.data or [])
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


def _publish(posting_id: int, confirmed: list[str]) -> PostingState:
    with writing():
        posting: Posting = lock(Posting, posting_id)
        state = operations.publish(posting, by=current_user, confirmed=confirmed).new
        db.session.commit()
    return state


def _changed(form: PublishForm, posting: Posting, checks: list[Check]) -> ResponseReturnValue:
    """Ask again: the posting or its warnings are no longer those that the person saw."""
    form.version.data = form.version.raw_data = str(posting.version)
    form.confirmed.data, form.confirmed.errors = [], []
    form.form_errors = [
        gettext("The posting was changed while you had this page open. Look at it again.")
    ]
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
        zone=queries.zone(),
    )
    return page, status


SAID = {
    "close": "The posting is closed. Its page keeps its words and takes no applications.",
    "fill": "The posting is filled.",
    "cancel": "The posting is cancelled.",
    "unschedule": "The posting is a draft again.",
    "reopen": "The posting was reopened.",
}


@bp.post("/staff/postings/<int:posting_id>/<any(close, fill, cancel, unschedule, reopen):verb>")
@requires(Action.PUBLISH_POSTINGS)
def move(posting_id: int, verb: str) -> ResponseReturnValue:
    """Move a posting on, with a reason where one is due."""
    queries.get_visible(current_user, posting_id)
    form = ReopenForm() if verb == "reopen" else MoveForm()
    if form.validate():
        try:
            _move(posting_id, verb, form)
        except DomainError as error:
            form.form_errors = [gettext(error.message)]
        else:
            return to_posting(posting_id, gettext(SAID[verb]))
    posting = queries.get_visible(current_user, posting_id)
    return draw_posting(posting, form=form, verb=verb, status=422)


def _move(posting_id: int, verb: str, form: MoveForm) -> None:
    reason = form.reason.data or ""
    with writing():
        posting: Posting = lock(Posting, posting_id)
        if isinstance(form, ReopenForm):
            operations.reopen(
                posting,
                by=current_user,
                reason=reason,
                closes_on=form.closes_on.data,
                open_until_filled=bool(form.open_until_filled.data),
            )
        else:
            acts: dict[str, Callable[..., object]] = {
                "close": operations.close,
                "fill": operations.fill,
                "cancel": operations.cancel,
                "unschedule": operations.unschedule,
            }
            acts[verb](posting, by=current_user, reason=reason)
        db.session.commit()
