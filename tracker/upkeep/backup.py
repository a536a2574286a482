"""Back everything up into one file, and bring it back into an empty place.

The file is a tar: one `files/KEY` a file, one `tables/NAME.jsonl` a table, `manifest.json` with
the SHA-256 of each. It names no database, so a backup of SQLite can be restored into PostgreSQL
and the reverse.
"""

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import click
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError
from tracker.core.files import files
from tracker.notifications import operations as outbox
from tracker.postings import operations as postings
from tracker.postings import queries as postings_queries
from tracker.upkeep import queries

FORMAT = 1
BATCH = 500
TRIES = 5
KEYS = (
    ("document", "file_key"),
    ("page_image", "file_key"),
    ("original_file", "file_key"),
    ("badge", "file_key"),
    ("incoming_email", "file_key"),
    ("employer", "logo_key"),
    ("email_attachment", "file_key"),
)
"""Table and column of everything that names a stored file."""


class BackupError(click.ClickException):
    """A backup or restore cannot be done; the message is one line."""


def back_up(path: Path) -> dict[str, int]:
    """Write a backup while the house works; returns how much it holds, by kind.

    Files are copied first, then the rows as they are at one moment, then the files that
    came between: so every row in the backup finds its file. Refuses to overwrite.
    """
    if path.exists():
        raise BackupError(f"{path} exists already. Choose another name; nothing was written.")
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BackupError(f"Cannot write to {path.parent}: {error.strerror}.") from None
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            counts = _write(file)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path) if os.name != "nt" else temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    return counts


