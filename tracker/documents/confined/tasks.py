"""What a child can be asked to do with a document. Every task returns what JSON can carry.

A task gets the document's bytes, the limits, the names of the walls that stand, and its own
options. Readers are imported where they are needed, since a child lives for one document.
"""

import re
from typing import Any

from tracker.documents.confined.blocks import Block, clean_text, from_text, to_html, to_text
from tracker.documents.confined.containers import Container, open_container
from tracker.documents.confined.recognition import decode_text, recognise
from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import PHOTOGRAPH_TYPES, Limits, Note, Reason

WORD = re.compile(r"\w+(?:[’'.@-]\w+)*")


def examine(
    data: bytes, limits: Limits, _standing: list[str], *, fully: bool = False
) -> dict[str, Any]:
    """Return kind, pages (PDF and photographs), words, notes, text, and whether it is whole.

    `fully` reads every page of a long PDF. Raises RefusedError.
    """
    kind, pages, notes, text, whole = recognise(data), None, list[Note](), "", True
    if kind == "pdf":
        from tracker.documents.confined.pdf import read_pdf

        reading = read_pdf(data, limits, fully=fully)
        pages, notes, text = reading.pages, reading.notes, reading.text
        whole = reading.is_whole
    elif kind == "zip":
        container = open_container(data, limits)
        kind, notes = container.kind, container.notes
        text = clean_text(to_text(_read(container)), limits.max_text)
        if not text and any(_is_picture(name) for name in container.names):
            notes.append(Note.NO_TEXT)
        elif not text:
            raise RefusedError(Reason.EMPTY, "It has no words.")
    elif kind in PHOTOGRAPH_TYPES:
        from tracker.documents.confined.photographs import check_photograph

        check_photograph(data, kind, limits)
        pages = 1
    else:
        if kind == "rtf":
            from tracker.documents.confined.rich import check_rich

            notes = check_rich(data)
        text = _plain(data, kind, limits)
        if not text and (kind == "txt" or b"\\pict" not in data):
            raise RefusedError(Reason.EMPTY, "It has no words.")
    words = sum(1 for _ in WORD.finditer(text))
    return {
        "kind": kind,
        "pages": pages,
        "words": words,
        "notes": notes,
        "text": text,
        "whole": whole,
    }


def html(data: bytes, limits: Limits, _standing: list[str]) -> str:
    """Return the document as clean HTML (see `blocks.to_html`)."""
    kind = recognise(data)
    if kind == "zip":
        return to_html(_read(open_container(data, limits)), most=limits.max_text)
    if kind == "rtf":
        from tracker.documents.confined.rich import rich_html

        return rich_html(data)[: limits.max_text * 2]
    if kind in PHOTOGRAPH_TYPES:
        raise RefusedError(Reason.UNKNOWN_KIND)
    if kind == "pdf":
        from tracker.documents.confined.pdf import read_pdf

        return to_html(from_text(read_pdf(data, limits, fully=True).text), most=limits.max_text)
    return to_html(from_text(_plain(data, kind, limits)), most=limits.max_text)


def draw(data: bytes, limits: Limits, _standing: list[str], **options: Any) -> list[dict[str, Any]]:
    """Write page images into the working folder (see `pdf.draw_pages`)."""
    if recognise(data) != "pdf":
        raise RefusedError(Reason.UNKNOWN_KIND)
    from tracker.documents.confined.pdf import draw_pages

    return draw_pages(data, limits, **options)


def bind(_data: bytes, limits: Limits, _standing: list[str], *, names: list[str], most: int) -> int:
    """Make one PDF of photographs in the working folder (see `photographs`)."""
    from tracker.documents.confined.photographs import bind_photographs

    return bind_photographs(names, limits, most)


def walls(_data: bytes, _limits: Limits, standing: list[str]) -> list[str]:
    """Return the names of the walls that stand on this machine."""
    return standing


def _read(container: Container) -> list[Block]:
    if container.kind == "docx":
        from tracker.documents.confined.word import read_word

        return read_word(container)
    from tracker.documents.confined.opendocument import read_open_document

    return read_open_document(container)


def _plain(data: bytes, kind: str, limits: Limits) -> str:
    if kind == "rtf":
        from tracker.documents.confined.rich import rich_text

        return clean_text(rich_text(data), limits.max_text)
    return clean_text(decode_text(data) or "", limits.max_text)


def _is_picture(name: str) -> bool:
    return name.startswith(("word/media/", "Pictures/"))
