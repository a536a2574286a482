"""Take in documents: look at what came, and store it."""

import io
from dataclasses import replace
from typing import BinaryIO

from tracker.core.files import files
from tracker.documents.extraction import first_lines
from tracker.documents.filenames import safe_download_name
from tracker.documents.inspection import OPENING_LINES, Examination
from tracker.documents.operations.photographs import receive_photographs
from tracker.documents.operations.spooling import Received, received_from, spooled
from tracker.documents.rules import (
    DEFAULT_LIMITS,
    LONGEST_MARK,
    MEDIA_TYPES,
    MEGABYTE,
    PHOTOGRAPH_MARKS,
    PHOTOGRAPH_TYPES,
)


def receive(stream: BinaryIO, file_name: str, *, limit: int) -> Received:
    """Spool a stream, look at it in a child, and store it exactly as sent.

    `limit` is in bytes. A photograph becomes a PDF of one page, as `receive_photographs` makes
    it. Touches no database: call it while no lock is held. Raises `RefusedError` for a file
    that is not taken, `UnavailableError` when it could not be looked at or stored; neither
    leaves anything behind.
    """
    limits = replace(DEFAULT_LIMITS, max_bytes=limit)
    with spooled(stream, file_name, limits) as (path, seen), path.open("rb") as source:
        if seen.inspection.kind in PHOTOGRAPH_TYPES:
            return receive_photographs((), [(source, file_name)], limit=limit)
        stored = files().store(source, limit=limit)
    return received_from(stored, file_name, seen)


def receive_seen(stream: BinaryIO, file_name: str, seen: Examination, *, limit: int) -> Received:
    """Store a file that was looked at and taken already, exactly as it is; see `receive`.

    `seen` is what was seen in this very file, no photograph.
    """
    return received_from(files().store(stream, limit=limit), file_name, seen)


def is_photograph(stream: BinaryIO) -> bool:
    """Tell by its first bytes whether a stream is a JPEG or PNG; leaves it where it stood."""
    before = stream.tell()
    head = stream.read(LONGEST_MARK)
    stream.seek(before)
    return head.startswith(PHOTOGRAPH_MARKS)


def receive_text(text: str, file_name: str) -> Received:
    """Store typed words as a UTF-8 text file, byte for byte. Touches no database."""
    data = text.encode("utf-8")
    stored = files().store(io.BytesIO(data), limit=max(len(data), MEGABYTE))
    return Received(
        file_key=stored.key,
        file_name=safe_download_name(file_name, "letter.txt"),
        media_type=MEDIA_TYPES["txt"],
        kind="txt",
        size=stored.size,
        sha256=stored.sha256,
        pages=None,
        words=len(text.split()),
        first_lines=first_lines(text, OPENING_LINES),
        note="",
        text=text[: DEFAULT_LIMITS.max_text],
    )
