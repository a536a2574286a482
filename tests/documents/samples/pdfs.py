"""PDFs, good and bad, written object by object."""

import zlib

from tests.documents.samples.words import RESUME


def _pdf_string(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _page_content(text: str) -> bytes:
    lines = b"".join(b"(" + _pdf_string(line) + b") Tj T*\n" for line in text.splitlines())
    return b"BT /F1 11 Tf 14 TL 72 720 Td\n" + lines + b"ET\n" if lines else b""


def assemble_pdf(objects: list[bytes], *, trailer: bytes = b"", prefix: bytes = b"") -> bytes:
    """Number `objects` from 1 (the first is the catalog) and write header, table, trailer."""
    out = bytearray(prefix + b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out) - len(prefix))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out) - len(prefix)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(data), entries) + data + b"\nendstream"


def pdf(
    text: str = RESUME,
    pages: int = 1,
    *,
    catalog: bytes = b"",
    extra: list[bytes] | None = None,
    trailer: bytes = b"",
    prefix: bytes = b"",
    box: bytes = b"0 0 612 792",
) -> bytes:
    """Return a letter-size PDF whose every page shows `text`, one line below the other.

    `catalog` is put into the catalog; objects in `extra` are numbered from `4 + 2 * pages`.
    """
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [%s] >>" % (pages, kids, box),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    content = zlib.compress(_page_content(text))
    for number in range(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(_stream(content, b"/Filter /FlateDecode"))
    return assemble_pdf([*objects, *(extra or [])], trailer=trailer, prefix=prefix)


def blank_then_pdf(blank: int) -> bytes:
    """Return a PDF whose first pages are blank, and whose last says what resumes say."""
    pages = blank + 1
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] %s >>"
    return assemble_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            _stream(_page_content(RESUME)),
            *[page % b""] * blank,
            page % b"/Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >>",
        ]
    )


def late_header_pdf() -> bytes:
    """Return a PDF with 900 bytes of mail-gateway chatter before its header."""
    return pdf(prefix=(b"X-Passed-Through: gateway.example.org\r\n" * 30)[:900])


def scanned_pdf(pages: int = 1) -> bytes:
    """Return a PDF whose pages hold a picture and not one letter."""
    picture = zlib.compress(bytes(range(256)) * 16)
    entries = (
        b"/Type /XObject /Subtype /Image /Width 64 /Height 64 /BitsPerComponent 8"
        b" /ColorSpace /DeviceGray /Filter /FlateDecode"
    )
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 612 792]"
        b" /Resources << /XObject << /Im1 3 0 R >> >> >>"
    )
    return assemble_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
            _stream(picture, entries),
            _stream(b"q 500 0 0 700 50 50 cm /Im1 Do Q"),
            *[page] * pages,
        ]
    )


def encrypted_pdf() -> bytes:
    """Return a PDF that asks for a password (standard handler, revision 3, RC4, 128 bits).

    The owner and user entries match no password that anybody could try.
    """
    entry = b"<" + b"5a" * 32 + b">"
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O %s /U %s >>"
        b" /ID [<%s> <%s>]" % (entry, entry, b"11" * 16, b"11" * 16)
    )
    return pdf(trailer=encrypt)


def broken_pdf() -> bytes:
    """Return the first half of a PDF: an upload or a copy that was cut off."""
    whole = pdf(pages=4)
    return whole[: len(whole) // 2]


def javascript_pdf() -> bytes:
    """Return a PDF that opens with a script, its names spelled with escapes to hide them."""
    return pdf(catalog=b"/Open#41ction << /S /Java#53cript /JS (app.alert\\(1\\)) >>")


def hidden_javascript_pdf() -> bytes:
    """Return a PDF whose script stands in a compressed object stream."""
    action = b"<< /S /JavaScript /JS (app.alert(1)) >>"
    packed = zlib.compress(b"90 0 " + action)
    stream = _stream(packed, b"/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode")
    return pdf(extra=[stream])


def launching_pdf() -> bytes:
    """Return a PDF that would start a program when it is opened."""
    return pdf(catalog=b"/OpenAction << /S /Launch /F (calc.exe) >>")


def attaching_pdf() -> bytes:
    """Return a PDF with a spreadsheet attached to it."""
    names = b"/Names << /EmbeddedFiles << /Names [(pay.xls) 6 0 R] >> >>"
    spec = b"<< /Type /Filespec /F (pay.xls) /EF << /F 7 0 R >> >>"
    return pdf(catalog=names, extra=[spec, _stream(b"pay", b"/Type /EmbeddedFile")])


def viewing_pdf() -> bytes:
    """Return a PDF whose opening action only says which page to show: harmless and common."""
    return pdf(catalog=b"/OpenAction [4 0 R /Fit]")
