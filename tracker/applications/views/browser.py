"""The browser that a draft belongs to, by a signed cookie; the secrets that only it can use."""

import datetime as dt
import secrets
from typing import Any

from flask import current_app, g, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from tracker.core.db import now
from tracker.core.tokens import hash_token

LIFETIME = dt.timedelta(days=7)
SENT_LIFETIME = dt.timedelta(days=1)
MOST_SENT = 10


class Browser:
    """What this browser's cookies say.

    `hash` is what a draft is found by; `shared` says that others use this computer. A
    submission token is signed for one browser and one posting, so a form that carries it was
    made for both: as good as a CSRF token, and it outlives the session.
    """

    def __init__(self, posting_id: int) -> None:
        self.posting_id = posting_id
        found = _read("draft")
        self.is_new = not isinstance(found, str)
        if self.is_new and "browser_secret" not in g:
            g.browser_secret = secrets.token_urlsafe(24)  # one for all of this answer
        self.secret: str = found if isinstance(found, str) else g.browser_secret
        self.hash = hash_token(self.secret)
        self.shared = used_at() is not None

    def new_token(self) -> str:
        """Make a submission token for a form that this browser is given."""
        return str(self._signer().dumps(secrets.token_urlsafe(24)))

    def owns(self, token: str) -> bool:
        """Tell whether a submission token was made for this browser at this posting."""
        if self.is_new:
            return False
        try:
            self._signer().loads(token)
        except BadData:
            return False
        return True

    def remember(self, response: Response, *, shared: bool = False) -> Response:
        """Keep the cookie for a week; on a shared computer until the browser is closed."""
        _write(response, "draft", self.secret, None if shared else LIFETIME)
        if shared:
            note_use(response)
        elif self.shared:
            _drop(response, "shared")
        return response

    def _signer(self) -> URLSafeSerializer:
        return _signer(f"submission:{self.posting_id}:{self.hash}")


def sent_from_here(posting_id: int) -> str | None:
    """Return the secret of the receipt page of what this browser sent for a posting."""
    sent = _read("sent")
    token = sent.get(str(posting_id)) if isinstance(sent, dict) else None
    return token if isinstance(token, str) else None


def remember_sent(response: Response, posting_id: int, token: str) -> None:
    """Remember for a day that this browser sent an application, so that Back tells so."""
    sent = _read("sent")
    others = list(sent.items())[-MOST_SENT:] if isinstance(sent, dict) else []
    _write(response, "sent", {**dict(others), str(posting_id): token}, SENT_LIFETIME)


def shown_here() -> list[str]:
    """List the secrets of the receipts that a shared computer showed."""
    shown = _read("shown")
    return [str(each) for each in shown] if isinstance(shown, list) else []


def remember_shown(response: Response, token: str) -> None:
    """Remember which receipt a shared computer shows, so that leaving can shut it."""
    _write(response, "shown", [*shown_here(), token][-MOST_SENT:], None)


def forget(response: Response) -> Response:
    """Make this browser a stranger."""
    for name in ("draft", "sent", "shared", "shown"):
        _drop(response, name)
    return response


def on_shared_computer() -> bool:
    """Tell whether somebody said of this browser that others use it, just now or before."""
    said = g.get("shared_computer")
    return used_at() is not None if said is None else bool(said)


def used_at() -> dt.datetime | None:
    """Tell when somebody last used this browser on a shared computer; None on any other.

    A mark of before it held a time is of somebody who is there now.
    """
    said = _read("shared")
    if said is True:
        return now()
    return dt.datetime.fromtimestamp(said, dt.UTC) if isinstance(said, float) else None


def note_use(response: Response) -> None:
    """Write into the mark of a shared computer that somebody is there now."""
    _write(response, "shared", now().timestamp(), None)


def is_marked(response: Response) -> bool:
    """Tell whether an answer says already what becomes of the mark of a shared computer."""
    start = f"{_name('shared')}="
    return any(each.startswith(start) for each in response.headers.getlist("Set-Cookie"))


def _drop(response: Response, name: str) -> None:
    response.delete_cookie(
        _name(name),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _signer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=salt)


def _name(name: str) -> str:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return f"__Host-tracker-{name}" if secure else f"tracker-{name}"


def _read(name: str) -> Any:
    try:
        return _signer(name).loads(request.cookies.get(_name(name), ""))
    except BadData:
        return None


def _write(response: Response, name: str, value: Any, lifetime: dt.timedelta | None) -> None:
    response.set_cookie(
        _name(name),
        str(_signer(name).dumps(value)),
        max_age=lifetime,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
