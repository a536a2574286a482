"""A fictional library to look at and to try out, and its removal."""

import click
from flask import current_app
from sqlalchemy import select

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.core.db import db, writing
from tracker.documents import operations as documents
from tracker.organization import queries as organization
from tracker.upkeep.demo import applicants, employer, library, loading, removing


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
    papers, badge = loading.receive_papers(), employer.store_badge()
    try:
        with loading.quietly(), writing():
            loading.load(papers, badge)
            db.session.commit()
    except BaseException:
        documents.forget_files([badge.file.key, *(each.file_key for each in papers.values())])
        raise
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
