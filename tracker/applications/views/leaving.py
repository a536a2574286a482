"""On a shared computer: nothing stays behind, whether somebody leaves or forgets to."""

import datetime as dt
from typing import Any

from flask import current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from tracker.applications import operations, queries
from tracker.applications.rules import LEFT_ALONE
from tracker.applications.views import bp
from tracker.applications.views.browser import (
    Browser,
    forget,
    is_marked,
    note_use,
    on_shared_computer,
    shown_here,
    used_at,
)
from tracker.core import languages
from tracker.core.access import access_of, public
from tracker.core.db import db, now, writing
from tracker.core.web import csrf, drain, is_own_path
from tracker.documents import operations as documents

WARNING_S = 60
IDLE_S = int(LEFT_ALONE.total_seconds()) - WARNING_S
PATIENCE_S = 900
SIGNED_TO = dt.timedelta(seconds=1)  # a signature's time is cut to the second
BY_THEMSELVES = frozenset(
    {
        "applications.idle",
        "applications.leave",
        "applications.left",
        "static_files.send",
    }
)
"""What a browser asks for with nobody there, and the pages that wipe it themselves."""
BY_SCRIPT = frozenset({"applications.autosave", "applications.upload"})
AT_THE_FORM = BY_SCRIPT | {"applications.send", "applications.clear"}


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "on_shared_computer": on_shared_computer,
        "leaving_token": _token,
        "leaving_idle": IDLE_S,
        "leaving_warning": WARNING_S,
    }


@bp.before_app_request
def _look_who_is_there() -> ResponseReturnValue | None:
    """Wipe a shared computer that was left alone, before it shows or takes anything."""
    access = access_of(current_app.view_functions.get(request.endpoint or ""))
    if access is None or access.kind == "requires" or request.endpoint in BY_THEMSELVES:
        return None
    last = used_at()
    if last is None or (request.endpoint == "applications.here" and here()[1] == 400):
        return None
    at = now()
    if at - last > LEFT_ALONE:
        # A page that is open there keeps its words and is told when it saves.
        return ("", 409) if request.endpoint == "applications.here" else _left_alone()
    with writing():
        operations.note_use(Browser(0).hash, shown_here(), at=at)
        db.session.commit()
    g.somebody_is_there = True
    return None


@bp.after_app_request
def _note_who_is_there(response: Response) -> Response:
    if g.get("was_left_alone"):
        forget(response)
    elif g.get("somebody_is_there") and not (is_marked(response) or response.cache_control.public):
        note_use(response)
    return response


def _left_alone() -> ResponseReturnValue | None:
    """Wipe, and say why; what came to an application form is not kept: nobody knows whose it is.

    A form that has nothing to do with what was here goes on its way: whoever opened that page is
    not asked there whether they are still at it, and their words are their own.
    """
    own = request.endpoint in AT_THE_FORM or (request.view_args or {}).get("token") in shown_here()
    kept = _wipe()
    if request.method not in {"GET", "HEAD"} and not own:
        g.was_left_alone = True
        return None
    if request.endpoint in BY_SCRIPT:
        _read_all()
        error = gettext(
            "This computer was left for ten minutes, so what was typed and added here was"
            " deleted. What still stands on this page is not saved."
        )
        return _forgotten(current_app.make_response((jsonify(error=error), 409)))
    if request.method in {"GET", "HEAD"}:
        return _to_last_page(kept, alone=1, back=request.full_path.rstrip("?"))
    _read_all()
    return _to_last_page(kept, alone=2)


def _read_all() -> None:
    """Read what came, and drop it: a browser that is still sending shows no answer."""
    try:
        request.form  # noqa: B018  read by being asked for
    except RequestEntityTooLarge:
        drain()


@bp.post("/leave/here")
@csrf.exempt
@public
def here() -> tuple[str, int]:
    """Take word from an open page that somebody used it, with the proof that it was given."""
    return "", 204 if _issued_at(request.form.get("by", "")) is not None else 400


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
    return _to_last_page(_wipe())


def _to_last_page(kept: bool, **said: Any) -> Response:
    lang = languages.carried(forgotten=True)
    place = url_for("applications.left", kept=1 if kept else None, lang=lang, **said)
    return _forgotten(redirect(place, 303))


def _wipe() -> bool:
    """Delete what is here; whether a draft stays for a link that was mailed."""
    with writing():
        keys, kept = operations.leave_browser(Browser(0).hash, shown_here())
        db.session.commit()
    documents.forget_files(keys)
    return kept


def _forgotten(answer: Response) -> Response:
    """Have the browser forget, with an answer that no cache keeps."""
    forget(answer)
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
    back = request.args.get("back", "")
    page = render_template(
        "applications/left.html",
        kept=bool(request.args.get("kept")),
        alone=request.args.get("alone") in {"1", "2"},
        sent=request.args.get("alone") == "2",
        back=back if is_own_path(back) else "",
    )
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
