"""Answers that carry a document. No routes: the room that owns a document authorises them."""

import logging
from collections.abc import Iterator

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from tracker.core.errors import N_, UnavailableError
from tracker.core.files import files
from tracker.documents.filenames import content_disposition
from tracker.documents.models import Document
from tracker.documents.scanning import check_cleared

log = logging.getLogger(__name__)

MISSING = N_(
    "This file cannot be read just now. Please tell the people who run this site: they can find"
    " out why."
)
NOTHING_RUNS = "sandbox; default-src 'none'"


def send_original(document: Document) -> Response:
    """Send the file exactly as it was received, to be saved and never shown in our origin.

    Raises what `check_cleared` raises for a file that nobody may read, its sender included:
    what they have on their own device is no proof that it is safe on the next one.
    """
    check_cleared(document.scan_state)
    answer = _send(document.file_key, document.size, document.media_type)
    answer.headers["Content-Disposition"] = content_disposition(document.file_name)
    return answer


def send_made(key: str, size: int, media_type: str, file_name: str) -> Response:
    """Send a file that was made here of documents, to be saved as `file_name`."""
    answer = _send(key, size, media_type)
    answer.headers["Content-Disposition"] = content_disposition(file_name)
    return answer


def send_photograph(document: Document, place: int) -> Response:
    """Send a photograph, from 1, that a document was made of; raises as `send_page` does."""
    check_cleared(document.scan_state)
    if not 1 <= place <= len(document.originals):
        raise NotFound
    original = document.originals[place - 1]
    answer = _send(original.file_key, original.size, original.media_type)
    answer.headers["Content-Disposition"] = content_disposition(original.file_name)
    return answer


def send_page(document: Document, number: int) -> Response:
    """Send the picture of one page, from 1. Raises 404 for a page that has none.

    Raises what `check_cleared` raises for a document that nobody may read.
    """
    check_cleared(document.scan_state)
    for image in document.page_images:
        if image.number == number:
            return _send(image.file_key, image.size, image.media_type)
    raise NotFound


def _send(key: str, size: int, media_type: str) -> Response:
    chunks = files().chunks(key)
    try:
        first = next(chunks, b"")  # a missing file is an error before the first header
    except FileNotFoundError:
        log.error("file_missing: %s; flask verify says whose it is", key)  # noqa: TRY400 - no trace
        raise UnavailableError(MISSING) from None

    def body() -> Iterator[bytes]:
        yield first
        yield from chunks

    answer = Response(body(), mimetype=media_type)
    answer.content_length = size
    answer.headers["Content-Security-Policy"] = NOTHING_RUNS
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
