"""The list of openings as a part of another site's page."""

from flask import current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from tracker.core import languages, pages
from tracker.core.access import public
from tracker.core.db import now
from tracker.core.web import POLICY
from tracker.postings import queries
from tracker.postings.views import bp

NOWHERE = "frame-ancestors 'none'"


@bp.get("/embed/postings")
@public
def embedded() -> ResponseReturnValue:
    """Show what is open for a frame on one of the sites in EMBED_HOSTS; sets no cookie."""
    at = now()
    postings, next_one = queries.open_listed_until(at)
    languages.remember_nothing()
    page = render_template(
        "postings/embed.html",
        postings=postings,
        zone=queries.zone(),
        spoken=languages.carried(forgotten=True),
    )
    response = make_response(page)
    hosts = current_app.config["EMBED_HOSTS"]
    if hosts:
        policy = POLICY.replace(NOWHERE, f"frame-ancestors 'self' {hosts}")
        response.headers["Content-Security-Policy"] = policy
    pages.offer(*(each.closes_at for each in postings), next_one)
    return response
