"""Answer the candidate from behind a private link, and keep what they mailed."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.applications.forms.writing import LetterForm
from tracker.core.access import signed_link
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.core.tokens import new_token
from tracker.intake import conversations, taking
from tracker.intake import operations as intake
from tracker.routing import operations, queries, rules
from tracker.routing.models import ContactLink
from tracker.routing.rules import LinkDeed, LinkEndedError
from tracker.routing.views import bp
from tracker.routing.views.deciding import locked_application
from tracker.routing.views.page import act, framed


@bp.get("/<token>/write")
@signed_link
def write(token: str) -> ResponseReturnValue:
    """Show the form for a letter to the candidate."""
    return _page(_link_that_decides(token), token, LetterForm(formdata=None, token=new_token()))


def _link_that_decides(token: str) -> ContactLink:
    link = queries.open_link(token)
    assignment = queries.assignment_of(link.application_id, link.person_id)
    if assignment is None or assignment.why not in rules.MAY_DECIDE:
        raise rules.ReadOnlyError
    return link


def _page(link: ContactLink, token: str, form: LetterForm, *, problem: str = "") -> str:
    return render_template(
        "routing/write.html",
        **framed(link, token),
        form=form,
        problem=problem,
        conversation=conversations.conversation_with(link.application),
    )


@bp.post("/<token>/write")
@signed_link
def send_letter(token: str) -> ResponseReturnValue:
    """Send the letter; where it does not go, the page shows what was typed, and why."""
    form = LetterForm()
    text, sent = form.text.data or "", form.token.data or new_token()
    try:
        if not form.validate_on_submit():
            return _page(queries.open_link(token), token, form), 422
        fit = intake.fit_letter(queries.open_link(token).application, text)
        with writing():
            link = queries.open_link(token)
            act(link, LinkDeed.WROTE)
            application = locked_application(link)
            intake.answer_by_link(application, fit, token=sent, by=link.person)
            operations.record_seen(application, link.person)
            name = application.name
            db.session.commit()
    except LinkEndedError:
        raise
    except DomainError as error:
        return _page(queries.open_link(token), token, form, problem=_(error.message)), error.status
    flash(_("Your letter to %(name)s is on its way.", name=name))
    return redirect(url_for(".contact_page", token=token, _anchor="conversation"), 303)


@bp.post("/<token>/attachments/<int:attachment_id>/take")
@signed_link
def take_attachment(token: str, attachment_id: int) -> ResponseReturnValue:
    """Add a file that the candidate mailed to the application, the same to the byte."""
    link = _link_that_decides(token)
    came = conversations.attachment_of(link.application_id, attachment_id)
    with taking.taken_out(*came) as file, writing():
        link = _link_that_decides(token)
        act(link, LinkDeed.FILE_ADDED)
        application = locked_application(link)
        came = conversations.attachment_of(application.id, attachment_id)
        title = intake.take_over(*came, file.received, title=file.title).title
        operations.record_seen(application, link.person)
        db.session.commit()
    flash(_("%(title)s stands with the application now.", title=title))
    return redirect(url_for(".contact_page", token=token, _anchor="files"), 303)
