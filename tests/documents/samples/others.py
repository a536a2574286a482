"""OpenDocument, rich and plain text, and what is not taken at all."""

import struct
import zlib
from xml.sax.saxutils import escape

from tests.documents.samples.word import (
    OLE_MAGIC,
    XML,
    Members,
    archive,
    content_types,
    relationships,
)
from tests.documents.samples.words import RESUME

ODT_TYPE = "application/vnd.oasis.opendocument.text"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
ODT_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def odt_members(text: str = RESUME) -> Members:
    """Return the parts of an OpenDocument text."""
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.splitlines())
    return {
        "mimetype": ODT_TYPE.encode(),
        "content.xml": (
            f'{XML}<office:document-content xmlns:office="{OFFICE}" xmlns:text="{ODT_TEXT}"'
            f' office:version="1.3"><office:body><office:text>{lines}</office:text>'
            "</office:body></office:document-content>"
        ).encode(),
        "META-INF/manifest.xml": (
            f'{XML}<manifest:manifest xmlns:manifest="{MANIFEST}" manifest:version="1.3">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT_TYPE}"/>'
            '<manifest:file-entry manifest:full-path="content.xml"'
            ' manifest:media-type="text/xml"/></manifest:manifest>'
        ).encode(),
    }


def odt(text: str = RESUME) -> bytes:
    """Return an OpenDocument text with one paragraph a line."""
    return archive(odt_members(text), stored=("mimetype",))


def odt_with(markup: str) -> bytes:
    """Return an OpenDocument text with more in its body than words."""
    parts = odt_members()
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("draw", "form", "script")
    )
    head = f'<office:text{spaces} xmlns:xlink="http://www.w3.org/1999/xlink">{markup}'
    parts["content.xml"] = parts["content.xml"].replace(b"<office:text>", head.encode())
    return archive(parts, stored=("mimetype",))


def encrypted_odt() -> bytes:
    """Return an OpenDocument text that was saved with a password."""
    parts = odt_members()
    parts["content.xml"] = bytes(range(256))
    parts["META-INF/manifest.xml"] = parts["META-INF/manifest.xml"].replace(
        b'manifest:media-type="text/xml"/>',
        b'manifest:media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>',
    )
    return archive(parts, stored=("mimetype",))


def macro_odt() -> bytes:
    """Return an OpenDocument text with a Basic module."""
    module = b'<s:module xmlns:s="http://openoffice.org/2000/script">Sub A</s:module>'
    return archive(odt_members() | {"Basic/Standard/Module1.xml": module}, stored=("mimetype",))


def rtf(text: str = RESUME) -> bytes:
    """Return a rich text file; letters beyond ASCII are written as Unicode escapes."""

    def spell(letter: str) -> str:
        if letter in "\\{}":
            return "\\" + letter
        if ord(letter) < 128:
            return letter
        wide = letter.encode("utf-16-le")
        return "".join(f"\\u{unit}?" for (unit,) in struct.iter_unpack("<h", wide))

    lines = "\\par\n".join("".join(map(spell, line)) for line in text.splitlines())
    head = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Georgia;}}\\f0\\fs22 "
    return f"{head}{lines}\\par}}".encode("ascii")


def embedding_rtf() -> bytes:
    """Return a rich text file with an object of another program inside."""
    return rtf().replace(b"\\f0\\fs22 ", b"\\f0\\fs22 {\\object\\objemb{\\*\\objdata 0105000002}}")


def rtf_with(group: str) -> bytes:
    """Return a rich text file with a group before its words."""
    return rtf().replace(b"\\f0\\fs22 ", b"\\f0\\fs22 " + group.encode())


def txt(text: str = RESUME, encoding: str = "utf-8") -> bytes:
    """Return plain text."""
    return text.encode(encoding)


def _ole(*streams: str) -> bytes:
    """Return a compound file (MS-CFB) with empty streams of these names: 512-byte sectors."""
    header = OLE_MAGIC + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128L", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    entries = b""
    for place, name in enumerate(("Root Entry", *streams)):
        wide = name.encode("utf-16-le")
        kind, child = (5, 1) if place == 0 else (2, 0xFFFFFFFF)
        entry = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide) + 2, kind, 1)
        entry += struct.pack("<LLL", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36)
        entries += entry + struct.pack("<LQ", 0xFFFFFFFE, 0)
    return header + table + entries.ljust(512, b"\0")


def old_doc() -> bytes:
    """Return a Word 97 document's shell."""
    return _ole("WordDocument", "1Table")


def encrypted_docx() -> bytes:
    """Return what Word makes of a document with a password: a compound file, not a zip."""
    return _ole("EncryptionInfo", "EncryptedPackage")


def png(size: int = 40) -> bytes:
    """Return a picture."""
    rows = zlib.compress((b"\0" + b"\x7f" * size) * size)
    head = struct.pack(">LLBBBBB", size, size, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def heic() -> bytes:
    """Return the beginning of a telephone's photograph."""
    return struct.pack(">L4s4sL4s4s", 24, b"ftyp", b"heic", 0, b"mif1", b"heic") + bytes(200)


def pages_document() -> bytes:
    """Return the outside of an Apple Pages document."""
    return archive({"Index/Document.iwa": bytes(64), "preview.jpg": b"\xff\xd8\xff\xe0"})


def spreadsheet() -> bytes:
    """Return a workbook: a good container, the wrong kind of document."""
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return archive(
        {
            "[Content_Types].xml": content_types(main, "xl/workbook.xml"),
            "_rels/.rels": relationships(("officeDocument", "xl/workbook.xml", False)),
            "xl/workbook.xml": b"<workbook/>",
        }
    )


def program() -> bytes:
    """Return the beginning of an executable file."""
    return b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 4
