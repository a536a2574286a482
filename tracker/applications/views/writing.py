"""The conversation with a candidate on the staff's page: read it, answer, take files over."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.applications import queries
from tracker.applications.forms.writing import LetterForm
from tracker.applications.models import Application
from tracker.applications.views import bp
from tracker.applications.views.deciding import lock_to_decide, read_to_decide
from tracker.applications.views.talking import Conversation
from tracker.core.access import Action, requires
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.core.tokens import new_token
from tracker.intake import conversations, emails, taking
from tracker.intake import operations as intake


def _show_url(application_id: int) -> str:
    return url_for("applications.staff_show", application_id=application_id, _anchor="conversation")


@bp.get("/staff/applications/<int:application_id>/write")
@requires(Action.MOVE_APPLICATIONS)
def write(application_id: int) -> ResponseReturnValue:
    """Show the form for a letter to the candidate, with what was typed and not sent yet."""
    application = read_to_decide(application_id)
    draft = conversations.draft_of(application_id, current_user.id)
    form = LetterForm(formdata=None, text=draft.text if draft else "", token=new_token())
    return _page(application, form)


def _page(
    application: Application, form: LetterForm, *, previewed: bool = False, problem: str = ""
) -> str:
    """Draw the form: beside it what was said so far, or the mail as it would go."""
    fit = intake.fit_letter(application, form.text.data or "")
    return render_template(
        "applications/write.html",
        application=application,
        form=form,
        problem=problem,
        mail=emails.preview_letter(application, fit.text, answers=fit.answers)
        if previewed
        else None,
        conversation=Conversation.of(application),
        movable=False,
        zone=queries.time_zone(),
    )


@bp.post("/staff/applications/<int:application_id>/write")
@requires(Action.MOVE_APPLICATIONS)
def send_letter(application_id: int) -> ResponseReturnValue:
    """Show the letter as it would go, or send it; what was typed is kept either way."""
    form = LetterForm()
    if not form.validate_on_submit():
        return _page(read_to_decide(application_id), form), 422
    text, token = form.text.data or "", form.token.data or new_token()
    if request.form.get("do") != "send":
        with writing():
            application, person = lock_to_decide(application_id)
            intake.keep_draft(application, text, by=person)
            db.session.commit()
        return _page(read_to_decide(application_id), form, previewed=True)
    try:
        fit = intake.fit_letter(read_to_decide(application_id), text)
        with writing():
            application, person = lock_to_decide(application_id)
            name = application.name
            intake.answer(application, fit, token=token, by=person)
            db.session.commit()
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        return _page(read_to_decide(application_id), form, problem=gettext(error.message)), 409
    flash(gettext("Your letter to %(name)s is on its way.", name=name), "success")
    return redirect(_show_url(application_id), 303)


@bp.post("/staff/applications/<int:application_id>/replies/<int:reply_id>/done")
@requires(Action.MOVE_APPLICATIONS)
def no_answer(application_id: int, reply_id: int) -> ResponseReturnValue:
    """Say that a candidate's message needs no answer."""
    with writing():
        application, person = lock_to_decide(application_id)
        intake.needs_no_answer(conversations.reply_of(application.id, reply_id), by=person)
        db.session.commit()
    flash(gettext("Noted: this message needs no answer."), "success")
    return redirect(_show_url(application_id), 303)


@bp.post("/staff/applications/<int:application_id>/attachments/<int:attachment_id>/take")
@requires(Action.MOVE_APPLICATIONS)
def take_attachment(application_id: int, attachment_id: int) -> ResponseReturnValue:
    """Add a file that the candidate mailed to the application, the same to the byte."""
    read_to_decide(application_id)
    came = conversations.attachment_of(application_id, attachment_id)
    with taking.taken_out(*came) as file, writing():
        application, _person = lock_to_decide(application_id)
        came = conversations.attachment_of(application.id, attachment_id)
        title = intake.take_over(*came, file.received, title=file.title).title
        db.session.commit()
    flash(gettext("%(title)s stands with the application now.", title=title), "success")
    return redirect(_show_url(application_id), 303)
