"""Remove the demo: its rows, what hangs on them, the mail about them; nothing that is real.

A foreign key to a posting, an application or a part of one means "belongs to", and goes
with it. One to a person, a position, a candidate or a mail means "names", and keeps what it
names as long as the naming row stays.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table, and_, delete, select, update

from tracker.accounts.models import Person, SignInLink
from tracker.applications.models import Application, Candidate
from tracker.core.db import db
from tracker.documents.models import Document, PageImage
from tracker.notifications.models import Letterhead, OutgoingEmail
from tracker.notifications.rules import CONFIDENTIAL
from tracker.organization.models import Badge, Employer, Position
from tracker.postings.models import Posting
from tracker.records.models import Packet
from tracker.records.operations import indexing as search
from tracker.upkeep.demo import library

NAMED = {"person", "position", "candidate", "outgoing_email"}
ABOUT = {"application", "posting", "interview", "person", CONFIDENTIAL}
BATCH = 500  # SQLite takes no more than some thousands of values in one statement
Doomed = dict[str, set[int]]


@dataclass
class Removal:
    """What a removal did: rows gone, files to forget, and what stayed, in words."""

    count: int = 0
    file_keys: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def remove() -> Removal:
    """Delete the demo's rows; called inside `writing()`."""
    removal = Removal()
    doomed: Doomed = defaultdict(set)
    _begin(doomed, removal)
    _follow(doomed)
    _add_mail(doomed)
    _keep_named(doomed, removal)
    _follow(doomed)
    _collect_files(doomed, removal)
    _delete(doomed, removal)
    search.forget_gone()
    return removal


def _ids(statement: Any) -> set[int]:
    return set(db.session.scalars(statement))


def _begin(doomed: Doomed, removal: Removal) -> None:
    """Start from what is marked as demo, and from what only the demo can have made."""
    for model in (Posting, Application, Person):
        doomed[model.__tablename__] = _ids(select(model.id).where(model.is_demo))
    employer = db.session.get(Employer, 1)
    if employer is not None and employer.is_demo:
        if employer.version == 1:
            doomed["employer"] = {1}
            doomed["letterhead"] = _ids(select(Letterhead.id))
        else:
            employer.is_demo = False
            db.session.flush()
            removal.kept.append("the employer's profile, because somebody has edited it.")
    doomed["badge"] = _ids(
        select(Badge.id).where(
            Badge.alternative_text == library.BADGE["alternative_text"],
            Badge.link == library.BADGE["link"],
        )
    )
    doomed["position"] = _ids(select(Position.id).where(Position.title.in_(library.POSITIONS)))
    theirs = select(Application.candidate_id).where(~Application.is_demo)
    doomed["candidate"] = _ids(
        select(Candidate.id).where(
            Candidate.id.in_(select(Application.candidate_id).where(Application.is_demo)),
            Candidate.id.not_in(theirs.where(Application.candidate_id.is_not(None))),
        )
    )


def _follow(doomed: Doomed) -> None:
    """Add every row that belongs to a doomed one, until nothing is added."""
    added = True
    while added:
        added = False
        for table in db.metadata.sorted_tables:
            for constraint in _constraints(table):
                column, target = _ends(constraint)
                if target in NAMED and not _owned(table, column):
                    continue
                # What goes with an application's own row in a table between goes too.
                found = _referring(table, column, doomed[target]) - doomed[table.name]
                if found:
                    doomed[table.name] |= found
                    added = True
        documents = _documents_of(doomed) - doomed["document"]
        if documents:
            doomed["document"] |= documents
            added = True


def _constraints(table: Table) -> Iterable[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda each: str(each.name))


def _ends(constraint: ForeignKeyConstraint) -> tuple[Column[Any], str]:
    (element,) = constraint.elements
    return element.parent, element.column.table.name


