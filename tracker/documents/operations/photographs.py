"""Make one document of several photographs, and keep each as it was sent."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from tracker.core.errors import UnavailableError
from tracker.core.files import PAGES, files
from tracker.documents import inspection, photographs
from tracker.documents.filenames import safe_download_name
from tracker.documents.models import Document
from tracker.documents.operations.spooling import (
    Original,
    Received,
    RefusedError,
    forget_files,
    received_from,
    spooled,
)
from tracker.documents.rules import (
    DEFAULT_LIMITS,
    MAX_PHOTOGRAPHS,
    PHOTOGRAPH_TYPES,
    Limits,
    Note,
    Reason,
    told,
)
from tracker.documents.sandbox import UnreadableError


def originals_of(document: Document | None) -> tuple[Original, ...]:
    """Return the photographs that a document was made of; none for any other document."""
    if document is None:
        return ()
    return tuple(
        Original(each.file_key, each.file_name, each.media_type, each.size, each.sha256)
        for each in document.originals
    )


def receive_photographs(
    kept: Sequence[Original], added: Sequence[tuple[BinaryIO, str]], *, limit: int
) -> Received:
    """Make one PDF of photographs, a page each: those `kept` of an earlier one, then `added`.

    `kept` comes from `originals_of`, all or some of them; `added` are streams with the
    sender's file names. `limit` is in bytes, for each photograph and for the PDF. The PDF and
    every photograph are stored under keys of their own, also those kept, so that the earlier
    document can go (or stay) whole. Touches no database: call it while no lock is held, then,
    under the lock, see that the earlier document is still the one you started from, and if it
    is not, `forget_files(received.keys)` and begin again with the newer one.
    Raises `RefusedError` (also for what is no photograph, and for more than
    `rules.MAX_PHOTOGRAPHS`) and `UnavailableError`; neither leaves anything behind.
    """
    limits = replace(DEFAULT_LIMITS, max_bytes=limit)
    names = [original.file_name for original in kept] + [name for _, name in added]
    if not 0 < len(names) <= MAX_PHOTOGRAPHS:
        raise RefusedError(Reason.TOO_MANY_PHOTOGRAPHS, limits, names[-1] if names else "")
    keys: list[str] = []
    try:
        with tempfile.TemporaryDirectory(prefix=PAGES) as place:
            folder = Path(place)
            originals = [_keep_again(each, folder, number, keys, limit)
                         for number, each in enumerate(kept)]  # fmt: skip
            originals += [_take(stream, name, folder, number, keys, limits)
                          for number, (stream, name) in enumerate(added, len(kept))]  # fmt: skip
            return _bind(folder, originals, keys, limits)
    except BaseException:
        forget_files(keys)
        raise


def _take(
    stream: BinaryIO, name: str, folder: Path, number: int, keys: list[str], limits: Limits
) -> Original:
    """Store a new photograph as it was sent, and lay a copy into the folder."""
    with spooled(stream, name, limits) as (path, seen):
        kind = seen.inspection.kind
        if kind not in PHOTOGRAPH_TYPES:
            raise RefusedError(Reason.NO_PHOTOGRAPH, limits, name)
        with path.open("rb") as source:
            stored = files().store(source, limit=limits.max_bytes)
        keys.append(stored.key)
        shutil.copyfile(path, folder / _place(number))
    safe = safe_download_name(name, f"photograph-{number + 1}.{kind}")
    return Original(stored.key, safe, PHOTOGRAPH_TYPES[kind], stored.size, stored.sha256)


def _keep_again(
    original: Original, folder: Path, number: int, keys: list[str], limit: int
) -> Original:
    """Store a photograph once more: two documents never name one file."""
    with files().local_copy(original.file_key) as path:
        with path.open("rb") as source:
            stored = files().store(source, limit=max(limit, original.size))
        keys.append(stored.key)
        if stored.sha256 != original.sha256:
            raise UnavailableError("A photograph that you added before cannot be read just now.")
        shutil.copyfile(path, folder / _place(number))
    return replace(original, file_key=stored.key)


def _bind(folder: Path, originals: list[Original], keys: list[str], limits: Limits) -> Received:
    """Make the PDF, look at it like at any other, store it."""
    names = [_place(number) for number in range(len(originals))]
    try:
        made = photographs.bind(folder, names, limits=limits)
    except UnreadableError as error:
        raise RefusedError(error.reason, limits, originals[-1].file_name) from error
    title = f"{Path(originals[0].file_name).stem}.pdf"
    seen = inspection.examine(made, file_name=title, limits=limits)
    if seen.inspection.reason is not None:
        raise RefusedError(seen.inspection.reason, limits, title)
    with made.open("rb") as source:
        stored = files().store(source, limit=limits.max_bytes)
    keys.append(stored.key)
    count = len(originals)
    made_of = Note.PHOTOGRAPHS if count > 1 else Note.ONE_PHOTOGRAPH
    found = [note for note in seen.inspection.notes if note is not Note.NO_TEXT]
    note = told([made_of, *found], count=str(count))
    return replace(received_from(stored, title, seen), note=note, originals=tuple(originals))


def _place(number: int) -> str:
    return f"photograph-{number:02}"
