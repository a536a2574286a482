"""Keep the index of words; flush, never commit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from tracker.applications.models import Application
from tracker.core.db import db
from tracker.records.models.search import SearchChange, SearchEntry
from tracker.records.words import GAP, VERSION, Entry


def store(entries: Mapping[int, Entry], changes: Mapping[int, Collection[int]]) -> int:
    """Keep the words of applications, and delete the changes that they answer.

    `changes` are as they were read before the words were. Where one of them is gone, another
    worker has been here since, perhaps with older words: the application is then cut again.
    One that somebody is just changing is left for the next time. Returns how many were not.
    """
    free, done = _locked(entries), 0
    for application_id in sorted(changes):
        if application_id in entries and application_id not in free:
            continue
        done += 1
        ids = changes[application_id]
        gone = delete(SearchChange).where(SearchChange.id.in_(ids)).returning(SearchChange.id)
        taken = len(db.session.scalars(gone).all())
        if application_id not in entries:
            continue
        if taken == len(ids):
            _keep(application_id, entries[application_id])
        else:
            note([application_id])
    db.session.flush()
    return done


def _locked(application_ids: Collection[int]) -> set[int]:
    """Hold applications against being deleted, as far as nobody else has them."""
    statement = select(Application.id).where(Application.id.in_(application_ids))
    statement = statement.with_for_update(read=True, key_share=True, skip_locked=True)
    return set(db.session.scalars(statement))


def note(application_ids: Iterable[int]) -> None:
    """Ask for applications to be indexed again."""
    rows = [{"application_id": each} for each in application_ids]
    if rows:
        db.session.execute(insert(SearchChange), rows)


def forget_gone() -> None:
    """Delete changes of applications that are no more."""
    db.session.execute(
        delete(SearchChange).where(SearchChange.application_id.not_in(select(Application.id)))
    )


def _keep(application_id: int, entry: Entry) -> None:
    values = row_of(application_id, entry)
    known = update(SearchEntry).where(SearchEntry.application_id == application_id)
    done = known.values(values).returning(SearchEntry.application_id)
    if db.session.scalar(done) is None:
        db.session.execute(insert(SearchEntry).values(values))


def row_of(application_id: int, entry: Entry) -> dict[str, Any]:
    """Write an entry as the database at hand takes it."""
    if db.session.get_bind().dialect.name == "sqlite":
        written, loose = " ".join(entry.places), " ".join(sorted(entry.loose))
    else:
        written, loose = _ts_vector(entry), ""
    return {
        "application_id": application_id,
        "words": written,
        "loose": loose,
        "rules_version": VERSION,
    }


def _ts_vector(entry: Entry) -> str:
    """Write words with their places, from 1, and loose ones without; none has a quote."""
    places: dict[str, list[str]] = defaultdict(list)
    for place, word in enumerate(entry.places, 1):
        if word != GAP:
            places[word].append(str(place))
    standing = [f"'{word}':{','.join(numbers)}" for word, numbers in places.items()]
    return " ".join([*standing, *(f"'{word}'" for word in sorted(entry.loose))])
