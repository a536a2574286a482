"""A contact's page of one application, opened by a private link without an account.

A GET is noted as fetched and changes nothing else; everything that acts is a POST, in the
name of the person the link was made for.
"""

from flask import Blueprint

from tracker.core import languages

bp = Blueprint("routing", __name__, url_prefix="/for")
languages.keep_english(bp)  # contacts are colleagues
blueprints = (bp,)

from tracker.routing.views import asking, deciding, mail, page, writing  # noqa: E402, F401 - they add their routes
