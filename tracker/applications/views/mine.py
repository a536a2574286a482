"""The candidate's own page: where it stands, what was sent and said, and what they may do."""

import datetime as dt
from dataclasses import dataclass

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.applications import emails, operations, queries
from tracker.applications.forms.mine import AddForm, DocumentForm
from tracker.applications.models import Application, CandidateLink, DocumentRequest
from tracker.applications.rules import (
    FAMILIARITY_WORDS,
    PLAIN_OUTCOMES,
    PLAIN_STAGES,
    STAGES,
    Outcome,
    Stage,
    day_in,
)
from tracker.applications.throttle import MOST_ADDED, MOST_ADDED_A_DAY, Full, fullness
from tracker.applications.views import bp
from tracker.core import formats
from tracker.core.access import signed_link
from tracker.core.db import lock, now
from tracker.core.errors import NotFoundError
from tracker.core.web import error_page
from tracker.documents.exports import send_original, send_photograph
from tracker.intake import conversations
from tracker.intake import queries as incoming
from tracker.interviews import queries as interviews
from tracker.interviews.models import Proposal
from tracker.notifications import queries as outbox
from tracker.notifications.masking import HIDDEN, mask
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.replying import address_of_handlers
from tracker.notifications.rules import MailState
from tracker.notifications.wording import find_message
from tracker.organization import queries as organization
from tracker.postings import queries as postings


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a sentence for translation; the page translates it."""
    return text


NEXT: dict[Stage, str] = {
    Stage.RECEIVED: N_("The people who fill this position read every application."),
    Stage.UNDER_REVIEW: N_("Your application is being read and compared with what is needed."),
    Stage.SHORTLISTED: N_("You are among the people who may be invited to an interview."),
    Stage.INTERVIEW: N_("You are being interviewed. The details come by mail as well."),
    Stage.REFERENCES: N_("Your references are being asked."),
    Stage.OFFER: N_("You are being offered the position. The details come by mail."),
}

ADDING = "new-"  # in front of the names of the form for what nobody asked for

MISTAKEN = N_("Closed: your mail was not meant as an application, and had been filed as one.")


@dataclass(frozen=True)
class Told:
    """One mail to the candidate, as their page shows it."""

    subject: str
    when: str
    standing: str
    text: str


@dataclass(frozen=True)
class Refused:
    """A file that was not taken for what was asked, and why."""

    request_id: int
    why: str


def unknown() -> ResponseReturnValue:
    """Say that a link opens nothing, and how to get one that does."""
    return error_page(
        404,
        gettext(
            "This link opens nothing. It may have been cut off in the mail, or replaced by a"
            " newer one."
        ),
        next_url=url_for("applications.lost_link"),
        next_label=gettext("Get a new link by mail"),
    )


def locked(token: str) -> CandidateLink:
    """Load a link again under the lock of its application."""
    link = queries.candidate_link(token)
    if link is None:
        raise NotFoundError
    lock(Application, link.application_id)
    return link


@bp.get("/my/<token>")
@signed_link
def my(token: str) -> ResponseReturnValue:
    """Show where an application stands. A look confirms nothing: mail scanners look too."""
    link = queries.candidate_link(token)
    return unknown() if link is None else my_page(link, token)


def my_page(
    link: CandidateLink,
    token: str,
    *,
    refused: Refused | None = None,
    adding: AddForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Draw the candidate's page.

    `refused` is what was wrong with a file sent for a request, `adding` what they typed for one
    that nobody asked for, with what is wrong with it.
    """
    application = link.application
    told = queries.as_told(application)
    stage, outcome = told.stage, told.outcome
    page = render_template(
        "applications/my.html",
        application=application,
        outcome=outcome,
        ended_at=told.ended_at,
        token=token,
        zone=queries.time_zone(),
        steps=[gettext(PLAIN_STAGES[each]) for each in STAGES],
        passed=[gettext(PLAIN_STAGES[each]) for each in application.passed],
        current=None if outcome is Outcome.HIRED else STAGES.index(stage),
        status=_status(application, stage, outcome),
        next_words=gettext(NEXT[stage]) if outcome is None else None,
        asks_to_confirm=application.email_confirmed_at is None and queries.proves_address(link),
        interviews=interviews.of_application(application.id, with_cancelled=False),
        times=_times(application),
        levels={level.value: gettext(words) for level, words in FAMILIARITY_WORDS.items()},
        asked=_forms(application, refused) if told.is_open else [],
        adding=_adding(application, adding) if told.is_open else None,
        asks_questions=operations.is_missing(queries.completion_of(application)),
        messages=_messages(application, token),
        limit=current_app.config["UPLOAD_LIMIT_MB"],
        replaced_by=queries.replacement_of(application),
        replaces=queries.replaced_by(application),
        **next_of(application),
        **_accommodation(token),
    )
    return page, status


def _status(application: Application, stage: Stage, outcome: Outcome | None) -> str:
    words = PLAIN_OUTCOMES[outcome] if outcome else PLAIN_STAGES[stage]
    if outcome is not None and incoming.ended_by_mistake(application):
        words = MISTAKEN
    said: str = gettext(words)
    return said


def _times(application: Application) -> Proposal | None:
    """Times for an interview that wait for the candidate's choice."""
    offered = interviews.open_proposal(application.id)
    return offered if offered is not None and interviews.stands(offered, now()) else None


