"""Mail as a list and one by one, and sending again what did not go."""

from collections.abc import Collection
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, or_, select

from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core.access import SCOPED, Action, Role, allows, requires
from tracker.core.db import db, lock, now, writing
from tracker.core.markup import clean
from tracker.core.web import whole_number
from tracker.intake import conversations
from tracker.intake.models import IntakeMailbox
from tracker.interviews import operations as interviews
from tracker.interviews import queries as interview_queries
from tracker.interviews.emails import are_cancellations_held
from tracker.interviews.models import Interview
from tracker.notifications import operations, queries, transport
from tracker.notifications.forms import AddressForm, HeldForm
from tracker.notifications.mailserver import MailUrlError
from tracker.notifications.masking import links_in, mask
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import LOST, AttemptResult, ChangeKind, MailState
from tracker.notifications.tags import hide_tag
from tracker.notifications.views import bp
from tracker.notifications.wording import find_message
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.routing import queries as routing


@bp.get("")
@requires(Action.SEE_MESSAGES)
def messages() -> ResponseReturnValue:
    """List mail, newest first, all of it or what is in one state."""
    state = _state_asked()
    visible = visible_to(current_user)
    page = queries.page_of_mail(
        visible,
        state=state,
        before=whole_number(request.args.get("before")),
        after=whole_number(request.args.get("after")),
    )
    return render_template(
        "notifications/messages.html",
        page=page,
        state=state,
        states=_states(),
        badge_of=_badge,
        counts=queries.counts(visible),
        most_counted=queries.MOST_COUNTED,
        newer_url=page.newer and url_for(".messages", state=state, after=page.newer),
        older_url=page.older and url_for(".messages", state=state, before=page.older),
        called_off=interview_queries.waiting_with([each.id for each in page.emails], now())
        if state == MailState.HELD
        else {},
        holds_cancellations=are_cancellations_held(),
        zone=queries.sender().time_zone,
        server=_server(),
        mailboxes=_mailboxes(),
    )


@bp.get("/<int:email_id>")
@requires(Action.SEE_MESSAGES)
def message(email_id: int) -> ResponseReturnValue:
    """Show one mail as it goes, its tries, and the next step."""
    email = queries.one_mail(email_id, visible_to(current_user))
    return draw(email, AddressForm(address=email.recipient_address))


@bp.post("/<int:email_id>/again")
@requires(Action.SEE_MESSAGES)
def again(email_id: int) -> ResponseReturnValue:
    """Send a mail again that did not go."""
    try:
        with writing():
            lock_about([email_id])
            email = queries.one_mail(email_id, visible_to(current_user), locked=True)
            operations.retry(email, by=current_user, outdated=outdated_words(email))
            interviews.settle_told([email_id], by=current_user, let_go=True)
            db.session.commit()
    except operations.OutdatedError:
        return draw_outdated(email_id)
    flash(_("The mail is in the outbox again and goes as soon as it can."), "success")
    return redirect(url_for(".message", email_id=email_id), 303)


def draw(
    email: OutgoingEmail, form: AddressForm | None = None, *, held: HeldForm | None = None
) -> str:
    form = form or AddressForm(formdata=None, address=email.recipient_address)
    shown = _shown(email)
    may_edit = operations.may_edit(email) and not shown.get("sealed")
    if held is None and may_edit:
        words = operations.words_to_edit(email)
        held = HeldForm(formdata=None, subject=email.subject, body=words, shown=words)
    kind = find_message(email.message)
    about = application_of(email)
    only_read = about is not None and not routing.decides_on(current_user, about)
    may_correct = operations.may_correct(email, by=current_user) and not opens_several(email)
    can_correct = may_correct and not only_read
    return render_template(
        "notifications/message.html",
        email=email,
        form=form,
        shown=shown,
        reply_address=hide_tag(email.reply_to_address or ""),
        purpose=kind.purpose if kind else "",
        outdated=outdated_words(email) if email.state is not MailState.SENT else "",
        called_off=interview_queries.waiting_with([email.id], now()).get(email.id, []),
        begun=interview_queries.begun_before([email.id], now()),
        holds_cancellations=are_cancellations_held(),
        about=_about(email),
        badge_of=_badge,
        results=_results(),
        can_retry=email.state in LOST | {MailState.DELAYED},
        held=held if may_edit else None,
        story=_story(email),
        elsewhere=_elsewhere(email, kind.audience if kind else ""),
        can_correct=can_correct,
        others_count=len(others_that_failed(email, about)) if can_correct else 0,
        only_read=only_read,
        lasting=about if about is not None and _went_to(about, email) else None,
        zone=queries.sender().time_zone,
        server=_server(),
        reports=conversations.reports_on(email) if not shown.get("sealed") else [],
        sorts_mail=allows(current_user.role, Action.SORT_MAIL),
    )


