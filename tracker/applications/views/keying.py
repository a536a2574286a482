"""Staff key in what came on paper or at the desk, and print the receipt for it."""

import base64
import datetime as dt
import io
from collections.abc import Mapping

import segno
from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from tracker.accounts.models import Person
from tracker.applications import operations, queries
from tracker.applications.forms import add_error
from tracker.applications.forms.keying import KeyedContactForm, KeyForm, key_form
from tracker.applications.models import Application, Draft
from tracker.applications.operations import KeyedIn
from tracker.applications.rules import (
    SENT_THEMSELVES,
    Channel,
    check_received_on,
    closing_day,
    day_in,
    lateness,
)
from tracker.applications.views import bp, keeping
from tracker.applications.views.browser import Browser
from tracker.applications.views.deciding import ReadOnlyError, lock_to_decide, read_to_decide
from tracker.applications.views.pages import stored
from tracker.applications.views.sitting import Sitting
from tracker.core import links
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.core.rendering import in_language
from tracker.core.tokens import new_token
from tracker.core.web import whole_number
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.routing import operations as routing

PRINTED, MOST_PRINTED = "printed", 3


def _owner() -> str:
    """What a colleague's drafts are found by; no browser's hash looks like it."""
    return f"staff {current_user.id}"


def _signer(posting: Posting) -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"], salt=f"key in:{posting.id}:{current_user.id}"
    )


def _is_own(posting: Posting, token: str) -> bool:
    try:
        _signer(posting).loads(token)
    except BadData:
        return False
    return True


def _posting(posting_id: int) -> Posting:
    """Load a posting that the person runs and that was published; a draft takes nothing."""
    posting = postings.get_visible(current_user, posting_id)
    if posting.published_at is None:
        raise DomainError(
            gettext("This posting was never published, so nobody can have applied for it.")
        )
    return posting


@bp.get("/staff/postings/<int:posting_id>/key-in")
@requires(Action.KEY_IN_APPLICATIONS)
def key_in(posting_id: int) -> ResponseReturnValue:
    """Show the form, with what this colleague had begun to key in before."""
    posting = _posting(posting_id)
    draft = queries.draft_of(_owner(), posting.id)
    return _page(posting, key_form(posting, _answers(draft), formdata=None), draft)


def _answers(draft: Draft | None) -> dict[str, object]:
    kept: dict[str, object] = dict(draft.answers) if draft else {}
    try:
        kept["received_on"] = dt.date.fromisoformat(str(kept.get("received_on", "")))
    except ValueError:
        kept["received_on"] = day_in(now(), queries.time_zone())
    return kept


def _page(
    posting: Posting, form: KeyForm, draft: Draft | None, status: int = 200
) -> ResponseReturnValue:
    if draft is not None:
        form.submission_token.data = draft.submission_token
    elif not _is_own(posting, form.submission_token.data or ""):
        form.submission_token.data = _signer(posting).dumps(new_token())
    zone = queries.time_zone()
    page = render_template(
        "applications/key_in.html",
        posting=posting,
        form=form,
        draft=draft,
        stored={
            wanted.id: stored(wanted, file.document)
            for file in (draft.files if draft else ())
            for wanted in posting.documents
            if wanted.id == file.requested_id
        },
        closed_on=closing_day(posting.closing, zone),
        limit=current_app.config["UPLOAD_LIMIT_MB"],
        zone=zone,
    )
    return page, status


@bp.post("/staff/postings/<int:posting_id>/key-in")
@requires(Action.KEY_IN_APPLICATIONS)
def send_keyed_in(posting_id: int) -> ResponseReturnValue:
    """Keep what was typed and added, look at it, then make it an application, once."""
    posting = _posting(posting_id)
    form = key_form(posting, formdata=request.form)
    token = form.submission_token.data or ""
    if not _is_own(posting, token):
        form.form_errors = [
            gettext("This form was opened by somebody else, or too long ago. Look through it.")
        ]
        return _page(posting, form, None, 400)
    known = queries.by_submission_token(token)
    if known is not None:
        return _to_receipt(known.id, gettext("This was keyed in already; it stands as below."))
    try:
        return _keep(Sitting(posting, Browser(posting.id), token=token), form)
    except (operations.SentError, IntegrityError, NotFoundError):  # another click was faster
        db.session.rollback()
        known = queries.by_submission_token(token)
        if known is None:
            raise
        return _to_receipt(known.id, gettext("This was keyed in already; it stands as below."))


