"""The one door to files. Keys are generated; a user's name never becomes a path.

A file is written and flushed before the row that names it. obstore's local store does not
fsync and buffers whole files, so the local half streams by itself: a temporary name, fsync,
a link to the key that fails if the key exists, fsync of the folders up to the root.

In an object store a file is one conditional request, which only creates, and is read in
pieces of a megabyte: neither direction ever holds a whole file in memory.
"""

import datetime as dt
import hashlib
import logging
import mmap
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import obstore
from flask import Flask, current_app
from obstore.store import LocalStore, from_url

from tracker.core.errors import N_, DomainError, UnavailableError
from tracker.core.turns import aside

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
# Of an object store: each is a request of its own, so that a reader who takes minutes over a
# download holds no request open.
PIECE = 1024 * 1024
INCOMING = ".incoming"
# What temporary copies of documents are called: whoever died over one leaves it to the sweep.
UPLOAD, COPY, PAGES = "tracker-upload-", "tracker-copy-", "tracker-pages-"
CHILD = "tracker-document-"
KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
# A store that is gone is known in seconds. A whole request may take longer: it is also the
# time in which a line must carry the largest file.
RETRIES: Any = {"max_retries": 2, "retry_timeout": dt.timedelta(seconds=10)}
PATIENCE: Any = {
    "connect_timeout": dt.timedelta(seconds=3),
    "timeout": dt.timedelta(seconds=30),
    "allow_http": True,  # only where the endpoint says so: stores on the machine or its network
}
LOGGED = 300  # characters of a store's own words
NOT_STORED = N_("We could not store the file just now. Nothing was lost; please try again.")
NOT_READ = N_("We could not reach the stored files just now. Nothing is lost; please try again.")


class TooLargeError(DomainError):
    """More bytes than the limit; none were kept."""

    status = 413


@dataclass(frozen=True)
class StoredFile:
    """A file in the store: its key, its length in bytes, its SHA-256 in hex."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Listed:
    """A key found in the store, with its length and the time it was written."""

    key: str
    size: int
    modified_at: dt.datetime


class FileStore:
    """Files under generated keys, on a local folder or an object store."""

    def __init__(self, url: str) -> None:
        self.root: Path | None = None
        scheme = urlsplit(url).scheme
        if scheme in {"", "file"} or len(scheme) == 1:  # one letter: a Windows drive
            path = Path(urlsplit(url).path if scheme == "file" else url).absolute()
            (path / INCOMING).mkdir(parents=True, exist_ok=True)
            self.root = path
            self.backend: Any = LocalStore(path)
        else:
            self.backend = from_url(url, retry_config=RETRIES, client_options=PATIENCE)

    def store(self, source: BinaryIO, *, limit: int) -> StoredFile:
        """Keep the stream's bytes for good and say what was kept.

        On return the bytes are on the disk, not in a cache. Raises `TooLargeError` past
        `limit` bytes and `UnavailableError` when the store cannot take them; neither
        leaves anything behind under a key.
        """
        return self._store(new_key(), source, limit)

    def put_back(self, key: str, source: BinaryIO) -> StoredFile:
        """Store a file under the key it had before: only for bringing back a backup."""
        if not KEY.fullmatch(key):
            raise ValueError(key)
        return self._store(key, source, sys.maxsize)

    def _store(self, key: str, source: BinaryIO, limit: int) -> StoredFile:
        with _available(NOT_STORED), aside():
            if self.root is not None:
                return self._store_local(key, source, limit)
            return self._store_remote(key, source, limit)

    def _store_local(self, key: str, source: BinaryIO, limit: int) -> StoredFile:
        assert self.root is not None
        target = self.root / key
        descriptor, name = tempfile.mkstemp(dir=self.root / INCOMING)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                size, digest = copy_limited(source, file, limit)
                file.flush()
                os.fsync(file.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        folder = target.parent
        while True:
            _sync_folder(folder)
            if folder == self.root:
                break
            folder = folder.parent
        return StoredFile(key, size, digest)

    def _store_remote(self, key: str, source: BinaryIO, limit: int) -> StoredFile:
        with tempfile.TemporaryFile() as file:
            size, digest = copy_limited(source, file, limit)
            file.flush()
            with _mapped(file, size) as content:
                obstore.put(self.backend, key, content, mode="create", use_multipart=False)
        return StoredFile(key, size, digest)

    def chunks(self, key: str) -> Iterator[bytes]:
        """Stream a stored file.

        Raises `FileNotFoundError` before the first chunk, `UnavailableError` when the store
        cannot be read.
        """
        with _available(NOT_READ, FileNotFoundError):
            yield from self._local_chunks(key) if self.root else self._remote_chunks(key)

    def _local_chunks(self, key: str) -> Iterator[bytes]:
        assert self.root is not None
        with (self.root / key).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def _remote_chunks(self, key: str) -> Iterator[bytes]:
        size, at = obstore.head(self.backend, key)["size"], 0
        while at < size:
            piece = obstore.get_range(self.backend, key, start=at, end=min(at + PIECE, size))
            at += len(piece)
            yield bytes(piece)

    def exists(self, key: str) -> bool:
        """Tell whether the key holds a file. Raises `UnavailableError`."""
        if self.root is not None:
            return (self.root / key).is_file()
        with _available(NOT_READ, FileNotFoundError), suppress(FileNotFoundError):
            obstore.head(self.backend, key)
            return True
        return False

    def measure(self, key: str) -> tuple[int, str]:
        """Read a stored file through: its length and SHA-256 as they are now."""
        digest, size = hashlib.sha256(), 0
        for chunk in self.chunks(key):
            digest.update(chunk)
            size += len(chunk)
        return size, digest.hexdigest()

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """Lend a path to a copy of a stored file, for a child process; gone afterwards."""
        with tempfile.TemporaryDirectory(prefix=COPY) as folder:
            path = Path(folder) / "file"
            with path.open("wb") as file:
                for chunk in self.chunks(key):
                    file.write(chunk)
            yield path

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error. Raises `UnavailableError`."""
        with _available(NOT_READ):
            if self.root is not None:
                (self.root / key).unlink(missing_ok=True)
                return
            with suppress(FileNotFoundError):
                obstore.delete(self.backend, key)

    def sweep(self, age: dt.timedelta) -> None:
        """Remove what was being written when its writer died, at least so long ago."""
        if self.root is not None:
            _remove_untouched(self.root / INCOMING, "*", age)

    def list(self) -> Iterator[Listed]:
        """Every stored file, in no order. Raises `UnavailableError`.

        What lies there under other names is somebody else's: not listed, so never swept.
        """
        return (each for each in self._everything() if KEY.fullmatch(each.key))

    def is_empty(self) -> bool:
        """Tell whether nothing at all is there, of ours or of anybody. Raises as `list`."""
        return next(self._everything(), None) is None

    def _everything(self) -> Iterator[Listed]:
        with _available(NOT_READ):
            for batch in obstore.list(self.backend):
                for each in batch:
                    if not each["path"].startswith(INCOMING):
                        yield Listed(each["path"], each["size"], each["last_modified"])


