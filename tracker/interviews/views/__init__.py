"""Interviews in the pages: staff's week, the times that contacts offer and candidates choose."""

from flask import Blueprint

from tracker.core import languages

bp = Blueprint("interviews", __name__)
for_contacts = Blueprint("proposals", __name__, url_prefix="/for")
languages.keep_english(for_contacts)  # contacts are colleagues
blueprints = (bp, for_contacts)

from tracker.interviews.views import choosing, proposing, staff  # noqa: E402, F401 - their routes