def _keep(sitting: Sitting, form: KeyForm) -> ResponseReturnValue:
    """Keep what came, and go on as the pressed button says; raises where it was sent meanwhile."""
    _save(sitting, form.typed())
    verb, _, which = request.form.get("action", "send").partition(":")
    if verb in {"remove", "drop", "begin"}:
        return _undo(sitting, verb, which)
    keeping.take_files(sitting)
    draft = keeping.draft_of(sitting)
    if draft is None:
        raise NotFoundError
    if not _is_whole(sitting, form, draft) or verb == "save":
        wrong = form.errors or sitting.refused
        return _page(sitting.posting, form, draft, 422 if wrong else 200)
    return _make(sitting, form, draft.id)


def _save(sitting: Sitting, answers: Mapping[str, str]) -> None:
    owner, posting_id = _owner(), sitting.posting.id
    with writing():
        draft = operations.start(posting_id, browser_hash=owner, token=sitting.token)
        operations.save(draft, answers)
        sitting.draft_id = draft.id
        db.session.commit()


def _undo(sitting: Sitting, verb: str, which: str) -> ResponseReturnValue:
    """Take a file, a photographed page, or all that was begun out of the draft."""
    requested, _, place = which.partition(":")
    if verb == "begin":
        with writing():
            keys = operations.discard(lock(Draft, sitting.draft_id))
            db.session.commit()
        documents.forget_files(keys)
    elif verb == "remove":
        keeping.remove(sitting, whole_number(requested) or 0)
    else:
        keeping.remove_page(sitting, whole_number(requested) or 0, whole_number(place) or 0)
    return redirect(url_for("applications.key_in", posting_id=sitting.posting.id), 303)


def _is_whole(sitting: Sitting, form: KeyForm, draft: Draft) -> bool:
    """Look at everything and say at each field what must be mended."""
    whole = bool(form.validate())
    held = {each.requested_id for each in draft.files}
    for wanted, file, text in form.documents():
        if wanted.id in sitting.refused:
            add_error(file, sitting.refused[wanted.id])
            whole = False
        if wanted.id in held and text is not None and (text.data or "").strip():
            add_error(file, gettext("There is a file and a typed text. Keep one of them."))
            whole = False
    if form.received_on.data:
        try:
            check_received_on(form.received_on.data, today=day_in(now(), queries.time_zone()))
        except DomainError as error:
            add_error(form.received_on, gettext(error.message))
            whole = False
    return whole


def _make(sitting: Sitting, form: KeyForm, draft_id: int) -> ResponseReturnValue:
    """Store typed letters, then, under the lock, make the draft an application and route it."""
    letters = _letters(form)
    channel, day = Channel(form.channel.data), form.received_on.data
    person_id = current_user.id
    closed_on = closing_day(sitting.posting.closing, queries.time_zone())
    with writing():
        draft = lock(Draft, draft_id)
        for requested_id, received in letters.items():
            operations.attach(draft, requested_id, documents.record(received))
        facts = KeyedIn(channel, day, db.session.get_one(Person, person_id))
        made = routing.receive(draft, at=now(), keyed_in=facts)
        application_id, mine = made.application.id, made.token
        db.session.commit()
    _remember(application_id, mine)
    late = lateness(day, closed_on)
    return _to_receipt(application_id, f"{gettext('Keyed in.')} {late}".strip())


