"""The staff's list, the board of one posting, and the page of one application."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications import operations, queries
from tracker.applications.forms import HandOverForm, NoteForm
from tracker.applications.models import Application, ApplicationDocument
from tracker.applications.queries import ApplicationPage, Filters
from tracker.applications.rules import (
    ACTS,
    FAMILIARITY_WORDS,
    LONGEST_SOURCE,
    STAGES,
    Familiarity,
    Outcome,
    Stage,
    Standing,
    next_target,
    target_named,
)
from tracker.applications.views import bp
from tracker.applications.views.behind import Behind
from tracker.applications.views.byhand import ByHand
from tracker.applications.views.deciding import may_move
from tracker.applications.views.finding import found_in
from tracker.applications.views.routed import routed
from tracker.applications.views.talking import Conversation
from tracker.applications.views.timeline import timeline_of
from tracker.core.access import Action, requires
from tracker.core.db import db, now, writing
from tracker.core.errors import NotFoundError
from tracker.core.web import whole_number
from tracker.documents.exports import send_original, send_page
from tracker.interviews import queries as interviews
from tracker.interviews.rules import KIND_WORDS
from tracker.notifications import queries as outbox
from tracker.postings.rules import DocumentKind
from tracker.records.queries import finding as search
from tracker.records.words import Term, asked
from tracker.routing import operations as routing_operations
from tracker.routing import queries as routing
from tracker.routing.models import Assignment
from tracker.routing.rules import MAY_DECIDE

OPEN, ALL = "open", "all"


@bp.get("/staff/applications")
@requires(Action.SEE_APPLICATIONS)
def staff_list() -> ResponseReturnValue:
    """List applications, narrowed by a form, or show one posting's on a board."""
    filters = _filters()
    if request.args.get("view") == "board":
        return _board(filters)
    oldest_first = request.args.get("sort") == "oldest"
    terms = asked(_words())
    page = _page_of(filters, terms, oldest_first)
    return render_template(
        "applications/staff_list.html",
        listed=page,
        found=found_in(page, terms),
        with_whom=routing.open_assignments(page.ids),
        next_interviews=interviews.next_of(page.ids, now()),
        doubled=queries.doubled(current_user, page.ids),
        oldest_first=oldest_first,
        earlier_url=page.earlier and _list_url(before=page.earlier),
        later_url=page.later and _list_url(after=page.later),
        sort_url=_list_url(sort="newest" if oldest_first else "oldest"),
        here=request.full_path.rstrip("?"),
        **_frame(filters),
    )


def _page_of(filters: Filters, terms: list[Term], oldest_first: bool) -> ApplicationPage:
    """Read the page that is asked for, of the whole list or of what words were found in."""
    after, before = request.args.get("after", ""), request.args.get("before", "")
    if _words():
        return search.find(
            current_user, terms, filters, oldest_first=oldest_first, after=after, before=before
        )
    return queries.page_of(
        current_user, filters, oldest_first=oldest_first, after=after, before=before
    )


def _words() -> str:
    return request.args.get("words", "").strip()[:200]


def _frame(filters: Filters) -> dict[str, object]:
    """What the list and the board share: the form of filters and the words."""
    counts = queries.counts(current_user, filters)
    return {
        "filters": filters,
        "words": _words(),
        "asked": _asked(),
        "counts": counts,
        "counts_of_open": sum(counts[stage] for stage in Stage),
        "postings": queries.postings_with_any(current_user),
        "stages": list(Stage),
        "outcomes": list(Outcome),
        "deciding": MAY_DECIDE,
        "zone": queries.time_zone(),
    }


def _asked() -> str:
    """The standing that is asked for; without, all for words, and open ones for none."""
    wanted = request.args.get("standing", "")
    if wanted in {OPEN, ALL} or target_named(wanted):
        return wanted
    return ALL if _words() else OPEN


def _filters() -> Filters:
    standing = _asked()
    return Filters(
        posting_id=whole_number(request.args.get("posting")),
        standing=target_named(standing),
        only_open=standing == OPEN,
        source=request.args.get("source", "").strip()[:LONGEST_SOURCE],
    )


def _list_url(**changed: str) -> str:
    """This list's address with the same filters, at another place or in another order."""
    kept = {
        name: value
        for name in ("posting", "standing", "words", "sort", "source")
        if (value := request.args.get(name))
    }
    values: dict[str, Any] = {**kept, **changed}
    return url_for("applications.staff_list", **values)


def _board(filters: Filters) -> ResponseReturnValue:
    posting_id = filters.posting_id
    columns = queries.on_board(current_user, posting_id) if posting_id is not None else {}
    frame = _frame(filters)
    ids = [each.id for column in columns.values() for each in column]
    return render_template(
        "applications/board.html",
        columns=columns,
        shown=len(ids),
        most=queries.MOST_ON_BOARD,
        forward={stage: next_target(Standing(stage)) for stage in Stage},
        with_whom=routing.open_assignments(ids),
        next_interviews=interviews.next_of(ids, now()),
        here=request.full_path.rstrip("?"),
        **frame,
    )


