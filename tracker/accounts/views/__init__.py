"""Ways in to accounts: sign-in for everybody, people for administrators."""

from flask import Flask

from tracker.accounts.views import sessions
from tracker.accounts.views.public import bp

blueprints = (bp,)


def init_app(app: Flask) -> None:
    """Let requests know who is signed in."""
    sessions.login_manager.init_app(app)
