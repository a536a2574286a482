"""Honest files, damaged: cut off, flipped, overwritten, under another's mask, glued together."""

import random
from collections.abc import Iterator

from tests.documents import samples
from tests.documents.corpus import Hostile

HONEST = {
    "pdf": samples.pdf(pages=3),
    "scan": samples.scanned_pdf(),
    "docx": samples.laid_out_docx(),
    "odt": samples.odt(),
    "rtf": samples.rtf(),
    "txt": samples.txt(),
    "jpg": samples.photograph(),
    "png": samples.screenshot(),
}
MARKS = {
    "pdf": b"%PDF-1.7\n", "zip": b"PK\x03\x04", "rtf": b"{\\rtf1", "jpg": b"\xff\xd8\xff\xe0",
    "png": b"\x89PNG\r\n\x1a\n", "ole": samples.OLE_MAGIC,
}  # fmt: skip


def cut() -> Iterator[Hostile]:
    """Every kind, ended early."""
    for kind, data in HONEST.items():
        for part in (1, 3, 8, 20, 50, 80, 95, 99):
            yield Hostile(f"{kind} cut at {part} %", data[: max(1, len(data) * part // 100)])


def flipped() -> Iterator[Hostile]:
    """Every kind, with a few bits turned over, more each time."""
    for kind, data in HONEST.items():
        for round_, count in enumerate((1, 1, 2, 4, 8, 16, 64, 256)):
            chance = random.Random(f"{kind} {round_}")  # noqa: S311 - the same at every call
            broken = bytearray(data)
            for _ in range(count):
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
            yield Hostile(f"{kind} with {count} bits flipped, {round_}", bytes(broken))


def overwritten() -> Iterator[Hostile]:
    """Every kind, with a stretch of noise, zeros or itself where something else was."""
    for kind, data in HONEST.items():
        for place in (20, 50, 90):
            at = len(data) * place // 100
            noise = random.Random(f"{kind} {place}").randbytes(64)  # noqa: S311 - see above
            for name, stretch in (("noise", noise), ("zeros", bytes(64)), ("itself", data[:64])):
                yield Hostile(
                    f"{kind} with {name} at {place} %", data[:at] + stretch + data[at + 64 :]
                )


def masked() -> Iterator[Hostile]:
    """Every kind, beginning like another."""
    for kind, data in HONEST.items():
        for other, mark in MARKS.items():
            yield Hostile(f"{kind} masked as {other}", mark + data[len(mark) :])


def glued() -> Iterator[Hostile]:
    """Two kinds in one file: what it is depends on who looks."""
    for first, data in HONEST.items():
        for second, more in HONEST.items():
            if first != second:
                yield Hostile(f"{first} with {second} behind it", data + more)


def prefixed() -> Iterator[Hostile]:
    """Every kind, with something before it."""
    for kind, data in HONEST.items():
        for count in (1, 900, 5000):
            yield Hostile(f"{kind} behind {count} spaces", b" " * count + data)