# One application


@bp.get("/staff/applications/<int:application_id>")
@requires(Action.SEE_APPLICATIONS)
def staff_show(application_id: int) -> ResponseReturnValue:
    """Show one application beside its document; a signed-in look counts as seen."""
    application = queries.get_whole(current_user, application_id)
    page = application_page(application)
    assignment = routing.assignment_of(application_id, current_user.id)
    if assignment is not None and not routing.has_looked(assignment):
        with writing():
            routing_operations.record_seen(
                db.session.get_one(Application, application_id),
                db.session.get_one(Person, current_user.id),
            )
            db.session.commit()
    return page


def application_page(
    application: Application,
    *,
    note_form: NoteForm | None = None,
    hand_over_form: HandOverForm | None = None,
) -> str:
    """Draw an application's page; a form that was refused is drawn as it was sent."""
    standing, zone = operations.standing_of(application), queries.time_zone()
    assignments, policy = routing.routing_of(application.id), routing.policy()
    movable, behind = may_move(current_user, application), Behind.of(application)
    conversation = Conversation.of(application)
    notes, by_hand = queries.notes_of(application.id), ByHand.of(application)
    written, latest = outbox.about("application", application.id), application.history[-1]
    booked = interviews.of_application(application.id, with_cancelled=False)
    return render_template(
        "applications/staff_show.html",
        application=application,
        item=_chosen_document(application),
        movable=movable,
        forward=next_target(standing),
        acts=ACTS,
        latest=latest,
        latest_mail=next((each for each in written if each.id == latest.email_id), None),
        stages=[each.value.capitalize() for each in STAGES],
        passed=[each.value.capitalize() for each in application.passed],
        at_stage=None if application.outcome is Outcome.HIRED else STAGES.index(application.stage),
        skills=[
            (each.skill, gettext(FAMILIARITY_WORDS[Familiarity(each.level)]))
            for each in application.skills
        ],
        routing=routed(assignments, policy, zone),
        interviews=booked,
        waiting=interviews.waiting_for_mail(booked, now()),
        kinds=KIND_WORDS,
        others=[
            each
            for each in queries.others_of(current_user, application)
            if each.posting_id != application.posting_id
        ],
        twins=queries.twins_of(current_user, application),
        notes=notes,
        by_hand=by_hand,
        behind=behind,
        conversation=conversation,
        timeline=timeline_of(
            application,
            assignments,
            conversation.lines,
            notes,
            by_hand.told,
            written,
            behind.events(zone),
        ),
        note_form=note_form or NoteForm(formdata=None),
        hand_over_form=hand_over_form or (hand_over_to(assignments) if movable else None),
        zone=zone,
    )


def hand_over_to(assignments: Sequence[Assignment], *, sent: bool = False) -> HandOverForm:
    """Make the form that hands an application over, to anybody but who answers it now."""
    answering = {
        each.person_id for each in assignments if each.ended_at is None and each.why in MAY_DECIDE
    }
    form = HandOverForm() if sent else HandOverForm(formdata=None)
    form.person.choices = [
        SelectChoice(
            str(person.id), f"{person.name}, {person.title}" if person.title else person.name
        )
        for person in people.confirmed_people()
        if person.id not in answering
    ]
    return form


def _chosen_document(application: Application) -> ApplicationDocument | None:
    """The document to show: the one asked for, else a resume, which is read first."""
    asked = request.args.get("document", "")
    if asked:
        return _document(application, whole_number(asked) or 0)
    resumes = [each for each in application.documents if each.kind is DocumentKind.RESUME]
    return next(iter([*resumes, *application.documents]), None)


def _document(application: Application, number: int) -> ApplicationDocument:
    for each in application.documents:
        if each.id == number:
            return each
    raise NotFoundError


@bp.get("/staff/applications/<int:application_id>/documents/<int:number>/pages/<int:page>")
@requires(Action.SEE_APPLICATIONS)
def staff_page(application_id: int, number: int, page: int) -> ResponseReturnValue:
    """Send the picture of one page of a document."""
    application = queries.get_visible(current_user, application_id)
    return send_page(_document(application, number).document, page)


@bp.get("/staff/applications/<int:application_id>/documents/<int:number>/original")
@requires(Action.SEE_APPLICATIONS)
def staff_original(application_id: int, number: int) -> ResponseReturnValue:
    """Send a file as the candidate sent it, as an attachment."""
    application = queries.get_visible(current_user, application_id)
    return send_original(_document(application, number).document)
