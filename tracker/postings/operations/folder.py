"""Take a posting's file from a folder: what changed there, and nothing that changed here too."""

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.accounts.operations import find_or_add
from tracker.core.db import db, lock, now
from tracker.core.errors import DomainError
from tracker.organization import queries as organization
from tracker.organization.operations import add_position
from tracker.postings import queries
from tracker.postings.content import PostingValues, one_line
from tracker.postings.exports.markdown import content_of
from tracker.postings.folder import Content, FileReading, digest
from tracker.postings.folder.filling import values_of
from tracker.postings.models import Posting, PostingFile
from tracker.postings.operations.writing import change, draft
from tracker.postings.queries import folder as files

Side = Literal["file", "tracker", "both", "unknown"]
ALIKE, MOST_COMPARED = 0.6, 2500


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the file and Tracker say differently, and where it was changed."""

    field: str
    in_file: Any
    in_tracker: Any
    changed_in: Side


@dataclass(slots=True)
class Taken:
    """What came of a file.

    "newer": only Tracker changed since the file was written, and keeps its words. "both": both
    did, or nobody knows what the file was written from, and nothing was overwritten.
    `differences` are then all that they say differently, and
    for "updated" what was brought here. `agreed` is None where there is no agreement.
    """

    posting: Posting
    outcome: Literal["created", "updated", "unchanged", "newer", "both"]
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    agreed: PostingFile | None = None


def take_file(reading: FileReading, *, name: str, by: Person | None, reason: str = "") -> Taken:
    """Bring a posting up to its file, or make a draft of a file that is new.

    `name` is the file's in its folder, by which one is known that names no posting. Raises
    `DomainError` where the file cannot be taken (`BlockedError` and `ReasonNeededError` as
    `change` does, with its `reason`).
    """
    posting = _posting_of(reading, name)
    if posting is None:
        return _create(reading, name, by=by)
    content = settled(reading.content, posting)
    current = content_of(posting)
    here, there = digest(current), digest(content)
    known = files.agreed(posting, reading.head.base)
    # A base that nobody here agreed on counts where it is what Tracker says today, and no further.
    before = known.digest if known else here if here == reading.head.base else ""
    if here == there:
        return Taken(posting, "unchanged", agreed=_agree(posting, reading, name, content))
    differences = _differences(content, current, known.content if known else None)
    if here != before and not _holds_all(differences):
        outcome: Literal["newer", "both"] = "newer" if there == before else "both"
        return Taken(posting, outcome, differences)
    notes: list[str] = []
    changed = [each.field for each in differences]
    values = _values(content, changed, reading, notes, posting=posting)
    change(posting, values, by=by, reason=reason)
    agreed = _agree(posting, reading, name, content, imported=True)
    return Taken(posting, "updated", differences, notes, agreed)


def note_export(posting: Posting, *, name: str, state: str, content: Content) -> PostingFile:
    """Remember the words that a file was written with; its base line is their digest."""
    base = digest(content)
    imported = files.came_from_file(posting, base)
    return _remember(posting, base, name, state, content, imported=imported)


def _posting_of(reading: FileReading, name: str) -> Posting | None:
    """Find whose file it is, locked: by the reference in it, else by its name."""
    if reading.head.reference:
        found = files.by_reference(reading.head.reference)
    else:
        row = files.by_file(name)
        if row is not None and row.content.get("title") != reading.title:
            raise DomainError(
                f"a file of this name was read before, as “{row.content.get('title')}”"
                f" ({row.posting.reference}). If this is the same posting, write `reference:"
                f" {row.posting.reference}` into it; else give it another name."
            )
        found = row.posting if row is not None else None
    return lock(Posting, found.id) if found is not None else None


def settled(content: Content, posting: Posting | None) -> Content:
    """Complete what the file leaves to Tracker: the currency, and how a position is spelled."""
    whole = dict(content)
    if whole["currency"] is None:
        employer = organization.employer()
        usual = employer.currency if employer else "USD"
        whole["currency"] = posting.currency if posting is not None else usual
    contact = content["contact"]
    if contact and "position" in contact:
        found = queries.position_titled(contact["position"])
        whole["contact"] = {"position": one_line(found.title) if found else contact["position"]}
    return whole


def _create(reading: FileReading, name: str, *, by: Person | None) -> Taken:
    content = settled(reading.content, None)
    notes: list[str] = []
    values = _values(content, list(content), reading, notes, posting=None)
    head = reading.head
    posting = draft(by=by, values=values, reference=head.reference, slug=head.slug)
    if head.slug and posting.slug != head.slug:
        notes.append(f"Its address /postings/{head.slug} is another posting's.")
    agreed = _agree(posting, reading, name, content, imported=True)
    return Taken(posting, "created", notes=notes, agreed=agreed)


def _differences(content: Content, current: Content, before: Content | None) -> list[Difference]:
    """List what differs and where each was changed, as far as is known what stood before."""
    found = []
    for key, in_file in content.items():
        in_tracker = current[key]
        if in_file == in_tracker:
            continue
        side: Side = "unknown"
        if before is not None and key in before:
            there, here = in_file != before[key], in_tracker != before[key]
            side = "both" if there and here else "file" if there else "tracker"
        found.append(Difference(key, in_file, in_tracker, side))
    return found


def _holds_all(differences: list[Difference]) -> bool:
    """Tell whether all that Tracker changed stands in the file too: somebody joined the two."""
    return all(each.changed_in == "file" for each in differences)


def _agree(
    posting: Posting,
    reading: FileReading,
    name: str,
    content: Content,
    *,
    imported: bool = False,
) -> PostingFile:
    """Remember that the file and the posting say the same; writes nothing where that is known."""
    known = files.agreed(posting, reading.head.base)
    if known is not None and known.digest == digest(content):
        return known
    imported = imported or files.came_from_file(posting, digest(content))
    head = reading.head
    return _remember(posting, head.base, name, head.state, content, imported=imported)


def _remember(
    posting: Posting, base: str, name: str, state: str, content: Content, *, imported: bool
) -> PostingFile:
    row = files.agreed(posting, base)
    said = {"digest": digest(content), "name": name, "state": state, "imported": imported}
    if row is None:
        row = PostingFile(posting_id=posting.id, base=base, content=content, **said)
        db.session.add(row)
    elif any(getattr(row, key) != value for key, value in said.items()):
        row.content, row.agreed_at = content, now()
        for key, value in said.items():
            setattr(row, key, value)
    db.session.flush()
    return row


def _values(
    content: Content,
    fields: list[str],
    reading: FileReading,
    notes: list[str],
    *,
    posting: Posting | None,
) -> PostingValues:
    """Make values of some fields, with people and positions found, or added where unknown."""
    values = values_of(content, fields)
    if "contact" in fields:
        values["contact_person_id"] = values["contact_position_id"] = None
        contact = content["contact"]
        if contact and "email" in contact:
            called = reading.people.get(contact["email"], ("", ""))
            values["contact_person_id"] = _person(contact["email"], notes, *called).id
        elif contact:
            title = contact["position"]
            values["contact_position_id"] = _position(title, notes, may_add=posting is None)
    if "managers" in fields:
        values["managers"] = [_person(each, notes).id for each in content["managers"]]
    if "copied" in fields:
        values["copied"] = [_person(each, notes).id for each in content["copied"]]
    if posting is not None:
        _keep_rows(posting, values)
    return values


def _person(email: str, notes: list[str], name: str = "", title: str = "") -> Person:
    known = people.by_email(email)
    if known is not None:
        return known
    notes.append(f"{email} was not known, and was added as a person to be confirmed.")
    return find_or_add(email=email, name=name, title=title, by=None)


def _position(title: str, notes: list[str], *, may_add: bool) -> int:
    known = queries.position_titled(title)
    if known is not None:
        return known.id
    if not may_add:
        raise DomainError(
            f"there is no position “{title}”. Add it under Organization, or name one that there is."
        )
    notes.append(f"The position “{title}” was not known, and was added. Nobody holds it yet.")
    return add_position(title=title, holder=None, deputy=None, by=None).id


def _keep_rows(posting: Posting, values: PostingValues) -> None:
    """Give documents and questions the rows that they are: candidates' drafts hang there."""
    if "documents" in values:
        values["documents"] = _rows(posting.documents, values["documents"], "title")
    if "questions" in values:
        values["questions"] = _rows(posting.questions, values["questions"], "text")


def _rows(standing: list[Any], wanted: list[Any], words: str) -> list[Any]:
    """Pair what is wanted with what stands: the same words first, then words that are alike."""
    free = {row.id: row for row in standing}
    named: dict[int, int] = {}
    for index, value in enumerate(wanted):
        same = [key for key, row in free.items() if getattr(row, words) == getattr(value, words)]
        if same:
            named[index] = same[0]
            del free[same[0]]
    rest = [index for index in range(len(wanted)) if index not in named]
    if len(rest) * len(free) <= MOST_COMPARED:
        for index in rest:
            likeness = {key: _alike(row, wanted[index], words) for key, row in free.items()}
            best = max(likeness, key=lambda key: likeness[key], default=None)
            if best is not None and likeness[best] >= ALIKE:
                named[index] = best
                del free[best]
    return [
        type(value)(**{**_fields(value), "id": named.get(index)})
        for index, value in enumerate(wanted)
    ]


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _alike(row: Any, value: Any, words: str) -> float:
    first, last = getattr(row, words)[:300], getattr(value, words)[:300]
    return SequenceMatcher(None, first.lower(), last.lower()).ratio()
