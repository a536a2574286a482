"""What may stand in a mail's header. Pure.

A header ends at a line break, so whatever a person typed is made one line first. Encoded
words (RFC 2047) are broken up as well: Python before 3.11.10 decodes one that was typed into
a subject, line break and all, while it folds the header (CVE-2024-6923).
"""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from tracker.core.errors import DomainError

LONGEST_ADDRESS = 254  # RFC 5321, erratum 1690
LONGEST_LOCAL = 64
LONGEST_TEXT = 400
LONGEST_FILE_NAME = 150  # bytes of UTF-8, each of which may become three characters
LONGEST_ENDING = 12
LONGEST_ID = 250
LONGEST_LINK = 398
LONGEST_HEADER = 900  # RFC 5322 §2.1.1 has 998 to a line
_SPACES = re.compile(r"\s+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_QUOTED = re.compile(r'"([ !#-\[\]-~]|\\[ -~])*"\Z')
_HOST = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\Z"
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>\Z")
_IDS = re.compile(r"<[^<>\s]{3,}>")
_LINK = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+;=%\[\]-]+\Z")
_EVERYDAY = "com|net|org|edu|gov|info|biz|xyz|online|site|shop|store|club|icu|vip|link"
_LEADS_AWAY = re.compile(
    rf"://|www\d*\.|\w[\w-]*\.\w{{2,}}[/:?#\\]|\w[\w-]+\.(?:{_EVERYDAY})(?![\w.-]*\w)",
    re.IGNORECASE,
)
_MAILTO = re.compile(r"mailto:[A-Za-z0-9._~%+-]+@[A-Za-z0-9.-]+(\?subject=[A-Za-z0-9._~%-]+)?\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_TOKEN = re.compile(r"[A-Za-z0-9._-]+\Z")
# Flask-Mail and the body's structure write these; a row's own headers may not.
_RESERVED = {
    "bcc", "cc", "content-transfer-encoding", "content-type", "date", "from", "message-id",
    "mime-version", "reply-to", "return-path", "sender", "subject", "to",
}  # fmt: skip


class AddressError(DomainError):
    """This is no address that mail can be sent to."""

    status = 400


def one_line(text: str, *, limit: int = LONGEST_TEXT) -> str:
    """Make any text fit for a header: one line, no control characters, no encoded words.

    Longer texts are cut at `limit` characters.
    """
    kept = text if text.isascii() and text.isprintable() else _visible(text)
    line = _SPACES.sub(" ", kept).strip().replace("=?", "= ?")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def leads_away(words: str) -> bool:
    """Tell whether a mail program would make a link of something in a name."""
    return _LEADS_AWAY.search(unicodedata.normalize("NFKC", words)) is not None


def without_addresses(words: str) -> str:
    """Return a name without what a mail program would make a link of.

    Our mail goes to whoever an address was typed or forged for; nobody shall send them
    elsewhere with it.
    """
    if not leads_away(words):
        return words.strip()
    plain = unicodedata.normalize("NFKC", words)
    return " ".join(each for each in plain.split() if not leads_away(each))


def _visible(text: str) -> str:
    return "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def check_address(address: str) -> str:
    """Return an address as an envelope needs it; an international domain as IDNA.

    Before the @ stand plain characters, letters of any script (RFC 6532: the server has to
    know SMTPUTF8), or a text in quotes (RFC 5321). Raises `AddressError` with a sentence for a
    page.
    """
    local, _, host = address.strip().rpartition("@")
    local = unicodedata.normalize("NFC", local)
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        host = ""
    found = f"{local}@{host}"
    if not _is_local(local) or not _HOST.match(host) or len(found.encode()) > LONGEST_ADDRESS:
        shown = one_line(address, limit=80) or "An empty text"
        raise AddressError(f"“{shown}” is not an address that mail can be sent to.")
    return found


def _is_local(local: str) -> bool:
    """Tell whether this may stand before the @; never what looks like an encoded word."""
    if "=?" in local:
        return False
    # A letter of another script stands where a plain one may stand.
    plain = "".join(
        "x" if char > "\x7f" and unicodedata.category(char)[0] in "LMN" else char for char in local
    )
    if not plain.isascii() or len(local.encode("utf-8", "replace")) > LONGEST_LOCAL:
        return False
    return bool(_LOCAL.match(plain)) or (local.isascii() and bool(_QUOTED.match(local)))


def extra_headers(headers: Mapping[str, object]) -> dict[str, str]:
    """Keep a row's own headers: proper names that nothing else writes, one line each."""
    return {
        name: one_line(str(value), limit=LONGEST_HEADER)
        for name, value in headers.items()
        if _NAME.match(name) and name.lower() not in _RESERVED
    }


def file_name(name: str) -> str:
    """Make any name fit for an attached file: one line, no folder, not too long for a header.

    What tells programs what it is, the ending, survives a cut.
    """
    line = one_line(name.replace("\\", "/").rpartition("/")[2], limit=len(name) + 2)
    line = line.lstrip(". ") or "file"
    stem, dot, ending = line.rpartition(".")
    if not stem or len(ending) > LONGEST_ENDING:
        stem, dot, ending = line, "", ""
    room = LONGEST_FILE_NAME - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + dot + ending


def disposition(name: str) -> str:
    """Write the Content-Disposition of an attached file.

    A name of letters, digits, dots and dashes stands as it is; any other is encoded as RFC 2231
    says, so that no quote, space or semicolon in it is ever a matter of how a program reads.
    """
    name = file_name(name)
    if _TOKEN.match(name):
        return f'attachment; filename="{name}"'
    return f"attachment; filename*=utf-8''{quote(name, safe='')}"


def thread_headers(chain: Sequence[str]) -> dict[str, str]:
    """Make In-Reply-To and References (RFC 5322 §3.6.4) from Message-IDs, oldest first.

    What is no Message-ID is left out, since strangers wrote it. A long chain keeps its first
    and its newest, which is all that a mail program needs to show one conversation.
    """
    known = [each for each in dict.fromkeys(chain) if is_message_id(each)]
    if not known:
        return {}
    kept, room = [known[-1]], LONGEST_TEXT - len(known[-1])
    for each in [*known[:1], *reversed(known[1:-1])] if len(known) > 1 else []:
        if len(each) + 1 > room:
            break
        kept.append(each)
        room -= len(each) + 1
    return {
        "In-Reply-To": known[-1],
        "References": " ".join(each for each in known if each in kept),
    }


def is_message_id(text: str) -> bool:
    """Tell whether a text is a Message-ID that may stand in a header of ours.

    None that holds the beginning of an encoded word: no header of ours does (see above), and
    broken up it would be no Message-ID any more.
    """
    return len(text) <= LONGEST_ID and "=?" not in text and _MESSAGE_ID.match(text) is not None


def message_ids_in(header: str) -> list[str]:
    """Every Message-ID in the value of a header that somebody else wrote, in order."""
    return list(dict.fromkeys(each for each in _IDS.findall(header) if is_message_id(each)))


def list_headers(unsubscribe: str | None, by_mail: str | None = None) -> dict[str, str]:
    """Make the headers of mail that goes to a list, with the address that ends it (RFC 8058).

    `by_mail` is a mailto link that does the same (RFC 2369 §3.2). Raises `ValueError` for an
    address that a header could not carry: a mistake of ours.
    """
    if unsubscribe is None:
        return {}
    if not _LINK.match(unsubscribe) or len(unsubscribe) > LONGEST_LINK:
        raise ValueError("An address to unsubscribe at is a plain http or https link.")
    ways = f"<{unsubscribe}>"
    if by_mail is not None:
        if not _MAILTO.match(by_mail) or len(by_mail) > LONGEST_LINK:
            raise ValueError("An address to unsubscribe at by mail is a plain mailto link.")
        ways += f", <{by_mail}>"
    found = {"List-Unsubscribe": ways, "Precedence": "bulk"}
    if unsubscribe.startswith("https:"):
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def new_message_id(sender_address: str) -> str:
    """Make a Message-ID in the sender's domain; a mail keeps it over every try."""
    domain = sender_address.rpartition("@")[2] or "localhost"
    return f"<{secrets.token_hex(16)}@{domain}>"