def others_that_failed(
    email: OutgoingEmail, about: Application | None, *, locked: bool = False
) -> list[OutgoingEmail]:
    """The other mails about an application that whoever corrects this one may send with it."""
    visible = visible_to(current_user)
    return interviews.others_that_failed(
        email, about, by=current_user, visible=visible, locked=locked
    )


def application_of(email: OutgoingEmail) -> Application | None:
    """Load the application that a mail is about, by itself or by an interview."""
    if email.about_kind == "interview":
        interview = db.session.get(Interview, email.about_id)
        return interview.application if interview is not None else None
    if email.about_kind == "application":
        return db.session.get(Application, email.about_id)
    return None


def opens_several(email: OutgoingEmail) -> bool:
    """Tell whether a mail is about no one application and opens some: the lost links of a person.

    They were asked for by their address, and are nobody else's.
    """
    return email.about_kind is None and bool(applications.tokens_in(email.text))


def _went_to(application: Application, email: OutgoingEmail) -> bool:
    """Tell whether a mail went to its candidate, where all mail to them goes."""
    to_own = email.recipient_address.lower() == application.email_key
    return to_own and operations.is_to_candidate(email)


def draw_outdated(email_id: int) -> ResponseReturnValue:
    """Draw a mail that did not go since it tells what is no longer so: its page says why."""
    db.session.rollback()
    return draw(queries.one_mail(email_id, visible_to(current_user))), 409


def lock_about(email_ids: Collection[int]) -> None:
    """Keep applications and interviews as they are while mails about them go, in one order.

    Whoever moves or changes one locks it first, and its mail then.
    """
    visible = visible_to(current_user)
    for application_id in queries.rows_about("application", email_ids, visible):
        lock(Application, application_id)
    for interview_id in queries.rows_about("interview", email_ids, visible):
        lock(Interview, interview_id)


def outdated_words(email: OutgoingEmail) -> str:
    """Say why what a mail tells is no longer so; '' for one that may go."""
    stands = applications.outdated_mail([email.id]).get(email.id)
    if stands is None:
        return interviews.outdated([email]).get(email.id, "")
    return str(
        _(
            "The decision that this mail tells no longer stands: the application stands at"
            " “%(now)s” by now. So the mail is not sent: drop it here.",
            now=stands,
        )
    )


def visible_to(person: Any) -> ColumnElement[bool]:
    """Which mail a person may see: managers only what is about their own postings.

    A candidate's wish for an accommodation is nobody's but the recipient's.
    """
    if person.role not in SCOPED:
        return queries.is_open_to(person.role, person.email)
    mine = select(Application.id).where(applications.visible_to(person))
    theirs = select(Posting.id).where(postings.visible_to(person))
    seen = select(Interview.id).where(Interview.application_id.in_(mine))
    kind, row = OutgoingEmail.about_kind, OutgoingEmail.about_id
    return or_(
        and_(kind == "application", row.in_(mine)),
        and_(kind == "posting", row.in_(theirs)),
        and_(kind == "interview", row.in_(seen)),
        queries.is_own_confidential(person.email),
    )


def _shown(email: OutgoingEmail) -> dict[str, Any]:
    """What of a mail the page shows: private links are hidden, but from whom they must serve.

    On a machine of one's own, before there is a mail server, the outbox is the only place
    where an administrator can read mail at all, and follow the links in it.
    """
    open_links = (
        not current_app.config["PRODUCTION"]
        and not current_app.config["MAIL_URL"]
        and current_user.role is Role.ADMINISTRATOR
    )
    if not open_links and not queries.may_read(email, current_user.email):
        return {"text": "", "html": "", "links": [], "hidden": False, "sealed": True}
    text, html = email.text, _body_of(email.html)
    if not open_links:
        text, html = mask(text), mask(html)
    # Reduced to plain elements: what a mail may hold, a page of ours may not.
    return {
        "text": text,
        "html": Markup(clean(html)),  # noqa: S704  reduced by `clean` this very moment
        "links": links_in(text) if open_links else [],
        "hidden": text != email.text,
    }


def _body_of(html: str) -> str:
    """The part of a mail's HTML that is read: without its head."""
    start = html.find("<body")
    return html[html.find(">", start) + 1 :] if start >= 0 else html


def _state_asked() -> str | None:
    asked = request.args.get("state", "")
    return asked if asked in {*MailState, queries.DROPPED} else None