def _letters(form: KeyForm) -> dict[int, Received]:
    found = {}
    for wanted, _file, text in form.documents():
        words = operations.clean_text(text.data or "").strip() if text is not None else ""
        if words:
            found[wanted.id] = documents.receive_text(f"{words}\n", f"{wanted.title}.txt")
    return found


# The receipt to hand over


def _remember(application_id: int, token: str) -> None:
    """Keep the secret of a printed link in the session of whoever prints it, for a few."""
    kept = dict(list(session.get(PRINTED, {}).items())[-MOST_PRINTED + 1 :])
    session[PRINTED] = {**kept, str(application_id): token}


def _to_receipt(application_id: int, said: str) -> ResponseReturnValue:
    flash(said, "success")
    address = url_for("applications.printed_receipt", application_id=application_id)
    return redirect(address, 303)


@bp.get("/staff/applications/<int:application_id>/receipt")
@requires(Action.KEY_IN_APPLICATIONS)
def printed_receipt(application_id: int) -> ResponseReturnValue:
    """Show the receipt of a keyed-in application, to be printed and handed over."""
    application = _keyed_in(read_to_decide(application_id))
    token = session.get(PRINTED, {}).get(str(application_id), "")
    if token and queries.by_candidate_token(token) is not application:
        token = ""
    address = links.candidate_page(token) if token else ""
    with in_language(application.language):
        sheet = render_template(
            "applications/_receipt_sheet.html",
            application=application,
            address=address,
            qr=_picture(address) if address else "",
            zone=queries.time_zone(),
            site=links.absolute("/my"),
        )
    return render_template(
        "applications/printed_receipt.html",
        application=application,
        sheet=Markup(sheet),  # noqa: S704  drawn by our own template this very moment
        address=address,
    )


def _keyed_in(application: Application) -> Application:
    """Refuse a candidate's own application: its link is theirs, and nobody prints another."""
    if application.channel in SENT_THEMSELVES:
        raise NotFoundError
    return application


def _picture(address: str) -> str:
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=2, scale=4, omitsize=True)
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"


@bp.post("/staff/applications/<int:application_id>/receipt")
@requires(Action.KEY_IN_APPLICATIONS)
def new_printed_link(application_id: int) -> ResponseReturnValue:
    """Make one more private link, for a candidate who has lost the paper."""
    token = new_token()
    with writing():
        application, _person = lock_to_decide(application_id)
        operations.add_link(_keyed_in(application), token, mailed=False)
        db.session.commit()
    _remember(application_id, token)
    return _to_receipt(application_id, gettext("There is a new private link on the receipt."))


# Mending what was read off the paper


@bp.route("/staff/applications/<int:application_id>/contact", methods=["GET", "POST"])
@requires(Action.KEY_IN_APPLICATIONS)
def keyed_contact(application_id: int) -> ResponseReturnValue:
    """Correct name, telephone or address of an application that was keyed in."""
    application = _keyed_in(read_to_decide(application_id))
    form = KeyedContactForm(obj=application)
    if request.method == "GET" or not form.validate():
        return _contact_page(application, form, 200 if request.method == "GET" else 422)
    name, phone, email = (str(each.data or "") for each in (form.name, form.phone, form.email))
    try:
        with writing():
            locked, person = lock_to_decide(application_id)
            changed = operations.correct_contact(locked, name=name, phone=phone, by=person)
            mailed = routing.correct_keyed_in(locked, email, by=person)
            db.session.commit()
    except (NotFoundError, ReadOnlyError):
        raise
    except DomainError as error:
        add_error(form.email, gettext(error.message))
        return _contact_page(read_to_decide(application_id), form, error.status)
    said = gettext("Corrected.") if changed or mailed else gettext("Nothing was different.")
    if mailed and email:
        said = gettext("Corrected. The receipt is on its way to the new address.")
    flash(said, "success")
    address = url_for("applications.staff_show", application_id=application_id)
    return redirect(address, 303)


def _contact_page(
    application: Application, form: KeyedContactForm, status: int
) -> ResponseReturnValue:
    page = render_template("applications/keyed_contact.html", application=application, form=form)
    return page, status
