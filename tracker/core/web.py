"""The web's common ground: access, headers, error pages, template words."""

import errno
import logging
import sys
from contextlib import suppress
from typing import Any, TextIO, cast
from urllib.parse import urlsplit

import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel, gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadHost, HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from tracker.core import formats, languages, leading, problems
from tracker.core.access import Access, Action, access_of, allows
from tracker.core.compressing import compress
from tracker.core.db import db
from tracker.core.errors import N_, DomainError, TooManyRequestsError
from tracker.core.markup import cleaned, markdown
from tracker.core.requests import PlainRequest
from tracker.core.static import asset_url, blueprint

csrf = CSRFProtect()
babel = Babel()
log = structlog.get_logger(__name__)

LARGEST_NUMBER = 2**31 - 1  # of a row: PostgreSQL's integer
DRAIN_LIMIT, DRAIN_CHUNK, DRAIN_HEAD = 256 << 20, 1 << 20, 64 << 10
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


def init_app(app: Flask) -> None:
    """Attach access control, headers, errors and template words to an app."""
    csrf.init_app(app)
    babel.init_app(app, locale_selector=languages.select_locale)
    languages.init_app(app)
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # so Flask says to wrap it
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.request_class = PlainRequest
    app.register_blueprint(blueprint)
    app.before_request(check_access)
    app.before_request(check_address)
    app.after_request(compress)  # called after the others
    app.after_request(protect)
    app.teardown_request(_end_snapshot)
    _register_words(app)
    for kind, handler in (
        (DomainError, _domain_error),
        (CSRFError, _csrf_error),
        (HTTPException, _http_error),
        (StaleDataError, _stale),
        (OperationalError, _database_away),
        (InterfaceError, _database_away),
        (PoolTimeoutError, _database_away),
        (OSError, _disk_away),
        (Exception, _crash),
    ):
        app.register_error_handler(kind, handler)


def check_access() -> ResponseReturnValue | None:
    """Deny by default: a route opens only as far as its own mark says."""
    if request.endpoint is None:
        return None  # no such page; the router's own 404 or 405 follows
    return _check(access_of(current_app.view_functions.get(request.endpoint)))


def _check(access: Access | None) -> ResponseReturnValue | None:
    """Let a request pass, send it to sign in, or abort it, as a route's mark says."""
    if access is None:
        abort(403)
    g.access = access
    if access.kind != "requires":
        return None
    assert access.action is not None
    if not current_user.is_authenticated:
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        abort(401)
    if not allows(current_user.role, access.action):
        abort(403)
    return None


def check_address() -> None:
    """Answer 404 for an address that can name no row, before a database chokes on it."""
    for part in (request.view_args or {}).values():
        if "\x00" in part if isinstance(part, str) else part > LARGEST_NUMBER:
            abort(404)


def whole_number(text: str | None) -> int | None:
    """Read a number that a form or an address carries; None for what is not a row's."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 10:
        return None  # int() takes other scripts' digits, and chokes on thousands of them
    return number if (number := int(text)) <= LARGEST_NUMBER else None


def is_own_path(path: str | None) -> bool:
    """Tell whether a `next` address is a plain path of this site."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc and "\\" not in path and path.isprintable()


def can(action: str) -> bool:
    """Tell whether the person signed in may try an action, by its name in `Action`."""
    person = _person()
    return person is not None and allows(person.role, Action[action])


