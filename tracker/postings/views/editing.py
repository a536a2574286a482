"""Write a posting: the form, with rows that are added and taken away without script."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.core.access import Action, requires
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.core.web import whole_number
from tracker.postings import operations, queries
from tracker.postings.forms import PostingForm
from tracker.postings.queries import unsaved
from tracker.postings.views import bp
from tracker.postings.views.editor import draw_editor, keep_typed, open_editor
from tracker.postings.views.reading import resume_page
from tracker.postings.views.saving import save
from tracker.postings.views.typed import data_of, empty_data, offer_people, values_from


@bp.route("/staff/postings/new", methods=["GET", "POST"])
@requires(Action.WRITE_POSTINGS)
def create() -> ResponseReturnValue:
    """Write a new draft."""
    if request.method == "GET":
        asked = whole_number(request.args.get("words"))
        words = unsaved.get_unsaved(current_user, asked, None) if asked else None
        page = resume_page(words) if words else None
        return page or open_editor(None)
    form = PostingForm(data=empty_data())
    offer_people(form)
    if (act := request.form.get("act", "save")) != "save":
        goto = form.act_on_rows(act)
        keep_typed(None)
        return draw_editor(form, goto=goto)
    if not form.validate():
        keep_typed(None)
        return draw_editor(form, status=422)
    try:
        with writing():
            posting_id = operations.draft(by=current_user, values=values_from(form)).id
            operations.let_go(form.words.data or "", by=current_user)
            db.session.commit()
    except DomainError as error:
        form.form_errors = [gettext(error.message)]
        return draw_editor(form, status=error.status)
    flash(gettext("The draft was saved."), "success")
    return redirect(url_for("postings.staff_show", posting_id=posting_id), 303)


@bp.route("/staff/postings/<int:posting_id>/edit", methods=["GET", "POST"])
@requires(Action.WRITE_POSTINGS)
def edit(posting_id: int) -> ResponseReturnValue:
    """Change a posting; what somebody else changed meanwhile is not overwritten unseen."""
    posting = queries.get_visible(current_user, posting_id)
    if request.method == "GET":
        return open_editor(posting, copied="copied" in request.args)
    form = PostingForm(data=data_of(posting))
    offer_people(form, posting)
    if (act := request.form.get("act", "save")) != "save":
        goto = form.act_on_rows(act)
        keep_typed(posting_id)
        return draw_editor(form, queries.get_visible(current_user, posting_id), goto=goto)
    if not form.validate():
        keep_typed(posting_id)
        return draw_editor(form, queries.get_visible(current_user, posting_id), status=422)
    return save(form, posting_id, whole_number(request.form.get("version")) or 0)
