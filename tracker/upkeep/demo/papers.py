"""Resumes and letters as real files: a PDF, a Word document, a picture. Pure."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

PAGE_LINES = 50
LINE_CHARACTERS = 88


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to write: a title, and lines; one that begins with `#` is a heading."""

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words alone, as somebody would paste them."""
        return "\n".join([self.title, "", *(line.lstrip("# ") for line in self.lines)])


def pdf(paper: Paper, *, ballast: bytes = b"") -> bytes:
    """Write a paper as a PDF of letter-sized pages in Helvetica (ISO 32000-1).

    `ballast` becomes a stream that no page shows, for a file of a certain size.
    """
    pages = list(_pages(paper))
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    fonts = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        fonts.format("Helvetica").encode(),
        fonts.format("Helvetica-Bold").encode(),
    ]
    for number, content in enumerate(pages):
        packed = zlib.compress(content)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {6 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode(),
            f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
            + packed
            + b"\nendstream",
        ]
    if ballast:
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(ballast), ballast))
    return _numbered(objects)


def _pages(paper: Paper) -> Iterable[bytes]:
    lines = [("F2 16", paper.title), ("F1 10", "")]
    for line in paper.lines:
        font = "F2 12" if line.startswith("#") else "F1 10"
        lines += [(font, part) for part in wrap(line.lstrip("# "), LINE_CHARACTERS) or [""]]
    for start in range(0, len(lines), PAGE_LINES):
        shown = [
            f"/{font} Tf ({_escaped(text)}) Tj T*"
            for font, text in lines[start : start + PAGE_LINES]
        ]
        yield ("BT 14 TL 64 728 Td\n" + "\n".join(shown) + "\nET").encode("cp1252", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _numbered(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def docx(paper: Paper) -> bytes:
    """Write a paper as a Word document (ECMA-376), one paragraph a line."""
    body = _paragraph(paper.title, size=32) + "".join(
        _paragraph(line[2:], size=26) if line.startswith("# ") else _paragraph(line)
        for line in paper.lines
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        ' Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, _HEAD + content)
    return out.getvalue()


def _paragraph(text: str, *, size: int = 0) -> str:
    look = f'<w:rPr><w:b/><w:sz w:val="{size}"/></w:rPr>' if size else ""
    return f'<w:p><w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def badge() -> bytes:
    """Draw the employer's badge: an open book on a disc, as a PNG of 240 by 240."""
    scale, side = 4, 240
    picture = Image.new("RGBA", (side * scale, side * scale))
    pen = ImageDraw.Draw(picture)

    def box(*corners: int) -> tuple[int, ...]:
        return tuple(corner * scale for corner in corners)

    pen.ellipse(box(4, 4, 236, 236), fill="#2c5f4f")
    pen.ellipse(box(14, 14, 226, 226), outline="#f3e9d2", width=3 * scale)
    pen.polygon(box(120, 92, 62, 78, 62, 150, 120, 166), fill="#f3e9d2")
    pen.polygon(box(120, 92, 178, 78, 178, 150, 120, 166), fill="#e2d3b0")
    for height in (98, 112, 126):
        pen.line(box(72, height - 4, 110, height + 5), fill="#2c5f4f", width=2 * scale)
        pen.line(box(130, height + 5, 168, height - 4), fill="#2c5f4f", width=2 * scale)
    pen.ellipse(box(110, 44, 130, 64), fill="#f3e9d2")
    out = io.BytesIO()
    picture.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
