"""The Messages page: every mail, how it stands, and what to do about one that did not go."""

from flask import Blueprint

bp = Blueprint("notifications", __name__, url_prefix="/staff/messages")
blueprints = (bp,)

from tracker.notifications.views import correcting, holding, mail  # noqa: E402, F401 - they add their routes
