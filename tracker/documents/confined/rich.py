"""Read rich text (RTF 1.9) with kreuzberg."""

import re

from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import Note, Reason

OBJECT = re.compile(rb"\\(?:objdata|objemb|objocx)(?![a-z])")
REMOTE = re.compile(
    rb"\\(?:objautlink|objlink|objupdate)(?![a-z])|\b(?:DDEAUTO|INCLUDETEXT|INCLUDEPICTURE)\b|\\\*\\template\s+(?:http|\\\\)"
)
TAGS = {"p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "br"}
TABLE = {"table", "tbody", "tr", "td"}


def check_rich(data: bytes) -> list[Note]:
    """Return notes for staff; raise RefusedError when the file ends before its last brace."""
    if not data.rstrip(b"\0\r\n\t \x1a").endswith(b"}"):
        raise RefusedError(Reason.DAMAGED, "Its end is missing.")
    notes: list[Note] = []
    if OBJECT.search(data):
        notes.append(Note.INSIDE)
    if REMOTE.search(data):
        notes.append(Note.FETCHES)
    return notes


def rich_text(data: bytes) -> str:
    """Return the words."""
    return _extract(data, "plain")


def rich_html(data: bytes) -> str:
    """Return clean HTML without attributes, in the dress that `blocks.to_html` gives."""
    import nh3

    html = re.sub(r"<(/?)th\b[^>]*>", r"<\1td>", _extract(data, "html"))
    html = re.sub(r"</?thead>", "", html)
    html = re.sub(r"<(/?)h[1-6]\b[^>]*>", r"<\1h3>", html)
    return nh3.clean(html, tags=TAGS | TABLE, attributes={}, link_rel=None)


def _extract(data: bytes, form: str) -> str:
    import kreuzberg  # 80 MB of library, and only RTF needs it

    config = kreuzberg.ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        output_format=form,
    )
    try:
        return kreuzberg.extract_bytes_sync(data, "application/rtf", config).content
    except kreuzberg.KreuzbergError as error:
        raise RefusedError(Reason.DAMAGED) from error
