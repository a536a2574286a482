"""Look at photographs, and make one PDF of several, a page each."""

import io
import warnings
from collections.abc import Iterable
from typing import Any

from PIL import Image, ImageOps

from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import Limits, Reason

Image.MAX_IMAGE_PIXELS = None  # the number of pixels is looked at below, before any is read

FORMATS = {"jpg": "JPEG", "png": "PNG"}
LETTER, A4 = (612.0, 792.0), (595.28, 841.89)
MARGIN = 18.0
POINTS_PER_PIXEL = 72 / 100
"""A small picture is not blown up past 100 pixels an inch."""

MOST_DECODED = 200_000_000
"""In bytes, together with the copy that some pictures need."""

BANDS = {"RGBA": 8, "LA": 4, "PA": 8, "P": 8, "1": 1, "I;16": 5, "I": 9, "F": 9}
"""Bytes a pixel, where a copy of the picture is needed besides the picture."""

SHRINKABLE = {"L", "RGB", "RGBA", "LA", "CMYK"}
START_OF_SCAN = b"\xff\xda"
MOST_SCANS = 100
STEPS = ((2000, 82), (1700, 75), (1400, 65), (1100, 55), (800, 45))
"""Longest side in pixels and JPEG quality, tried in this order until a page is small enough."""

BOUND = "bound.pdf"


def check_photograph(data: bytes, kind: str, limits: Limits) -> None:
    """Decode a photograph once; raise RefusedError when it is damaged or has too many pixels."""
    if kind == "jpg" and data.count(START_OF_SCAN) > MOST_SCANS:
        raise RefusedError(Reason.HUGE_PICTURE, "It is drawn in very many passes.")
    _decode(io.BytesIO(data), kind, limits, 400)


def bind_photographs(names: Iterable[str], limits: Limits, most: int) -> int:
    """Write `bound.pdf` of the named files of the working folder; return its pages.

    `most` is in bytes. Pages are Letter, or A4 where the picture has its shape, upright or
    across as the picture is. The same photographs always give the same bytes, and nothing
    but the picture is taken over: no place, no time, no name of a camera.
    """
    chosen = list(names)
    pages = []
    for number, name in enumerate(chosen, 1):
        with open(name, "rb") as file:
            kind = "png" if file.read(1) == b"\x89" else "jpg"
            file.seek(0)
            try:
                pages.append(_page(file, kind, limits, most // (len(chosen) + 1)))
            except RefusedError as refusal:
                raise RefusedError(refusal.reason, f"Photograph {number}.") from refusal
    with open(BOUND, "wb") as target:
        target.write(_write_pdf(pages))
    return len(pages)


def _decode(file: Any, kind: str, limits: Limits, side: int) -> Image.Image:
    """Return the picture upright, in grey or colour, no smaller than `side` by its longest."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about EXIF that nobody reads
            picture: Image.Image = Image.open(file, formats=[FORMATS[kind]])
            size = f"{picture.width} × {picture.height}"
            if picture.width * picture.height > limits.max_pixels:
                raise RefusedError(Reason.HUGE_PICTURE, size)
            picture.draft("L" if picture.mode == "L" else "RGB", (side, side))
            bands = BANDS.get(picture.mode, len(picture.getbands()))
            if picture.width * picture.height * bands > MOST_DECODED:
                raise RefusedError(Reason.HUGE_PICTURE, f"{size}, {picture.mode}")
            if picture.mode in SHRINKABLE:  # before anything needs a copy of its full size
                picture.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
            picture.load()
            return _plain(ImageOps.exif_transpose(picture))
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError) as error:
        raise RefusedError(Reason.DAMAGED_PICTURE, repr(error)[:200]) from error


def _plain(picture: Image.Image) -> Image.Image:
    """Return a picture that JPEG can hold; what is see-through stands on white."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in {"1", "L"} and "transparency" not in picture.info:
        return picture.convert("L")
    if picture.mode in {"LA", "PA", "RGBA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _page(file: Any, kind: str, limits: Limits, room: int) -> tuple[bytes, int, int, str]:
    """Return a picture as JPEG of at most `room` bytes, its size, and its colour space."""
    picture = _decode(file, kind, limits, STEPS[0][0])
    out = io.BytesIO()
    for side, quality in STEPS:
        picture.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=False)
        if out.tell() <= room:
            break
    else:
        raise RefusedError(Reason.TOO_LARGE)
    space = "DeviceGray" if picture.mode == "L" else "DeviceRGB"
    return out.getvalue(), picture.width, picture.height, space


def _write_pdf(pages: list[tuple[bytes, int, int, str]]) -> bytes:
    """Write a PDF 1.4 that holds one JPEG a page, without a date or any other note."""
    kids = b" ".join(b"%d 0 R" % (3 + 3 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids),
    ]
    for number, (jpeg, width, height, space) in enumerate(pages):
        first = 3 + 3 * number
        wide, high, left, low, sheet_wide, sheet_high = _lay_out(width, height)
        draw = b"q %.2f 0 0 %.2f %.2f %.2f cm /P Do Q" % (wide, high, left, low)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R"
            b" /Resources << /XObject << /P %d 0 R >> >> >>"
            % (sheet_wide, sheet_high, first + 1, first + 2),
            _stream(draw, b""),
            _stream(
                jpeg,
                b" /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8"
                b" /ColorSpace /%s /Filter /DCTDecode" % (width, height, space.encode()),
            ),
        ]
    return _assemble(objects)


def _stream(data: bytes, entries: bytes) -> bytes:
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def _assemble(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for number, body in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out + table + end % (len(objects) + 1, len(out)))


def _lay_out(width: int, height: int) -> tuple[float, float, float, float, float, float]:
    """Return where a picture stands on its sheet, in points: size, corner, size of the sheet."""
    shape = max(width, height) / min(width, height)
    short, long = A4 if abs(shape - 2**0.5) < 0.01 else LETTER
    sheet = (short, long) if height >= width else (long, short)
    scale = min((sheet[0] - 2 * MARGIN) / width, (sheet[1] - 2 * MARGIN) / height, POINTS_PER_PIXEL)
    wide, high = width * scale, height * scale
    return wide, high, (sheet[0] - wide) / 2, (sheet[1] - high) / 2, *sheet
