"""Another address for a mail that did not go, and for what comes after it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError
from tracker.interviews import operations as interviews
from tracker.notifications import operations, queries
from tracker.notifications.forms import AddressForm
from tracker.notifications.views import bp
from tracker.notifications.views.mail import (
    application_of,
    draw,
    draw_outdated,
    opens_several,
    others_that_failed,
    outdated_words,
    visible_to,
)
from tracker.routing import queries as reading
from tracker.routing.rules import ReadOnlyError


@bp.post("/<int:email_id>/address")
@requires(Action.SEE_MESSAGES)
def correct_address(email_id: int) -> ResponseReturnValue:
    """Send a mail that did not go to another address, and later mail too where that is wanted."""
    form = AddressForm()
    if not form.validate_on_submit():
        return draw(queries.one_mail(email_id, visible_to(current_user)), form), 400
    try:
        with writing():
            by = db.session.get_one(Person, current_user.id)
            application = _lock_to_decide(email_id, by)
            email = queries.one_mail(email_id, visible_to(by), locked=True)
            also = bool(form.others.data)
            others = others_that_failed(email, application, locked=True) if also else []
            lasting = interviews.correct_mail(
                email,
                form.address.data or "",
                application=application,
                lasting=bool(form.lasting.data) and application is not None,
                by=by,
                outdated=outdated_words(email),
                others=others,
            )
            db.session.commit()
    except operations.OutdatedError:
        return draw_outdated(email_id)
    told = _("The address is corrected. The mail goes there as soon as it can.")
    if lasting:
        told = _("The address is corrected, for later mail to this candidate as well.")
    flash(told + _told_of_others(len(others)), "success")
    return redirect(url_for(".message", email_id=email_id), 303)


def _told_of_others(count: int) -> str:
    if not count:
        return ""
    return " " + str(
        ngettext(
            "%(num)d other message that had failed goes there as well.",
            "%(num)d other messages that had failed go there as well.",
            count,
        )
    )


def _lock_to_decide(email_id: int, by: Person) -> Application | None:
    """Lock the application that a mail is about, before the mail as everybody does.

    What is in a mail to a candidate acts in their name: only who decides on the application
    sends it elsewhere. Raises `ReadOnlyError` for anybody else.
    """
    email = queries.one_mail(email_id, visible_to(by))
    about = application_of(email)
    if opens_several(email):
        raise DomainError(
            _(
                "This mail opens several applications for the owner of the address that asked for"
                " it, so it goes nowhere else. Nothing was changed."
            )
        )
    if about is None:
        return None
    application: Application = lock(Application, about.id)
    if not reading.decides_on(by, application):
        raise ReadOnlyError
    return application
