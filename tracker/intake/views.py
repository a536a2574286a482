"""Mail that arrived: the Unsorted tray, one mail, and the choices that later mail follows."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from tracker.applications.models import Application
from tracker.core import formats
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.core.web import whole_number
from tracker.documents import operations as documents
from tracker.documents.exports import send_made
from tracker.intake import arrival, invitations, operations, queries
from tracker.intake.forms import AnswerForm, AttachForm, DismissForm, FileForm, MistakeForm
from tracker.intake.models import FilingRule, IncomingEmail
from tracker.intake.rules import Remember, Verdict
from tracker.intake.showing import check_whole, shown_to
from tracker.notifications.queries import MOST_COUNTED, sender

bp = Blueprint("intake", __name__, url_prefix="/staff/incoming")
blueprints = (bp,)

WORDS = {
    Verdict.APPLICATION: ("Application", "success"),
    Verdict.REPLY: ("Reply", "info"),
    Verdict.BOUNCE: ("Bounce", "warning"),
    Verdict.AUTO_REPLY: ("Automatic", "neutral"),
    Verdict.CALENDAR: ("Calendar", "info"),
    Verdict.UNSORTED: ("Unsorted", "accent"),
    Verdict.DUPLICATE: ("Duplicate", "neutral"),
    Verdict.QUARANTINED: ("Quarantined", "danger"),
}


@bp.get("")
@requires(Action.SORT_MAIL)
def incoming() -> ResponseReturnValue:
    """List the mail that waits to be filed; or all of it, or of one kind."""
    verdict = _verdict_asked()
    shown = "all" if verdict is not None or request.args.get("show") == "all" else None
    page = queries.page_of_incoming(
        waiting=shown is None,
        verdict=verdict,
        before=whole_number(request.args.get("before")),
        after=whole_number(request.args.get("after")),
    )
    kept: dict[str, Any] = {"show": shown} if verdict is None else {"verdict": verdict.value}
    return render_template(
        "intake/incoming.html",
        page=page,
        shown=shown,
        verdict=verdict,
        words=WORDS,
        counts=queries.count_by_verdict(),
        most_counted=MOST_COUNTED,
        waiting=queries.count_waiting(),
        titles={each.id: each.title for each in queries.openings(now())},
        newer_url=page.newer and url_for(".incoming", **kept, after=page.newer),
        older_url=page.older and url_for(".incoming", **kept, before=page.older),
        zone=sender().time_zone,
    )


def _verdict_asked() -> Verdict | None:
    asked = request.args.get("verdict", "")
    return Verdict(asked) if asked in {each.value for each in Verdict} else None


@bp.get("/<int:incoming_id>")
@requires(Action.SORT_MAIL)
def mail(incoming_id: int) -> ResponseReturnValue:
    """Show one mail as text, its files, and what can be done with it."""
    return _page(queries.one_mail(incoming_id))


def _page(
    email: IncomingEmail,
    *,
    filing: FileForm | None = None,
    attaching: AttachForm | None = None,
    dismissing: DismissForm | None = None,
    undoing: MistakeForm | None = None,
    answering: AnswerForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    openings = queries.openings(now())
    titles = {each.id: each for each in openings}
    page = render_template(
        "intake/mail.html",
        email=email,
        shown=shown_to(email, current_user),
        words=WORDS,
        waits=_waits(email),
        by_hand=_by_hand(email),
        suggestions=[
            (titles[each["posting"]], each)
            for each in email.suggestions
            if each["posting"] in titles
        ],
        filing=filing or FileForm.of(email, openings),
        attaching=attaching or AttachForm(formdata=None),
        dismissing=dismissing or DismissForm.of(email),
        undoing=undoing or (_undoing(email) if email.became_application else None),
        answering=answering or AnswerForm(prefix="answer-", formdata=None),
        answers=queries.answers_to(email.id),
        labels=_labels(email),
        calendar=_calendar(email),
        zone=sender().time_zone,
    )
    return page, status


def _by_hand(email: IncomingEmail) -> tuple[str, str, str] | None:
    """What a colleague made of a mail, with a tone and a sentence; None where nobody did."""
    if email.filed_at is None:
        return None
    facts = {
        "name": email.filed_by.name if email.filed_by else "–",
        "when": formats.datetime(email.filed_at, sender().time_zone),
    }
    if email.became_application:
        said = _("%(name)s filed it as an application on %(when)s.", **facts)
        return _("Application"), "success", said
    said = _("%(name)s put it to the application as a message on %(when)s.", **facts)
    return _("Message"), "info", said


def _calendar(email: IncomingEmail) -> tuple[str, str, str] | None:
    """What a calendar answers in a mail, with a tone and whose answer it is; None for no such."""
    if email.verdict is not Verdict.CALENDAR:
        return None
    said = invitations.answer_in(email.id)
    if said is None or said.answer not in invitations.ANSWERS:
        return None
    return *invitations.ANSWERS[said.answer], said.attendee or email.from_address


def _waits(email: IncomingEmail) -> bool:
    return (
        email.verdict in {Verdict.UNSORTED, Verdict.QUARANTINED}
        and email.filed_at is None
        and email.dismissed_at is None
    )


def _undoing(email: IncomingEmail) -> MistakeForm:
    return MistakeForm.of(ruled=queries.rule_that_filed(email) is not None)


def _labels(email: IncomingEmail) -> dict[str, Any] | None:
    """What each document of an application by mail was taken for, and could be."""
    made = [each for each in email.attachments if each.application_document_id is not None]
    if email.application is None or not made:
        return None
    return {
        "documents": [each for each in email.application.documents if each.added_at is None],
        "wanted": email.application.posting.documents,
        "guesses": {each.application_document_id: each.guess for each in made},
    }


@bp.get("/<int:incoming_id>/raw")
@requires(Action.SORT_MAIL)
def raw(incoming_id: int) -> ResponseReturnValue:
    """Send a mail exactly as it arrived, to be saved and never shown in our origin."""
    email = queries.one_mail(incoming_id)
    check_whole(email, current_user)
    name = f"mail-{email.id}.eml"
    return send_made(email.file_key, email.size, "application/octet-stream", name)


@bp.post("/<int:incoming_id>/file")
@requires(Action.SORT_MAIL)
def file(incoming_id: int) -> ResponseReturnValue:
    """Make a mail an application under a posting."""
    email = queries.one_mail(incoming_id)
    form = FileForm.of(email, queries.openings(now()))
    if not form.validate_on_submit():
        return _page(email, filing=form, status=422)
    posting_id = operations.posting_to_file_under(form.posting.data).id
    opened, decision = arrival.open_again(incoming_id, posting_id)
    try:
        with writing():
            number = operations.file_application(
                operations.locked(incoming_id),
                opened,
                decision,
                sender=(form.name.data.strip(), form.email.data.strip()),
                remember=Remember(form.remember.data),
                by=current_user,
                at=now(),
            ).number
            db.session.commit()
    except BaseException:
        documents.forget_files(opened.keys)
        raise
    flash(
        _("Filed as application %(number)s. Its receipt is on its way.", number=number), "success"
    )
    if form.remember.data != Remember.NOTHING:
        flash(_("Later mail like it goes there, too: see “Remembered choices”."), "info")
    return redirect(url_for(".mail", incoming_id=incoming_id), 303)


@bp.post("/<int:incoming_id>/attach")
@requires(Action.SORT_MAIL)
def attach(incoming_id: int) -> ResponseReturnValue:
    """Put a mail to an application as a message."""
    form = AttachForm()
    email = queries.one_mail(incoming_id)
    number = (form.number.data or "").strip().upper()
    known = db.session.scalar(select(Application.id).where(Application.number == number))
    if not form.validate_on_submit() or known is None:
        if not form.number.errors:
            form.number.errors = [_("There is no application with this number.")]
        return _page(email, attaching=form, status=422)
    words = operations.fit_message(email, known)
    with writing():
        application = lock(Application, known)
        operations.file_message(
            operations.locked(incoming_id), application, words=words, by=current_user, at=now()
        )
        db.session.commit()
    flash(_("The mail stands with application %(number)s now.", number=number), "success")
    return redirect(url_for(".mail", incoming_id=incoming_id), 303)


@bp.post("/<int:incoming_id>/dismiss")
@requires(Action.SORT_MAIL)
def dismiss(incoming_id: int) -> ResponseReturnValue:
    """Take a mail out of the tray, with a reason."""
    email = queries.one_mail(incoming_id)
    form = DismissForm.of(email)
    if not form.validate_on_submit():
        return _page(email, dismissing=form, status=422)
    with writing():
        operations.dismiss(
            operations.locked(incoming_id),
            reason=form.reason.data or "",
            remember=Remember(form.remember.data),
            by=current_user,
            at=now(),
        )
        db.session.commit()
    flash(_("Dismissed. The mail is kept: it stands under All mail."), "success")
    return redirect(url_for(".incoming"), 303)


@bp.post("/<int:incoming_id>/answer")
@requires(Action.SORT_MAIL)
def answer(incoming_id: int) -> ResponseReturnValue:
    """Answer the sender of a mail in the tray; what was typed stays where it cannot go."""
    email = queries.one_mail(incoming_id)
    form = AnswerForm(prefix="answer-")
    if not form.validate_on_submit():
        return _page(email, answering=form, status=422)
    fit = operations.fit_answer(email, form.text.data or "")
    doubt = arrival.why_no_answer(incoming_id)
    try:
        with writing():
            operations.answer_sender(
                operations.locked(incoming_id),
                fit,
                doubt=doubt,
                by=current_user,
                at=now(),
            )
            db.session.commit()
    except DomainError as error:
        form.text.errors = [error.message]
        return _page(queries.one_mail(incoming_id), answering=form, status=error.status)
    flash(_("Answered. The mail is kept: it stands under All mail."), "success")
    return redirect(url_for(".incoming"), 303)


@bp.post("/<int:incoming_id>/no-application")
@requires(Action.SORT_MAIL)
def no_application(incoming_id: int) -> ResponseReturnValue:
    """End the application that a mail was made by mistake; the mail waits in the tray again."""
    email = queries.one_mail(incoming_id)
    form = _undoing(email)
    if not form.validate_on_submit():
        return _page(email, undoing=form, status=422)
    with writing():
        number = operations.no_application(
            operations.locked(incoming_id),
            reason=form.reason.data or "",
            forget=form.forgets,
            by=current_user,
            at=now(),
        ).number
        db.session.commit()
    said = _("Application %(number)s has ended. The mail waits to be sorted again.", number=number)
    flash(said, "success")
    return redirect(url_for(".mail", incoming_id=incoming_id), 303)


@bp.post("/<int:incoming_id>/take-back")
@requires(Action.SORT_MAIL)
def take_back(incoming_id: int) -> ResponseReturnValue:
    """Put a dismissed mail back into the tray."""
    with writing():
        operations.take_back(operations.locked(incoming_id))
        db.session.commit()
    flash(_("The mail waits in the Unsorted tray again."), "success")
    return redirect(url_for(".mail", incoming_id=incoming_id), 303)


@bp.post("/<int:incoming_id>/labels")
@requires(Action.SORT_MAIL)
def relabel(incoming_id: int) -> ResponseReturnValue:
    """Say what the documents that came with a mail are."""
    chosen = {}
    for name, value in request.form.items():
        kind, _sep, key = name.partition("-")
        if kind == "document" and key.isdigit() and value.isdigit():
            chosen[int(key)] = int(value)
    with writing():
        operations.relabel(operations.locked(incoming_id), chosen, by=current_user)
        db.session.commit()
    flash(_("Saved. The application shows its documents so."), "success")
    return redirect(url_for(".mail", incoming_id=incoming_id), 303)


@bp.get("/rules")
@requires(Action.SORT_MAIL)
def rules() -> ResponseReturnValue:
    """List the choices that later mail follows."""
    return render_template(
        "intake/rules.html", rules=queries.active_rules(), zone=sender().time_zone
    )


@bp.post("/rules/<int:rule_id>/remove")
@requires(Action.SORT_MAIL)
def remove_rule(rule_id: int) -> ResponseReturnValue:
    """Let later mail no longer follow a choice."""
    with writing():
        rule: FilingRule = lock(FilingRule, rule_id)
        if rule.removed_at is not None:
            raise NotFoundError
        operations.remove_rule(rule, by=current_user, at=now())
        db.session.commit()
    flash(_("Removed. Later mail no longer follows it."), "success")
    return redirect(url_for(".rules"), 303)
