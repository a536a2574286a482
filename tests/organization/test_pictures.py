"""Pictures are drawn anew: their pixels come in, and nothing else."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from tracker.organization.pictures import PictureError, redraw

BOX = (100, 100)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
    ],
)
def test_the_usual_kinds_are_taken(kind: str, mode: str, media_type: str) -> None:
    """Whatever mode the pixels were in, the result is a plain picture."""
    found = redraw(_saved(Image.new(mode, (50, 20)), kind), box=BOX)
    assert (found.media_type, found.width, found.height) == (media_type, 50, 20)
    with Image.open(io.BytesIO(found.content)) as opened:
        assert opened.size == (50, 20)


def test_a_large_picture_is_made_to_fit() -> None:
    """It keeps its shape."""
    found = redraw(_saved(Image.new("RGB", (400, 200)), "PNG"), box=BOX)
    assert (found.width, found.height) == (100, 50)


def test_nothing_but_pixels_comes_along() -> None:
    """No place, no comment, no page behind the picture's end."""
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    jpeg = _saved(Image.new("RGB", (50, 20)), "JPEG", exif=exif, comment=b"secret")
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret")
    png = _saved(Image.new("RGBA", (50, 20)), "PNG", pnginfo=notes) + b"<script>secret</script>"
    for content in (jpeg, png):
        found = redraw(content, box=BOX).content
        assert b"secret" not in found
        assert b"taken at home" not in found


def test_a_picture_turned_by_its_camera_stands_upright() -> None:
    """The turn is drawn, since the note of it goes."""
    exif = Image.Exif()
    exif[0x0112] = 6
    found = redraw(_saved(Image.new("RGB", (50, 20)), "JPEG", exif=exif), box=BOX)
    assert (found.width, found.height) == (20, 50)


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (9_000, 10), (5_000, 5_000)])
def test_a_bomb_is_refused_before_it_unpacks(size: tuple[int, int]) -> None:
    """By what it claims to be, before a byte of it is unpacked."""
    with pytest.raises(PictureError, match="too many pixels"):
        redraw(_png_that_claims(*size), box=BOX)


@pytest.mark.parametrize(
    "content",
    [b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n", _png_that_claims(50, 50), b"\xff\xd8\xff\xe0"],
)
def test_what_cannot_be_read_is_refused(content: bytes) -> None:
    """With a sentence that says what is taken."""
    with pytest.raises(PictureError, match="not a PNG, JPEG or WebP picture"):
        redraw(content, box=BOX)