def _server() -> dict[str, str]:
    """The mail server in words: its name, or what is wrong."""
    try:
        server = transport.configured_server()
    except MailUrlError as error:
        return {"trouble": str(error)}
    return {"label": server.label} if server else {}


def _mailboxes() -> list[tuple[IntakeMailbox, int]]:
    """Mailboxes that cannot be read, or with mail too large to fetch; and how many that are."""
    found = [(each, conversations.left_on_server(each.id)) for each in conversations.mailboxes()]
    return [(each, left) for each, left in found if each.trouble or left]


def _states() -> dict[str, tuple[str, str]]:
    """Each state in words, and the tone of its mark."""
    return {
        MailState.WAITING: (_("Waiting"), "neutral"),
        MailState.SENT: (_("Sent"), "success"),
        MailState.DELAYED: (_("Delayed"), "warning"),
        MailState.FAILED: (_("Failed"), "danger"),
        MailState.BOUNCED: (_("Came back"), "danger"),
        MailState.HELD: (_("Held back"), "warning"),
        queries.DROPPED: (_("Dropped"), "neutral"),
    }


def _badge(email: OutgoingEmail) -> tuple[str, str]:
    """How one mail stands: its state, and what is known beyond it."""
    if email.delivered_at is not None:
        return _("Delivered"), "success"
    return _states()[queries.DROPPED if email.dropped_at else email.state]


def _story(email: OutgoingEmail) -> list[dict[str, Any]]:
    """Tries, and what was done to a mail or reported of it, in the order that it happened."""
    results, kinds = _results(), _kinds()
    tries = [
        {
            "at": each.at,
            "title": results[each.result][0],
            "tone": results[each.result][1],
            "to": each.recipient_address
            if each.recipient_address != email.recipient_address
            else "",
            "words": each.answer,
            "by": "",
            "before": "",
        }
        for each in email.attempts
    ]
    changes = [
        {
            "at": each.at,
            "title": kinds[each.kind][0],
            "tone": kinds[each.kind][1],
            "to": "",
            "words": each.words,
            "by": each.by_name,
            "before": each.before,
        }
        for each in email.changes
    ]
    return sorted([*tries, *changes], key=lambda each: each["at"])


def _kinds() -> dict[ChangeKind, tuple[str, str]]:
    return {
        ChangeKind.HELD: (_("Held back"), "warning"),
        ChangeKind.EDITED: (_("Rewritten"), "neutral"),
        ChangeKind.RELEASED: (_("Released"), "success"),
        ChangeKind.DROPPED: (_("Dropped: it does not go"), "neutral"),
        ChangeKind.TAKEN_BACK: (_("Held again"), "warning"),
        ChangeKind.AGAIN: (_("Sent again by hand"), "neutral"),
        ChangeKind.CORRECTED: (_("Address corrected"), "neutral"),
        ChangeKind.BOUNCED: (_("It came back"), "danger"),
        ChangeKind.LATE_BOUNCE: (_("An earlier sending came back"), "neutral"),
        ChangeKind.DELAY_REPORTED: (_("A server on the way is late with it"), "warning"),
        ChangeKind.DELIVERY_REPORTED: (_("A report says that it was delivered"), "success"),
    }


def _elsewhere(email: OutgoingEmail, audience: str) -> str:
    """What else helps where an address is wrong: the next step that is not on this page."""
    words: dict[tuple[str | None, str], str] = {
        ("application", "contact"): _(
            "Is this contact away or gone? Give the application to another one, on its page."
        ),
        ("application", "candidate"): _(
            "You can also reach the candidate by telephone, and note on the application what they"
            " were told."
        ),
        ("posting", "contact"): _(
            "Does the posting need another contact? Change it on the posting’s page."
        ),
    }
    return words.get((email.about_kind, audience), "")


def _results() -> dict[AttemptResult, tuple[str, str]]:
    return {
        AttemptResult.ACCEPTED: (_("The server took it"), "success"),
        AttemptResult.REFUSED_FOR_NOW: (_("The server refused it for now"), "warning"),
        AttemptResult.REFUSED: (_("The server refused it for good"), "danger"),
        AttemptResult.UNREACHABLE: (_("The server gave no answer"), "warning"),
    }


def _about(email: OutgoingEmail) -> tuple[str, str] | None:
    """What a mail is about, and where that is found."""
    if email.about_id is None:
        return None
    return {
        "application": (_("Application"), f"/staff/applications/{email.about_id}"),
        "posting": (_("Posting"), f"/staff/postings/{email.about_id}"),
        "interview": (_("Interview"), "/staff/interviews"),
        "incoming": (_("A mail that came in"), f"/staff/incoming/{email.about_id}"),
        "person": (_("An account"), "/staff/people"),
    }.get(email.about_kind or "")
