"""Lay a stream on disk, look at it, and say what was received. Touches no database."""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tracker.core.errors import DomainError, UnavailableError
from tracker.core.files import UPLOAD, StoredFile, TooLargeError, copy_limited, files
from tracker.documents import inspection
from tracker.documents.filenames import safe_download_name
from tracker.documents.rules import REFUSALS, Limits, Reason, refusal_values

log = logging.getLogger(__name__)


class RefusedError(DomainError):
    """A file is not taken, and nothing of it was kept.

    `code` is the reason; `message` the sentence in English. To translate it, translate
    `template` and fill in `values`. `file_name` tells which of several files it was.
    """

    status = 422

    def __init__(self, code: Reason, limits: Limits, file_name: str = "") -> None:
        self.code = code
        self.file_name = file_name
        self.template = REFUSALS[code]
        self.values = refusal_values(limits)
        super().__init__(self.template % self.values)


@dataclass(frozen=True, slots=True)
class Original:
    """A photograph that is stored as it was sent; its size is in bytes."""

    file_key: str
    file_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is stored and was read, before any row names it. Sizes in bytes.

    `originals` are the photographs that a PDF was made of, in the order of its pages.
    """

    file_key: str
    file_name: str
    media_type: str
    kind: str
    size: int
    sha256: str
    pages: int | None
    words: int | None
    first_lines: str
    note: str
    text: str
    originals: tuple[Original, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The keys of everything stored for it, to forget when no row comes of it."""
        return [self.file_key, *(original.file_key for original in self.originals)]


@contextmanager
def spooled(
    stream: BinaryIO, file_name: str, limits: Limits
) -> Iterator[tuple[Path, inspection.Examination]]:
    """Lend a copy of a stream on disk, with what was seen in it; raise when it is not taken."""
    # Delete-on-close would keep the child from opening it on Windows.
    descriptor, spool = tempfile.mkstemp(prefix=UPLOAD)
    path = Path(spool)
    try:
        with os.fdopen(descriptor, "wb") as target:
            try:
                copy_limited(stream, target, limits.max_bytes)
            except TooLargeError:
                raise RefusedError(Reason.TOO_LARGE, limits, file_name) from None
        seen = inspection.examine(path, file_name=file_name, limits=limits)
        if seen.inspection.reason is not None:
            raise RefusedError(seen.inspection.reason, limits, file_name)
        yield path, seen
    finally:
        path.unlink(missing_ok=True)


def received_from(stored: StoredFile, file_name: str, seen: inspection.Examination) -> Received:
    kind, media_type = seen.inspection.kind, seen.inspection.media_type
    assert kind is not None and media_type is not None  # noqa: PT018 - it was accepted
    return Received(
        file_key=stored.key,
        file_name=safe_download_name(file_name, f"document.{kind}"),
        media_type=media_type,
        kind=kind,
        size=stored.size,
        sha256=stored.sha256,
        pages=seen.inspection.pages,
        words=seen.inspection.words,
        first_lines=seen.first_lines,
        note=seen.inspection.note or "",
        text=seen.text,
    )


def forget_files(keys: Iterable[str]) -> None:
    """Delete files from the store, after the rows that named them are gone for good.

    What cannot be deleted now is left to the sweep: it is no reason to tell anybody that what
    was just saved was not.
    """
    try:
        for key in keys:
            files().delete(key)
    except UnavailableError:
        log.warning("files_left_to_the_sweep", exc_info=True)
