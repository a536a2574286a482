"""Names under which files are handed out: what a sender called a file is never trusted."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 150
"""In bytes of UTF-8: file systems hold 255, and folders and browsers add to it."""

LONGEST_EXTENSION = 16
RESERVED = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE
)
FORBIDDEN = frozenset('<>:"|?*%')
SEPARATORS = re.compile(r"[/\\\u2044\u2215\u29f5\u29f8\uff0f\uff3c]")
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def safe_download_name(name: str, fallback: str) -> str:
    """Return a name that any system can save and that reads as what it is.

    Takes the last part of a path; drops controls, invisible and right-to-left marks, what
    Windows forbids, and dots and spaces at the ends; keeps the extension when it shortens to
    150 bytes. A name of which nothing is left, or that Windows keeps for devices, gives
    `fallback`, which is taken as it is.
    """
    last = [part for part in SEPARATORS.split(name) if part.strip(". ")]
    text = unicodedata.normalize("NFC", last[-1] if last else "")
    kept = "".join(
        letter
        for letter in text
        if unicodedata.category(letter) not in UNSEEN and letter not in FORBIDDEN
    )
    kept = _tidy(SEPARATORS.sub(" ", kept))
    stem, dot, extension = kept.rpartition(".")
    if not dot or not extension.isalnum() or len(extension.encode()) > LONGEST_EXTENSION:
        stem, extension = kept, ""
    ending = f".{extension}" if extension else ""
    stem = _tidy(_cut(_tidy(stem), LONGEST - len(ending.encode())))
    # Windows looks at what stands before the first dot: "con.notes.pdf" is a device too.
    if not stem or RESERVED.fullmatch(stem.partition(".")[0].rstrip()):
        return fallback
    return stem + ending


def content_disposition(name: str) -> str:
    """Return a header value that makes browsers save the file under this name, never show it.

    RFC 6266 with the encoding of RFC 8187, and an ASCII form for what reads no other.
    """
    safe = safe_download_name(name, "document")
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode("ascii")
    plain = safe_download_name(re.sub(r"[^A-Za-z0-9 ._()+,=@!#$&'~^-]", "_", plain), "document")
    if plain == safe:
        return f'attachment; filename="{plain}"'
    encoded = quote(safe, safe="!#$&+-.^_`|~", encoding="utf-8")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(". ")


def _cut(text: str, most: int) -> str:
    """Cut to a number of bytes without splitting a letter from its accents."""
    if len(text.encode()) <= most:
        return text
    cut = text.encode()[:most].decode("utf-8", "ignore")
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut
