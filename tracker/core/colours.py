"""The employer's accent, and what is derived from it so that text keeps its contrast.

Contrast as WCAG 2.2 defines it. Colours are `#rrggbb`.
"""

import colorsys
import re
from dataclasses import dataclass

LIGHT_GROUND = "#eaece8"  # the darkest ground that light pages set text on
DARK_GROUND = "#2b3235"  # the lightest ground that dark pages set text on
WHITE, INK = "#ffffff", "#101415"
ENOUGH = 4.5
COMFORTABLE = 5.2  # for text: a tinted ground or a hover takes a little away
DEFAULT = "#1f5f8b"
_SHAPE = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Palette:
    """What pages and mails use: the accent as chosen, text in it, and a button's two colours.

    In the dark a button is `dark_ink`, its words `dark_button_ink`.
    """

    accent: str
    contrast: str
    ink: str
    button: str
    button_ink: str
    dark_ink: str
    dark_button_ink: str = INK


def normalize(text: str) -> str | None:
    """Return a colour as `#rrggbb` in lower case, or None where it is not one.

    Takes `#abc`, `ABCDEF` and spaces around.
    """
    colour = "#" + text.strip().lower().removeprefix("#")
    if len(colour) == 4:
        colour = "#" + "".join(each * 2 for each in colour[1:])
    return colour if _SHAPE.fullmatch(colour) else None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palette(accent: str) -> Palette:
    """Derive every colour that pages need from the accent."""
    ink = _darken(accent)
    on_accent = WHITE if contrast(accent, WHITE) >= ENOUGH else INK
    if contrast(accent, WHITE) >= ENOUGH or contrast(accent, INK) >= 7:
        button, button_ink = accent, on_accent
    else:  # a middling colour: neither text would stand well on it
        button, button_ink = ink, WHITE
    if contrast(accent, on_accent) < ENOUGH:
        on_accent = "#000000"
    return Palette(accent, on_accent, ink, button, button_ink, _lighten(accent))


def stylesheet(accent: str) -> str:
    """The stylesheet that gives every page the accent, in light and in dark."""
    found = palette(accent)
    return (
        f":root {{ --accent: {found.accent}; --accent-contrast: {found.contrast};"
        f" --accent-ink: {found.ink}; --button: {found.button};"
        f" --button-ink: {found.button_ink}; }}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f"  :root {{ --accent-ink: {found.dark_ink}; --button: {found.dark_ink};"
        f" --button-ink: {found.dark_button_ink}; }}\n"
        "}\n"
    )


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _with_lightness(colour: str, lightness: float) -> str:
    hue, _, saturation = colorsys.rgb_to_hls(*_parts(colour))
    parts = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _darken(accent: str) -> str:
    """The accent, as much darker as text in it must be on every light ground."""
    if contrast(accent, LIGHT_GROUND) >= COMFORTABLE:
        return accent
    start = colorsys.rgb_to_hls(*_parts(accent))[1]
    steps = (_with_lightness(accent, start * (1 - step / 100)) for step in range(1, 101))
    return next(each for each in steps if contrast(each, LIGHT_GROUND) >= COMFORTABLE)


def _lighten(accent: str) -> str:
    """The accent, as much lighter as text in it must be on every dark ground."""
    if contrast(accent, DARK_GROUND) >= COMFORTABLE:
        return accent
    start = colorsys.rgb_to_hls(*_parts(accent))[1]
    steps = (_with_lightness(accent, start + (1 - start) * step / 100) for step in range(1, 101))
    return next(each for each in steps if contrast(each, DARK_GROUND) >= COMFORTABLE)
