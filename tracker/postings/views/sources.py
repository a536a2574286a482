"""Short links as staff use them: make one for a poster or a list, end it, print its flyer."""

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.applications.rules import clean_source
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, writing
from tracker.core.languages import LANGUAGES, WRITTEN_IN
from tracker.core.rendering import in_language
from tracker.postings import operations, queries
from tracker.postings.exports.flyer import draw
from tracker.postings.forms import ShortLinkForm
from tracker.postings.models import Posting, ShortLink
from tracker.postings.views import bp
from tracker.postings.views.printing import flyer_of
from tracker.postings.views.staff import draw_posting, to_posting


@bp.post("/staff/postings/<int:posting_id>/links")
@requires(Action.PUBLISH_POSTINGS)
def make_link(posting_id: int) -> ResponseReturnValue:
    """Make a short link for a poster or a list."""
    posting = queries.get_visible(current_user, posting_id)
    form = ShortLinkForm()
    whole = form.validate()
    source = clean_source(form.source.data or "")
    if whole and not source:
        form.source.errors = [gettext("Write it with letters or figures.")]
    if not whole or not source:
        return draw_posting(posting, linking=form, status=422)
    with writing():
        here: Posting = lock(Posting, posting_id)
        operations.make_link(here, source=source, by=current_user)
        db.session.commit()
    return to_posting(posting_id, gettext("The short link is ready."))


@bp.post("/staff/postings/<int:posting_id>/links/<int:link_id>/end")
@requires(Action.PUBLISH_POSTINGS)
def end_link(posting_id: int, link_id: int) -> ResponseReturnValue:
    """End a short link: who opens it is told so."""
    queries.get_short_link(queries.get_visible(current_user, posting_id), link_id)
    with writing():
        operations.end_link(lock(ShortLink, link_id))
        db.session.commit()
    return to_posting(posting_id, gettext("The short link has ended."))


@bp.get("/staff/postings/<int:posting_id>/links/<int:link_id>/flyer.pdf")
@requires(Action.SEE_POSTINGS)
def flyer(posting_id: int, link_id: int) -> Response:
    """Set the posting on one page for the notice board, in the language of its readers."""
    posting = queries.get_visible(current_user, posting_id)
    link = queries.get_short_link(posting, link_id)
    asked = request.args.get("in", "")
    language = asked if asked in LANGUAGES else WRITTEN_IN
    with in_language(language):
        body = draw(flyer_of(posting, link, language))
    response = Response(body, mimetype="application/pdf")
    name = f"{posting.slug}-{link.source}.pdf"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
