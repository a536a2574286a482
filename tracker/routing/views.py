"""A contact's page of one application, opened by a private link without an account.

A GET is noted as fetched and changes nothing else; everything that acts is a POST, in the
name of the person the link was made for.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.applications import emails as application_emails
from tracker.applications.models import Application, ApplicationDocument
from tracker.applications.rules import (
    FAMILIARITY_WORDS,
    Familiarity,
    Outcome,
    Reason,
    Stage,
)
from tracker.core import languages
from tracker.core.access import signed_link
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import GoneError, NotFoundError
from tracker.documents.exports import send_original, send_page
from tracker.intake import conversations
from tracker.interviews import operations as interviews
from tracker.organization import queries as organization
from tracker.routing import operations, queries, rules
from tracker.routing.forms import ColleagueForm, DeclineForm
from tracker.routing.models import ContactLink

bp = Blueprint("routing", __name__, url_prefix="/for")
languages.keep_english(bp)  # contacts are colleagues
blueprints = (bp,)


def _open_link(token: str) -> ContactLink:
    """Load a link that still opens its application, or answer 404 or 410."""
    link = queries.link_by_token(token)
    rules.check_link(expires_at=link.expires_at, revoked_at=link.revoked_at, at=now())
    if link.person.disabled_at is not None:
        raise GoneError("This link belonged to somebody who no longer works here.")
    return link


def _zone() -> str:
    employer = organization.employer()
    return employer.time_zone if employer else "UTC"


def _page(link: ContactLink, token: str, **more: object) -> str:
    application = link.application
    assignment = queries.assignment_of(application.id, link.person_id)
    context: dict[str, object] = {
        "link": link,
        "token": token,
        "application": application,
        "assignment": assignment,
        "may_decide": assignment is not None and assignment.why in rules.MAY_DECIDE,
        "skills": [
            (each.skill, _(FAMILIARITY_WORDS[Familiarity(each.level)]))
            for each in application.skills
        ],
        "conversation": conversations.conversation_with(application),
        "own_latest": operations.own_latest(application, link.person),
        "requests": queries.open_requests(link),
        "colleague_form": ColleagueForm(formdata=None),
        "zone": _zone(),
        "can_shortlist": application.stage in {Stage.RECEIVED, Stage.UNDER_REVIEW},
        "signed_in_as_other": current_user.is_authenticated and current_user.id != link.person_id,
    }
    return render_template("routing/contact_page.html", **{**context, **more})


@bp.get("/<token>")
@signed_link
def contact_page(token: str) -> ResponseReturnValue:
    """Show one application; note the fetch in a short transaction of its own."""
    link = queries.link_by_token(token)
    try:
        _open_link(token)
    except GoneError as error:
        return render_template("routing/link_expired.html", token=token, message=error.message), 410
    page = _page(link, token)
    link_id = link.id
    with writing():
        operations.record_fetch(db.session.get_one(ContactLink, link_id))
        db.session.commit()
    return page


def _document(link: ContactLink, number: int) -> ApplicationDocument:
    for each in link.application.documents:
        if each.id == number:
            return each
    raise NotFoundError


@bp.get("/<token>/documents/<int:number>")
@signed_link
def read_document(token: str, number: int) -> ResponseReturnValue:
    """Show a document as page images or clean text, never the raw file."""
    link = _open_link(token)
    return render_template(
        "routing/document.html",
        link=link,
        token=token,
        application=link.application,
        item=_document(link, number),
    )


@bp.get("/<token>/documents/<int:number>/pages/<int:page>")
@signed_link
def page_image(token: str, number: int, page: int) -> ResponseReturnValue:
    """Send the picture of one page."""
    return send_page(_document(_open_link(token), number).document, page)


@bp.get("/<token>/documents/<int:number>/original")
@signed_link
def download(token: str, number: int) -> ResponseReturnValue:
    """Send the file as it was sent, as an attachment."""
    return send_original(_document(_open_link(token), number).document)


def _locked_application(link: ContactLink) -> Application:
    row: Application = lock(Application, link.application_id)
    return row


def _by_hand(application: Application) -> list[str]:
    """Say that the candidate has to be told by hand; nothing where mail can tell them."""
    if application.email:
        return []
    return [_("The candidate has no e-mail address: answer by letter or telephone.")]


@bp.post("/<token>/acknowledge")
@signed_link
def acknowledge(token: str) -> ResponseReturnValue:
    """Say that the application has been seen and is being read."""
    with writing():
        link = _open_link(token)
        operations.acknowledge(_locked_application(link), by=link.person)
        db.session.commit()
    flash(_("Thank you. Your colleagues can see that you have this application."))
    return redirect(url_for(".contact_page", token=token), 303)


@bp.get("/<token>/shortlist")
@signed_link
def ask_shortlist(token: str) -> ResponseReturnValue:
    """Show the mail that would tell the candidate, before it goes."""
    link = _open_link(token)
    return render_template(
        "routing/shortlist.html",
        link=link,
        token=token,
        application=link.application,
        mail=application_emails.preview_answer(link.application, to_stage=Stage.SHORTLISTED),
    )


@bp.post("/<token>/shortlist")
@signed_link
def shortlist(token: str) -> ResponseReturnValue:
    """Shortlist the application."""
    with writing():
        link = _open_link(token)
        application = _locked_application(link)
        operations.shortlist(application, by=link.person, mail=request.form.get("mail") == "y")
        by_hand = _by_hand(application)
        db.session.commit()
    flash(" ".join([_("Shortlisted. The hiring team will take it from here."), *by_hand]))
    return redirect(url_for(".contact_page", token=token), 303)


@bp.get("/<token>/decline")
@signed_link
def ask_decline(token: str) -> ResponseReturnValue:
    """Ask for the reason, and show the mail before it goes."""
    return _decline_page(_open_link(token), token, DeclineForm())


def _decline_page(link: ContactLink, token: str, form: DeclineForm) -> str:
    return render_template(
        "routing/decline.html",
        link=link,
        token=token,
        application=link.application,
        form=form,
        mail=application_emails.preview_answer(link.application, outcome=Outcome.NOT_SELECTED),
    )


@bp.post("/<token>/decline")
@signed_link
def decline(token: str) -> ResponseReturnValue:
    """Decline the application with a reason."""
    form = DeclineForm()
    if not form.validate_on_submit():
        return _decline_page(_open_link(token), token, form), 422
    with writing():
        link = _open_link(token)
        application = _locked_application(link)
        operations.decline(
            application,
            reason=Reason(form.reason.data),
            note=(form.note.data or "").strip(),
            by=link.person,
            mail=bool(form.mail.data),
        )
        interviews.settle(application, by=link.person)
        by_hand = _by_hand(application)
        db.session.commit()
    flash(" ".join([_("Declined. The reason is kept with the application."), *by_hand]))
    return redirect(url_for(".contact_page", token=token), 303)


@bp.post("/<token>/take-back")
@signed_link
def take_back(token: str) -> ResponseReturnValue:
    """Undo one's own latest decision, by a move of its own."""
    with writing():
        link = _open_link(token)
        undone = operations.take_back(_locked_application(link), by=link.person)
        told = undone.email_id is not None
        db.session.commit()
    flash(_("Taken back. The application stands where it stood before."))
    if told:
        flash(
            _(
                "The candidate had been mailed about it, and is not mailed now. Write to them,"
                " so that they know where they stand."
            ),
            "warning",
        )
    return redirect(url_for(".contact_page", token=token), 303)


