"""The mail by which somebody heard of an application, for whoever sees that application.

A daily digest, a reminder and a hand-over list several applications, and not everybody sees all
of them. So this page says when such a mail went, to whom and what came of it; its words are for
the person whom it was written to.
"""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.applications import queries
from tracker.applications.views import bp
from tracker.applications.views.routed import delivery
from tracker.core.access import Action, requires
from tracker.notifications.masking import mask
from tracker.notifications.wording import find_message
from tracker.routing import queries as routing


@bp.get("/staff/applications/<int:application_id>/told/<int:told_id>")
@requires(Action.SEE_APPLICATIONS)
def told_by(application_id: int, told_id: int) -> ResponseReturnValue:
    """Show a mail that told somebody of an application; its words only to its reader."""
    application = queries.get_visible(current_user, application_id)
    email = routing.mail_that_told(application.id, told_id)
    kind = find_message(email.message)
    is_reader = email.recipient_address.lower() == current_user.email
    return render_template(
        "applications/told_by.html",
        application=application,
        email=email,
        purpose=kind.purpose if kind else "",
        standing=delivery(email),
        text=mask(email.text) if is_reader else "",
        server={"label": current_app.config["MAIL_URL"]},
        zone=queries.time_zone(),
    )
