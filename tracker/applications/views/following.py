"""A posting's routing log: to whom its applications went, and what came of it."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.applications import queries
from tracker.applications.views import bp
from tracker.applications.views.routed import routed
from tracker.core.access import Action, requires
from tracker.core.web import whole_number
from tracker.postings import queries as postings
from tracker.routing import queries as routing


@bp.get("/staff/postings/<int:posting_id>/routing")
@requires(Action.SEE_POSTINGS)
def routing_log(posting_id: int) -> ResponseReturnValue:
    """Show the routing log of a posting, newest first."""
    posting = postings.get_visible(current_user, posting_id)
    page = routing.log_of(
        posting.id,
        queries.visible_to(current_user),
        before=whole_number(request.args.get("before")),
        after=whole_number(request.args.get("after")),
    )
    policy, zone = routing.policy(), queries.time_zone()

    here = partial(url_for, "applications.routing_log", posting_id=posting.id)
    return render_template(
        "applications/routing_log.html",
        posting=posting,
        rows=routed(page.rows, policy, zone),
        pages={
            "newer_url": here(after=page.newer) if page.newer else "",
            "older_url": here(before=page.older) if page.older else "",
        },
        zone=zone,
    )
