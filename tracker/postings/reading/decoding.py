"""Turn the bytes of a page into text that a person wrote, line for line."""

import re
import unicodedata
from dataclasses import dataclass

import ftfy

from tracker.core.errors import DomainError
from tracker.postings.content import NONCHARACTERS
from tracker.postings.reading.findings import Finding, finding

LARGEST_PAGE = 512 * 1024
"""Bytes, layout and all. Postings are a few kilobytes; past this a file is something else."""
MOST_TEXT = 100_000
"""Characters of text without layout: some fifteen thousand words."""

# What a file starts with when it is a document of another kind. People do choose the
# wrong file, and a page of rubbish words would be worse than a plain refusal.
SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"PK\x03\x04", "a ZIP, Word or OpenDocument file"),
    (b"PK\x05\x06", "an empty ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x7fELF", "a program"),
)

# Marks that steer how text is shown without being part of it: a hidden one can make a
# page say one thing to a reader and another to a program, so none is kept. Joiners
# (U+200C, U+200D) stay: they spell words in Persian and Hindi.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff"
    f"{NONCHARACTERS}]"
)


class PageUnreadableError(DomainError):
    """A file that is not a posting page: empty, of another kind, or far too large."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file} could not be read: {reason}")
        self.message = f"{file} could not be read: {reason}"
        self.file = file


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a page with ``\\n`` line ends, and what was odd about its bytes."""

    text: str
    findings: tuple[Finding, ...]


def decode(file: str, data: bytes) -> Decoded:
    """Decode a page, mend its mojibake, and drop marks that nobody can see.

    Raises PageUnreadableError for an empty file, one of another kind, or one over
    LARGEST_PAGE bytes.
    """
    _refuse_other_kinds(file, data)
    text, guessed = _to_text(file, data)
    found: list[Finding] = []
    lines = []
    # Only "\n" ends a line, so that a line's number is the one an editor shows.
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        lines.append(_mend(line, number, found))
    if guessed is not None:
        found.append(finding("encoding-guessed", None, guessed))
    if not any(character.isalnum() for line in lines for character in line):
        raise PageUnreadableError(file, "it has no words. Choose the page's text file.")
    return Decoded("\n".join(lines), tuple(_first_of_each(found)))


def _refuse_other_kinds(file: str, data: bytes) -> None:
    if not data.strip():
        raise PageUnreadableError(file, "it is empty. Choose a file with the posting's text.")
    for start, kind in SIGNATURES:
        if data.startswith(start):
            raise PageUnreadableError(
                file, f"it is {kind}. Save the posting as Markdown, HTML or plain text."
            )
    if len(data) > LARGEST_PAGE:
        raise PageUnreadableError(
            file, "it is larger than half a megabyte. A posting page is text of a few kilobytes."
        )


def _to_text(file: str, data: bytes) -> tuple[str, int | None]:
    """Return the text, and the first line whose encoding had to be guessed."""
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            cut = len(mark) if codec == "utf-8" else 0
            return data[cut:].decode(codec, errors="replace"), None
    codec16 = _unmarked_utf16(data)
    if codec16:
        return data.decode(codec16, errors="replace"), 1
    _refuse_binary(file, data)
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError as error:
        first_bad = data.count(b"\n", 0, error.start) + 1
    # Line by line, since pages are pasted together from several programs and get cut
    # in the middle of a character: one bad byte must not spoil the other lines.
    return "\n".join(_line_to_text(line) for line in data.split(b"\n")), first_bad


def _line_to_text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _unmarked_utf16(data: bytes) -> str | None:
    """Name UTF-16 without a mark: Latin text then has a zero in every second byte."""
    sample = data[:4000]
    half = len(sample) // 2
    if half < 4:
        return None
    if sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _refuse_binary(file: str, data: bytes) -> None:
    """Refuse what is mostly control bytes: text has line ends and tabs, and few others."""
    odd = sum(data.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13))
    if odd > len(data) * 0.1:
        raise PageUnreadableError(
            file, "it is not text. Save the posting as Markdown, HTML or plain text."
        )


def _mend(line: str, number: int, found: list[Finding]) -> str:
    if line.isascii() and line.isprintable():
        return line
    # fix_encoding alone: the rest of ftfy also straightens quotes, unescapes HTML and
    # changes widths, which would alter words that were right.
    mended = line if line.isascii() else ftfy.fix_encoding(line)
    if mended != line:
        found.append(finding("mojibake-repaired", None, number, text=_excerpt(line, mended)))
    if HIDDEN.search(mended):
        mended = HIDDEN.sub("", mended.replace("\x85", " "))
        found.append(finding("hidden-characters", None, number))
    if "\ufffd" in mended:
        found.append(finding("characters-lost", None, number))
    # Other line and paragraph separators would shift the count of lines.
    mended = re.sub("[\u2028\u2029\x0b\x0c\x85]", " ", mended)
    return unicodedata.normalize("NFC", mended)


def _excerpt(before: str, after: str) -> str:
    """Return the first word that changed, as it is after the repair and can be shown."""
    old = before.split()
    after = HIDDEN.sub("", after)
    for index, word in enumerate(after.split()):
        if index >= len(old) or old[index] != word:
            return word[:40]
    return after[:40]


def _first_of_each(found: list[Finding]) -> list[Finding]:
    """Keep one finding of a kind: a page wholly in mojibake needs saying so once."""
    kept: dict[str, Finding] = {}
    for each in found:
        kept.setdefault(each.code, each)
    return list(kept.values())
