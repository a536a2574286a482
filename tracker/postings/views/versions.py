"""What a posting said before: every version, with what it changed, by whom and why."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from tracker.core.access import Action, requires
from tracker.postings import queries
from tracker.postings.models import Announcement, PostingVersion
from tracker.postings.rules import VersionKind
from tracker.postings.versions import Difference, differences, read
from tracker.postings.views import bp
from tracker.postings.views.differing import Shown, shown

PAGE = 20
KINDS = {
    VersionKind.PUBLISHED: "Published",
    VersionKind.CHANGED: "Changed",
    VersionKind.REOPENED: "Reopened",
}


@dataclass(frozen=True)
class Entry:
    """A version with what it changed, and how far those who had applied have been told."""

    version: PostingVersion
    title: str
    differences: list[Shown]
    announcement: Announcement | None


@bp.get("/staff/postings/<int:posting_id>/versions")
@requires(Action.SEE_POSTINGS)
def versions(posting_id: int) -> ResponseReturnValue:
    """Show every version of a published posting, newest first, as what it changed."""
    posting = queries.get_visible(current_user, posting_id)
    zone = queries.zone()
    number = max(request.args.get("page", 1, int), 1)
    found = queries.versions_of(posting, limit=PAGE + 1, offset=min(number - 1, 10_000) * PAGE)
    told = queries.announcements_of(found[:PAGE])
    entries = [
        Entry(each, _title(each), shown(_changes(each, before), zone), told.get(each.id))
        for each, before in zip(found[:PAGE], [*found[1:], None], strict=False)
    ]
    return render_template(
        "postings/versions.html",
        posting=posting,
        entries=entries,
        pages=_pages(posting_id, number, more=len(found) > PAGE),
        zone=zone,
    )


def _title(version: PostingVersion) -> str:
    return f"{gettext('Version %(number)d', number=version.number)}: {KINDS[version.kind].lower()}"


def _changes(version: PostingVersion, before: PostingVersion | None) -> list[Difference]:
    if before is None:
        return []
    return differences(read(before.snapshot), read(version.snapshot))


def _pages(posting_id: int, number: int, *, more: bool) -> dict[str, str]:
    def at(page: int) -> str:
        return url_for("postings.versions", posting_id=posting_id, page=page)

    return {
        "newer_url": at(number - 1) if number > 1 else "",
        "older_url": at(number + 1) if more else "",
        "summary": gettext("Page %(number)d", number=number) if more or number > 1 else "",
    }
