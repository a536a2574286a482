"""Forms that anybody may send: is it a person, as far as that can be told?

Against scripts there is no puzzle but a field that people cannot see, and a few seconds'
patience: `templates/applications/_guard.html` goes into a form. Where `asks_again` says so,
everything sent is kept, the form is shown again, and the next press of a person goes through.
"""

import datetime as dt

from flask import current_app, g, request
from flask_babel import gettext
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.core.db import now

TRAP, SHOWN = "homepage", "guard_shown"


def is_too_soon(
    shown_at: dt.datetime | None,
    begun_at: dt.datetime | None,
    at: dt.datetime,
    *,
    patience: dt.timedelta,
) -> bool:
    """Tell whether a form was sent before a person can have filled it in.

    The earlier of its page's showing and its draft's beginning counts; with neither known it
    is too soon, and the next press is in time. No patience, and nothing is.
    """
    if not patience:
        return False
    known = [each for each in (shown_at, begun_at) if each is not None]
    return not known or at - min(known) < patience


def stamp() -> str:
    """Sign the moment at which a form was first shown, and whether a second press was asked for."""
    first = _sent() or (now(), False)
    asked = first[1] or bool(g.get("guard_asked"))
    return str(_signer().dumps([first[0].timestamp(), asked]))


def asks_again(begun_at: dt.datetime | None = None) -> bool:
    """Tell whether a form that came in looks like a script's, and ask for a second press.

    It was sent within seconds, or its trap is filled. `begun_at` is when its draft was begun.
    A browser that fills every field by itself goes through when its owner presses again.
    """
    shown_at, asked = _sent() or (None, False)
    trapped = bool(request.form.get(TRAP, "").strip()) and not asked
    patience = dt.timedelta(seconds=current_app.config["FORM_PATIENCE"])
    if trapped or is_too_soon(shown_at, begun_at, now(), patience=patience):
        g.guard_asked = True
        return True
    return False


def _sent() -> tuple[dt.datetime, bool] | None:
    """Read what the form says of its showing; None where it says nothing or was made up."""
    if request.method != "POST":
        return None
    try:
        shown, asked = _signer().loads(request.form.get(SHOWN, ""))
        return dt.datetime.fromtimestamp(float(shown), dt.UTC), bool(asked)
    except (BadData, TypeError, ValueError, RequestEntityTooLarge):
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="guard")


def press_again() -> str:
    """Ask for a second press; said on the form that is shown again."""
    return str(
        gettext(
            "This was sent faster than most people can type, so it was not sent yet. Everything"
            " is kept. Look through it and press the button once more."
        )
    )
