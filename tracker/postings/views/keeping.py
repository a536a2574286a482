"""Drafts that save themselves: what is typed is kept on the server beside what is saved."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.core import formats
from tracker.core.access import Action, requires
from tracker.core.db import db, now, writing
from tracker.core.errors import TooManyRequestsError
from tracker.core.leading import form_stands_at
from tracker.core.web import whole_number
from tracker.postings import operations, queries
from tracker.postings.forms import LONGEST_TEXT
from tracker.postings.queries import starting, unsaved
from tracker.postings.views import bp
from tracker.postings.views.editor import TooLongError, keep_sent

CARRIED = frozenset({"base", "source_data"})
"""What a form carries besides what is typed."""


@bp.post("/staff/postings/new/words")
@requires(Action.WRITE_POSTINGS)
def keep_new() -> ResponseReturnValue:
    """Keep what is typed about a posting that was never saved."""
    return _keep(None, 0)


@bp.post("/staff/postings/<int:posting_id>/words")
@requires(Action.WRITE_POSTINGS)
@form_stands_at("postings.edit")
def keep_words(posting_id: int) -> ResponseReturnValue:
    """Keep what is typed about a posting, which stays as it is; say who else is at it."""
    return _keep(posting_id, starting.version_for(current_user, posting_id))


def _keep(posting_id: int | None, version: int) -> ResponseReturnValue:
    """Answer in JSON: when the words were kept or why not, and what others do with the posting."""
    try:
        if request.form.get("left"):
            return _leave(posting_id)
        if keep_sent(posting_id) is None:
            abort(400)
    except (TooLongError, TooManyRequestsError, operations.FullError) as error:
        wait = getattr(error, "retry_after", None)
        headers = {"Retry-After": str(wait)} if wait else {}
        return {"said": gettext(error.message)}, error.status, headers
    return _said(posting_id, version)


def _leave(posting_id: int | None) -> dict[str, Any]:
    if not request.form.get("beat"):
        keep_sent(posting_id)
    with writing():
        operations.leave(request.form.get("words", ""), by=current_user, at=now())
        db.session.commit()
    return {}


def _said(posting_id: int | None, version: int) -> dict[str, Any]:
    at = now()
    kept = formats.time(at, queries.zone())
    said: dict[str, Any] = {
        "said": "" if request.form.get("beat") else gettext("Saved at %(time)s", time=kept)
    }
    if _too_long_to_save():
        said["long"] = gettext(
            "One text is longer than %(max)d characters: shorten it before you press Save.",
            max=LONGEST_TEXT,
        )
    if posting_id is not None:
        typed_on = whole_number(request.form.get("version"))
        said["others"] = render_template(
            "postings/_others.html",
            others=unsaved.others_at(posting_id, current_user, at),
            newer=starting.newer_version(posting_id) if typed_on != version else None,
            zone=queries.zone(),
        )
    return said


def _too_long_to_save() -> bool:
    """Tell whether a text was kept that the form will not take."""
    return any(
        len(each) > LONGEST_TEXT
        for name, each in request.form.items(multi=True)
        if name not in CARRIED
    )


@bp.post("/staff/postings/words/<int:words_id>/discard")
@requires(Action.WRITE_POSTINGS)
def discard_words(words_id: int) -> ResponseReturnValue:
    """Throw away words of one's own that were never saved."""
    posting_id = unsaved.get_own_words(current_user, words_id).posting_id
    with writing():
        words = unsaved.get_own_words(current_user, words_id)
        operations.let_go(words.token, by=current_user)
        db.session.commit()
    flash(gettext("The unsaved words were discarded."), "success")
    if posting_id is None:
        return redirect(url_for("postings.create"), 303)
    return redirect(url_for("postings.edit", posting_id=posting_id), 303)
