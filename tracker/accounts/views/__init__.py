"""Ways in to accounts: sign-in for everybody, people for administrators, one's own account."""

from flask import Flask

from tracker.accounts.views import account, away, people, public, sessions

__all__ = ["account", "away", "blueprints", "init_app", "people"]
blueprints = (public.bp,)


def init_app(app: Flask) -> None:
    """Let requests know who is signed in."""
    sessions.login_manager.init_app(app)
