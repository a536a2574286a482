"""Open, read and draw PDFs with PDFium, which here has no script engine."""

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from tracker.documents.confined.blocks import clean_text
from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import MEGABYTE, Limits, Reason

NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
SCRIPT = re.compile(rb"/(?:JavaScript|JS)(?![A-Za-z0-9])")
LAUNCH = re.compile(rb"/(?:Launch|ImportData|SubmitForm|GoToE)(?![A-Za-z0-9])")
INSIDE = re.compile(rb"/(?:EmbeddedFiles?|RichMedia|FileAttachment)(?![A-Za-z0-9])")
DICTIONARY_BEFORE = 400
TAIL = 4096
LONGEST_SIDE = 16_000
"""In pixels; WebP ends at 16,383."""


@dataclass
class Reading:
    """A PDF as far as it was read: its text is None until `read_pdf` has gone through it."""

    document: Any
    pages: int
    text: str = ""
    notes: list[str] = field(default_factory=list)


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
    if pages == 0:
        raise RefusedError(Reason.DAMAGED, "It has no pages.")
    if pages > limits.max_pages:
        raise RefusedError(Reason.TOO_MANY_PAGES, f"It has {pages} pages.")
    reading = Reading(document, pages)
    if not raw.FPDF_DocumentHasValidCrossReferenceTable(document):
        if b"%%EOF" not in data[-TAIL:]:
            raise RefusedError(Reason.DAMAGED, "Its end is missing.")
        reading.notes.append("It was slightly damaged and had to be repaired to be read.")
    if raw.FPDF_GetSecurityHandlerRevision(document) >= 0:
        reading.notes.append("Its author restricted what may be done with it.")
    return reading


def read_pdf(data: bytes, limits: Limits) -> Reading:
    """Open a PDF, load every page, take its text, and look for what would act by itself."""
    import pypdfium2
    from pypdfium2 import raw

    reading = open_pdf(data, limits)
    texts, size, drawn = [], 0, 0
    filled = reading.document.get_formtype() != raw.FORMTYPE_NONE
    if filled:
        reading.document.init_forms()
    for number in range(reading.pages):
        try:
            page = reading.document[number]
            drawn += raw.FPDFPage_CountObjects(page)
            if filled:  # what was typed into a form is text only once it is part of the page
                raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
                page = reading.document[number]
            if size < limits.max_text:
                texts.append(page.get_textpage().get_text_range())
                size += len(texts[-1])
        except pypdfium2.PdfiumError as error:
            raise RefusedError(Reason.DAMAGED, f"Page {number + 1} is broken.") from error
    reading.text = clean_text("\n\n".join(texts), limits.max_text)
    if not reading.text and drawn == 0:
        raise RefusedError(Reason.EMPTY, "Its pages are blank.")
    if not reading.text:
        reading.notes.append("It has no text, only pictures of pages, perhaps from a scanner.")
    reading.notes += _active_content(data, reading.document, raw)
    return reading


def _active_content(data: bytes, document: Any, raw: Any) -> list[str]:
    """Say what a PDF reader might do on opening the file, wherever in it the order stands."""
    orders = _visible_objects(data)
    notes = []
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0 or SCRIPT.search(orders):
        notes.append("It contains a script. It does not run here; it may in a PDF reader.")
    if LAUNCH.search(orders):
        notes.append("It asks a PDF reader to open a program, a file or an address.")
    if raw.FPDFDoc_GetAttachmentCount(document) > 0 or INSIDE.search(orders):
        notes.append("It has other files inside.")
    return notes


def _visible_objects(data: bytes) -> bytes:
    """Return the file's objects without its streams, but with object streams unpacked.

    Names may be spelled with escapes (`/Java#53cript`), which are resolved.
    """
    unpacked = []
    room = 32 * MEGABYTE
    for found in STREAM.finditer(data):
        before = data[max(0, found.start() - DICTIONARY_BEFORE) : found.start()]
        if b"ObjStm" in before.rpartition(b"obj")[2] or b"/ObjStm" in before:
            with suppress(zlib.error):
                part = zlib.decompressobj().decompress(found[1], min(room, 8 * MEGABYTE))
                room -= len(part)
                unpacked.append(part)
        if room <= 0:
            break
    objects = b"\n".join([STREAM.sub(b"stream endstream", data), *unpacked])
    return NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), objects)


def draw_pages(
    data: bytes, limits: Limits, *, width: int, max_pages: int, max_pixels: int
) -> list[dict[str, Any]]:
    """Write the first pages as WebP, `width` pixels wide, and return their names and sizes.

    A page that would have more than `max_pixels` is drawn smaller.
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
    return images
