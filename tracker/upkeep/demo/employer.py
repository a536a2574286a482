"""The demo's employer: its profile, its badge, its positions."""

import io
from dataclasses import dataclass

from tracker.accounts.models import Person
from tracker.core.files import StoredFile, files
from tracker.organization import operations as organization
from tracker.organization.models import Position
from tracker.organization.pictures import BADGE_BOX, Picture, redraw
from tracker.upkeep.demo import library
from tracker.upkeep.demo.papers import badge


@dataclass(frozen=True, slots=True)
class StoredBadge:
    """The badge's picture, stored, before its row."""

    file: StoredFile
    picture: Picture


def store_badge() -> StoredBadge:
    """Draw the badge and store it; touches no database."""
    picture = redraw(badge(), box=BADGE_BOX)
    content = picture.content
    return StoredBadge(files().store(io.BytesIO(content), limit=len(content)), picture)


def write(stored: StoredBadge, *, by: Person) -> None:
    """Write the profile with its letterhead, and the badge."""
    organization.save_profile(
        library.PROFILE,
        sender_name=library.NAME,
        sender_address=library.SENDER,
        version=None,
        by=by,
        is_demo=True,
    )
    organization.add_badge(
        key=stored.file.key,
        media_type=stored.picture.media_type,
        size=(stored.picture.width, stored.picture.height),
        alternative_text=library.BADGE["alternative_text"],
        link=library.BADGE["link"],
        by=by,
    )


def write_positions(people: dict[str, Person], *, by: Person) -> dict[str, Position]:
    """Add every position with its holder and deputy; returns them by title."""
    return {
        title: organization.add_position(
            title=title,
            holder=people[holder.email],
            deputy=people[deputy.email] if deputy else None,
            by=by,
        )
        for title, (holder, deputy) in library.POSITIONS.items()
    }
