"""Photographs of pages, as telephones make them."""

import io
import random

from PIL import Image, ImageDraw

ORIENTATION = 0x0112


def _page(width: int, height: int, words: str) -> Image.Image:
    """Draw a page: dark words in the upper left corner, light paper everywhere else."""
    picture = Image.new("RGB", (width, height), (240, 238, 230))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 4, height // 4), fill=(20, 20, 20))
    draw.text((width // 2, height // 2), words, fill=(20, 20, 20))
    return picture


def photograph(width: int = 600, height: int = 800, words: str = "1", turned: int = 1) -> bytes:
    """Return a JPEG; `turned` is its EXIF orientation (1 to 8), 1 for upright."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[0x010F] = "Fairhaven Telephones"
    _page(width, height, words).save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()


def screenshot(width: int = 540, height: int = 960, mode: str = "RGBA") -> bytes:
    """Return a PNG in a mode of Pillow's."""
    out = io.BytesIO()
    _page(width, height, "2").convert("L" if mode.startswith("I") else mode).convert(mode).save(
        out, "PNG"
    )
    return out.getvalue()


def noisy_photograph(width: int = 1600, height: int = 1200) -> bytes:
    """Return a JPEG that no setting makes small: noise, the same at every call."""
    noise = random.Random(3).randbytes(width * height // 4)  # noqa: S311 - noise, no secret
    small = Image.frombytes("L", (width // 2, height // 2), noise)
    out = io.BytesIO()
    small.resize((width, height)).save(out, "JPEG", quality=90)
    return out.getvalue()
