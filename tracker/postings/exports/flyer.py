"""A posting on one page for the notice board: PDF, Letter, in the employer's accent."""

import io
from dataclasses import dataclass
from typing import Any

import segno

from tracker.core import lettering
from tracker.core.colours import palette
from tracker.core.lettering import BOLD, SANS, marked

PAPER = (612.0, 792.0)
MARGIN, BAND = 54.0, 96.0
CODE = 172.0
GAP = 18.0
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Flyer:
    """What stands on the page, in the language of its readers."""

    language: str
    employer: str
    accent: str
    call: str
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    invitation: str
    address: str
    statement: str
    reference: str


def draw(flyer: Flyer) -> bytes:
    """Draw the page. Long words grow smaller, and a long summary or statement is cut short."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - reportlab takes its time to load

    lettering.register()
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=PAPER, lang=flyer.language, invariant=1)
    canvas.setTitle(f"{flyer.title}, {flyer.employer}" if flyer.employer else flyer.title)
    _draw_head(canvas, flyer)
    foot = _draw_foot(canvas, flyer)
    top = PAPER[1] - BAND - 42
    top = _set(canvas, flyer.title, BOLD, top, most=150, sizes=(40, 34, 28, 24, 20, 16, 12))
    if flyer.summary:
        top = _set(canvas, flyer.summary, SANS, top - GAP, most=92, sizes=(15, 13))
    _draw_facts(canvas, flyer, top - GAP - 6, foot + CODE + GAP)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _draw_head(canvas: Any, flyer: Flyer) -> None:
    colours = palette(flyer.accent)
    canvas.setFillColor(colours.accent)
    canvas.rect(0, PAPER[1] - BAND, PAPER[0], BAND, stroke=0, fill=1)
    top = PAPER[1] - 22
    top = _set(canvas, flyer.call, SANS, top, most=20, sizes=(14,), colour=colours.contrast)
    sizes = (24, 20, 16, 12)
    _set(canvas, flyer.employer, BOLD, top - 4, most=52, sizes=sizes, colour=colours.contrast)


def _draw_foot(canvas: Any, flyer: Flyer) -> float:
    """Draw the code with its address beside it, and the small print; return where it begins."""
    bottom = MARGIN
    small = " ".join(filter(None, (flyer.statement, f"{flyer.reference}.")))
    lines = _fitted(small, SANS, PAPER[0] - 2 * MARGIN, 64, (9, 8))
    lines[0].drawOn(canvas, MARGIN, bottom)
    bottom += lines[1] + GAP
    _draw_code(canvas, flyer.address, MARGIN, bottom)
    left = MARGIN + CODE + GAP
    width = PAPER[0] - MARGIN - left
    bare = flyer.address.partition("://")[2]
    place, half = _fitted(bare, BOLD, width, 27, (20, 17, 14, 12, 10, 8)), CODE / 2
    words = _fitted(flyer.invitation, SANS, width, half - 6, (15, 13, 11))
    words[0].drawOn(canvas, left, bottom + half + 4)
    place[0].drawOn(canvas, left, bottom + half - 4 - place[1])
    return bottom


def _draw_code(canvas: Any, address: str, left: float, bottom: float) -> None:
    """Draw the QR code's dark squares, a line of them at a time, on the paper's own white."""
    rows = [bytes(row) for row in segno.make(address, error="q", micro=False).matrix]
    side = CODE / len(rows)
    canvas.setFillColor("#000000")
    for number, row in enumerate(rows):
        start = None
        for place, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                base = bottom + CODE - (number + 1) * side
                # A hair higher than a square, so that no printer shows lines between two.
                width = (place - start) * side
                canvas.rect(left + start * side, base, width, side * 1.02, stroke=0, fill=1)
                start = None


def _draw_facts(canvas: Any, flyer: Flyer, top: float, bottom: float) -> None:
    """Set the facts one below the other, as large as all of them fit."""
    column, wide = 108.0, PAPER[0] - 2 * MARGIN - 108.0
    ink = palette(flyer.accent).ink
    for size in (16, 14, 12, 10, 8):
        rows = [
            (
                _paragraph(label, BOLD, size * 0.8, ink),
                _paragraph(words, SANS, size, "#101415"),
            )
            for label, words in flyer.facts
        ]
        depths = [
            max(label.wrap(column, 999)[1], words.wrap(wide, 999)[1]) + size * 0.5
            for label, words in rows
        ]
        if sum(depths) <= top - bottom:
            break
    for (label, words), depth in zip(rows, depths, strict=True):
        if top - depth < bottom:
            break  # never over the code: what stands first matters most
        label.drawOn(canvas, MARGIN, top - label.height - size * 0.2)
        words.drawOn(canvas, MARGIN + column, top - words.height)
        top -= depth


def _set(
    canvas: Any,
    text: str,
    font: str,
    top: float,
    *,
    most: float,
    sizes: tuple[int, ...],
    colour: str = "#101415",
) -> float:
    """Set text across the page from `top` down, no deeper than `most`; return where it ends."""
    if not text:
        return top
    paragraph, depth = _fitted(text, font, PAPER[0] - 2 * MARGIN, most, sizes, colour)
    paragraph.drawOn(canvas, MARGIN, top - depth)
    return top - depth


def _fitted(
    text: str,
    font: str,
    width: float,
    most: float,
    sizes: tuple[int, ...],
    colour: str = "#101415",
) -> tuple[Any, float]:
    """Make a paragraph in the largest size that fits, else cut to what fits in the smallest."""
    for size in sizes:
        paragraph = _paragraph(text, font, size, colour)
        depth = paragraph.wrap(width, most)[1]
        if depth <= most:
            return paragraph, depth
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        cut = _paragraph(text[:middle].rstrip() + ELLIPSIS, font, sizes[-1], colour)
        low, high = (middle, high) if cut.wrap(width, most)[1] <= most else (low, middle)
    paragraph = _paragraph(text[:low].rstrip() + ELLIPSIS, font, sizes[-1], colour)
    return paragraph, paragraph.wrap(width, most)[1]


def _paragraph(text: str, font: str, size: float, colour: str) -> Any:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415 - as above
    from reportlab.platypus import Paragraph  # noqa: PLC0415 - as above

    style = ParagraphStyle(
        "flyer", fontName=font, fontSize=size, leading=size * 1.3, textColor=colour
    )
    words = " ".join(text.split())
    return Paragraph(marked(words), style)
