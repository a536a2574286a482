"""Write a posting: the form, with rows that are added and taken away without script."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.applications import operations as applications
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError, StaleError
from tracker.core.web import whole_number
from tracker.postings import operations, queries
from tracker.postings.forms import PostingForm
from tracker.postings.models import Posting
from tracker.postings.views import bp
from tracker.postings.views.checking import typed_checks
from tracker.postings.views.typed import data_of, empty_data, offer_people, values_from


@bp.route("/staff/postings/new", methods=["GET", "POST"])
@requires(Action.WRITE_POSTINGS)
def create() -> ResponseReturnValue:
    """Write a new draft."""
    form = PostingForm(data=empty_data())
    offer_people(form)
    if request.method == "GET":
        return _draw(form)
    if (act := request.form.get("act", "save")) != "save":
        return _draw(form, goto=form.act_on_rows(act))
    if not form.validate():
        return _draw(form, status=422)
    try:
        with writing():
            posting_id = operations.draft(by=current_user, values=values_from(form)).id
            db.session.commit()
    except DomainError as error:
        return _refused(form, error)
    flash(gettext("The draft was saved."), "success")
    return redirect(url_for("postings.staff_show", posting_id=posting_id), 303)


@bp.route("/staff/postings/<int:posting_id>/edit", methods=["GET", "POST"])
@requires(Action.WRITE_POSTINGS)
def edit(posting_id: int) -> ResponseReturnValue:
    """Change a posting; what somebody else changed meanwhile is not overwritten unseen."""
    posting = queries.get_visible(current_user, posting_id)
    form = PostingForm(data=data_of(posting))
    offer_people(form, posting)
    if request.method == "GET":
        return _draw(form, posting)
    if (act := request.form.get("act", "save")) != "save":
        return _draw(form, posting, goto=form.act_on_rows(act))
    if not form.validate():
        return _draw(form, posting, status=422)
    try:
        _save(form, posting_id)
    except DomainError as error:
        return _refused(form, error, queries.get_visible(current_user, posting_id))
    flash(gettext("The posting was saved."), "success")
    return redirect(url_for("postings.staff_show", posting_id=posting_id), 303)


def _save(form: PostingForm, posting_id: int) -> None:
    version = whole_number(request.form.get("version")) or 0  # the field's own default is fresh
    with writing():
        posting: Posting = lock(Posting, posting_id)
        operations.change(
            posting,
            values_from(form),
            by=current_user,
            version=version,
            reason=form.reason.data or "",
        )
        applications.tell_changes_of(posting_id)
        db.session.commit()


def _refused(
    form: PostingForm, error: DomainError, posting: Posting | None = None
) -> ResponseReturnValue:
    """Show the form again with everything typed, and why it was not saved."""
    if isinstance(error, operations.ReasonNeededError):
        form.ask_reason(error.changes)
        return _draw(form, posting, status=error.status)
    said = gettext(error.message)
    if isinstance(error, StaleError) and posting is not None:
        form.version.data = form.version.raw_data = str(posting.version)
        said = gettext(
            "Somebody else changed this posting while you had it open, so nothing was saved."
            " What you typed is still below. Look at the posting in another window first:"
            " saving again puts your words in place of theirs."
        )
    form.form_errors = [*form.form_errors, said]
    return _draw(form, posting, status=error.status)


def _draw(
    form: PostingForm, posting: Posting | None = None, *, goto: str = "", status: int = 200
) -> ResponseReturnValue:
    # Of a new posting nothing is written yet, and everything would be found missing.
    untouched = posting is None and request.method == "GET"
    page = render_template(
        "postings/edit.html",
        form=form,
        posting=posting,
        checks=None if untouched else typed_checks(form),
        goto=goto,
        zone=queries.zone(),
    )
    return page, status
