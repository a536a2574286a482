"""Logos and badges: what comes in is drawn anew, so that nothing else comes along. Pure.

Only the pixels are kept. What an image says about itself, where it was taken, and whatever
hides behind its end stay outside; SVG, which can carry script, is refused.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from tracker.core.errors import DomainError

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_SIDE = 8000
MOST_PIXELS = 20_000_000
LOGO_BOX = (1200, 400)
BADGE_BOX = (600, 600)
_FORMATS = ("PNG", "JPEG", "WEBP")


class PictureError(DomainError):
    """This is no picture that can be used; the message says why."""

    status = 422


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: its bytes, type, and size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def redraw(content: bytes, *, box: tuple[int, int]) -> Picture:
    """Decode a PNG, JPEG or WebP picture, fit it into `box`, and encode it anew.

    A photograph becomes JPEG, anything else PNG. Raises `PictureError`; a picture that
    would unpack to more than `MOST_PIXELS` is refused before it is unpacked.
    """
    if len(content) > LARGEST_FILE:
        raise PictureError("The picture is larger than 5 MB. Save it smaller and try again.")
    if not content:
        raise PictureError("The file is empty. Choose another.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                _check_size(opened.size)
                photograph = opened.format == "JPEG"
                image = ImageOps.exif_transpose(opened)
                image.load()
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_too_large()) from None
    # Decoders raise whatever they like for broken files; none of it is our own mistake.
    except Exception as error:
        raise PictureError(
            "This is not a PNG, JPEG or WebP picture that can be read. SVG is not taken;"
            " export it as PNG."
        ) from error
    return _encode(image, box, photograph=photograph)


def _check_size(size: tuple[int, int]) -> None:
    if max(size) > LARGEST_SIDE or size[0] * size[1] > MOST_PIXELS:
        raise PictureError(_too_large())


def _too_large() -> str:
    return (
        f"The picture has too many pixels: at most {LARGEST_SIDE} on a side and"
        f" {MOST_PIXELS // 1_000_000} million in all."
    )


def _encode(image: Image.Image, box: tuple[int, int], *, photograph: bool) -> Picture:
    target = image.convert("RGB" if photograph else "RGBA")
    target.thumbnail(box, Image.Resampling.LANCZOS)
    # A new image carries no metadata of the old one.
    clean = Image.new(target.mode, target.size)
    clean.paste(target)
    out = io.BytesIO()
    if photograph:
        clean.save(out, "JPEG", quality=88, optimize=True)
    else:
        clean.save(out, "PNG", optimize=True)
    return Picture(
        out.getvalue(), "image/jpeg" if photograph else "image/png", clean.width, clean.height
    )
