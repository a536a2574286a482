"""A fictional library to look at and to try out, and its removal."""

import click
from flask import current_app
from sqlalchemy import delete, select

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.documents import operations as documents
from tracker.organization import queries as organization
from tracker.upkeep import queries
from tracker.upkeep.demo import applicants, employer, library, loading, removing
from tracker.upkeep.models import FirstStart


class DemoError(click.ClickException):
    """The demo cannot be loaded; the message is one line."""


def load_demo() -> list[str]:
    """Load the demo into an empty Tracker and commit; says in lines what there is now.

    Loading what is there already changes nothing. Raises `DemoError` in production, and
    where somebody has begun for real.
    """
    if current_app.config["PRODUCTION"]:
        raise DemoError(
            "The demo is for trying out: BASE_URL is not a loopback address, so it is refused."
        )
    if is_loaded():
        return ["The demo is here already. Nothing was changed."]
    if organization.employer() is not None:
        raise DemoError("There is an employer's profile already. The demo is for an empty Tracker.")
    return _load()


def finish_first_start() -> list[str]:
    """Load the demo that a first start has yet to bring, and commit; says in lines what it did.

    Whatever ended that start, the note of it is still there. Where somebody has begun for real
    since, no demo comes any more. Raises `DemoError` where it cannot be loaded: the note stays,
    and the next start tries again.
    """
    if not queries.first_start_is_under_way():
        return []
    try:
        return _load(only_empty=True)
    except (OSError, DomainError) as error:
        raise DemoError(
            f"The demo could not be loaded ({error}). Nothing of it was kept. Start again to try"
            " again, or run flask serve to start without it."
        ) from error


def _load(*, only_empty: bool = False) -> list[str]:
    papers, badge = loading.receive_papers(), employer.store_badge()
    stored = [badge.file.key, *(each.file_key for each in papers.values())]
    try:
        with loading.quietly(), writing():
            # First of all, so that of two starts at once one waits here for the other.
            noted = db.session.execute(delete(FirstStart).returning(FirstStart.id)).all()
            wanted = not only_empty or (bool(noted) and queries.table_in_use() is None)
            if wanted:
                loading.load(papers, badge)
            db.session.commit()
    except BaseException:
        documents.forget_files(stored)
        raise
    if not wanted:
        documents.forget_files(stored)
        return ["Somebody has begun to work with this Tracker: no demo was loaded."]
    return [
        f"Loaded {library.NAME}, which is invented, with {len(library.OPENINGS)} postings and"
        f" {len(applicants.APPLICANTS)} applications. To remove it: flask demo --remove"
    ]


def is_loaded() -> bool:
    """Tell whether anything of the demo is here."""
    return db.session.scalar(select(Person.id).where(Person.is_demo).limit(1)) is not None


def administrator() -> Person | None:
    """The demo's administrator, for whom a sign-in link can be made; None without the demo."""
    person = people.by_email(library.DIRECTOR.email)
    return person if person is not None and person.is_demo else None


def remove_demo() -> list[str]:
    """Remove every row and file of the demo and nothing else; commits.

    What real rows name is kept, and the lines returned say what and why. A profile that
    somebody has edited is theirs now.
    """
    if not is_loaded():
        return ["There is no demo here. Nothing was removed."]
    with writing():
        removal = removing.remove()
        db.session.commit()
    documents.forget_files(removal.file_keys)
    lines = [f"Removed {removal.count} rows and {len(removal.file_keys)} files of the demo."]
    lines += [f"Kept {each}" for each in removal.kept]
    if not people.has_administrator():
        lines.append("Nobody can sign in now. Run: flask users create-admin EMAIL")
    return lines
