"""Whatever accent is chosen, everybody can read the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core import colours

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_as_the_standard_says() -> None:
    """WCAG's own examples: black on white is 21, #777 on white just misses."""
    assert round(colours.contrast("#000000", "#ffffff"), 2) == 21
    assert round(colours.contrast("#777777", "#ffffff"), 2) == 4.48
    assert colours.contrast("#123456", "#123456") == 1


@given(COLOURS)
def test_every_accent_gives_readable_pages(accent: str) -> None:
    """Text, buttons and their labels: 4.5 to 1 on every ground, in light and in dark."""
    found = colours.palette(accent)
    assert colours.contrast(found.ink, colours.LIGHT_GROUND) >= 4.5
    assert colours.contrast(found.dark_ink, colours.DARK_GROUND) >= 4.5
    assert colours.contrast(found.accent, found.contrast) >= 4.5
    assert colours.contrast(found.button, found.button_ink) >= 4.5
    assert colours.contrast(found.dark_ink, colours.INK) >= 4.5


def test_an_accent_that_can_be_read_stays_as_it_is() -> None:
    """Nothing is changed that need not be."""
    assert colours.palette("#1d5a50").ink == "#1d5a50"


@pytest.mark.parametrize(
    ("typed", "colour"),
    [
        (" #1F5F8B ", "#1f5f8b"),
        ("abc", "#aabbcc"),
        ("teal", None),
        ("#12345", None),
        ("#12345g", None),
        ("", None),
        ("#1f5f8b;}", None),
    ],
)
def test_a_colour_is_taken_in_its_usual_forms(typed: str, colour: str | None) -> None:
    """And nothing else ever reaches a stylesheet."""
    assert colours.normalize(typed) == colour
