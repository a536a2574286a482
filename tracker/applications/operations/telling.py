"""Tell those who have applied that a posting has changed: each once for each change."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.applications import emails
from tracker.applications.models import Application
from tracker.applications.operations.links import mailed_link
from tracker.core.db import db, now
from tracker.notifications import queries as outbox
from tracker.postings import queries as postings
from tracker.postings.models import Announcement, PostingVersion

AT_ONCE = 10
"""So many are told in the change's own transaction; the rest by the job, so nobody waits."""

BATCH = 50
SETTLING = dt.timedelta(seconds=20)
"""An application sent in the moment of the change may be written a little after it: only then
is nobody left to tell."""


def tell_changes_of(posting_id: int) -> None:
    """Queue the mail about a posting's changes in this transaction, where few have applied.

    Where there are more, the first of them are told, and the job goes on from there.
    """
    for version_id in postings.to_announce(posting_id=posting_id):
        tell_change(version_id, most=AT_ONCE)


def tell_change(version_id: int, *, most: int = BATCH) -> bool:
    """Tell the next of those who had applied when a posting changed; returns whether more follow.

    How far it has come is written with the mail itself: after a crash it goes on there. Whose
    application has ended since is told nothing, and who has no address is told by hand.
    """
    announcement = db.session.scalars(
        select(Announcement)
        .where(Announcement.version_id == version_id, Announcement.done_at.is_(None))
        .with_for_update(of=Announcement, skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if announcement is None:  # told, or another is telling
        return False
    found = _next_of(announcement.version, after=announcement.told_through, most=most + 1)
    for application in found[:most]:
        _tell(application, announcement)
        announcement.told_through = application.id
    if len(found) <= most and now() >= announcement.version.at + SETTLING:
        announcement.done_at = now()
    db.session.flush()
    return len(found) > most


def _next_of(version: PostingVersion, *, after: int, most: int) -> list[Application]:
    return list(
        db.session.scalars(
            select(Application)
            .where(
                Application.posting_id == version.posting_id,
                Application.id > after,
                Application.outcome.is_(None),
                Application.email != "",
                Application.submitted_at <= version.at,
            )
            .order_by(Application.id)
            .limit(most)
            .options(joinedload(Application.posting))
        )
    )


def _tell(application: Application, announcement: Announcement) -> None:
    version = announcement.version
    if outbox.by_once_key(emails.changed_once_key(application, version)) is None:
        token = mailed_link(application)
        emails.posting_changed(application, version, token=token)
        announcement.told += 1