def next_of(application: Application) -> dict[str, object]:
    """By when the candidate hears, whether that day has passed, and whom they can write to.

    Once replies come to an address of the employer's, questions go there too: they reach whoever
    handles the application, and stand with it.
    """
    promised = application.posting.answer_by_on
    today = day_in(now(), queries.time_zone())
    passed = promised is not None and promised < today
    contact = postings.contact_of(application.posting)
    sender = outbox.sender()
    own = address_of_handlers(("application", application.id), sent_to=application.email)
    return {
        "promised": promised,
        "overdue": passed and queries.as_told(application).is_open,
        "contact_name": contact.name if contact else sender.name,
        "contact_title": contact.title if contact else "",
        "contact_address": own or (contact.email if contact else sender.address),
        "is_kept": bool(own),
    }


def _accommodation(token: str) -> dict[str, str]:
    """Where to ask for an accommodation, as far as there is somebody to ask."""
    employer, endpoint = organization.employer(), "applications.accommodation"
    if employer is None or not employer.accommodation_email:
        return {"accommodation_url": ""}
    if endpoint not in current_app.view_functions:
        return {"accommodation_url": ""}
    return {"accommodation_url": url_for(endpoint, token=token)}


def _forms(
    application: Application, refused: Refused | None
) -> list[tuple[DocumentRequest, DocumentForm]]:
    """Each document that is asked for and still to come, with its form."""
    asked = []
    for each in application.requests:
        if each.is_open:
            form = DocumentForm(formdata=None, prefix=f"request-{each.id}-")
            if refused is not None and refused.request_id == each.id:
                form.file.errors = [refused.why]
            asked.append((each, form))
    return asked


def _adding(application: Application, sent: AddForm | None) -> dict[str, object]:
    """The form for a document that nobody asked for, or why there is none just now."""
    full = fullness(queries.added_unasked(application.id), now())
    return {
        "form": sent or AddForm(formdata=None, prefix=ADDING),
        "closed": no_room(full) if full is not None and sent is None else "",
    }


def no_room(full: Full) -> str:
    """Say that no more documents are added for now, or at all, and what to do then."""
    if full.again_at is None:
        return str(
            gettext(
                "%(count)d documents were added to your application later, which is all that it"
                " takes. If one more matters, write to the contact named above.",
                count=MOST_ADDED,
            )
        )
    return str(
        gettext(
            "%(count)d documents were added to your application within a day, which is all that a"
            " day takes. Add more after %(when)s.",
            count=MOST_ADDED_A_DAY,
            when=formats.datetime(full.again_at + dt.timedelta(minutes=1), queries.time_zone()),
        )
    )


def mails_to(application: Application) -> list[OutgoingEmail]:
    """Every mail that was written to the candidate about an application, newest first."""
    held = {each.id for each in interviews.of_application(application.id)}
    mails = [
        *outbox.about("application", application.id),
        *outbox.about_each("interview", held),
    ]
    found = [each for each in mails if _is_to_candidate(each)]
    return sorted(found, key=lambda each: each.id, reverse=True)


def _messages(application: Application, token: str) -> list[Told]:
    """Every mail to the candidate and every one of theirs that came by mail, newest first."""
    zone = queries.time_zone()
    found = [(each.created_at, told(each, token)) for each in mails_to(application)]
    for each in conversations.written_by_candidate(application.id):
        came = Told(
            subject=conversations.shown(each.incoming.subject) or gettext("Your mail"),
            when=formats.datetime(each.at, zone),
            standing=gettext("From you; it has arrived."),
            text=each.text,
        )
        found.append((each.at, came))
    return [line for _at, line in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _is_to_candidate(email: OutgoingEmail) -> bool:
    """Tell whose mail it is; that another one came is told to the address alone.

    Whoever saw no more than a receipt may not be who owns the address.
    """
    message = find_message(email.message)
    if message is None or message is emails.AGAIN:
        return False
    if email.state is MailState.HELD and (email.words is not None or email.dropped_at is not None):
        return False  # somebody has yet to look at it, or has decided that it does not go
    return message.audience == "candidate"


def told(email: OutgoingEmail, token: str) -> Told:
    """Put a mail as its reader sees it; private links in it are this page's own.

    A link that was mailed proves an address: whoever only saw the receipt must not find one.
    """
    zone = queries.time_zone()
    undelivered = gettext(
        "It could not be delivered to %(address)s.", address=email.recipient_address
    )
    words = {
        MailState.WAITING: gettext("On its way to %(address)s.", address=email.recipient_address),
        MailState.DELAYED: gettext(
            "On its way to %(address)s; the mail server there has not taken it yet, and we try"
            " again.",
            address=email.recipient_address,
        ),
        MailState.FAILED: undelivered,
        MailState.BOUNCED: undelivered,
        MailState.HELD: gettext("Held back for the moment."),
        MailState.SENT: gettext("Sent to %(address)s.", address=email.recipient_address),
    }
    standing = words[email.state]
    if email.delivered_at is not None:
        standing = gettext("Delivered to %(address)s.", address=email.recipient_address)
    return Told(
        subject=email.subject,
        when=formats.datetime(email.sent_at or email.created_at, zone),
        standing=standing,
        text=mask(email.text).replace(f"/my/{HIDDEN}", f"/my/{token}"),
    )


@bp.get("/my/<token>/files/<int:number>")
@signed_link
def my_file(token: str, number: int) -> ResponseReturnValue:
    """Send a candidate's own file back, exactly as they sent it."""
    application = queries.by_candidate_token(token)
    for each in application.documents if application else ():
        if each.id == number:
            return send_original(each.document)
    raise NotFoundError


@bp.get("/my/<token>/files/<int:number>/photographs/<int:place>")
@signed_link
def my_photograph(token: str, number: int, place: int) -> ResponseReturnValue:
    """Send back a photograph (from 1) that a document was made of, exactly as it was sent."""
    application = queries.by_candidate_token(token)
    for each in application.documents if application else ():
        if each.id == number:
            return send_photograph(each.document, place)
    raise NotFoundError
