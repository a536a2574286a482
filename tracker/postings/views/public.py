"""The careers page and each posting's page."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.core import links, pages
from tracker.core.access import Action, allows, public
from tracker.core.db import now
from tracker.core.errors import NotFoundError
from tracker.core.web import POLICY
from tracker.organization import queries as organization
from tracker.postings import queries
from tracker.postings.checks import plain_words
from tracker.postings.exports import as_script, job_posting
from tracker.postings.exports.changes import said
from tracker.postings.films import film_of
from tracker.postings.models import Posting, PostingVersion
from tracker.postings.rules import HIDDEN, EmploymentType, PostingState, SectionKind, Taking
from tracker.postings.views import bp
from tracker.postings.views.facts import TYPES

FILTERS_FROM = 11
GONE = frozenset({PostingState.CLOSED, PostingState.FILLED, PostingState.CANCELLED})


@bp.get("/")
@public
def careers() -> ResponseReturnValue:
    """Show what is open, as a list that a person can scan."""
    at, employer = now(), organization.employer()
    postings, next_one = queries.open_listed_until(at)
    words, kind = _filters() if len(postings) >= FILTERS_FROM else ("", "")
    film = film_of(employer.film_url) if employer and employer.film_url else None
    page = render_template(
        "postings/careers.html",
        postings=[each for each in postings if _fits(each, words, kind)],
        total=len(postings),
        filtering=len(postings) >= FILTERS_FROM,
        words=words,
        kind=kind,
        kinds=_kinds(list(postings)),
        badges=organization.badges(),
        film=film,
        zone=employer.time_zone if employer else "UTC",
    )
    response = make_response(page)
    if film:
        # The player's frame is let in on this page alone, and loads on a click.
        response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src {film.host}"
    pages.offer(*(each.closes_at for each in postings), next_one)
    return response


def _filters() -> tuple[str, str]:
    """Read what the list is narrowed by; an unknown kind narrows nothing."""
    kind = request.args.get("type", "")
    return request.args.get("words", "").strip()[:100], kind if kind in TYPES else ""


def _fits(posting: Posting, words: str, kind: str) -> bool:
    title = posting.title.casefold()
    return all(word in title for word in words.casefold().split()) and (
        not kind or kind in posting.employment_types
    )


def _kinds(postings: list[Posting]) -> list[tuple[str, Any]]:
    present = {kind for posting in postings for kind in posting.employment_types}
    return [(kind.value, TYPES[kind]) for kind in EmploymentType if kind.value in present]


@bp.get("/postings/<slug>")
@public
def show(slug: str) -> ResponseReturnValue:
    """Show a posting. One that has ended answers 410 and keeps its words."""
    posting, preview = _find(slug)
    at = now()
    answer = draw_page(posting, queries.contact_of(posting), at=at, preview=preview)
    if not preview:
        pages.offer(posting.closes_at, posting.closing.grace_ends_at(at), posting.listed_at)
    return answer


def draw_page(
    posting: Posting,
    contact: Person | None,
    *,
    at: dt.datetime,
    preview: bool = False,
    framed: bool = False,
) -> tuple[str, int]:
    """Draw a posting's page and say its status.

    `preview`: it is not public yet, and says so. `framed`: it is what somebody types just now,
    drawn as it would be when it is public; the main part is the public page's own.
    """
    state, taking = posting.state_at(at), posting.closing.taking(at)
    employer = organization.employer()
    told = [] if preview or framed else queries.told_changes(posting)
    structured = None
    if employer is not None and state is PostingState.OPEN and not (preview or framed):
        changed_at = told[0].at if told else None
        structured = as_script(job_posting(posting, employer, changed_at=changed_at))
    gone = state in GONE
    page = render_template(
        "postings/show.html",
        posting=posting,
        state=state.value,
        gone=gone,
        preview=preview,
        framed=framed,
        accepting=taking is Taking.OPEN,
        takes_late=taking is Taking.LATE,
        grace_until=posting.closing.grace_ends_at(at),
        contact=contact,
        structured=structured,
        changed=_changed(told, employer.time_zone if employer else "UTC"),
        unlisted=posting.is_unlisted(at),
        address=links.posting(posting.slug),
        zone=employer.time_zone if employer else "UTC",
        **_parts(posting, gone=gone),
    )
    return page, 410 if gone and not preview else 200


def _parts(posting: Posting, *, gone: bool) -> dict[str, Any]:
    """Say where each part of the text stands: how to apply comes last, with whom it goes to."""
    of_kind = {each.kind: each for each in reversed(posting.sections)}
    applying = None if gone else of_kind.get(SectionKind.HOW_TO_APPLY)
    return {
        "sections": [each for each in posting.sections if each is not applying],
        "applying": applying,
        "paying": of_kind.get(SectionKind.PAY_AND_BENEFITS),
        "benefits": _own_benefits(posting),
    }


def _changed(told: Sequence[PostingVersion], zone: str) -> list[tuple[dt.date, str]]:
    """Say on which days what has changed that matters to candidates, newest first.

    Of each matter the last change alone: an earlier sentence would contradict the page.
    """
    place, known = ZoneInfo(zone), set[str]()
    lines = []
    for each in told:
        changes = [one for one in queries.differences_in(each) if one.name not in known]
        known |= {one.name for one in changes}
        if changes:
            lines.append((each.at.astimezone(place).date(), "; ".join(said(changes, zone))))
    return lines


def _own_benefits(posting: Posting) -> str:
    """Return the benefits, or '' where a section says the same words already."""
    said = " ".join(plain_words(section.text) for section in posting.sections)
    return "" if plain_words(posting.benefits) in said else posting.benefits


@bp.get("/postings/<slug>/qr.svg")
@public
def qr(slug: str) -> Response:
    """Draw the posting's address for a notice board."""
    posting, _preview = _find(slug)
    picture = io.BytesIO()
    segno.make(links.posting(posting.slug), error="m").save(
        picture, kind="svg", border=2, scale=4, xmldecl=False, svgns=True, omitsize=True
    )
    return Response(picture.getvalue(), mimetype="image/svg+xml")


def _find(slug: str) -> tuple[Posting, bool]:
    """Find a posting that this visitor may see, and tell whether it is a preview."""
    posting = queries.by_slug(slug)
    if posting is None:
        raise NotFoundError("There is no posting at this address.")
    hidden = posting.state in HIDDEN or posting.published_at is None
    if not hidden:
        return posting, False
    if (
        current_user.is_authenticated
        and allows(current_user.role, Action.SEE_POSTINGS)
        and queries.may_see(current_user, posting)
    ):
        return posting, True
    raise NotFoundError("There is no posting at this address.")
