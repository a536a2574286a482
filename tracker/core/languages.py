"""In which language a page speaks: as chosen, else as begun, else as the browser asks.

Staff pages stay English, and so does what a hiring contact reads. A choice is a link to the
page one is on, with `?lang=` in its address; a cookie remembers it.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, Response, current_app, g, request
from flask_babel import get_locale, gettext, refresh
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from tracker.core import links
from tracker.core.access import access_of

LANGUAGES = {"en": "English", "es": "Español"}
"""Every language that candidates can read, in its own name."""

IN_ENGLISH = {"en": "English", "es": "Spanish"}
"""The same for staff, whose pages are in English."""

DEFAULT = "en"
WRITTEN_IN = "en"
"""What employers write their own texts in."""

COOKIE, ARGUMENT = "language", "lang"
LIFETIME = dt.timedelta(days=365)
_ENGLISH_ONLY: set[str] = set()


@dataclass(frozen=True)
class Choice:
    """One language that this page can be read in, and where."""

    code: str
    name: str
    url: str
    is_current: bool


def init_app(app: Flask) -> None:
    """Remember choices, name the language of every page, and give templates their words."""
    app.after_request(_name_language)
    app.context_processor(_words)
    app.jinja_env.filters["own_words"] = own_words
    app.jinja_env.filters["theirs"] = theirs
    app.jinja_env.filters["language_name"] = lambda code: IN_ENGLISH.get(code, code)


def keep_english(blueprint: Blueprint) -> None:
    """Declare that a room's public pages are for colleagues: they are not translated."""
    _ENGLISH_ONLY.add(blueprint.name)


def english_rooms() -> frozenset[str]:
    """The rooms whose public pages are for colleagues."""
    return frozenset(_ENGLISH_ONLY)


def select_locale() -> str:
    """Choose the language: asked for, chosen before, begun in, the browser's, English."""
    if not request or not is_for_candidates():
        return DEFAULT
    for wish in (
        request.args.get(ARGUMENT),
        request.cookies.get(COOKIE),
        g.get("begun_in"),
        request.accept_languages.best_match(LANGUAGES),
    ):
        if wish in LANGUAGES:
            return str(wish)
    return DEFAULT


def is_chosen() -> bool:
    """Tell whether the reader has said in which language they want to read."""
    return bool({request.args.get(ARGUMENT), request.cookies.get(COOKIE)} & LANGUAGES.keys())


def carried(*, forgotten: bool = False) -> str | None:
    """What the address of the next page must say for the language to stay; mostly nothing.

    `forgotten` is for a browser whose remembered choice goes with this answer.
    """
    by_itself = request.accept_languages.best_match(LANGUAGES) or DEFAULT
    if not forgotten and request.cookies.get(COOKIE) in LANGUAGES:
        by_itself = str(request.cookies.get(COOKIE))
    return current() if current() != by_itself else None


def is_for_candidates() -> bool:
    """Tell whether this page is one that candidates read, and not one for staff or contacts."""
    if request.blueprint in _ENGLISH_ONLY:
        return False
    access = access_of(current_app.view_functions.get(request.endpoint or ""))
    return access is None or access.kind != "requires"


def begin_in(language: str) -> None:
    """Speak the language that something was begun in, unless the reader has chosen another."""
    g.begun_in = language
    refresh()


def follow_link(language_of: Callable[[str], str | None]) -> None:
    """Go on in the language of what a candidate's private link opens, unless another is chosen.

    `language_of` reads it by the link's secret; None for one that opens nothing.
    """
    token = (request.view_args or {}).get("token")
    if isinstance(token, str) and not is_chosen():
        language = language_of(token)
        if language is not None:
            begin_in(language)


def current() -> str:
    """The code of the language that is spoken now."""
    return str(get_locale() or DEFAULT)


def own_words(text: str) -> str:
    """Say in the reader's language what the employer wrote, where it is a word of ours.

    A requested document is usually called “Resume” or “Cover letter”; other texts stay.
    """
    return str(gettext(text)) if text else ""


def theirs(text: str) -> str:
    """Mark as the employer's own a text that stands on a page in another language."""
    if not text or current() == WRITTEN_IN:
        return text
    return Markup('<span lang="{}">{}</span>').format(WRITTEN_IN, text)


def address_in(language: str | None, path: str | None = None) -> str:
    """The path of this page, or of another one, in a language; None for as the reader likes."""
    arguments = MultiDict(request.args if path is None else {})
    arguments.pop(ARGUMENT, None)
    if language is not None:
        arguments[ARGUMENT] = language
    query = urlencode(list(arguments.items(multi=True)))
    # Two slashes in front would name another host.
    place = "/" + quote(path or _readable_path()).lstrip("/")
    return place + (f"?{query}" if query else "")


def _readable_path() -> str:
    """The path of this page; behind a form that was posted, the nearest page above it."""
    path = request.path
    if request.method in {"GET", "HEAD"}:
        return path
    adapter = current_app.create_url_adapter(request)
    while adapter is not None and path != "/":
        try:
            adapter.match(path, method="GET")
        except HTTPException:
            path = path.rstrip("/").rpartition("/")[0] or "/"
        else:
            break
    return path


def choices() -> list[Choice]:
    """Every language that this page can be read in; nothing where it is English alone."""
    if not request or not is_for_candidates():
        return []
    now = current()
    return [Choice(code, name, address_in(code), code == now) for code, name in LANGUAGES.items()]


def alternates() -> dict[str, str]:
    """This public page's absolute address in each language, for search engines.

    English stands at the plain address. `canonical` is the one that was asked for.
    """
    plain = links.absolute(quote(request.path))
    found = {"canonical": plain, "x-default": plain}
    for code in LANGUAGES:
        found[code] = plain if code == DEFAULT else f"{plain}?{ARGUMENT}={code}"
    asked = request.args.get(ARGUMENT)
    if asked in LANGUAGES:
        found["canonical"] = found[asked]
    return found


def _words() -> dict[str, object]:
    spoken = current()
    theirs = "" if spoken == WRITTEN_IN else WRITTEN_IN
    return {
        "locale": spoken,
        "language_choices": choices,
        "language_alternates": alternates,
        # <div {{ as_written }}>: what the employer wrote, on a page in another language.
        "employer_lang": theirs,
        "as_written": Markup('lang="{}"').format(theirs) if theirs else "",
    }


def _name_language(response: Response) -> Response:
    if response.mimetype != "text/html":
        return response
    response.headers.setdefault("Content-Language", current())
    if is_for_candidates():
        response.vary.update(("Accept-Language", "Cookie"))
        _remember(response)
    return response


def _remember(response: Response) -> None:
    asked = request.args.get(ARGUMENT)
    if g.get("language_forgotten"):
        return
    if asked in LANGUAGES and asked != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE,
            str(asked),
            max_age=LIFETIME,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )


def remember_nothing() -> None:
    """Leave no cookie with this answer, even where its address chooses a language."""
    g.language_forgotten = True


def forget(response: BaseResponse) -> None:
    """Take the remembered choice from a shared computer; this answer remembers none."""
    g.language_forgotten = True
    response.delete_cookie(
        COOKIE,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
