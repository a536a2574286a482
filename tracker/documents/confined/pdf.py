"""Open, read and draw PDFs with PDFium, which here has no script engine."""

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from math import sqrt
from time import process_time
from typing import Any

from tracker.documents.confined.blocks import clean_text
from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import MEGABYTE, Limits, Note, Reason

NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
ORDERS = (
    (Note.SCRIPT, re.compile(rb"/(?:JavaScript|JS)(?![A-Za-z0-9])")),
    (Note.LAUNCH, re.compile(rb"/(?:Launch|GoToE)(?![A-Za-z0-9])|/OpenAction\s*<<[^>]{0,200}/URI")),
    (Note.SENDS, re.compile(rb"/(?:SubmitForm|ImportData)(?![A-Za-z0-9])")),
    (Note.INSIDE, re.compile(rb"/(?:EmbeddedFiles?|RichMedia|FileAttachment)(?![A-Za-z0-9])")),
    (Note.LIVE_FORM, re.compile(rb"/XFA(?![A-Za-z0-9])")),
)
DICTIONARY_BEFORE = 400
UNPACKED_AT_ONCE = 8 * MEGABYTE
UNPACKED_IN_ALL = 32 * MEGABYTE
TAIL = 4096
LONGEST_SIDE = 16_000
"""In pixels; WebP ends at 16,383."""


@dataclass
class Reading:
    """A PDF as far as it was read; `is_whole` says whether `text` is of every page."""

    document: Any
    pages: int
    text: str = ""
    is_whole: bool = True
    notes: list[Note] = field(default_factory=list)


def open_pdf(data: bytes, limits: Limits) -> Reading:
    """Open a PDF; raise RefusedError when it is encrypted, damaged or too long."""
    import pypdfium2  # costs 50 ms, and only PDFs need it
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        raise RefusedError(Reason.ENCRYPTED if locked else Reason.DAMAGED) from error
    pages = len(document)
    if pages <= 0:
        raise RefusedError(Reason.DAMAGED, "It has no pages.")
    if pages > limits.max_pages:
        raise RefusedError(Reason.TOO_MANY_PAGES, f"It has {pages} pages.")
    reading = Reading(document, pages)
    if not raw.FPDF_DocumentHasValidCrossReferenceTable(document):
        if b"%%EOF" not in data[-TAIL:]:
            raise RefusedError(Reason.DAMAGED, "Its end is missing.")
        reading.notes.append(Note.REPAIRED)
    if raw.FPDF_GetSecurityHandlerRevision(document) >= 0:
        reading.notes.append(Note.RESTRICTED)
    return reading


def read_pdf(data: bytes, limits: Limits, *, fully: bool = False) -> Reading:
    """Open a PDF, find every page, take its text, and look for what would act by itself.

    Unless `fully`, only the first `limits.read_pages` are read; if they are all blank, the
    following as well, until there is something.
    """
    import pypdfium2

    reading = open_pdf(data, limits)
    pages = _Pages(reading, limits)
    number = 0
    try:
        for number in range(reading.pages):
            seen_enough = number >= limits.read_pages and (pages.texts or pages.drawn)
            if (fully or not seen_enough) and pages.size < limits.max_text:
                pages.read(number)
            else:
                reading.is_whole = False
                reading.document.get_page_size(number)  # without reading what is on it
    except pypdfium2.PdfiumError as error:
        raise RefusedError(Reason.DAMAGED, f"Page {number + 1} is broken.") from error
    reading.text = clean_text("\n\n".join(pages.texts), limits.max_text)
    if not reading.text and pages.drawn == 0:
        raise RefusedError(Reason.EMPTY, "Its pages are blank.")
    if not reading.text:
        reading.notes.append(Note.NO_TEXT)
    reading.notes += _active_content(data, reading.document)
    return reading


class _Pages:
    """Reads page after page: their texts, and how many things are drawn on them."""

    def __init__(self, reading: Reading, limits: Limits) -> None:
        from pypdfium2 import raw

        self.raw = raw
        self.document = reading.document
        self.room = limits.max_text
        self.texts: list[str] = []
        self.size = self.drawn = 0
        self.is_form = self.document.get_formtype() != raw.FORMTYPE_NONE
        if self.is_form:
            self.document.init_forms()

    def read(self, number: int) -> None:
        page = self.document[number]
        self.drawn += max(0, self.raw.FPDFPage_CountObjects(page))
        if self.is_form:  # what was typed into a form is text only once it is part of the page
            self.raw.FPDFPage_Flatten(page, self.raw.FLAT_NORMALDISPLAY)
            page.close()
            page = self.document[number]
        words = page.get_textpage()
        # Room for as much as is kept and no more: a page can be made to say millions of words.
        count = min(words.count_chars(), self.room - self.size)
        text = words.get_text_range(0, count) if count > 0 else ""
        page.close()
        if text.strip():
            self.texts.append(text)
        self.size += len(text)


def _active_content(data: bytes, document: Any) -> list[Note]:
    """Say what a PDF reader might do on opening the file, wherever in it the order stands."""
    from pypdfium2 import raw

    orders = _visible_objects(data)
    notes = [note for note, pattern in ORDERS if pattern.search(orders)]
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        notes.append(Note.SCRIPT)
    if raw.FPDFDoc_GetAttachmentCount(document) > 0:
        notes.append(Note.INSIDE)
    return notes


def _visible_objects(data: bytes) -> bytes:
    """Return the file's objects without its streams, but with object streams unpacked.

    Names may be spelled with escapes (`/Java#53cript`), which are resolved.
    """
    outside: list[bytes] = []
    unpacked: list[bytes] = []
    room, at = UNPACKED_IN_ALL, 0
    while (start := data.find(b"stream", at)) >= 0:
        end = data.find(b"endstream", start)
        if end < 0:
            break
        outside.append(data[at:start])
        before = data[max(at, start - DICTIONARY_BEFORE) : start]
        if room > 0 and b"ObjStm" in NAME_ESCAPE.sub(_unescaped, before):
            with suppress(zlib.error):
                body = data[start + 6 : end].lstrip(b"\r\n")
                part = zlib.decompressobj().decompress(body, min(room, UNPACKED_AT_ONCE))
                room -= len(part)
                unpacked.append(part)
        at = end + 9
    outside.append(data[at:])
    return NAME_ESCAPE.sub(_unescaped, b"\n".join([*outside, *unpacked]))


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def draw_pages(
    data: bytes, limits: Limits, *, width: int, max_pages: int, max_pixels: int
) -> list[dict[str, Any]]:
    """Write the first pages as WebP, `width` pixels wide, and return their names and sizes.

    A page that would have more than `max_pixels` is drawn smaller. Stops after half of the
    time that there is: better a few pages than none.
    """
    from pypdfium2 import raw

    reading = open_pdf(data, limits)
    if reading.document.get_formtype() != raw.FORMTYPE_NONE:
        reading.document.init_forms()
    images = []
    for number in range(min(reading.pages, max_pages)):
        page = reading.document[number]
        wide, high = page.get_size()
        if wide < 1 or high < 1:
            raise RefusedError(Reason.DAMAGED, f"Page {number + 1} has no size.")
        scale = min(width / wide, sqrt(max_pixels / (wide * high)), LONGEST_SIDE / max(wide, high))
        image = page.render(scale=scale, no_smoothpath=False).to_pil()
        name = f"page-{number + 1:03}.webp"
        image.save(name, "WEBP", quality=80, method=2)
        images.append({"name": name, "width": image.width, "height": image.height})
        page.close()
        if process_time() > limits.cpu_seconds / 2:
            break
    return images
