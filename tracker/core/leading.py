"""Lead on from an address that only takes a form: reloaded, gone back to, or typed.

A form that is refused is drawn anew at the address that it was sent to, and many of those answer
nothing but a POST. Whoever opens one of them by itself is led to the page on which its form
stands: the one that the view names, else the nearest page above it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from tracker.core.access import Access, access_of

View = TypeVar("View", bound=Callable[..., Any])


def form_stands_at(endpoint: str) -> Callable[[View], View]:
    """Name the page on which the form of a view stands, where it is not the nearest one above.

    Its arguments have to be among the view's own.
    """

    def mark(view: View) -> View:
        view.form_stands_at = endpoint  # type: ignore[attr-defined]  # a mark, read below
        return view

    return mark


@dataclass(frozen=True)
class Lead:
    """A page to go on to, and the mark of the route that was asked for: who may try it at all."""

    page: str
    access: Access | None


def lead() -> Lead | None:
    """Find where the address of this request leads on to, if a form can be sent to it."""
    adapter = current_app.create_url_adapter(request)
    found = _match(adapter, request.path, "POST") if adapter is not None else None
    if adapter is None or found is None:
        return None
    endpoint, values = found
    view = current_app.view_functions[endpoint]
    named = getattr(view, "form_stands_at", None)
    page = _page_of(named, values) if named else _page_above(adapter, request.path)
    return Lead(page, access_of(view))


def _page_of(endpoint: str, values: dict[str, Any]) -> str:
    known = {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}
    return url_for(endpoint, **{name: value for name, value in values.items() if name in known})


def _page_above(adapter: MapAdapter, path: str) -> str:
    """The nearest address above this one that shows something; in the end the front page."""
    while path := path.rpartition("/")[0]:
        if (found := _match(adapter, path, "GET")) is not None:
            endpoint, values = found
            return url_for(endpoint, **values)
    return "/"


def _match(adapter: MapAdapter, path: str, method: str) -> tuple[str, dict[str, Any]] | None:
    try:
        endpoint, values = adapter.match(path, method=method)
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint), dict(values)
