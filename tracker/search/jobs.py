"""Work on the index behind the pages: what has changed, and what was never indexed."""

from tracker.core.db import db, writing
from tracker.core.jobs import job
from tracker.search import operations, queries

CHANGES = 300
APPLICATIONS = 20


@job("index")
def index_changed() -> None:
    """Cut the words of applications that have changed, while no lock is held, and keep them."""
    while True:
        changes = queries.waiting_changes(CHANGES)
        chosen = {key: changes[key] for key in list(changes)[:APPLICATIONS]}
        entries = queries.entries_of(chosen)
        db.session.rollback()
        if not chosen:
            return
        with writing():
            done = operations.store(entries, chosen)
            db.session.commit()
        if not done:
            return  # somebody has them all; the sweep comes again


@job("index_missing", minutes=30)
def index_missing() -> None:
    """Find applications that no change has named, as after a new version of the rules."""
    while missing := queries.unindexed(CHANGES):
        with writing():
            operations.note(missing)
            db.session.commit()
        index_changed()
