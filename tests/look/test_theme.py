"""The theme keeps its contrast in light and dark; pages carry no style or script of their own."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "tracker" / "static"
THEME = (STATIC / "css" / "theme.css").read_text(encoding="utf-8")
PAGES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if "emails" not in path.relative_to(ROOT).parts
    and path.name != "own_copy.html"  # a file that a candidate downloads, and no page of ours
)


def tokens(scheme: str) -> dict[str, str]:
    """The plain colours of a scheme; dark ones stand on top of the light ones."""
    light, dark = THEME.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", dark))
    return found


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


GROUNDS = ("paper", "surface", "sunken")
TEXT = [(ink, ground) for ink in ("ink", "soft", "accent-ink", "danger") for ground in GROUNDS]
TEXT += [(tone, f"{tone}-bg") for tone in ("success", "info", "warning", "danger", "neutral")]
TEXT += [("ink", f"{tone}-bg") for tone in ("success", "info", "warning", "danger")]
TEXT += [("danger-button-ink", "danger-button")]
SHAPES = [(shape, ground) for shape in ("line-strong", "focus") for ground in GROUNDS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_reaches_four_and_a_half_to_one(scheme: str) -> None:
    colours = tokens(scheme)
    weak = [pair for pair in TEXT if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
    assert weak == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_and_focus_reach_three_to_one(scheme: str) -> None:
    colours = tokens(scheme)
    weak = [pair for pair in SHAPES if contrast(colours[pair[0]], colours[pair[1]]) < 3]
    assert weak == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_page_has_no_style_or_handler_of_its_own(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    found = re.findall(r"<style|\sstyle=|\son(?:click|change|submit|load|input)=", source)
    scripts = re.findall(r"<script(?![^>]*(?:\ssrc=|application/ld\+json))", source)
    assert (found, scripts) == ([], [])


@pytest.mark.parametrize("module", sorted(STATIC.glob("js/*.js")), ids=lambda path: path.name)
def test_module_imports_nothing(module: Path) -> None:
    """A module's address is made from its content: an import would run a second copy of another."""
    source = module.read_text(encoding="utf-8")
    assert re.findall(r"^import\b.*|\bimport\(", source, re.MULTILINE) == []
