"""Fonts for what is printed: letters of any script that they have, for reportlab.

FiraGO has Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Georgian and Devanagari letters, Noto
Sans a few more; Chinese, Japanese and Korean ones are left to the reader's own fonts. Letters
are set one after the other as they come: scripts that run from right to left are turned round
word by word, and not joined.
"""

import io
import re
from functools import cache
from itertools import groupby
from xml.sax.saxutils import escape

SANS, MORE = "FiraGO", "NotoSans"
BOLD = "FiraGO-figbo"
FACES = {
    SANS: ("figo", "figbo", "figit", "figbi"),
    MORE: ("notos", "notosbo", "notosit", "notosbi"),
}
ASIAN = (
    (re.compile("[\u3040-\u30ff]"), "HeiseiKakuGo-W5"),
    (re.compile("[\u1100-\u11ff\uac00-\ud7af]"), "HYGothic-Medium"),
    (re.compile("[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"), "STSong-Light"),
)
MISSING = "\ufffd"
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
RIGHT_TO_LEFT = re.compile(f"[{_RTL}](?:[ {_RTL}]*[{_RTL}])?")


def marked(text: str) -> str:
    """Write text in reportlab's markup, each letter in a font that has it."""
    turned = _visual(text)
    return escape(turned) if text.isascii() else _fonted(turned)


@cache
def register() -> dict[str, frozenset[int]]:
    """Give reportlab the fonts; returns for each of ours the letters that it has."""
    import pymupdf_fonts  # noqa: PLC0415 - only the worker needs it
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - only the worker needs it
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415 - only the worker needs it
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 - only the worker needs it

    letters: dict[str, frozenset[int]] = {}
    for family, codes in FACES.items():
        names = [f"{family}-{code}" for code in codes]
        names[0] = family
        for name, code in zip(names, codes, strict=True):
            face = TTFont(name, io.BytesIO(pymupdf_fonts.myfont(code)))
            pdfmetrics.registerFont(face)
            letters.setdefault(family, frozenset(face.face.charToGlyph))
        pdfmetrics.registerFontFamily(family, *names)
    for _pattern, name in ASIAN:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return letters


def _fonted(text: str) -> str:
    written = []
    for name, letters in groupby(text, _font_for):
        part = escape("".join(letters)) if name else MISSING
        written.append(part if name == SANS else f'<font name="{name or SANS}">{part}</font>')
    return "".join(written)


@cache
def _font_for(letter: str) -> str:
    code, ours = ord(letter), register()
    for family in (SANS, MORE):
        if code in ours[family] or letter.isspace():
            return family
    return next((name for pattern, name in ASIAN if pattern.match(letter)), "")


def _visual(text: str) -> str:
    """Turn stretches of right-to-left letters round, as a page from left to right shows them."""
    return RIGHT_TO_LEFT.sub(lambda found: found[0][::-1], text)
