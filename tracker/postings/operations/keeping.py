"""Keep what a posting says, each time that it becomes another: in the change's own transaction."""

import datetime as dt

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.core.jobs import after_commit
from tracker.postings import queries
from tracker.postings.models import Announcement, Posting, PostingVersion
from tracker.postings.rules import VersionKind
from tracker.postings.versions import Difference, differences, material, read, written

TELLING = "tell_changes"
"""The job that mails those who have applied; it belongs to the room of applications."""


class ReasonNeededError(DomainError):
    """A public posting would change in what matters to candidates; `changes` says in what."""

    status = 422

    def __init__(self, changes: list[Difference]) -> None:
        words = ", ".join(each.matter.word for each in changes)
        super().__init__(
            f"Give a reason. This changes what those who have applied went by: {words}."
            " Nothing was saved yet."
        )
        self.changes = changes


def begin(posting: Posting) -> None:
    """Keep what a posting says, where it was published and nothing of it was kept so far.

    It was published before versions were kept: call this before anything is changed.
    """
    if posting.published_at is not None and queries.last_version(posting) is None:
        _add(posting, 1, VersionKind.PUBLISHED, by=None, reason="", at=posting.published_at)
        db.session.flush()


def keep(
    posting: Posting, *, kind: VersionKind, by: Person | None, reason: str, at: dt.datetime
) -> PostingVersion | None:
    """Keep what a public posting says now; None where it says what it said before.

    Material changes, and opening again, are announced to those who have applied. Raises
    `ReasonNeededError` where they come without a reason.
    """
    last, reason = queries.last_version(posting), reason.strip()
    if last is None:
        return _add(posting, 1, kind, by=by, reason=reason, at=at)
    found = differences(read(last.snapshot), queries.snapshot_of(posting))
    if kind is VersionKind.CHANGED and not found:
        return None
    changes = material(found)
    if kind is not VersionKind.CHANGED:
        changes.insert(0, Difference("reopened", old=False, new=True))
    if changes and not reason:
        raise ReasonNeededError(changes)
    version = _add(posting, last.number + 1, kind, by=by, reason=reason, at=at, changes=changes)
    if changes:
        db.session.add(Announcement(version=version))
        after_commit(TELLING)
    return version


def _add(
    posting: Posting,
    number: int,
    kind: VersionKind,
    *,
    by: Person | None,
    reason: str,
    at: dt.datetime,
    changes: list[Difference] | None = None,
) -> PostingVersion:
    version = PostingVersion(
        posting=posting,
        number=number,
        kind=kind,
        at=at,
        by_id=by.id if by else None,
        reason=reason,
        snapshot=written(queries.snapshot_of(posting)),
        is_material=bool(changes),
        changes=[each.as_json() for each in changes or []],
    )
    db.session.add(version)
    return version
