"""A document that comes in one field: one file, or photographs of its pages."""

from collections.abc import Sequence
from typing import BinaryIO, cast

from flask import current_app, request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.sansio.multipart import Data, Field, MultipartDecoder, Preamble

from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.core.requests import PlainFields
from tracker.documents import operations as documents
from tracker.documents.operations import Received


def sent_files(field: str) -> list[FileStorage]:
    """List the files that came in a field; an empty field sends one without a name."""
    return [each for each in request.files.getlist(field) if each.filename]


def receive(sent: Sequence[FileStorage]) -> Received:
    """Look at what came and store it, while no lock is held; photographs become one PDF.

    Raises `RefusedError` for what is not taken, and `DomainError` for several files that are
    no photographs.
    """
    db.session.rollback()
    streams = [(cast("BinaryIO", each.stream), each.filename or "") for each in sent]
    limit = current_app.config["UPLOAD_LIMIT_MB"] << 20
    if all(documents.is_photograph(stream) for stream, _name in streams):
        return documents.receive_photographs([], streams, limit=limit)
    if len(streams) > 1:
        raise DomainError(
            gettext(
                "Several files came for one document. Put them into one file and add that;"
                " only photographs of pages may be several."
            )
        )
    return documents.receive(streams[0][0], streams[0][1], limit=limit)


def too_large() -> str:
    """Say what to do about what is larger than can be read at all."""
    limit = current_app.config["UPLOAD_LIMIT_MB"]
    return str(
        gettext(
            "This file is larger than %(limit)s MB. Save it as a smaller PDF, for example with"
            " pictures at a lower quality, and add it again.",
            limit=limit,
        )
    )


def typed_before(head: bytes) -> PlainFields:
    """Read the fields that stand in front of the first file, in a form's first bytes.

    Of a form that is too large nothing else is read, and what was typed is not asked again.
    """
    boundary = request.mimetype_params.get("boundary", "")
    found: list[tuple[str, str]] = []
    if request.mimetype != "multipart/form-data" or not boundary:
        return PlainFields(found)
    decoder, name, text = MultipartDecoder(boundary.encode()), "", b""
    try:
        decoder.receive_data(head)
        while isinstance(event := decoder.next_event(), Preamble | Field | Data):
            if isinstance(event, Field):
                name, text = event.name, b""
            elif isinstance(event, Data):
                text += event.data
                if not event.more_data:
                    found.append((name, text.decode("utf-8", "replace")))
    except ValueError:
        pass  # no form that a browser sends
    return PlainFields(found)
