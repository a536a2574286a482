"""Ways in to the organization: what everybody may see, and what staff change."""

from flask import Flask

from tracker.organization.views import following, positions, profile, public, wording

__all__ = ["blueprints", "following", "init_app", "positions", "profile", "wording"]
blueprints = (public.bp,)


def init_app(app: Flask) -> None:
    """Give every page the employer's name, logo and accent."""
    app.context_processor(public.words)