@contextmanager
def _available(sentence: str, *told: type[Exception]) -> Iterator[None]:
    """Say a sentence where the store is away, but for the errors that callers are told of."""
    try:
        yield
    except told:
        raise
    except (OSError, obstore.exceptions.BaseError) as error:
        log.warning("store_unavailable: %s", " ".join(str(error).split())[:LOGGED])
        raise UnavailableError(sentence) from error


@contextmanager
def _mapped(file: BinaryIO, size: int) -> Iterator[Any]:
    """Lend a file's bytes as they lie on the disk: given as a file they would be copied."""
    if size == 0:
        yield b""  # there is nothing to map
        return
    with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content:
        yield content


def new_key() -> str:
    """Make a key nobody can guess: 128 random bits, fanned out over 256 folders."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def copy_limited(source: BinaryIO, target: Any, limit: int) -> tuple[int, str]:
    """Copy a stream in chunks and measure it: bytes and SHA-256. Raises `TooLargeError`."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLargeError(
                f"The file is larger than {limit // (1024 * 1024)} MB. Please send a smaller one."
            )
        digest.update(chunk)
        target.write(chunk)
    return size, digest.hexdigest()


def sweep_temporary(age: dt.timedelta) -> None:
    """Remove temporary copies of documents that nobody has touched for so long."""
    for prefix in (UPLOAD, COPY, PAGES, CHILD):
        _remove_untouched(Path(tempfile.gettempdir()), f"{prefix}*", age)


def _remove_untouched(folder: Path, pattern: str, age: dt.timedelta) -> None:
    # Others may be writing here: their time is the file system's, whatever our clock says.
    with tempfile.TemporaryFile(dir=folder) as probe:
        before = os.fstat(probe.fileno()).st_mtime - age.total_seconds()
    for path in list(folder.glob(pattern)):
        # Gone by itself meanwhile, still open on Windows, or another user's: not ours to mind.
        with suppress(OSError):
            if path.lstat().st_mtime > before:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def keep_once(path: Path, content: bytes) -> None:
    """Write a small file of our own beside the store, for its owner's eyes only.

    Whoever looks finds all of it or none, also after a power cut. Raises `FileExistsError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle to flush a folder by
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def init_app(app: Flask) -> None:
    """Open the app's store at FILES_URL."""
    app.extensions["files"] = FileStore(app.config["FILES_URL"])


def files() -> FileStore:
    """The current app's store."""
    store: FileStore = current_app.extensions["files"]
    return store
