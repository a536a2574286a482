"""What other programs read: sitemap, robots, Atom, Indeed's feed, the public interface."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from flask import Response, request
from flask_babel import gettext

from tracker.core import languages, links, pages, problems
from tracker.core.access import public
from tracker.core.db import now
from tracker.core.errors import DomainError, GoneError, NotFoundError
from tracker.core.web import whole_number
from tracker.organization import queries as organization
from tracker.postings import queries
from tracker.postings.exports import feeds, openapi
from tracker.postings.exports.public import brief, cursor_of, place_of, whole
from tracker.postings.models import Posting
from tracker.postings.views import bp

PRIVATE = (
    "/staff",
    "/my",
    "/for/",
    "/drafts/",
    "/new-address/",
    "/alerts/",
    "/sign-in",
    "/postings/question/",
    "/postings/*/apply",
    "/postings/*/question",
    "/embed/",
)
"""Paths that no search engine has any business with: what is one person's, and forms."""


def answer(body: bytes, media_type: str, moments: Iterable[dt.datetime | None] = ()) -> Response:
    """Answer a program with what is the same for everybody, until the first of the moments.

    Whoever names the tag of what they have is told that it still holds (RFC 9110 §13.1.2).
    """
    response = Response(body, content_type=media_type)
    response.set_etag(pages.fingerprint(body))
    response.headers["Cache-Control"] = "public, no-cache"
    if not pages.offer(*moments):
        response.make_conditional(request)
    return response


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Tell search engines what is not theirs, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    lines += ["", f"Sitemap: {links.absolute('/sitemap.xml')}", ""]
    return answer("\n".join(lines).encode(), "text/plain; charset=utf-8")


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """List the careers page and what it lists, each in every language."""
    at = now()
    postings = queries.open_listed(at)
    known = [(links.absolute(feeds.CAREERS), queries.listing_changed_at(at))]
    known += [(links.posting(each.slug), each.changed_at) for each in postings]
    ends = {code: f"?{languages.ARGUMENT}={code}" for code in languages.LANGUAGES}
    ends[languages.DEFAULT] = ""
    return answer(feeds.sitemap(known, ends), "application/xml", _turns(postings, at))


@bp.get("/feeds/postings.atom")
@public
def atom() -> Response:
    """Give feed readers what is open, newest first."""
    at, employer = now(), organization.employer()
    postings = queries.listed(at)
    name = employer.name if employer else gettext("Careers")
    body = feeds.atom(
        postings,
        title=gettext("Open positions at %(name)s", name=name),
        employer=name,
        language=languages.current(),
        changed_at=queries.listing_changed_at(at),
    )
    response = answer(body, "application/atom+xml; charset=utf-8", _turns(postings, at))
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@bp.get("/feeds/indeed.xml")
@public
def indeed() -> Response:
    """Give Indeed, and who reads the same form, what is open."""
    at, employer = now(), organization.employer()
    if employer is None:
        raise NotFoundError
    postings = queries.listed(at)
    body = feeds.indeed(postings, employer, changed_at=queries.listing_changed_at(at))
    return answer(body, "application/xml", _turns(postings, at))


def _turns(postings: Iterable[Posting], at: dt.datetime) -> list[dt.datetime | None]:
    """The moments at which the list becomes another by itself: one closes, or one comes."""
    return [*(each.closes_at for each in postings), queries.next_listing(at)]


class UnreadableQueryError(DomainError):
    """An address asks for what cannot be answered."""

    status = 400


@bp.get("/api/v1/postings")
@public
def api_list() -> Response:
    """List what is open, newest first, a page at a time."""
    at, employer = now(), organization.employer()
    limit, cursor = request.args.get("limit"), request.args.get("cursor")
    size = openapi.PAGE if limit is None else whole_number(limit) or 0
    if not 1 <= size <= openapi.LARGEST_PAGE:
        raise UnreadableQueryError(
            gettext("The limit is a number from 1 to %(most)d.", most=openapi.LARGEST_PAGE)
        )
    after = None if cursor is None else place_of(cursor)
    if cursor is not None and after is None:
        raise UnreadableQueryError(
            "The cursor is none of ours. Begin without one and follow “next”."
        )
    found = queries.listed(at, after=after, limit=size + 1)
    shown, following = found[:size], None
    if len(found) > size:
        following = links.absolute(f"{openapi.LIST}?limit={size}&cursor={cursor_of(shown[-1])}")
    said = {"postings": [brief(each, employer) for each in shown], "next": following}
    return _as_json(said, _turns(found, at))


@bp.get("/api/v1/postings/<slug>")
@public
def api_show(slug: str) -> Response:
    """Give one posting of the list. One that was there and has ended answers 410."""
    at = now()
    posting = queries.by_slug(slug)
    if posting is None or posting.published_at is None or posting.is_unlisted(at):
        raise NotFoundError("There is no posting at this address.")
    if not queries.is_open_listed(posting, at):
        raise GoneError("This position is no longer open.")
    return _as_json(whole(posting, organization.employer()), [posting.closes_at])


@bp.get("/api/v1/openapi.json")
@public
def api_description() -> Response:
    """Describe the interface."""
    return _as_json(openapi.description(), [])


def _as_json(said: dict[str, Any], moments: Iterable[dt.datetime | None]) -> Response:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return answer(body, "application/json", moments)


@bp.after_request
def open_to_other_sites(response: Response) -> Response:
    """Let pages of every other site read the public interface, without anybody's cookies."""
    if problems.concerns(request.path):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    return response
