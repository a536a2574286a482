"""Begin a posting: empty, from an earlier one, from a template, or from a page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.core.access import Action, requires
from tracker.core.db import db, lock, writing
from tracker.postings import operations, queries
from tracker.postings.models import Posting
from tracker.postings.queries import starting
from tracker.postings.views import bp
from tracker.postings.views.editor import offered, waiting_words
from tracker.postings.views.staff import to_posting

SHOWN = 20
LONGEST_WORDS = 100


@bp.get("/staff/postings/start")
@requires(Action.WRITE_POSTINGS)
def start() -> ResponseReturnValue:
    """Offer all that a posting can be begun from."""
    words = request.args.get("words", "").strip()[:LONGEST_WORDS]
    found = starting.earlier(current_user, words, limit=SHOWN + 1)
    return render_template(
        "postings/start.html",
        templates=starting.templates(),
        earlier=found[:SHOWN],
        more=len(found) > SHOWN,
        searched=words,
        words=None,
        offered=offered(waiting_words(None)),
        zone=queries.zone(),
    )


@bp.post("/staff/postings/<int:posting_id>/copy")
@requires(Action.WRITE_POSTINGS)
def copy(posting_id: int) -> ResponseReturnValue:
    """Begin a draft with what another posting or a template says."""
    starting.get_to_copy(current_user, posting_id)
    with writing():
        posting = starting.get_to_copy(current_user, posting_id)
        made = operations.copy(posting, by=current_user).id
        db.session.commit()
    flash(gettext("A draft was begun with it."), "success")
    return redirect(url_for("postings.edit", posting_id=made, copied=1), 303)


@bp.post("/staff/postings/<int:posting_id>/template")
@requires(Action.MANAGE_TEMPLATES)
def make_template(posting_id: int) -> ResponseReturnValue:
    """Keep a posting as a template."""
    queries.get_visible(current_user, posting_id)
    with writing():
        posting: Posting = lock(Posting, posting_id)
        made = operations.make_template(posting, by=current_user).id
        db.session.commit()
    if made != posting_id:
        said = gettext("A template was made of it: this is the template, the posting stays.")
        return to_posting(made, said)
    return to_posting(made, gettext("It is a template now: postings can be begun with it."))


@bp.post("/staff/postings/<int:posting_id>/template/end")
@requires(Action.MANAGE_TEMPLATES)
def end_template(posting_id: int) -> ResponseReturnValue:
    """Make a template an ordinary draft."""
    queries.get_visible(current_user, posting_id)
    with writing():
        operations.end_template(lock(Posting, posting_id), by=current_user)
        db.session.commit()
    return to_posting(posting_id, gettext("It is an ordinary draft again."))
