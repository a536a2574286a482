"""The wording of every message: read, change, try out, take back."""

from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.core.access import Action, requires
from tracker.core.db import db, writing
from tracker.core.errors import NotFoundError
from tracker.core.web import whole_number
from tracker.notifications import operations as outbox
from tracker.notifications import queries as mail
from tracker.notifications.models import Wording
from tracker.notifications.wording import Message, WordingError, all_messages, find_message
from tracker.organization.forms import WordingForm
from tracker.organization.views.public import bp

AUDIENCES = ("candidate", "contact", "panel", "staff")


def _audience_rank(message: Message) -> tuple[int, str]:
    known = message.audience in AUDIENCES
    return (AUDIENCES.index(message.audience) if known else len(AUDIENCES), message.audience)


@bp.get("/staff/organization/wording")
@requires(Action.MANAGE_WORDING)
def wording() -> ResponseReturnValue:
    """List every message by who reads it."""
    ordered = sorted(all_messages(), key=lambda each: (_audience_rank(each), each.name))
    groups = [
        (audience[1], list(messages)) for audience, messages in groupby(ordered, _audience_rank)
    ]
    return render_template("organization/wording.html", groups=groups, own=mail.own_wordings())


def _message(name: str) -> Message:
    found = find_message(name)
    if found is None:
        raise NotFoundError
    return found


@bp.get("/staff/organization/wording/<name>")
@requires(Action.MANAGE_WORDING)
def edit_wording(name: str) -> ResponseReturnValue:
    """Show a message's words, what they may hold, and how the mail looks with samples."""
    message, own = _message(name), mail.own_wording(name)
    words: Message | Wording = own or message
    version = own.version if own else ""
    form = WordingForm(subject=words.subject, body=words.body, version=version)
    return _page(message, form)


def _page(message: Message, form: WordingForm) -> str:
    """Draw the page, with a preview wherever the words can be used."""
    preview = None
    try:
        subject, body = form.subject.data or "", (form.body.data or "").replace("\r\n", "\n")
        preview = outbox.preview(message, subject=subject.strip(), body=body)
    except WordingError as error:
        if request.method == "POST":
            form[error.field].errors = [_(error.message)]
    return render_template(
        "organization/edit_wording.html",
        message=message,
        form=form,
        preview=preview,
        own=mail.own_wording(message.name),
    )


@bp.post("/staff/organization/wording/<name>")
@requires(Action.MANAGE_WORDING)
def save_wording(name: str) -> ResponseReturnValue:
    """Save a message's words, or only show how they would look."""
    message, form = _message(name), WordingForm()
    if not form.validate_on_submit():
        return _page(message, form), 422
    if "preview" in request.form:
        page = _page(message, form)
        return page, 422 if form.errors else 200
    try:
        with writing():
            outbox.reword(
                name,
                subject=(form.subject.data or "").replace("\x00", ""),
                body=(form.body.data or "").replace("\x00", ""),
                version=whole_number(form.version.data),
                by=current_user,
            )
            db.session.commit()
    except WordingError:
        return _page(message, form), 422
    flash(_("Saved. Mail goes out in these words from now on."), "success")
    return redirect(url_for(".edit_wording", name=name), 303)


@bp.post("/staff/organization/wording/<name>/restore")
@requires(Action.MANAGE_WORDING)
def restore_wording(name: str) -> ResponseReturnValue:
    """Go back to the built-in words."""
    message = _message(name)
    with writing():
        outbox.restore_wording(message.name, by=current_user)
        db.session.commit()
    flash(_("The built-in words are back."), "success")
    return redirect(url_for(".edit_wording", name=name), 303)
