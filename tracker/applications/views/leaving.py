"""On a shared computer: nothing stays behind, whether somebody leaves or forgets to."""

import datetime as dt
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from tracker.applications import operations, queries
from tracker.applications.views import bp
from tracker.applications.views.browser import Browser, forget, on_shared_computer, shown_here
from tracker.core import languages
from tracker.core.access import public
from tracker.core.db import db, now, writing
from tracker.core.web import csrf, is_own_path
from tracker.documents import operations as documents

IDLE_S, WARNING_S = 540, 60
PATIENCE_S = 900
SIGNED_TO = dt.timedelta(seconds=1)  # a signature's time is cut to the second


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "on_shared_computer": on_shared_computer,
        "leaving_token": _token,
        "leaving_idle": IDLE_S,
        "leaving_warning": WARNING_S,
    }


@bp.route("/leave", methods=["GET", "POST"])
@csrf.exempt
@public
def leave() -> ResponseReturnValue:
    """Delete what this browser typed, shut what it was shown, and have it forget all.

    A look alone asks first; a page that was left open leads here with a proof of its own.
    """
    sent = request.form if request.method == "POST" else request.args
    issued_at = _issued_at(sent.get("by", ""))
    if request.method == "POST" and issued_at is None and not _is_genuine():
        return _no_store(render_template("applications/leave.html"), 400)
    if request.method == "GET":
        if issued_at is None:
            return _no_store(render_template("applications/leave.html"), 200)
        since = issued_at + SIGNED_TO
        if queries.newest_draft_at(Browser(0).hash, since=since):
            return redirect(url_for("applications.idle"), 303)  # busy in another window
    return _wiped()


def _wiped() -> ResponseReturnValue:
    with writing():
        keys, kept = operations.leave_browser(Browser(0).hash, shown_here())
        db.session.commit()
    documents.forget_files(keys)
    said = languages.carried(forgotten=True)
    place = url_for("applications.left", kept=1 if kept else None, lang=said)
    answer = forget(redirect(place, 303))
    answer.delete_cookie(
        current_app.config["SESSION_COOKIE_NAME"],
        secure=current_app.config["SESSION_COOKIE_SECURE"],  # else a __Host- cookie stays
        httponly=True,
        samesite="Lax",
    )
    answer.headers["Cache-Control"] = "no-store"
    # Browsers heed it where the connection cannot be listened to, and on this machine itself.
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@bp.get("/leave/done")
@public
def left() -> ResponseReturnValue:
    """Say that nothing is left, and what is still to do by hand."""
    page = render_template("applications/left.html", kept=bool(request.args.get("kept")))
    answer = _no_store(page)
    languages.forget(answer)
    return answer


@bp.get("/leave/idle")
@public
def idle() -> ResponseReturnValue:
    """Ask whether somebody is still there, where no script can; no answer deletes all.

    One press goes on, as often as one likes.
    """
    back = request.args.get("back", "")
    page = render_template("applications/idle.html", back=back if is_own_path(back) else "/")
    answer = _no_store(page)
    if on_shared_computer():
        answer.headers["Refresh"] = f"{WARNING_S}; url={url_for('applications.leave', by=_token())}"
    return answer


def _no_store(page: str, status: int = 200) -> Response:
    answer = current_app.make_response((page, status))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _token() -> str:
    """Sign this browser's hash with the time: only a page of ours has it."""
    return str(_signer().dumps(Browser(0).hash))


def _issued_at(token: str) -> dt.datetime | None:
    """Read when this browser was given a token; None for another's, or one that is too old."""
    try:
        value, at = _signer().loads(token, max_age=None, return_timestamp=True)
    except BadData:
        return None
    fresh = request.method == "POST" or now() - at < dt.timedelta(seconds=PATIENCE_S)
    return at if value == Browser(0).hash and fresh else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="leaving")


def _is_genuine() -> bool:
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True
