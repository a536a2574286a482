"""The employer's face: accent, logo and badges, and the privacy notice."""

from typing import Any

import structlog
from flask import Blueprint, Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from tracker.core import colours
from tracker.core.access import public
from tracker.core.db import db, load
from tracker.core.errors import NotFoundError
from tracker.core.files import files
from tracker.organization import queries
from tracker.organization.models import Badge

log = structlog.get_logger(__name__)
bp = Blueprint("organization", __name__)
ACCENT_RECIPE = 1  # raise it when `colours.stylesheet` changes: old ones are cached for ever
FOR_EVER = "public, max-age=31536000, immutable"


def words() -> dict[str, Any]:
    """What every template knows of the employer: `employer` and `accent_url`, maybe None.

    An error page must come out even when the database is away; it does without them.
    """
    try:
        with db.session.no_autoflush:
            employer = queries.employer()
            accent = employer.accent_colour if employer else None
    except SQLAlchemyError:
        log.warning("employer_unknown", exc_info=True)
        return {"employer": None, "accent_url": None}
    if accent is None:
        return {"employer": None, "accent_url": None}
    address = url_for("organization.accent", recipe=ACCENT_RECIPE, colour=accent[1:])
    return {"employer": employer, "accent_url": address}


@bp.get("/employer/accent/<int:recipe>-<colour>.css")
@public
def accent(recipe: int, colour: str) -> Response:
    """Send the stylesheet of an accent. Its address says all of it, so it is cached for ever."""
    normal = colours.normalize(colour)
    if normal is None or recipe != ACCENT_RECIPE:
        raise NotFoundError
    return _for_ever(colours.stylesheet(normal).encode(), "text/css; charset=utf-8")


@bp.get("/employer/logo/<fingerprint>")
@public
def logo(fingerprint: str) -> Response:
    """Send the employer's logo."""
    employer = queries.employer()
    if employer is None or not employer.logo_key or employer.logo_print != fingerprint:
        raise NotFoundError
    return _picture(employer.logo_key, employer.logo_type or "image/png")


@bp.get("/employer/badges/<int:badge_id>/<fingerprint>")
@public
def badge(badge_id: int, fingerprint: str) -> Response:
    """Send a badge's picture."""
    found: Badge = load(Badge, badge_id)
    if found.file_print != fingerprint:
        raise NotFoundError
    return _picture(found.file_key, found.media_type)


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Say what becomes of an applicant's data, in the employer's words."""
    return render_template("organization/privacy.html")


def _picture(key: str, media_type: str) -> Response:
    """Send a picture of ours: re-encoded when it came, so it is what its type says."""
    try:
        content = b"".join(files().chunks(key))
    except FileNotFoundError:
        log.error("picture_missing", key=key)  # noqa: TRY400  no trace is needed to mend it
        raise NotFoundError from None
    response = _for_ever(content, media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _for_ever(content: bytes, content_type: str) -> Response:
    response = current_app.response_class(content, content_type=content_type)
    response.headers["Cache-Control"] = FOR_EVER
    return response
