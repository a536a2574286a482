"""Photographs that grow, loop, lie or break."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.documents import samples
from tests.documents.corpus import Hostile
from tests.documents.corpus.growing import grown

HEAD = b"\x89PNG\r\n\x1a\n"


def hostile() -> Iterator[Hostile]:
    """Every one of them."""
    yield from _pngs()
    yield from _jpegs()
    yield from _others()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one part of a PNG, with its checksum."""
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png(
    width: int, height: int, data: bytes, *, depth: int = 8, colour: int = 0, more: bytes = b""
) -> bytes:
    """Return a PNG that says these sizes and holds this data, whatever it is."""
    head = struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0)
    return HEAD + chunk(b"IHDR", head) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _pngs() -> Iterator[Hostile]:
    yield Hostile("png of 900 million pixels", png(30_000, 30_000, grown(900)), bomb=True)
    yield Hostile("png of 4 000 million pixels", png(65_535, 65_535, grown(64)), bomb=True)
    yield Hostile("png that says the most", png(2**31 - 1, 2**31 - 1, b"\0"), bomb=True)
    yield Hostile("png of 50 million pixels in colour", png(7000, 7000, grown(196), colour=6))
    yield Hostile("png of no width", png(0, 10, b"\0"))
    yield Hostile("png that says more than it has", png(5000, 5000, zlib.compress(bytes(100))))
    yield Hostile("png that has more than it says", png(10, 10, grown(200)))
    yield Hostile("png without data", HEAD + chunk(b"IEND", b""))
    yield Hostile("png of its head alone", HEAD)
    yield Hostile("png with an odd depth", png(10, 10, b"\0", depth=3))
    yield Hostile("png with an odd colour", png(10, 10, b"\0", colour=5))
    yield Hostile("png without its colours", png(10, 10, zlib.compress(bytes(110)), colour=3))
    hidden = grown(100)
    for name, kind, data in (
        ("a text that grows", b"zTXt", b"a\0\0" + hidden),
        ("a profile that grows", b"iCCP", b"a\0\0" + hidden),
        ("words that grow", b"iTXt", b"a\0\1\0\0\0" + hidden),
        ("a huge note", b"tEXt", b"a\0" + b"x" * 5_000_000),
        ("broken EXIF", b"eXIf", b"MM\0*\0\0\0\x08\xff\xff"),
    ):
        more = chunk(kind, data)
        yield Hostile(f"png with {name}", png(40, 40, zlib.compress(bytes(41 * 40)), more=more))
    notes = chunk(b"tEXt", b"a\0x") * 100_000
    yield Hostile("png with 100000 notes", png(40, 40, zlib.compress(bytes(41 * 40)), more=notes))
    control = chunk(b"acTL", struct.pack(">LL", 2**31 - 1, 0))
    yield Hostile(
        "png that moves for ever", png(40, 40, zlib.compress(bytes(41 * 40)), more=control)
    )
    broken = bytearray(samples.screenshot())
    broken[40] ^= 255
    yield Hostile("png with a wrong checksum", bytes(broken))


def _jpegs() -> Iterator[Hostile]:
    whole = samples.photograph()
    frame = whole.index(b"\xff\xc0")
    for width, height in ((65_500, 65_500), (0, 0), (65_535, 1), (1, 65_535), (60_000, 800)):
        changed = bytearray(whole)
        struct.pack_into(">HH", changed, frame + 5, height, width)
        yield Hostile(f"jpg that says {width} × {height}", bytes(changed))
    progressive = bytearray(whole)
    progressive[frame + 1] = 0xC2
    yield Hostile("jpg that says it is progressive", bytes(progressive))
    yield Hostile("jpg with 3000 scans", _many_scans(3000))
    yield Hostile("jpg with 100000 notes", whole[:2] + b"\xff\xfe\0\4ab" * 100_000 + whole[2:])
    for name, exif in (
        ("EXIF that leads to itself", b"MM\0*\0\0\0\x08\0\1\x87\x69\0\4\0\0\0\1\0\0\0\x08\0\0\0\0"),
        ("EXIF that says too much", b"MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\3\xff\xff" * 50),
        ("EXIF that turns it by 99", b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\x63\0\0\0\0\0\0"),
        ("EXIF of noise", bytes(range(256)) * 50),
    ):  # fmt: skip
        part = b"Exif\0\0" + exif
        note = b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part
        yield Hostile(f"jpg with {name}", whole[:2] + note + whole[2:])
    for turned in (0, 9, 65_535):
        yield Hostile(f"jpg turned by {turned}", samples.photograph(turned=turned))
    out = io.BytesIO()
    Image.new("CMYK", (300, 400), (0, 200, 0, 0)).save(out, "JPEG")
    yield Hostile("jpg in printers' colours", out.getvalue())
    tables = whole.replace(b"\xff\xc4", b"\xff\xfe")
    yield Hostile("jpg without its tables", tables)
    yield Hostile("jpg with a page behind it", whole + b"<script>alert(1)</script>")


def _many_scans(count: int) -> bytes:
    """A progressive JPEG of many passes over a large picture: small to send, long to draw."""
    out = io.BytesIO()
    Image.new("L", (4000, 4000), 128).save(out, "JPEG", progressive=True, quality=10)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    scan = data[last:-2]
    return data[:-2] + scan * count + b"\xff\xd9"


def _others() -> Iterator[Hostile]:
    for name, data in (
        ("gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + bytes(400)),
        ("bmp", b"BM" + bytes(400)),
        ("tiff", b"II*\0" + bytes(400)),
        ("tiff that leads to itself", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"),
        ("ico", b"\0\0\x01\0" + bytes(400)),
        ("psd", b"8BPS" + bytes(400)),
        ("webp", b"RIFF" + struct.pack("<L", 400) + b"WEBPVP8 " + bytes(400)),
        ("jpeg 2000", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(400)),
        ("heic", samples.heic()),
        ("avif", struct.pack(">L4s4s", 24, b"ftyp", b"avif") + bytes(400)),
        ("film", struct.pack(">L4s4s", 24, b"ftyp", b"isom") + bytes(400)),
        ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("icns", b"icns" + bytes(400)),
    ):
        yield Hostile(name, data)
