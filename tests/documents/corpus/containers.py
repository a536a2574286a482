"""Zip containers that lie, grow, escape or hide."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.documents import samples
from tests.documents.corpus import Hostile

PIECE = 1 << 20


def hostile() -> Iterator[Hostile]:
    """Every one of them."""
    yield from _bombs()
    yield from _names()
    yield from _lies()
    yield from _odd()


def _bombs() -> Iterator[Hostile]:
    yield Hostile("docx that grows to 210 MB", samples.zip_bomb_docx(megabytes=210), bomb=True)
    yield Hostile("docx of 6000 parts", samples.crowded_docx(), bomb=True)
    yield Hostile("docx that grows in many parts", _many_growing(), bomb=True)
    yield Hostile("docx whose text grows", _growing_part("word/document.xml"), bomb=True)
    yield Hostile("docx whose types grow", _growing_part("[Content_Types].xml"), bomb=True)
    yield Hostile("docx whose parts overlap", _overlapping(), bomb=True)
    yield Hostile("odt that grows", _growing(samples.odt_members(), "Pictures/a.bin"), bomb=True)
    yield Hostile("docx that says it is small and grows", _growing_lie(), bomb=True)
    for depth in (2, 40):
        yield Hostile(f"docx with zips in zips, {depth} deep", _nested(depth))


def _growing(members: samples.Members, name: str, megabytes: int = 60) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bag:
        for each, data in members.items():
            if each != name:
                bag.writestr(zipfile.ZipInfo(each), data, zipfile.ZIP_DEFLATED)
        grown = zipfile.ZipInfo(name)
        grown.compress_type = zipfile.ZIP_DEFLATED
        with bag.open(grown, "w") as part:
            for _ in range(megabytes):
                part.write(b" " * PIECE)
    return out.getvalue()


def _growing_part(name: str) -> bytes:
    return _growing(samples.docx_members(), name, megabytes=60)


def _many_growing() -> bytes:
    """Each part keeps below what one part may be: together they are too much."""
    packed = bytes(PIECE)
    return samples.archive(
        samples.docx_members() | {f"word/media/{n}.bin": packed for n in range(220)}
    )


def _overlapping() -> bytes:
    """Hundreds of directory entries for one packed part of 1 MB (after Fifield, 2019)."""
    data = bytearray(samples.archive(samples.docx_members() | {"word/media/a.bin": bytes(PIECE)}))
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry_at = data.index(b"PK\x01\x02", data.rindex(b"word/media/a.bin") - 50)
    entry = bytes(data[entry_at:end])
    entries = b"".join(
        entry.replace(b"word/media/a.bin", b"word/media/%03d.b" % n)[: len(entry)]
        for n in range(900)
    )
    directory = bytes(data[start:end]) + entries
    count = data[end + 10] + 900
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return bytes(data[:start]) + directory + tail


def _growing_lie() -> bytes:
    data = bytearray(_growing(samples.docx_members(), "word/media/a.bin"))
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, entry + 24, 100)
    return bytes(data)


def _nested(depth: int) -> bytes:
    inner = samples.docx()
    for level in range(depth):
        inner = samples.archive(samples.docx_members() | {f"word/embeddings/{level}.zip": inner})
    return inner


def _names() -> Iterator[Hostile]:
    for name in (
        "../../outside.xml", "/etc/cron.d/x.xml", "C:\\run.xml", "\\\\server\\share\\x.xml",
        "word/../../x.xml", "word/\u202egnp.xml", "x" * 60_000, "CON", "word/a\0b.xml",
        "word//x.xml", ".", "..", "word/" * 500 + "x.xml",
    ):  # fmt: skip
        yield Hostile(f"docx with a part named {name[:30]!r}", samples.escaping_docx(name))
    yield Hostile("docx with a link for a part", samples.symlink_docx())
    yield Hostile("docx with one name twice", samples.doubled_docx())
    yield Hostile(
        "docx with one name in two cases",
        samples.archive(samples.docx_members() | {"word/Document.xml": b"<x/>"}),
    )


def _lies() -> Iterator[Hostile]:
    whole = samples.docx()
    end = whole.rindex(b"PK\x05\x06")
    yield Hostile("docx that gives a size too small", samples.lying_docx())
    for field, format_, value in (
        (10, "<H", 0), (10, "<H", 65535), (12, "<L", 0), (12, "<L", 0xFFFFFFFF),
        (16, "<L", 0), (16, "<L", 0xFFFFFFF0), (20, "<H", 65535), (4, "<H", 7),
    ):  # fmt: skip
        changed = bytearray(whole)
        struct.pack_into(format_, changed, end + field, value)
        yield Hostile(f"docx whose directory says {value} at {field}", bytes(changed))
    entry = whole.index(b"PK\x01\x02")
    for field, format_, value in (
        (8, "<H", 1), (8, "<H", 0x41), (10, "<H", 12), (10, "<H", 14), (10, "<H", 99),
        (16, "<L", 1), (20, "<L", 0), (20, "<L", 0xFFFFFFFF), (24, "<L", 0xFFFFFFFF),
        (28, "<H", 65535), (30, "<H", 65535), (42, "<L", 0xFFFFFFFF), (42, "<L", 5),
    ):  # fmt: skip
        changed = bytearray(whole)
        struct.pack_into(format_, changed, entry + field, value)
        yield Hostile(f"docx whose first entry says {value} at {field}", bytes(changed))


def _odd() -> Iterator[Hostile]:
    for method, name in ((zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "lzma")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as bag:
            for each, data in samples.docx_members().items():
                bag.writestr(zipfile.ZipInfo(each), data, method)
        yield Hostile(f"docx packed with {name}", out.getvalue())
    yield Hostile("zip of nothing", samples.archive({}))
    yield Hostile("zip of folders", samples.archive({"word/": b"", "_rels/": b""}))
    yield Hostile("zip with a long comment", samples.docx()[:-2] + b"\xff\xff" + b"x" * 65535)
    yield Hostile("docx behind a program", samples.program() + samples.docx())
    yield Hostile("docx without its text", _without("word/document.xml"))
    yield Hostile("docx without types", _without("[Content_Types].xml"))
    yield Hostile("docx whose text is elsewhere", _pointing("../../../etc/passwd"))
    yield Hostile("docx whose text is itself", _pointing("_rels/.rels"))
    yield Hostile("docx with macros", samples.macro_docx())
    yield Hostile("odt with macros", samples.macro_odt())
    yield Hostile("docx with broken packing", _broken_packing())
    for make in (
        samples.encrypted_docx, samples.encrypted_odt, samples.old_doc, samples.pages_document,
        samples.spreadsheet, samples.embedding_docx,
    ):  # fmt: skip
        yield Hostile(make.__name__, make())


def _without(name: str) -> bytes:
    members = samples.docx_members()
    del members[name]
    return samples.archive(members)


def _pointing(target: str) -> bytes:
    links = samples.relationships(("officeDocument", target, False))
    return samples.archive(samples.docx_members() | {"_rels/.rels": links})


def _broken_packing() -> bytes:
    whole = samples.docx()
    packed = zlib.compress(samples.docx_members()["word/document.xml"])[2:-4]
    at = whole.index(packed[:20])
    return whole[:at] + bytes(len(packed)) + whole[at + len(packed) :]
