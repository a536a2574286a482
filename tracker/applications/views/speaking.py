"""Private pages speak the language of what they show, until another is chosen."""

from flask import request

from tracker.applications import queries
from tracker.applications.views import bp
from tracker.core import languages


@bp.before_request
def speak() -> None:
    """Go on in the language of the application or the draft that a private link opens."""
    token = (request.view_args or {}).get("token")
    if isinstance(token, str) and not languages.is_chosen():
        language = queries.language_of(token)
        if language is not None:
            languages.begin_in(language)