def _write(file: IO[bytes]) -> dict[str, int]:
    copied: dict[str, str] = {}
    with tarfile.open(fileobj=file, mode="w|") as archive:
        for each in files().list():
            _copy_file(archive, each.key, copied)
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory(prefix="tracker-backup-") as folder:
                counts, revision = _dump(Path(folder))
                missing = [
                    key for key in _keys_in(Path(folder)) if not _copy_file(archive, key, copied)
                ]
                if missing:
                    continue  # replaced between the two looks: look again
                sums = {
                    f"tables/{table.name}": _add_file(archive, table, f"tables/{table.name}")
                    for table in sorted(Path(folder).iterdir())
                }
                break
        else:
            raise BackupError(
                f"{len(missing)} files that rows name are not in the store. Run: flask verify"
            )
        manifest = {
            "format": FORMAT,
            "revision": revision,
            "made_at": now().isoformat(),
            "rows": counts,
            "sha256": sums | copied,
        }
        _add_bytes(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
    return {"rows": sum(counts.values()), "files": len(copied)}


def _copy_file(archive: tarfile.TarFile, key: str, copied: dict[str, str]) -> bool:
    """Copy a stored file, once; False when it is not there."""
    name = f"files/{key}"
    if name in copied:
        return True
    try:
        with files().local_copy(key) as path:
            copied[name] = _add_file(archive, path, name)
    except FileNotFoundError:
        return False
    return True


def _add_file(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Add a file that nobody else writes to; returns its SHA-256."""
    archive.add(path, name)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _snapshot() -> Connection:
    """Open a connection that sees the database as it is at one moment."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    return connection


def _tables() -> list[Table]:
    """Every table that holds more than what is made again from others, as the index of words is."""
    return [each for each in db.metadata.sorted_tables if not each.info.get("derived")]


def _dump(folder: Path) -> tuple[dict[str, int], str | None]:
    counts: dict[str, int] = {}
    with _snapshot() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        for table in _tables():
            counts[table.name] = 0
            with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
                rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
                for row in rows:
                    file.write(json.dumps(_plain(dict(row)), ensure_ascii=False) + "\n")
                    counts[table.name] += 1
    return counts, revision


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def _rows_in(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    with (folder / f"{table}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _keys_in(folder: Path) -> Iterator[str]:
    for table, column in KEYS:
        for row in _rows_in(folder, table):
            if row[column]:
                yield row[column]


def restore(path: Path) -> dict[str, int]:
    """Bring a backup back into an empty database and an empty store; commits.

    Mail that had not gone when the backup was made is held, not sent: the original may have
    sent it since. Raises `BackupError` for a place that is not empty, a file that is no
    whole backup, or one made at another revision of the tables; nothing is left then.
    """
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    _require_empty()
    try:
        with tarfile.open(path, mode="r:") as archive, tempfile.TemporaryDirectory() as folder:
            return _restore(archive, Path(folder))
    except (OSError, tarfile.TarError, LookupError, ValueError, SQLAlchemyError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BackupError(f"{path} is not a whole backup: {why}") from None
    except DomainError as error:
        raise BackupError(error.message) from None


def _require_empty() -> None:
    used = queries.table_in_use()
    db.session.rollback()
    if used is not None:
        raise BackupError(f"The database is not empty (table {used}). Restore into a new one.")
    if not files().is_empty():
        raise BackupError("The file store is not empty. Restore into a new one.")


def _restore(archive: tarfile.TarFile, folder: Path) -> dict[str, int]:
    manifest = _read_json(archive, "manifest.json")
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if manifest.get("format") != FORMAT or manifest.get("revision") != revision:
        raise BackupError(
            f"This backup was made at revision {manifest.get('revision')}, the database is at"
            f" {revision}. Restore it with the version that made it, then upgrade."
        )
    sums: dict[str, str] = manifest["sha256"]
    for table in _tables():
        name = f"tables/{table.name}.jsonl"
        with (folder / f"{table.name}.jsonl").open("wb+") as file:
            shutil.copyfileobj(_open(archive, name), file)
            file.seek(0)
            _check_sum(name, hashlib.file_digest(file, "sha256").hexdigest(), sums)
    wanted = set(_keys_in(folder))
    try:
        for key in sorted(wanted):
            stored = files().put_back(key, _open(archive, f"files/{key}"))
            _check_sum(f"files/{key}", stored.sha256, sums)
        rows = _restore_rows(folder)
    except BaseException:
        for key in wanted:
            files().delete(key)
        raise
    return {"rows": rows, "files": len(wanted)}


def _check_sum(name: str, found: str, sums: dict[str, str]) -> None:
    if sums[name] != found:
        raise ValueError(f"{name} has changed since")


def _open(archive: tarfile.TarFile, name: str) -> BinaryIO:
    member = archive.extractfile(name)
    if member is None:
        raise LookupError(f"{name} is not a file")
    return cast("BinaryIO", member)


def _read_json(archive: tarfile.TarFile, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.load(_open(archive, name))
    return content


def _restore_rows(folder: Path) -> int:
    with writing():
        connection = db.session.connection()
        total = sum(_restore_table(connection, table, folder) for table in _tables())
        # In the same transaction: a worker that is running must not see it as due.
        outbox.hold_unsent(before=now() + dt.timedelta(days=1), by=None)
        postings.take_day_for_told(postings_queries.zone(), at=now())
        db.session.commit()
    return total


def _restore_table(connection: Connection, table: Table, folder: Path) -> int:
    total, rows = 0, (_typed(table, row) for row in _rows_in(folder, table.name))
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(table), batch)
        total += len(batch)
    _advance_sequence(connection, table)
    return total


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {column.name: _typed_value(column, row[column.name]) for column in table.columns}


def _typed_value(column: Any, value: Any) -> Any:
    if value is None:
        return None
    kind = column.type.python_type if not hasattr(column.type, "impl") else dt.datetime
    if kind in {dt.datetime, dt.date, dt.time} and isinstance(value, str):
        return kind.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    return value


def _advance_sequence(connection: Connection, table: Table) -> None:
    """Let PostgreSQL count on from the highest id that came back."""
    if connection.dialect.name != "postgresql" or "id" not in table.columns:
        return
    highest = connection.scalar(select(func.max(table.c.id)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, highest)))
