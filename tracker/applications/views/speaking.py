"""Private pages speak the language of what they show, until another is chosen."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.applications import operations, queries
from tracker.applications.views import bp
from tracker.applications.views.mine import locked, unknown
from tracker.core import languages
from tracker.core.access import signed_link
from tracker.core.db import db, writing
from tracker.core.rendering import in_language


@bp.before_request
def speak() -> None:
    """Go on in the language of the application or the draft that a private link opens."""
    languages.follow_link(queries.language_of)


@bp.post("/my/<token>/language")
@signed_link
def write_in(token: str) -> ResponseReturnValue:
    """Write mail about an application in another language from now on; the page follows."""
    language = request.form.get("language", "")
    if queries.candidate_link(token) is None or language not in languages.LANGUAGES:
        return unknown()
    with writing():
        operations.write_in(locked(token).application, language)
        db.session.commit()
    with in_language(language):
        said = gettext(
            "Thank you. Mail about this application is written in this language from now on."
        )
    flash(said, "success")
    return redirect(url_for("applications.my", token=token, lang=language), 303)
