"""Say what kind of document some bytes are, by the bytes alone."""

import re

from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import PHOTOGRAPH_MARKS, Reason

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF_HEADER_WITHIN = 1024
"""Readers accept a PDF whose header starts this late (PDF 1.7, appendix H, note 13)."""

PICTURES = (
    b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM", b"\0\0\x01\0", b"8BPS",
    b"\0\0\0\x0cjP  ",
)  # fmt: skip
PHONE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}
MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|svg|head|body)\b", re.IGNORECASE)
OTHER_TEXTS = (b"%!PS", b"#!", b"MIME-Version:", b"\x04%!PS")
FORBIDDEN = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


def recognise(data: bytes) -> str:
    """Return `pdf`, `zip`, `rtf`, `txt`, `jpg` or `png`; `containers` looks into a zip.

    Raises RefusedError for everything else, with the reason that has advice where there is.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise RefusedError(Reason.EMPTY)
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if data.startswith(OLE):
        raise RefusedError(_compound_reason(data))
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(PHOTOGRAPH_MARKS):
        return "jpg" if data.startswith(PHOTOGRAPH_MARKS[0]) else "png"
    _refuse_pictures(data)
    if b"%PDF-" in data[: PDF_HEADER_WITHIN + 5]:
        return "pdf"
    head = data[:1024].removeprefix(b"\xef\xbb\xbf")
    if MARKUP.match(head) or head.startswith(OTHER_TEXTS):
        raise RefusedError(Reason.UNKNOWN_KIND, "Markup or a script, not a document.")
    if decode_text(data) is None:
        raise RefusedError(Reason.UNKNOWN_KIND)
    return "txt"


def decode_text(data: bytes) -> str | None:
    """Return plain text in UTF-8, UTF-16 with a mark, or Windows-1252; None for anything else.

    Anything else is what holds control characters that no text editor writes.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if FORBIDDEN.search(text) else text
    return None


def _compound_reason(data: bytes) -> Reason:
    """Tell the documents that share the compound file format (MS-CFB) by their streams."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Reason.ENCRYPTED
    if "WordDocument".encode("utf-16-le") in data:
        return Reason.OLD_WORD
    return Reason.UNKNOWN_KIND


def _refuse_pictures(data: bytes) -> None:
    if data[4:8] == b"ftyp":
        phone = data[8:12] in PHONE_BRANDS
        raise RefusedError(Reason.HEIC if phone else Reason.UNKNOWN_KIND)
    if data.startswith(PICTURES) and decode_text(data) is None:
        raise RefusedError(Reason.PICTURE)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        raise RefusedError(Reason.PICTURE)
