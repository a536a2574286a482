"""The application as a WSGI server, and the `flask` command, load it."""

from tracker.app import create_app

app = create_app()
