"""Sessions: who is signed in, and which browser has signed in before."""

import datetime as dt
import hashlib
import hmac
import secrets
import time
from typing import Any

from flask import current_app, request, session
from flask_login import LoginManager, login_user
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from tracker.accounts import queries
from tracker.accounts.models import Person
from tracker.accounts.rules import SESSION_LIFETIME, match_address
from tracker.core.tokens import hash_token, new_token

login_manager = LoginManager()
# Its answer to a changed network would be to ask again; libraries' phones roam.
login_manager.session_protection = None

STARTED = "signed_in_at"
KEY = "session_key"
DEVICE_LIFETIME = dt.timedelta(days=365)
DEVICE_ACCOUNTS = 5  # as many accounts as one browser is remembered for


@login_manager.user_loader
def load_person(session_id: str) -> Person | None:
    """Load the person signed in, at every request: a raised epoch ends the session now."""
    started = session.get(STARTED)
    if not isinstance(started, int) or time.time() - started > SESSION_LIFETIME.total_seconds():
        return None
    return queries.signed_in_person(session_id, session.get(KEY, ""))


def start(person: Person) -> None:
    """Sign a person in with a session that holds nothing from before."""
    session.clear()
    session[STARTED] = int(time.time())
    session[KEY] = new_token()
    login_user(person)


def own_key() -> str | None:
    """The secret of this browser's session; None where nobody is signed in."""
    key = session.get(KEY)
    return key if isinstance(key, str) else None


def account_key(email: str) -> str:
    """Name an account in the table of tries by a keyed hash, so that it tells no address."""
    key = current_app.config["SECRET_KEY"].encode()
    address = match_address(email).encode("utf-8", "surrogatepass")
    return hmac.new(key, b"account:" + address, hashlib.sha256).hexdigest()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")


def _cookie_name() -> str:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-tracker-device" if secure else "tracker-device"


def _device() -> dict[str, Any] | None:
    try:
        found = _signer().loads(request.cookies.get(_cookie_name(), ""))
    except BadData:
        return None
    return found if isinstance(found, dict) and {"id", "accounts"} <= found.keys() else None


def device_key(account_key: str) -> str:
    """Name the browser, if it has signed in to this account before; else an empty text."""
    device = _device()
    if device is None or account_key not in device["accounts"]:
        return ""
    return hash_token(f"{device['id']}:{account_key}")


def remember_device(response: Response, account_key: str) -> None:
    """Give the browser a long-lived, signed mark that it has signed in to this account.

    The mark opens nothing. It only keeps strangers' failures from slowing its owner.
    """
    device = _device() or {"id": secrets.token_hex(16), "accounts": []}
    accounts = [account_key, *(each for each in device["accounts"] if each != account_key)]
    response.set_cookie(
        _cookie_name(),
        _signer().dumps({"id": device["id"], "accounts": accounts[:DEVICE_ACCOUNTS]}),
        max_age=DEVICE_LIFETIME,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
