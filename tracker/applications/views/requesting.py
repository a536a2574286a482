"""Staff ask for a document, scan one that came on paper, and note what they told by hand."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.applications import emails, operations
from tracker.applications.forms import add_error
from tracker.applications.forms.requesting import AnswerByHandForm, AskForm, ScanForm
from tracker.applications.models import Application, DocumentRequest
from tracker.applications.rules import AnswerWay
from tracker.applications.views import bp
from tracker.applications.views.deciding import ReadOnlyError, lock_to_decide, read_to_decide
from tracker.applications.views.pages import sentence
from tracker.applications.views.receiving import receive, sent_files
from tracker.core.access import Action, requires
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.notifications import queries as outbox
from tracker.routing import operations as routing


def _back(application_id: int, said: str, *, tone: str = "success") -> ResponseReturnValue:
    flash(said, tone)
    address = url_for("applications.staff_show", application_id=application_id)
    return redirect(address, 303)


# Ask


@bp.route("/staff/applications/<int:application_id>/requests/new", methods=["GET", "POST"])
@requires(Action.MOVE_APPLICATIONS)
def ask_document(application_id: int) -> ResponseReturnValue:
    """Ask a candidate for one more document; the mail is shown before it goes."""
    application = read_to_decide(application_id)
    form = AskForm()
    if request.method == "GET" or not form.validate():
        return _ask_page(application, form), 200 if request.method == "GET" else 422
    if request.form.get("action") == "show":
        return _ask_page(application, form)
    try:
        with writing():
            locked, person = lock_to_decide(application_id)
            asked = operations.ask_document(
                locked,
                title=form.title.data or "",
                instructions=form.instructions.data or "",
                by=person,
            )
            has_address = bool(locked.email)
            held = bool(outbox.held_among([asked.email_id] if asked.email_id else []))
            db.session.commit()
    except (NotFoundError, ReadOnlyError):
        raise
    except DomainError as error:
        add_error(form.title, gettext(error.message))
        return _ask_page(read_to_decide(application_id), form), error.status
    if held:
        said = gettext("Asked for. The mail to the candidate waits for a look before it goes.")
        return _back(application_id, said)
    if has_address:
        return _back(application_id, gettext("Asked for. A mail to the candidate is on its way."))
    return _back(
        application_id,
        gettext("Noted. The candidate has no e-mail address: ask by letter or telephone."),
        tone="warning",
    )


def _ask_page(application: Application, form: AskForm) -> str:
    title = (form.title.data or "").strip()
    mail = emails.preview_request(
        application,
        title=title or gettext("(the document)"),
        instructions=(form.instructions.data or "").strip(),
    )
    return render_template(
        "applications/ask_document.html", application=application, form=form, mail=mail
    )


@bp.post("/staff/applications/<int:application_id>/requests/<int:request_id>/withdraw")
@requires(Action.MOVE_APPLICATIONS)
def withdraw_request(application_id: int, request_id: int) -> ResponseReturnValue:
    """Take back what a candidate was asked for; their page no longer asks."""
    with writing():
        application, _person = lock_to_decide(application_id)
        operations.withdraw_request(_request(application, request_id))
        db.session.commit()
    return _back(application_id, gettext("The candidate is no longer asked for this document."))


def _request(application: Application, request_id: int) -> DocumentRequest:
    for each in application.requests:
        if each.id == request_id:
            return each
    raise NotFoundError


# Scan


@bp.route(
    "/staff/applications/<int:application_id>/requests/<int:request_id>/scan",
    methods=["GET", "POST"],
)
@requires(Action.KEY_IN_APPLICATIONS)
def scan(application_id: int, request_id: int) -> ResponseReturnValue:
    """Add a document that was asked for and came on paper."""
    form, sent = ScanForm(formdata=None), sent_files("file")
    if request.method == "GET":
        return _scan_page(application_id, request_id, form)
    _request(read_to_decide(application_id), request_id)
    if not sent:
        return _scan_page(application_id, request_id, form, gettext("Choose the file first."), 422)
    try:
        received = receive(sent)
    except DomainError as error:
        return _scan_page(application_id, request_id, form, sentence(error), error.status)
    try:
        _add(application_id, request_id, received)
    except DomainError:
        documents.forget_files(received.keys)
        raise
    return _back(application_id, gettext("Added. It stands behind what came with the application."))


def _add(application_id: int, request_id: int, received: Received) -> None:
    with writing():
        application, person = lock_to_decide(application_id)
        asked = _request(application, request_id)
        routing.add_requested(asked, documents.record(received), at=now(), by=person)
        db.session.commit()


def _scan_page(
    application_id: int, request_id: int, form: ScanForm, why: str = "", status: int = 200
) -> ResponseReturnValue:
    db.session.rollback()
    application = read_to_decide(application_id)
    if why:
        form.file.errors = [why]
    page = render_template(
        "applications/scan.html",
        application=application,
        wanted=_request(application, request_id),
        form=form,
        limit=current_app.config["UPLOAD_LIMIT_MB"],
    )
    return page, status


# Told by hand


@bp.route("/staff/applications/<int:application_id>/told", methods=["GET", "POST"])
@requires(Action.MOVE_APPLICATIONS)
def answer_by_hand(application_id: int) -> ResponseReturnValue:
    """Note what a candidate was told by letter, by telephone or in person."""
    application = read_to_decide(application_id)
    form = AnswerByHandForm()
    if request.method == "GET" or not form.validate():
        page = render_template("applications/told.html", application=application, form=form)
        return page, 200 if request.method == "GET" else 422
    with writing():
        locked, person = lock_to_decide(application_id)
        operations.answer_by_hand(
            locked, way=AnswerWay(form.way.data), note=form.note.data or "", by=person
        )
        db.session.commit()
    return _back(application_id, gettext("Noted: the candidate was told."))