def _owned(table: Table, column: Column[Any]) -> bool:
    """A person's own sign-in links, a mail's tries and its history belong to what they name."""
    return (table.name, column.name) in {
        ("sign_in_link", "person_id"),
        ("delivery_attempt", "email_id"),
        ("mail_change", "email_id"),
    }


def _key(table: Table) -> Column[Any]:
    return next(iter(table.primary_key))


def _referring(table: Table, column: Column[Any], keys: set[int]) -> set[int]:
    found: set[int] = set()
    for part in _parts(keys):
        found |= _ids(select(_key(table)).where(column.in_(part)))
    return found


def _parts(keys: set[int]) -> Iterable[list[int]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _documents_of(doomed: Doomed) -> set[int]:
    """Documents that doomed applications and drafts name: here the child is what is named."""
    found: set[int] = set()
    for name in ("application_document", "draft_file"):
        table = db.metadata.tables[name]
        for part in _parts(doomed[name]):
            found |= _ids(select(table.c.document_id).where(table.c.id.in_(part)))
    return found


def _add_mail(doomed: Doomed) -> None:
    for kind in ABOUT:
        for part in _parts(doomed[kind]):
            doomed["outgoing_email"] |= _ids(
                select(OutgoingEmail.id).where(
                    and_(OutgoingEmail.about_kind == kind, OutgoingEmail.about_id.in_(part))
                )
            )


def _keep_named(doomed: Doomed, removal: Removal) -> None:
    """Spare people, positions and mail that rows name which stay."""
    # Who made a sign-in link is no reason to keep anybody.
    for part in _parts(doomed["person"]):
        db.session.execute(
            update(SignInLink).where(SignInLink.created_by_id.in_(part)).values(created_by_id=None)
        )
    spared = True
    while spared:
        spared = False
        for table in db.metadata.sorted_tables:
            for constraint in _constraints(table):
                column, target = _ends(constraint)
                if target not in NAMED or _owned(table, column):
                    continue
                kept = _named_by_others(table, column, doomed[table.name]) & doomed[target]
                if kept:
                    doomed[target] -= kept
                    spared = True
                    _say(target, kept, table, removal)


def _named_by_others(table: Table, column: Column[Any], going: set[int]) -> set[int]:
    rows = db.session.execute(select(_key(table), column).where(column.is_not(None)))
    return {named for key, named in rows if key not in going}


def _say(target: str, keys: set[int], table: Table, removal: Removal) -> None:
    models: dict[str, tuple[Any, str]] = {
        "person": (Person.id, "name"),
        "position": (Position.id, "title"),
    }
    if target not in models:
        return
    column, label = models[target]
    what = table.name.replace("_", " ")
    for name in db.session.scalars(
        select(getattr(column.class_, label)).where(column.in_(keys)).order_by(column)
    ):
        removal.kept.append(f"{name}, because a {what} that is not of the demo names them.")


def _collect_files(doomed: Doomed, removal: Removal) -> None:
    doomed_columns = (
        ("document", Document.id, Document.file_key),
        ("document", PageImage.document_id, PageImage.file_key),
        ("packet", Packet.id, Packet.file_key),
        ("badge", Badge.id, Badge.file_key),
        ("employer", Employer.id, Employer.logo_key),
    )
    for name, key, file_key in doomed_columns:
        for part in _parts(doomed[name]):
            keys = db.session.scalars(select(file_key).where(key.in_(part)))
            removal.file_keys += [each for each in keys if each]


def _delete(doomed: Doomed, removal: Removal) -> None:
    """Delete children before parents; what names a row of its own table lets go first."""
    for table in reversed(db.metadata.sorted_tables):
        for part in _parts(doomed[table.name]):
            here = _key(table).in_(part)
            for constraint in _constraints(table):
                column, target = _ends(constraint)
                if target == table.name:
                    db.session.execute(update(table).where(here).values({column.name: None}))
            db.session.execute(delete(table).where(here))
            removal.count += 0 if table.info.get("derived") else len(part)
    db.session.expire_all()
