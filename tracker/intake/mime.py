"""Words of a mail as people read them: headers, addresses, charsets, flowed lines, HTML. Pure.

Everything here takes what any sender wrote and never raises: what cannot be read is left out
or shown as it came. Work grows with the length of what is read and nothing else.
"""

import base64
import binascii
import codecs
import datetime as dt
import quopri
import re
import unicodedata
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape

LONGEST_HEADER = 8_000
LONGEST_TEXT = 200_000
MOST_ADDRESSES = 100
MOST_IDS = 50
_WORD = re.compile(r"=\?([A-Za-z0-9_.:*-]{1,60})\?([bBqQ])\?([^?\s]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
_FOLD = re.compile(r"\r?\n[ \t]?|\r")
_ID = re.compile(r"<[^<>\s]{3,300}>")
_ADDRESS = re.compile(r"[^\s@<>\"(),:;]{1,100}@[A-Za-z0-9\u0080-\uffff._-]{1,200}")
_CHARSET = re.compile(
    r"(utf|iso|windows|cp|koi8|gb|big5|euc|shift|sjis|ascii|us-ascii|ansi|latin|mac|hz|tis|l\d)",
    re.IGNORECASE,
)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BLOCKS = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|h[1-6]|tr|table|blockquote|pre)\b[^>]*>", re.IGNORECASE
)
_LINK = re.compile(r'<a [^>]*?href="([^"]{1,2000})"[^>]*>([^<]{0,2000})</a>', re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_MANY_LINES = re.compile(r"\n{3,}")


def decode(data: bytes, charset: str) -> str:
    """Read bytes by the charset that they are said to be in, else as UTF-8, else as Windows-1252.

    An unknown charset is none. Nothing is refused: what fits nowhere is replaced.
    """
    name = charset.strip().strip("\"'").lower()
    tried = [name] if _CHARSET.match(name) and name not in {"us-ascii", "ascii"} else []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tried.append("utf-16")
    for each in [*tried, "utf-8-sig"]:
        try:
            return data.decode(each)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def header(raw: object, *, limit: int = LONGEST_HEADER) -> str:
    """Read one header: unfolded, encoded words decoded (RFC 2047), one visible line."""
    text = _FOLD.sub(" ", str(raw)[:limit])
    try:
        text = text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        text = decode(text.encode("utf-8", "surrogateescape"), "")
    text = _WORD.sub(_word, _BETWEEN.sub(r"\1\2", text))
    return visible(text)


def _word(found: re.Match[str]) -> str:
    charset, way, text = found[1].partition("*")[0], found[2].lower(), found[3]
    try:
        if way == "b":
            kept = re.sub(r"[^A-Za-z0-9+/]", "", text)
            kept = kept[:-1] if len(kept) % 4 == 1 else kept
            data = base64.b64decode(kept + "=" * (-len(kept) % 4))
        else:
            data = quopri.decodestring(text.encode("ascii", "replace"), header=True)
    except (binascii.Error, ValueError):
        return found[0]
    return decode(data, charset)


def visible(text: str) -> str:
    """Make any text one line of what can be seen: no controls, no signs that turn text round."""
    kept = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in _UNSEEN
    )
    return " ".join(kept.split())


def clean(text: str) -> str:
    """Make a body storable: \\n at line ends, no controls but tab, no signs that turn text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    text = "".join(
        each
        for each in text[: LONGEST_TEXT * 2]
        if each in "\n\t" or unicodedata.category(each) not in _UNSEEN
    )
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n\n", text).strip()[:LONGEST_TEXT]


def addresses(raw: str) -> list[tuple[str, str]]:
    """Read a list of addresses: names as people read them, addresses in lower case.

    Groups and comments go; what has no address is left out. The raw header is parsed before
    its encoded words are read, so that a comma or a bracket in a name makes no address.
    """
    text = _FOLD.sub(" ", raw[:LONGEST_HEADER]).replace("\0", "")
    try:
        pairs = getaddresses([text])
    except Exception:  # a parser of many years, and what is written to break it
        pairs = []
    found = []
    for name, address in pairs[:MOST_ADDRESSES]:
        kept = visible(header(address)).lower()
        if _ADDRESS.fullmatch(kept):
            found.append((header(name, limit=400), kept))
    if not found:
        found = [("", each.lower()) for each in _ADDRESS.findall(header(text))[:MOST_ADDRESSES]]
    return list(dict.fromkeys(found))


def ids(raw: str) -> list[str]:
    """Read the Message-IDs of a header, each once, in order."""
    return list(dict.fromkeys(_ID.findall(_FOLD.sub(" ", raw[-LONGEST_HEADER:]))))[-MOST_IDS:]


def moment(raw: str) -> dt.datetime | None:
    """Read a date (RFC 5322 §3.3) as UTC; None for what is none, and for absurd years."""
    try:
        found = parsedate_to_datetime(" ".join(raw[:200].split()))
        found = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found
        found = found.astimezone(dt.UTC)
    except Exception:  # it raises more than it says
        return None
    return found if 1990 <= found.year <= 2200 else None


def arrival(received: list[str], *, at: dt.datetime) -> dt.datetime | None:
    """Return when the employer's own server got a mail: it wrote the topmost Received.

    None without one, and for a time still to come: a clock that is wrong proves nothing.
    """
    if not received:
        return None
    found = moment(received[0].rpartition(";")[2])
    return found if found is not None and found <= at + dt.timedelta(minutes=10) else None


def unflow(text: str, *, delsp: bool) -> str:
    """Join the lines that a mail program broke (format=flowed, RFC 3676)."""
    joined: list[str] = []
    depth_open: int | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        is_signature = content == "-- "
        flows = content.endswith(" ") and not is_signature
        shown = content[:-1] if flows and delsp else content
        if depth_open == depth and not is_signature and joined:
            joined[-1] += shown
        else:
            joined.append(">" * depth + (" " if depth else "") + shown)
        depth_open = depth if flows else None
    return "\n".join(joined)


def from_html(html: str) -> str:
    """Turn HTML that the sanitizer has reduced (`sanitized`) into plain text.

    An address behind a link that its text does not show stands after it.
    """
    html = html.replace("\r\n", "\n").replace("\n", " ")
    html = _LINK.sub(_shown_link, html)
    html = _BLOCKS.sub(_broken, html)
    text = unescape(_TAG.sub("", html)).replace("\xa0", " ")
    return clean("\n".join(" ".join(line.split()) for line in text.split("\n")))


def _shown_link(found: re.Match[str]) -> str:
    target, text = found[1].removeprefix("mailto:"), found[2]
    return text if target in text or text.strip() in target else f"{text} ({target})"


def _broken(found: re.Match[str]) -> str:
    tag = found[0].lower()
    if tag.startswith("<li"):
        return "\n- "
    if tag.startswith(("<br", "<tr", "</tr", "</li", "<div", "</div", "<ul", "</ul")):
        return "\n"
    return "\n\n"


def sanitized(html: str) -> str:
    """Reduce HTML to its text's structure with the house's sanitizer: no script, no style."""
    import nh3  # noqa: PLC0415 - only where a mail has no plain text

    return nh3.clean(
        html[: LONGEST_TEXT * 10],
        tags={"p", "div", "br", "hr", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6",
              "tr", "table", "blockquote", "pre", "a"},
        clean_content_tags={"script", "style", "title", "head"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )  # fmt: skip