@bp.post("/<token>/colleague")
@signed_link
def ask_for_own_link(token: str) -> ResponseReturnValue:
    """Take the request of a colleague who was forwarded the mail."""
    form = ColleagueForm()
    if not form.validate_on_submit():
        return _page(_open_link(token), token, colleague_form=form), 422
    with writing():
        operations.ask_for_own_link(
            _open_link(token), name=form.name.data.strip(), email=form.email.data
        )
        db.session.commit()
    flash(
        _(
            "Thank you. If the employer knows your address, a link of your own is on its way to"
            " it. If not, the contact has been asked whether you may have one."
        )
    )
    return redirect(url_for(".contact_page", token=token), 303)


@bp.post("/<token>/requests/<int:request_id>/<any(give, refuse):answer>")
@signed_link
def decide_request(token: str, request_id: int, answer: str) -> ResponseReturnValue:
    """Give or refuse a colleague a link of their own."""
    with writing():
        link = _open_link(token)
        operations.decide_request(queries.request_to(link, request_id), grant=answer == "give")
        db.session.commit()
    flash(_("A link of their own is on its way to them.") if answer == "give" else _("Refused."))
    return redirect(url_for(".contact_page", token=token), 303)


@bp.post("/<token>/renew")
@signed_link
def renew(token: str) -> ResponseReturnValue:
    """Mail a new link to the person the old one was made for, and to nobody else."""
    with writing():
        operations.renew_link(queries.link_by_token(token))
        db.session.commit()
    return render_template("routing/link_renewed.html")
