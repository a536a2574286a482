"""The room's pages: for everybody in `public`, for staff in the others."""

from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint, Flask

from tracker.core import links
from tracker.postings.views import differing, facts

bp = Blueprint("postings", __name__)
blueprints = (bp,)

# Each module puts its routes on `bp` when it is loaded.
for _each in (
    "public",
    "staff",
    "starting",
    "editing",
    "saving",
    "keeping",
    "previewing",
    "checking",
    "publishing",
    "versions",
    "reading",
    "feeds",
    "embedding",
    "linking",
    "sources",
    "alerts",
):
    if find_spec(f"{__name__}.{_each}"):
        import_module(f"{__name__}.{_each}")


def init_app(app: Flask) -> None:
    """Give templates the words for a posting's facts."""
    typed = import_module(f"{__name__}.typed")
    app.jinja_env.globals["absolute"] = links.absolute
    app.jinja_env.globals["missing_sections"] = typed.missing_sections
    app.jinja_env.filters.update(
        posting_pay=facts.pay,
        posting_hours=facts.hours,
        posting_types=facts.types,
        posting_closing=facts.closing,
        posting_closes_in=facts.closes_in,
        posting_differences=differing.shown,
        posting_state=facts.state,
        posting_state_tone=facts.state_tone,
        section_name=typed.section_name,
    )
