"""Where short links lead, and their codes as pictures."""

import structlog
from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from tracker.core.access import public
from tracker.core.db import db, writing
from tracker.core.errors import GoneError, NotFoundError
from tracker.postings import operations, queries
from tracker.postings.addressing import read_code
from tracker.postings.models import ShortLink
from tracker.postings.views import bp
from tracker.postings.views.printing import address_of, picture

log = structlog.get_logger(__name__)
MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@bp.get("/j/<code>")
@public
def short(code: str) -> ResponseReturnValue:
    """Lead on to the posting, and count that somebody came: not who."""
    link = _find(code)
    address = url_for("postings.show", slug=link.posting.slug, source=link.source)
    if request.method == "GET":
        _count(link.id)
    response = make_response(redirect(address, 302))
    response.headers["Cache-Control"] = "no-store"  # else the next time would not be counted
    return response


def _find(code: str) -> ShortLink:
    known = read_code(code)
    link = queries.short_link(known) if known else None
    if link is None or link.posting.published_at is None:
        raise NotFoundError(
            "There is no short link with these letters. Look at them once more: they are six,"
            " and 0, 1, 2, 5, 6 and 8 are never among them."
        )
    if link.ended_at is not None:
        raise GoneError("This short link has ended. The position may still be among the open ones.")
    return link


def _count(link_id: int) -> None:
    """Write the count down; a database that is busy is no reason to keep anybody waiting."""
    try:
        with writing():
            operations.count_opening(link_id)
            db.session.commit()
    except OperationalError:
        log.warning("opening_not_counted", link=link_id, exc_info=True)


@bp.get("/j/<code>/qr.<any(svg, png):form>")
@public
def short_qr(code: str, form: str) -> Response:
    """Draw a short link as a QR code, for posters made elsewhere."""
    link = _find(code)
    response = Response(picture(address_of(link), form), mimetype=MEDIA_TYPES[form])
    name = f"{link.posting.slug}-{link.source}.{form}"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
