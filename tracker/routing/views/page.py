"""The page of one application, its documents, and links for whoever else has to read it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import ApplicationDocument
from tracker.applications.rules import FAMILIARITY_WORDS, Familiarity, Stage
from tracker.core.access import signed_link
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.documents.exports import send_original, send_page
from tracker.intake import conversations
from tracker.intake.untaken import untaken
from tracker.interviews import queries as interviews
from tracker.organization import queries as organization
from tracker.routing import operations, queries, rules
from tracker.routing.forms import ColleagueForm, OpinionForm
from tracker.routing.models import ContactLink
from tracker.routing.rules import LinkDeed, LinkEndedError
from tracker.routing.views import bp


def signed_in() -> Person | None:
    """Who is signed in in this browser, if anybody."""
    person: Person | None = current_user if current_user.is_authenticated else None
    return person


def act(link: ContactLink, what: LinkDeed) -> None:
    """Write a deed down as the link's person's; refused where the page named another reader."""
    shown = request.form.get("signed_in", "")
    operations.act(link, what, signed_in=signed_in(), shown=shown)


def framed(link: ContactLink, token: str) -> dict[str, object]:
    """Say what every page behind a link shows: whose it is, as whom one acts, the application."""
    return {
        "acting": queries.acting(link, signed_in()),
        "link": link,
        "token": token,
        "application": link.application,
        "zone": _zone(),
    }


def to_page(token: str) -> ResponseReturnValue:
    """Lead to the page itself, which says why there is nothing to do or who else decides."""
    return redirect(url_for("routing.contact_page", token=token), 303)


def _zone() -> str:
    employer = organization.employer()
    return employer.time_zone if employer else "UTC"


def opinion_form(consultation_id: int, *, sent: bool = True) -> OpinionForm:
    """Make the form for what one is asked; several may stand on a page."""
    prefix = f"opinion-{consultation_id}-"
    return OpinionForm(prefix=prefix) if sent else OpinionForm(prefix=prefix, formdata=None)


def contact_page_of(link: ContactLink, token: str, **more: object) -> str:
    """Draw the page; a form that was refused is given as it was sent."""
    application = link.application
    assignment = queries.assignment_of(application.id, link.person_id)
    waiting = assignment is not None and queries.more_time_of(assignment)
    asked = queries.consultations_of(application.id)
    booked = interviews.of_application(application.id, with_cancelled=False)
    context: dict[str, object] = {
        **framed(link, token),
        "assignment": assignment,
        "may_decide": assignment is not None and assignment.why in rules.MAY_DECIDE,
        "skills": [
            (each.skill, _(FAMILIARITY_WORDS[Familiarity(each.level)]))
            for each in application.skills
        ],
        "conversation": conversations.conversation_with(application),
        "missing": applications.still_missing([application]).get(application.id, []),
        "untaken": untaken(application),
        "own_latest": operations.own_latest(application, link.person),
        "more_time": waiting[-1] if waiting else None,
        "put_off": assignment is not None
        and bool(waiting)
        and queries.is_put_off(assignment, interviews.bookings_of),
        "consultations": [each for each in asked if each.asked_by_id == link.person_id],
        "asked_of_me": [
            (each, opinion_form(each.id, sent=False))
            for each in asked
            if each.person_id == link.person_id
        ],
        "proposal": interviews.latest_proposal(application.id),
        "interviews": booked,
        "is_ahead": any(each.starts_at > now() for each in booked),
        "untold": application.outcome is not None and applications.is_open_as_told(application),
        "requests": queries.open_requests(link),
        "colleague_form": ColleagueForm(formdata=None),
        "can_shortlist": application.stage in {Stage.RECEIVED, Stage.UNDER_REVIEW},
    }
    return render_template("routing/contact_page.html", **{**context, **more})


@bp.get("/<token>")
@signed_link
def contact_page(token: str) -> ResponseReturnValue:
    """Show one application; note the fetch in a short transaction of its own.

    Of somebody who is signed in as the link's person it is a look as well: no scanner is.
    """
    link = queries.open_link(token)
    page = contact_page_of(link, token)
    link_id, person = link.id, signed_in()
    looked = person is not None and person.id == link.person_id and not _fetched_ahead()
    with writing():
        fetched = db.session.get_one(ContactLink, link_id)
        operations.record_fetch(fetched)
        if looked:
            operations.record_seen(fetched.application, fetched.person)
        db.session.commit()
    return page


def _fetched_ahead() -> bool:
    """Tell whether a browser loads the page in case somebody wants it, and nobody looks."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method != "GET" or "prefetch" in purpose.lower()


