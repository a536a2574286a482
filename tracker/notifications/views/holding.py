"""Mail that is held for a look: released, dropped, rewritten, one by one or several at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from tracker.applications import queries as applications
from tracker.core.access import Action, requires
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.core.web import whole_number
from tracker.interviews import emails as cancellations
from tracker.interviews import operations as interviews
from tracker.interviews.models import Interview
from tracker.notifications import operations, queries
from tracker.notifications.forms import HeldForm
from tracker.notifications.rules import MailState
from tracker.notifications.views import bp
from tracker.notifications.views.mail import (
    draw,
    draw_outdated,
    lock_about,
    outdated_words,
    visible_to,
)
from tracker.notifications.wording import WordingError


@bp.post("/held")
@requires(Action.SEE_MESSAGES)
def decide() -> ResponseReturnValue:
    """Let held mails go, or drop them, all that were chosen."""
    ids = [number for text in request.form.getlist("mail") if (number := whole_number(text))]
    acts: dict[str, Callable[..., object]] = {
        "release": operations.release,
        "drop": operations.drop,
    }
    act = acts.get(request.form.get("action", ""))
    if act is None or not ids:
        flash(_("Choose the mails first, then what happens to them. Nothing was changed."), "info")
        return redirect(url_for(".messages", state=MailState.HELD.value), 303)
    with writing():
        came = _decide(ids, act)
        db.session.commit()
    _tell_decided(act is operations.release, came)
    return redirect(url_for(".messages", state=MailState.HELD.value), 303)


@dataclass(frozen=True)
class Decided:
    """What came of several held mails: those done, those that tell what is no longer so, counts."""

    done: list[int]
    outdated: int
    replaced: int
    left: int
    called_off: Sequence[Interview]


def _decide(ids: Sequence[int], act: Callable[..., object]) -> Decided:
    done, outdated = list[int](), 0
    lock_about(ids[: queries.PAGE_SIZE])
    mails = queries.some_mails(ids[: queries.PAGE_SIZE], visible_to(current_user))
    untrue = applications.outdated_mail([each.id for each in mails])
    old, replaced = interviews.outdated(mails), 0
    for email in mails:
        if email.state is not MailState.HELD or email.dropped_at is not None:
            continue
        if act is operations.release and email.id in untrue:
            outdated += 1
            continue
        if act is operations.release and email.id in old:
            replaced += 1
            continue
        act(email, by=current_user)
        done.append(email.id)
    let_go = act is operations.release
    called_off = interviews.settle_told(done, by=current_user, let_go=let_go)
    left = len(ids) - len(done) - outdated - replaced
    return Decided(done, outdated, replaced, left, called_off)


def _tell_decided(released: bool, came: Decided) -> None:
    done = len(came.done)
    if released:
        told = ngettext("%(num)d mail goes now.", "%(num)d mails go now.", done)
    else:
        told = ngettext("%(num)d mail is dropped.", "%(num)d mails are dropped.", done)
    if came.left:
        told += " " + ngettext(
            "%(num)d was not held any more.", "%(num)d were not held any more.", came.left
        )
    if came.outdated:
        told += " " + ngettext(
            "%(num)d tells a decision that no longer stands, and is still held: drop it.",
            "%(num)d tell decisions that no longer stand, and are still held: drop them.",
            came.outdated,
        )
    if came.replaced:
        told += " " + ngettext(
            "%(num)d invites to an interview that was called off or changed, and is still held:"
            " drop it.",
            "%(num)d invite to interviews that were called off or changed, and are still held:"
            " drop them.",
            came.replaced,
        )
    told += _called_off(came.called_off, let_go=released)
    flash(told, "warning" if came.outdated or came.replaced else "success")


def _called_off(found: Sequence[Interview], *, let_go: bool) -> str:
    """Say how many interviews are called off with what was let go; '' where none is.

    Without `let_go` the cancellations wait for a look themselves, where their kind is held.
    """
    if not found:
        return ""
    if not let_go and cancellations.are_cancellations_held():
        return " " + str(
            ngettext(
                "%(num)d interview is called off with it. The cancellations are held for a look:"
                " nobody is told until they are released.",
                "%(num)d interviews are called off with it. The cancellations are held for a look:"
                " nobody is told until they are released.",
                len(found),
            )
        )
    return " " + str(
        ngettext(
            "%(num)d interview is called off with it, and everybody invited is told.",
            "%(num)d interviews are called off with it, and everybody invited is told.",
            len(found),
        )
    )


@bp.post("/<int:email_id>/release")
@requires(Action.SEE_MESSAGES)
def release(email_id: int) -> ResponseReturnValue:
    """Let a held mail go, and what it calls off unless that is to be looked at first."""
    let_go = request.form.get("cancellations") != "hold"
    try:
        with writing():
            lock_about([email_id])
            email = queries.one_mail(email_id, visible_to(current_user), locked=True)
            operations.release(email, by=current_user, outdated=outdated_words(email))
            called_off = interviews.settle_told([email_id], by=current_user, let_go=let_go)
            db.session.commit()
    except operations.OutdatedError:
        return draw_outdated(email_id)
    told = _called_off(called_off, let_go=let_go)
    flash(_("The mail goes as soon as it can.") + told, "success")
    return redirect(url_for(".message", email_id=email_id), 303)


@bp.post("/<int:email_id>/drop")
@requires(Action.SEE_MESSAGES)
def drop(email_id: int) -> ResponseReturnValue:
    """Decide that a held mail does not go."""
    with writing():
        lock_about([email_id])
        email = queries.one_mail(email_id, visible_to(current_user), locked=True)
        operations.drop(email, by=current_user, outdated=outdated_words(email))
        called_off = interviews.settle_told([email_id], by=current_user)
        db.session.commit()
    told = _called_off(called_off, let_go=False)
    flash(_("The mail is dropped. It does not go.") + told, "success")
    return redirect(url_for(".message", email_id=email_id), 303)


@bp.post("/<int:email_id>/take-back")
@requires(Action.SEE_MESSAGES)
def take_back(email_id: int) -> ResponseReturnValue:
    """Put a dropped mail back among those that are held."""
    with writing():
        email = queries.one_mail(email_id, visible_to(current_user), locked=True)
        operations.take_back(email, by=current_user)
        db.session.commit()
    flash(_("The mail is held again."), "success")
    return redirect(url_for(".message", email_id=email_id), 303)


@bp.post("/<int:email_id>/words")
@requires(Action.SEE_MESSAGES)
def edit(email_id: int) -> ResponseReturnValue:
    """Rewrite subject and words of one held mail."""
    form = HeldForm()
    email = queries.one_mail(email_id, visible_to(current_user))
    if not queries.may_read(email, current_user.email):
        raise DomainError(_("Only the person it was written to reads this mail."))
    if not form.validate_on_submit():
        return draw(email, held=form), 422
    try:
        with writing():
            operations.edit(
                queries.one_mail(email_id, visible_to(current_user), locked=True),
                subject=form.subject.data or "",
                body=form.body.data or "",
                shown=form.shown.data or "",
                by=current_user,
            )
            db.session.commit()
    except WordingError as error:
        form[error.field].errors = [error.message]
        return draw(queries.one_mail(email_id, visible_to(current_user)), held=form), 422
    flash(_("Saved. The mail is still held: release it when it shall go."), "success")
    return redirect(url_for(".message", email_id=email_id), 303)