def protect(response: Response) -> Response:
    """Add the headers that every answer carries; private pages are never kept by a cache."""
    headers = response.headers
    if isinstance(request.routing_exception, RequestRedirect):
        # The router's own answer to a doubled slash names the host that the request named.
        headers["Location"] = urlsplit(headers["Location"])._replace(scheme="", netloc="").geturl()
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
        headers.setdefault("X-Frame-Options", "DENY")  # the older word for the same
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if current_app.config["BASE_URL"].startswith("https://"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    access = g.get("access")
    if access is None or access.kind != "public" or response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in headers:
        # A public page may carry a form's token or a greeting: never for shared caches.
        headers["Cache-Control"] = "private, no-cache"
    return response


def _end_snapshot(_error: BaseException | None) -> None:
    try:
        db.session.rollback()
    except SQLAlchemyError:
        log.warning("rollback_failed", exc_info=True)


def _person() -> Any:
    """Who is signed in, or nobody: an error page is drawn even while the database is away."""
    try:
        return current_user if current_user and current_user.is_authenticated else None
    except SQLAlchemyError:
        return None


def has_endpoint(name: str) -> bool:
    """Tell whether a route of that name exists."""
    return name in current_app.view_functions


def _register_words(app: Flask) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(asset_url=asset_url, has_endpoint=has_endpoint, can=can)
    env.filters.update(
        date=formats.date,
        long_date=formats.long_date,
        short_date=formats.short_date,
        time=formats.time,
        datetime=formats.datetime,
        short_datetime=formats.short_datetime,
        zone_name=formats.zone_name,
        filesize=formats.filesize,
        markdown=markdown,
        cleaned=cleaned,
    )

    @app.context_processor
    def words() -> dict[str, Any]:
        return {"current_person": _person()}


_TITLES = {
    400: N_("That did not arrive whole"),
    401: N_("Please sign in first"),
    403: N_("This page is not open to you"),
    404: N_("There is nothing at this address"),
    405: N_("This address does not answer that"),
    409: N_("That cannot be done now"),
    410: N_("This is no longer here"),
    413: N_("That is too large"),
    429: N_("Too many tries in a short time"),
    500: N_("Something broke on our side"),
    503: N_("Not available just now"),
}
# Full, over a quota or a limit, mounted to be read only, or broken.
_NO_WRITING = {
    getattr(errno, name, None)  # Windows knows no quotas
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EIO")
}
_PAGES = {400, 403, 404, 405, 409, 410, 413, 429, 500, 503}


def error_page(
    status: int, message: str | None = None, **context: Any
) -> tuple[str | Response, int]:
    """Draw an error page in the site's dress; the transaction is rolled back first.

    A program that asked the public interface is told the same in its own form.
    """
    try:
        db.session.rollback()
    except OperationalError:
        log.warning("rollback_failed", exc_info=True)
    name = f"errors/{status if status in _PAGES else 500 if status >= 500 else 400}.html"
    title = context.pop("title", None) or gettext(_TITLES.get(status, _TITLES[400]))
    if problems.concerns(request.path):
        return problems.problem(status, title, message), status
    page = render_template(name, code=status, title=title, message=message, **context)
    return page, status


def _domain_error(error: DomainError) -> ResponseReturnValue:
    page, status = error_page(error.status, gettext(error.message))
    if isinstance(error, TooManyRequestsError):
        return page, status, {"Retry-After": str(error.retry_after)}
    return page, status


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        gettext(
            "The page was open for too long, or cookies are switched off, so we could not tell"
            " that the form came from you. Nothing was sent. Go back, reload the page and send"
            " it again."
        ),
    )


def drain() -> bytes:
    """Read and drop a body that was refused for its length, before it is answered.

    A browser that is still sending when the connection closes shows no answer at all. Only a
    body that nobody began to read is drained, and no more than 256 MB of it. Returns its first
    bytes: what was typed in front of the file stands there.
    """
    left = request.content_length or 0
    if left <= (request.max_content_length or left):
        return b""
    left, head = min(left, DRAIN_LIMIT), b""
    stream = request.environ["wsgi.input"]
    while left > 0 and (chunk := stream.read(min(left, DRAIN_CHUNK))):
        left -= len(chunk)
        head = head or chunk[:DRAIN_HEAD]
    return head


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status == 413:
        drain()
    # A page has links, and without a host to be at no address can be made for them.
    if status < 400 or error.response is not None or isinstance(error, BadHost):
        return error
    if status == 405 and (answer := _lead_on()) is not None:
        return answer
    page, status = error_page(status)
    headers = {}
    valid = getattr(error, "valid_methods", None)
    if valid:
        headers["Allow"] = ", ".join(sorted(valid))
    return page, status, headers


def _lead_on() -> ResponseReturnValue | None:
    """Lead whoever opens an address that only takes a form to the page where it stands."""
    reads = request.method in {"GET", "HEAD"} and not problems.concerns(request.path)
    found = leading.lead() if reads else None
    if found is None:
        return None
    try:
        closed = _check(found.access)
    except HTTPException as error:
        return error_page(error.code or 403)
    if closed is not None:
        return closed
    if found.access is not None and found.access.kind != "public":
        flash(gettext("Nothing was sent by opening that address. Its form stands on this page."))
    return redirect(found.page, 303)


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    return error_page(
        409,
        gettext(
            "Somebody else changed this while you had it open. Nothing was overwritten."
            " Go back, reload the page, and make your change again."
        ),
    )


def _database_away(error: SQLAlchemyError) -> ResponseReturnValue:
    log.error("database_away", error=str(getattr(error, "orig", error)))
    return error_page(
        503, gettext("The database is away. Nothing was saved, nothing is lost: try again soon.")
    )


def _disk_away(error: OSError) -> ResponseReturnValue:
    if error.errno not in _NO_WRITING:
        return _crash(error)
    log.error("disk_away", error=str(error))
    return error_page(
        503,
        gettext(
            "The server could not write to its disk. Nothing was saved, nothing is lost:"
            " try again soon."
        ),
    )


def _crash(error: Exception) -> ResponseReturnValue:
    if current_app.config.get("PROPAGATE_EXCEPTIONS") or current_app.testing:
        raise error
    log.error("crash", path=loggable_path(), method=request.method, exc_info=error)
    return error_page(500)


def loggable_path() -> str:
    """The path asked for, without the secret of a private link."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(token, "…") if token else request.path


def constraint_of(error: IntegrityError) -> str:
    """Name the constraint that refused a row, as far as the driver says (else its words)."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or error.orig)


def configure_logging(*, as_json: bool) -> None:
    """Send logs to standard error: lines for a person, JSON for a machine."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _StandardError())),
    )


class _StandardError:
    """Standard error as it is now; a disk too full for the log costs the line, not the answer."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()
