"""Find applications by their words, and read what their words are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    cast,
    column,
    desc,
    literal_column,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased, joinedload

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Answer, Application, ApplicationDocument
from tracker.applications.queries import ApplicationPage, Filters
from tracker.core.db import db
from tracker.documents.models import Document, DocumentText
from tracker.documents.scanning import CLEARED
from tracker.intake.models import Reply
from tracker.intake.rules import WITHOUT_WORDS, Writer
from tracker.postings.models import Posting
from tracker.records import words
from tracker.records.models.search import SearchChange, SearchEntry
from tracker.records.words import Entry, Term

PAGE_SIZE = 50
POSTING = "§"
"""With a posting's id after it, a word in every entry. Nobody can type it: it is no letter."""

_fts = table("search_text", column("rowid"))


def find(
    person: Person,
    terms: Sequence[Term],
    filters: Filters | None = None,
    *,
    oldest_first: bool = False,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> ApplicationPage:
    """Find the applications that a person may see and in which all terms stand.

    Newest first, in the order in which they arrived; `after` and `before` are places from an
    earlier page. One query finds, one loads with postings.
    """
    filters = filters or Filters()
    place = _read_place(before or after)
    backwards = bool(before) and place is not None
    rising = oldest_first is not backwards
    conditions = [applications.visible_to(person), *applications.conditions(filters)]
    statement = _hits(_wanted(terms, filters), conditions, place=place, rising=rising)
    statement = statement.limit(size + 1)
    found = list(db.session.scalars(statement)) if terms else []
    more, ids = len(found) > size, found[:size]
    if backwards:
        ids.reverse()
    first, last = (str(ids[0]), str(ids[-1])) if ids else (None, None)
    begins = more if backwards else place is not None
    goes_on = backwards or more
    return ApplicationPage(_load(ids), first if begins else None, last if goes_on else None)


def _wanted(terms: Sequence[Term], filters: Filters) -> list[Term]:
    """Add to the terms what the index knows of the filters."""
    posting = filters.posting_id
    return [*terms, Term((f"{POSTING}{posting}",))] if posting is not None else [*terms]


def _hits(
    terms: Sequence[Term],
    conditions: Sequence[ColumnElement[bool]],
    *,
    place: int | None,
    rising: bool,
) -> Select[int]:
    """Select the ids of applications with these terms, past a place, in order."""
    sqlite = db.session.connection().dialect.name == "sqlite"
    key: Any = _fts.c.rowid if sqlite else SearchEntry.application_id
    found = select(key.label("application_id")).order_by(key if rising else desc(key))
    if place is not None:
        found = found.where(key > place if rising else key < place)
    if sqlite:
        fits = literal_column("search_text").match(_fts_query(terms))
        joined = _fts.join(Application, Application.id == key)
        return found.select_from(joined).where(fits, *conditions)
    return _looked_at(found, terms, conditions, rising=rising)


def _looked_at(
    found: Select[int],
    terms: Sequence[Term],
    conditions: Sequence[ColumnElement[bool]],
    *,
    rising: bool,
) -> Select[int]:
    """Take the hits from PostgreSQL's index, then look at each in order until a page is full.

    Left to itself the planner walks a table from its end, unpacking every text, or passing by
    all applications between two rare hits: OFFSET and LIMIT keep the steps apart. The index
    knows which words are there, and not where: phrases are looked for as each hit's turn comes.
    """
    words_alone = [
        Term((word,), term.prefix and at == len(term.words))
        for term in terms
        for at, word in enumerate(term.words, 1)
    ]
    hits = found.where(_has(SearchEntry.words, words_alone)).offset(0).subquery("hits")
    kept = select(Application.id).where(Application.id == hits.c.application_id, *conditions)
    phrases = [term for term in terms if len(term.words) > 1]
    if phrases:
        entry = aliased(SearchEntry)
        kept = kept.join(entry, entry.application_id == Application.id)
        kept = kept.where(_has(entry.words, phrases))
    each = kept.limit(1).lateral("kept")
    key = hits.c.application_id
    joined = hits.join(each, true())
    return select(each.c.id).select_from(joined).order_by(key if rising else desc(key))


def _has(column: Any, terms: Iterable[Term]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.op("@@")(cast(_ts_query(terms), TSQUERY))
    return found


def _fts_query(terms: Iterable[Term]) -> str:
    """Write terms for FTS5: a phrase stands among words in their places only."""
    written = []
    for term in terms:
        where = "words : " if len(term.words) > 1 else ""
        written.append(f'{where}"{" ".join(term.words)}"{" *" if term.prefix else ""}')
    return " AND ".join(written)


def _ts_query(terms: Iterable[Term]) -> str:
    """Write terms for PostgreSQL; no word has a quote or a backslash."""
    written = []
    for term in terms:
        phrase = " <-> ".join(f"'{word}'" for word in term.words)
        written.append(f"({phrase}{':*' if term.prefix else ''})")
    return " & ".join(written)


def _load(ids: Sequence[int]) -> list[Application]:
    statement = (
        select(Application)
        .where(Application.id.in_(ids))
        .options(joinedload(Application.posting).load_only(Posting.title, Posting.slug))
    )
    loaded = {each.id: each for each in db.session.scalars(statement)} if ids else {}
    return [loaded[each] for each in ids if each in loaded]


def _read_place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


# Where it was found


@dataclass(frozen=True, slots=True)
class Source:
    """A text of an application, and what it is: `title` is a question, or a document's name.

    A mail has no title: its subject is mostly that of ours.
    """

    kind: str
    title: str
    text: str


def sources_of(found: Collection[Application]) -> dict[int, list[Source]]:
    """Read the texts in which words of these applications may stand, in three queries.

    Documents' texts only once they are known to be clean, and nothing that readers of an
    application must not see: of its mail, what the candidate wrote and its page shows to all.
    """
    ids = [each.id for each in found]
    sources = {
        each.id: [
            Source("name", "", each.name),
            Source("email", "", each.email),
            Source("phone", "", each.phone),
            Source("number", "", each.number),
        ]
        for each in found
    }
    for application_id, title, text in db.session.execute(_answers(ids)) if ids else ():
        sources[application_id].append(Source("answer", title, text))
    for application_id, title, text in db.session.execute(_documents(ids)) if ids else ():
        sources[application_id].append(Source("document", title, text))
    for application_id, text in db.session.execute(_mails(ids)) if ids else ():
        sources[application_id].append(Source("mail", "", text))
    return sources


def _answers(ids: Collection[int]) -> Select[int, str, str]:
    return (
        select(Answer.application_id, Answer.question, Answer.text)
        .where(Answer.application_id.in_(ids))
        .order_by(Answer.application_id, Answer.rank, Answer.id)
    )


def _documents(ids: Collection[int]) -> Select[int, str, str]:
    return (
        select(ApplicationDocument.application_id, ApplicationDocument.title, DocumentText.text)
        .join(Document, Document.id == ApplicationDocument.document_id)
        .join(DocumentText, DocumentText.document_id == Document.id)
        .where(ApplicationDocument.application_id.in_(ids), Document.scan_state.in_(CLEARED))
        .order_by(
            ApplicationDocument.application_id, ApplicationDocument.rank, ApplicationDocument.id
        )
    )


def _mails(ids: Collection[int]) -> Select[int, str]:
    return (
        select(Reply.application_id, Reply.text)
        .where(
            Reply.application_id.in_(ids),
            Reply.writer == Writer.CANDIDATE,
            Reply.text != WITHOUT_WORDS,
        )
        .order_by(Reply.application_id, Reply.id)
    )


# What is to be indexed


def waiting_changes(limit: int) -> dict[int, list[int]]:
    """Read which applications have changed, each with its changes' ids, oldest first."""
    statement = (
        select(SearchChange.id, SearchChange.application_id).order_by(SearchChange.id).limit(limit)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for change_id, application_id in db.session.execute(statement):
        found[application_id].append(change_id)
    return dict(found)


def entries_of(application_ids: Collection[int]) -> dict[int, Entry]:
    """Cut the words of applications as they are now; one that is gone has no entry."""
    loaded = _load(sorted(application_ids))
    sources = sources_of(loaded)
    entries = {}
    for each in loaded:
        entry = words.entry_of(source.text for source in sources[each.id])
        entry.loose.add(f"{POSTING}{each.posting_id}")
        entries[each.id] = entry
    return entries


def unindexed(limit: int) -> list[int]:
    """List applications that were never indexed, or with words that were cut otherwise."""
    entry = SearchEntry
    statement = (
        select(Application.id)
        .outerjoin(entry, entry.application_id == Application.id)
        .where(or_(entry.application_id.is_(None), entry.rules_version != words.VERSION))
        .where(Application.id.not_in(select(SearchChange.application_id)))
        .order_by(Application.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))
