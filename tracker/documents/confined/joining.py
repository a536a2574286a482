"""Take the pages of PDFs over into one, with PDFium, and leave behind all that acts.

What a page shows comes along, what was typed into a form among it. Nothing else does: no script,
no link, no comment to open, no file inside.
"""

import mmap
import os
import re
from typing import Any

from tracker.documents.confined.pdf import open_pdf
from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import Limits, Reason

CLEANED = "cleaned.pdf"
JOINED = "joined.pdf"
STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
ACTS = re.compile(rb"/(AA|OpenAction|Action|JavaScript|JS)(?=[\s<\[/(])")


def clean(data: bytes, limits: Limits, _standing: list[str]) -> int:
    """Write `cleaned.pdf` with the pages of a PDF, as they look; return how many there are."""
    import pypdfium2

    made = pypdfium2.PdfDocument.new()
    pages = _take(made, open_pdf(data, limits).document)
    _save(made, CLEANED)
    return pages


def join(_data: bytes, _limits: Limits, _standing: list[str], *, names: list[str]) -> int:
    """Write `joined.pdf` of the named PDFs of the working folder, in order; return its pages.

    They are not trusted to be clean: a child made them that may have been made to do otherwise.
    """
    import pypdfium2

    made, pages = pypdfium2.PdfDocument.new(), 0
    for name in names:
        part = pypdfium2.PdfDocument(name)
        pages += _take(made, part)
        part.close()
    _save(made, JOINED)
    return pages


def _take(made: Any, document: Any) -> int:
    """Take a document's pages over, what lies upon them made a part of them."""
    import pypdfium2
    from pypdfium2 import raw

    if document.get_formtype() != raw.FORMTYPE_NONE:
        document.init_forms()
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError as error:
            raise RefusedError(Reason.DAMAGED, f"Page {number + 1} is broken.") from error
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        while raw.FPDFPage_GetAnnotCount(page) > 0:
            if not raw.FPDFPage_RemoveAnnot(page, 0):
                raise RefusedError(Reason.DAMAGED, f"Page {number + 1} cannot be cleaned.")
        page.close()
    count = len(document)
    made.import_pages(document)
    return count


def _save(made: Any, name: str) -> None:
    with open(name, "wb") as target:
        made.save(target)
    made.close()
    with open(name, "rb+") as target:
        _blot_out(target.fileno())


def _blot_out(descriptor: int) -> None:
    """Spoil the names by which a page would act, outside streams; no byte moves.

    PDFium writes names plainly, and page by page takes over whatever a page's dictionary has.
    """
    with mmap.mmap(descriptor, os.fstat(descriptor).st_size) as file:
        begin = 0
        for stream in [*(found.span() for found in STREAM.finditer(file)), (len(file), len(file))]:
            for found in list(ACTS.finditer(file, begin, stream[0])):
                file[found.start(1) : found.end(1)] = b"X" * (found.end(1) - found.start(1))
            begin = stream[1]
