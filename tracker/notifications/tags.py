"""The tag in a Reply-To: what a mail was about, whom it went to, whom a reply reaches. Pure.

`jobs+a1x-t4kq2ma-k7…@example.org`: a letter for the kind of row, its number in base 36, a letter
for whom a reply reaches, a short keyed digest of the address it was sent to, and a signature.
Nothing in it depends on capitals, which some servers lose. A tag signed with a key that is no
longer used reads like one that somebody made up: as none.
"""

import base64
import enum
import hashlib
import hmac
import re
from dataclasses import dataclass

LONGEST_LOCAL = 64  # RFC 5321 §4.5.3.1.1
LONGEST_TAG = 35
_KINDS = {"a": "application", "i": "interview"}
_LETTERS = {kind: letter for letter, kind in _KINDS.items()}
_SIGNATURE_LETTERS, _READER_LETTERS = 16, 6  # 80 and 30 bits in base 32
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_ROWS = 36**9
_TAG = re.compile(
    rf"(?P<body>(?P<kind>[ai])(?P<row>[0-9a-z]{{1,9}})-(?P<reaches>[ctk])"
    rf"(?P<reader>[a-z2-7]{{{_READER_LETTERS}}}))-(?P<signature>[a-z2-7]{{{_SIGNATURE_LETTERS}}})",
    re.ASCII,
)


class Reaches(enum.StrEnum):
    """Whom a reply to a mail reaches, by its letter in the tag."""

    HANDLERS = "c"  # the candidate was written to: whoever handles the application
    CANDIDATE = "t"  # a colleague was written to, whose reply is passed on to the candidate
    COLLEAGUES = "k"  # a colleague was written to, whose reply stays among colleagues


@dataclass(frozen=True)
class Tag:
    """What a tag says; `reader` is the digest of the address its mail was sent to."""

    kind: str
    row_id: int
    reaches: Reaches
    reader: str


def is_tagged(kind: str) -> bool:
    """Tell whether mail about this kind of row gets a tagged Reply-To."""
    return kind in _LETTERS


def make_tag(key: str, *, kind: str, row_id: int, reaches: Reaches, sent_to: str) -> str:
    """Make the tag of one mail: at most `LONGEST_TAG` lower-case letters, digits and hyphens.

    Raises `ValueError` for a kind that has no tags or a row past what a tag can hold.
    """
    if kind not in _LETTERS or not 0 < row_id < MOST_ROWS:
        raise ValueError(f"No tag can be made for {kind} {row_id}.")
    body = f"{_LETTERS[kind]}{_base36(row_id)}-{reaches.value}{_reader(key, sent_to)}"
    return f"{body}-{_signature(key, body)}"


def read_tag(key: str, tag: str) -> Tag | None:
    """Read a tag, whatever its capitals; None where it was not signed with this key."""
    found = _TAG.fullmatch(tag.lower()) if len(tag) <= LONGEST_TAG else None
    if found is None or not hmac.compare_digest(found["signature"], _signature(key, found["body"])):
        return None
    row_id = int(found["row"], 36)
    return Tag(_KINDS[found["kind"]], row_id, Reaches(found["reaches"]), found["reader"])


def reach_written_in(address: str) -> Reaches | None:
    """Read whom a reply reaches off the Reply-To of a mail of ours, whatever key signed it.

    Only for an address from our own rows: anybody can write such letters.
    """
    found = _TAG.fullmatch(address.lower().rpartition("@")[0].partition("+")[2])
    return Reaches(found["reaches"]) if found else None


def was_sent_to(key: str, tag: Tag, address: str) -> bool:
    """Tell whether the mail that carried a tag went to this address."""
    return hmac.compare_digest(tag.reader, _reader(key, address))


def tagged_address(address: str, tag: str) -> str:
    """Put a tag into an address: `jobs@example.org` becomes `jobs+TAG@example.org`.

    Raises `ValueError` where the part before the @ would grow too long.
    """
    local, _, host = address.rpartition("@")
    if len(local) + 1 + len(tag) > LONGEST_LOCAL:
        raise ValueError(f"No tag fits into {address}.")
    return f"{local}+{tag}@{host}"


def tag_in(address: str, own_address: str) -> str | None:
    """Find the text of a tag in an address that mail came to; None where it is not our own.

    What is found is only a text: `read_tag` tells whether it is ours.
    """
    local, _, host = address.strip().lower().rpartition("@")
    own_local, _, own_host = own_address.strip().lower().rpartition("@")
    if not own_local or host != own_host or not local.startswith(f"{own_local}+"):
        return None
    return local[len(own_local) + 1 :] or None


def hide_tag(address: str) -> str:
    """Write an address without its tag, for pages: whoever knows a tag can write with it."""
    local, at, host = address.rpartition("@")
    base, plus, tag = local.partition("+")
    return f"{base}+…{at}{host}" if plus and _TAG.fullmatch(tag.lower()) else address


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _signature(key: str, body: str) -> str:
    return _keyed(key, b"mail tag", body, _SIGNATURE_LETTERS)


def _reader(key: str, address: str) -> str:
    return _keyed(key, b"mail reader", address.strip().lower(), _READER_LETTERS)


def _keyed(key: str, purpose: bytes, text: str, letters: int) -> str:
    own_key = hashlib.sha256(purpose + b"\0" + key.encode()).digest()
    digest = hmac.new(own_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:letters]
