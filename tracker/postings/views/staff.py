"""Postings as staff see them: the list, one posting, and its moves."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.applications import queries as applications
from tracker.core.access import Action, requires
from tracker.core.db import now
from tracker.interviews import queries as interviews
from tracker.organization import queries as organization
from tracker.postings import queries
from tracker.postings.forms import ExtendForm, MoveForm, ReopenForm, ShortLinkForm
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.postings.views import bp
from tracker.postings.views.counts import count_applications, count_origins
from tracker.postings.views.facts import STATES
from tracker.routing import queries as routing
from tracker.routing.rules import MAY_DECIDE

PAGE = 50


@bp.get("/staff/postings")
@requires(Action.SEE_POSTINGS)
def staff_list() -> ResponseReturnValue:
    """List the postings that the person may see, with what waits in each."""
    wanted = request.args.get("state", "")
    state = PostingState(wanted) if wanted in set(PostingState) else None
    number = max(request.args.get("page", 1, int), 1)
    postings = queries.staff_list(
        current_user, state=state, limit=PAGE + 1, offset=min(number - 1, 10_000) * PAGE
    )
    shown = postings[:PAGE]
    return render_template(
        "postings/staff_list.html",
        postings=shown,
        counts=count_applications(current_user, [each.id for each in shown]),
        states=queries.count_by_state(current_user),
        names=STATES,
        state=state,
        at=now(),
        pages=_pages(number, wanted if state else "", more=len(postings) > PAGE),
        zone=queries.zone(),
    )


def _pages(number: int, state: str, *, more: bool) -> dict[str, str]:
    def at(page: int) -> str:
        return url_for("postings.staff_list", page=page, state=state or None)

    return {
        "newer_url": at(number - 1) if number > 1 else "",
        "older_url": at(number + 1) if more else "",
        "summary": gettext("Page %(number)d", number=number) if more or number > 1 else "",
    }


@bp.get("/staff/postings/<int:posting_id>")
@requires(Action.SEE_POSTINGS)
def staff_show(posting_id: int) -> ResponseReturnValue:
    """Show one posting: where it stands, what to do next, who applied."""
    return draw_posting(queries.get_visible(current_user, posting_id))


def draw_posting(
    posting: Posting,
    *,
    form: MoveForm | None = None,
    verb: str = "",
    linking: ShortLinkForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Draw the posting's staff page; `form` is a move's that was refused, `linking` a link's."""
    at = now()
    page = render_template(
        "postings/staff_show.html",
        posting=posting,
        unlisted=posting.is_unlisted(at),
        state=posting.state_at(at).value,
        checks=queries.checks_of(posting, at),
        contact=queries.contact_of(posting),
        counts=count_applications(current_user, [posting.id])[posting.id],
        history=_history(posting),
        zone=queries.zone(),
        form=form or MoveForm(formdata=None),
        reopening=form if isinstance(form, ReopenForm) else ReopenForm(formdata=None),
        extending=form if verb == "extend" else ExtendForm(formdata=None),
        planned=queries.planned_reopening(posting),
        second_person=organization.publishing().second_person,
        refused=verb,
        **_applications(posting),
        origins=count_origins(current_user, posting.id, queries.short_links(posting)),
        linking=linking or ShortLinkForm(formdata=None),
        managers=queries.managers_of(posting),
        copied=queries.copied_on(posting),
    )
    return page, status


def _applications(posting: Posting) -> dict[str, Any]:
    """What the table of the posting's newest applications shows."""
    listed = applications.page_of(
        current_user, applications.Filters(posting_id=posting.id), size=20
    )
    return {
        "listed": listed,
        "with_whom": routing.open_assignments(listed.ids),
        "next_interviews": interviews.next_of(listed.ids, now()),
        "deciding": MAY_DECIDE,
    }


def _history(posting: Posting) -> list[dict[str, Any]]:
    """Write the posting's moves for the timeline, newest first, down to its making."""
    moves = [
        {
            "title": gettext(
                "%(old)s to %(new)s", old=STATES[each.old], new=str(STATES[each.new]).lower()
            ),
            "at": each.at,
            "by": each.by.name if each.by else gettext("by itself"),
            "body": _said(each.reason, each.confirmed),
        }
        for each in reversed(queries.history_of(posting))
    ]
    source = posting.source_name
    made = gettext("Read from %(source)s", source=source) if source else gettext("Drafted")
    return [*moves, {"title": made, "at": posting.created_at, "by": "", "body": ""}]


def _said(reason: str, confirmed: list[str]) -> str:
    if not confirmed:
        return reason
    names = ", ".join(gettext(code.replace("-", " ")) for code in confirmed)
    return " ".join(filter(None, (reason, gettext("Confirmed: %(names)s.", names=names))))


def to_posting(posting_id: int, said: str) -> ResponseReturnValue:
    """Go back to a posting's page and say there what happened."""
    flash(said, "success")
    return redirect(url_for("postings.staff_show", posting_id=posting_id), 303)
