"""The link mailed to an address that applied twice: by it the newer application counts."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.applications import operations, queries
from tracker.applications.models import ReplaceLink
from tracker.applications.views import bp
from tracker.core.access import signed_link
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.interviews import operations as interviews
from tracker.routing import operations as routing


@bp.route("/my/replace/<token>", methods=["GET", "POST"])
@signed_link
def replace(token: str) -> ResponseReturnValue:
    """Show both applications; a GET changes nothing, since mail scanners open links."""
    link = _link(token)
    if request.method == "GET":
        try:
            operations.check_replaceable(link, at=now())
        except DomainError as error:
            return _page(link, problem=error)
        return _page(link)
    try:
        with writing():
            link = _link(token)
            interviews.settle(routing.replace(link, at=now()), by=None)
            db.session.commit()
    except DomainError as error:
        db.session.rollback()
        return _page(_link(token), problem=error)
    return _page(_link(token), done=True)


def _link(token: str) -> ReplaceLink:
    link = queries.replace_link(token)
    if link is None:
        raise NotFoundError(
            gettext("This link opens nothing. It may have been cut off in the mail.")
        )
    return link


def _page(
    link: ReplaceLink, *, problem: DomainError | None = None, done: bool = False
) -> ResponseReturnValue:
    used = link.used_at is not None
    page = render_template(
        "applications/replace.html",
        earlier=link.earlier,
        newer=link.newer,
        done=done or used,
        problem=gettext(problem.message) if problem and not used else "",
        zone=queries.time_zone(),
    )
    return page, problem.status if problem and not used else 200
