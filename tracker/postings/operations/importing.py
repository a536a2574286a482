"""Take a page that was read into a draft: once for each source and content."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tracker.accounts.models import Person
from tracker.accounts.operations import find_or_add
from tracker.accounts.rules import AddressError
from tracker.core.db import db
from tracker.organization import queries as organization
from tracker.organization.models import Position
from tracker.postings import queries
from tracker.postings.checks import same_words
from tracker.postings.content import PostingValues
from tracker.postings.models import Posting
from tracker.postings.operations.writing import change, draft
from tracker.postings.parsing import Contact, PageReading
from tracker.postings.readings import Source, finding_row, values_of
from tracker.postings.rules import PostingState


@dataclass(slots=True)
class Imported:
    """What came of a page. `findings` are those that only the database could tell."""

    posting: Posting
    outcome: Literal["created", "updated", "unchanged", "differs"]
    findings: list[dict[str, Any]] = field(default_factory=list)


def import_reading(
    reading: PageReading,
    source: Source,
    *,
    by: Person | None,
    values: PostingValues | None = None,
) -> Imported:
    """Make a draft of a page that was read, or find what an earlier time made of it.

    The same name and bytes make nothing new. Changed content updates a draft that nobody
    has touched; any other posting stays as it is, and the outcome is "differs". `values`
    are what a person confirmed, in place of what was read.
    """
    exact = queries.by_source(source.name, source.sha256)
    standing = exact or queries.by_source(source.name)
    if exact is not None and (values is not None or not _is_untouched(exact)):
        return Imported(exact, "unchanged")
    if values is not None:
        return Imported(_keep(draft(by=by, values=values), reading, source, []), "created")
    if standing is not None and not _is_untouched(standing):
        return Imported(standing, "differs")
    values, odd = _values(reading)
    if standing is None:
        return Imported(_keep(draft(by=by, values=values), reading, source, odd), "created", odd)
    if standing is exact and not _knows_more(exact, values):
        return Imported(exact, "unchanged", odd)
    change(standing, values, by=None)
    standing.changed_at = standing.created_at
    return Imported(_keep(standing, reading, source, odd), "updated", odd)


def _keep(
    posting: Posting, reading: PageReading, source: Source, odd: list[dict[str, Any]]
) -> Posting:
    """Remember what the posting was read from, and what was odd about it."""
    posting.source_name, posting.source_sha256 = source.name, source.sha256
    posting.source_text = source.text
    posting.findings = [finding_row(each) for each in reading.findings] + odd
    db.session.flush()
    return posting


def _is_untouched(posting: Posting) -> bool:
    """Tell whether a posting is a draft that only pages have made, and nobody has saved."""
    return (
        posting.state is PostingState.DRAFT
        and posting.created_by_id is None
        and posting.changed_at == posting.created_at
    )


def _knows_more(posting: Posting, values: PostingValues) -> bool:
    """Tell whether the same page, read with its list or with a day, now gives what was open."""
    return any(
        values.get(name) and not getattr(posting, name)
        for name in ("title", "closes_on", "interviews_begin_on")
    )


def _values(reading: PageReading) -> tuple[PostingValues, list[dict[str, Any]]]:
    """Turn a reading into values, with its contact found among persons and positions."""
    employer = organization.employer()
    values = values_of(reading)
    statement = employer.equal_opportunity_statement if employer else ""
    if same_words(values.get("equal_opportunity_text", ""), statement):
        values["equal_opportunity_text"] = ""
    odd: list[dict[str, Any]] = []
    values["contact_person_id"] = values["contact_position_id"] = None
    if reading.contact is not None:
        line = reading.lines.get("contact", 1)
        position, person = find_contact(reading.contact, odd, line)
        values["contact_position_id"] = position.id if position else None
        values["contact_person_id"] = person.id if person and not position else None
    return values, odd


def find_contact(
    contact: Contact, odd: list[dict[str, Any]], line: int
) -> tuple[Position | None, Person | None]:
    """Find the position whose title the contact bears, and the person with its address.

    A person met first here is added, unconfirmed. What does not agree with what is known
    is put into `odd`.
    """
    person = None
    if contact.email:
        try:
            person = find_or_add(
                email=contact.email, name=contact.name or "", title=contact.title or "", by=None
            )
        except AddressError as error:
            odd.append(_finding("contact-address-unusable", "confirm", line, error.message))
    title = (contact.title or "").strip()
    if person and title and person.title.casefold() != title.casefold():
        message = (
            f"The page calls {person.name} “{title}”, and Tracker knows them as"
            f" “{person.title}”. Nothing was changed. Check which is right."
        )
        odd.append(_finding("second-contact-title", "confirm", line, message))
    position = queries.position_titled(title)
    if position is None:
        return None, person
    holder = organization.holder_today(position)
    if holder is None and person is not None:
        return None, person
    theirs = {position.holder_id, holder.id if holder else None}  # also while on leave
    if person is not None and holder is not None and person.id not in theirs:
        message = (
            f"The page names {person.name} as {position.title}, a position that {holder.name}"
            " answers for. Applications go to the position."
        )
        odd.append(_finding("position-held-by-another", "confirm", line, message))
    return position, person


def _finding(code: str, severity: str, line: int, message: str) -> dict[str, Any]:
    return {
        "code": code,
        "severity": severity,
        "field": "contact",
        "line": line,
        "message": message,
    }