def _document(link: ContactLink, number: int) -> ApplicationDocument:
    for each in link.application.documents:
        if each.id == number:
            return each
    raise NotFoundError


@bp.get("/<token>/documents/<int:number>")
@signed_link
def read_document(token: str, number: int) -> ResponseReturnValue:
    """Show a document as page images or clean text, never the raw file."""
    link = queries.open_link(token)
    return render_template(
        "routing/document.html",
        **framed(link, token),
        item=_document(link, number),
    )


@bp.get("/<token>/documents/<int:number>/pages/<int:page>")
@signed_link
def page_image(token: str, number: int, page: int) -> ResponseReturnValue:
    """Send the picture of one page."""
    return send_page(_document(queries.open_link(token), number).document, page)


@bp.get("/<token>/documents/<int:number>/original")
@signed_link
def download(token: str, number: int) -> ResponseReturnValue:
    """Send the file as it was sent, as an attachment."""
    return send_original(_document(queries.open_link(token), number).document)


@bp.post("/<token>/colleague")
@signed_link
def ask_for_own_link(token: str) -> ResponseReturnValue:
    """Take the request of a colleague who was forwarded the mail."""
    form = ColleagueForm()
    if not form.validate_on_submit():
        return contact_page_of(queries.open_link(token), token, colleague_form=form), 422
    with writing():
        operations.ask_for_own_link(
            queries.open_link(token), name=form.name.data.strip(), email=form.email.data
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
        link = queries.open_link(token)
        asked = queries.request_to(link, request_id)
        act(link, LinkDeed.LINK_GIVEN if answer == "give" else LinkDeed.LINK_REFUSED)
        operations.decide_request(asked, grant=answer == "give")
        db.session.commit()
    flash(_("A link of their own is on its way to them.") if answer == "give" else _("Refused."))
    return redirect(url_for(".contact_page", token=token), 303)


@bp.errorhandler(LinkEndedError)
def link_ended(error: LinkEndedError) -> ResponseReturnValue:
    """Show behind any address of an ended link how to get a new one, and what was typed."""
    token = (request.view_args or {}).get("token", "")
    typed = [text for name in TYPED for text in request.form.getlist(name) if text.strip()]
    message, renewable = error.message, True
    try:
        operations.assert_renewable(queries.link_by_token(token))
    except DomainError as refusal:  # who would be refused is not invited to ask
        message, renewable = refusal.message, False
    page = render_template(
        "routing/link_expired.html",
        token=token,
        message=message,
        renewable=renewable,
        typed="\n\n".join(typed),
    )
    return page, error.status


TYPED = ("text", "note", "message", "reason", "opinion", "words")
"""Fields in which one writes more than a word, whatever form it is."""


@bp.get("/<token>/renew")
@signed_link
def ask_new_link(token: str) -> ResponseReturnValue:
    """Lead back where a link still opens the page; else say again how to get a new one."""
    queries.open_link(token)
    return redirect(url_for(".contact_page", token=token), 303)


@bp.post("/<token>/renew")
@signed_link
def renew(token: str) -> ResponseReturnValue:
    """Mail a new link to the person the old one was made for, and to nobody else."""
    with writing():
        operations.renew_link(queries.link_by_token(token))
        db.session.commit()
    return render_template("routing/link_renewed.html")
