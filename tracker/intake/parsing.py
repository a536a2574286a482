"""Take a mail apart. Runs in a child with walls (`opening`): any byte of it may be hostile.

The result is what JSON can carry; each file inside is written into the working folder under a
name of ours. Trees of any shape are walked without recursion, to a depth and a number of
parts; what stands beyond is counted and said, never lost: the raw mail is kept.
"""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from tracker.documents.confined.refusals import RefusedError
from tracker.documents.filenames import safe_download_name
from tracker.documents.rules import Limits, Reason
from tracker.intake import mime
from tracker.intake.calendaring import read_answer
from tracker.intake.trees import read_tree

MOST_PARTS = 2_000
MOST_FILES = 60
MOST_DEPTH = 60
MOST_NESTED = 10
DECORATION = 40_000
"""A picture that the text shows, up to so many bytes, is a logo and no photograph of a page."""
HEADERS = (
    "message-id", "from", "sender", "reply-to", "to", "cc", "subject", "date", "in-reply-to",
    "references", "return-path", "auto-submitted", "precedence", "list-id", "list-unsubscribe",
    "x-autoreply", "x-autorespond", "x-auto-reply", "x-loop", "content-language",
)  # fmt: skip
DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "resent-to")
NESTED = {"message/rfc822", "message/global"}
STATUSES = {"message/delivery-status", "message/global-delivery-status"}
SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
ARMOR = b"-----BEGIN PGP MESSAGE-----"
TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
SIGNATURES = {
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/pgp-encrypted",
}  # fmt: skip
_MARKED_FROM = re.compile(rb"^>+From ", re.MULTILINE)
_CID = re.compile(r"""cid:([^"'\s>)]{1,300})""", re.IGNORECASE)
_EXTENSIONS = {
    "application/pdf": "pdf", "application/rtf": "rtf", "text/rtf": "rtf", "text/plain": "txt",
    "image/jpeg": "jpg", "image/png": "png", "application/msword": "doc", "message/rfc822": "eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.oasis.opendocument.text": "odt", "text/html": "html", "text/csv": "csv",
}  # fmt: skip


@dataclass
class _Walk:
    """What has been found so far, over the whole tree."""

    most: int
    files: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[int, list[str]] = field(default_factory=dict)
    htmls: dict[int, list[str]] = field(default_factory=dict)
    nested: list[dict[str, Any]] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)
    parts: int = 0
    left_out: int = 0
    cids: set[str] = field(default_factory=set)
    pictures: list[tuple[str, int]] = field(default_factory=list)
    calendar: dict[str, Any] | None = None
    report: list[dict[str, str]] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    sealed: set[int] = field(default_factory=set)
    signed: bool = False
    encrypted: str = ""
    tnef: bool = False


def take_apart(
    data: bytes, limits: Limits, _standing: list[str], *, most: int, at: str
) -> dict[str, Any]:
    """Return what a mail says; files of at most `most` bytes are written as `part-000`, ….

    Raises RefusedError for a mail larger than the limit.
    """
    if len(data) > limits.max_bytes:
        raise RefusedError(Reason.TOO_LARGE, "More than may be opened.")
    message = read_tree(data)
    walk = _Walk(most)
    _walk(message, walk)
    pictures = {walk.files[at_]["rank"] for cid, at_ in walk.pictures if cid in walk.cids}
    for each in walk.files:
        each["decoration"] = each["rank"] in pictures and each["size"] <= DECORATION
    return {
        **heads(message, dt.datetime.fromisoformat(at)),
        "kind": message.get_content_type(),
        "report_type": _parameter(message, "report-type").lower(),
        "text": _text_of(walk, 0),
        "files": walk.files,
        "nested": [{**each, "text": _text_of(walk, n)} for n, each in enumerate(walk.nested, 1)],
        "calendar": walk.calendar,
        "report": walk.report[:20],
        "returned": walk.returned[: mime.MOST_IDS],
        "signed": walk.signed,
        "encrypted": walk.encrypted,
        "tnef": walk.tnef,
        "parts": walk.parts,
        "left_out": walk.left_out,
        "body_sha256": walk.digest.hexdigest(),
    }


def heads(message: Message, at: dt.datetime) -> dict[str, Any]:
    """Read the headers that matter; the first of each counts, and a second From is said."""
    raw: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        raw.setdefault(name.lower(), []).append(str(value))
    first = {name: raw.get(name, [""])[0] for name in HEADERS}
    senders = [pair for each in raw.get("from", [])[:5] for pair in mime.addresses(each)]
    received = raw.get("received", [])
    sent = mime.moment(first["date"])
    arrived = mime.arrival(received, at=at)
    return {
        "message_id": next(iter(mime.ids(first["message-id"])), ""),
        "from": list(dict.fromkeys(senders)),
        "sender": mime.addresses(first["sender"])[:1],
        "reply_to": mime.addresses(first["reply-to"]),
        "to": [pair for each in raw.get("to", [])[:5] for pair in mime.addresses(each)],
        "cc": [pair for each in raw.get("cc", [])[:5] for pair in mime.addresses(each)],
        "delivered": [
            address
            for name in DELIVERED
            for each in raw.get(name, [])[:5]
            for _, address in mime.addresses(each)
        ],
        "subject": mime.header(first["subject"], limit=2_000)[:500],
        "sent_at": sent.isoformat() if sent else None,
        "arrived_at": arrived.isoformat() if arrived else None,
        "in_reply_to": mime.ids(first["in-reply-to"]),
        "references": mime.ids(first["references"]),
        "received": len(received),
        "return_path": mime.header(first["return-path"], limit=400)
        if "return-path" in raw
        else None,
        "auto_submitted": mime.header(first["auto-submitted"], limit=100).lower(),
        "precedence": mime.header(first["precedence"], limit=100).lower(),
        "is_list": bool(first["list-id"] or first["list-unsubscribe"]),
        "autoreply": any(
            first[name] and mime.header(first[name], limit=100).lower() not in {"no", "false"}
            for name in ("x-autoreply", "x-autorespond", "x-auto-reply")
        ),
        "loop": mime.header(first["x-loop"], limit=400),
        # As they stand: an encoded word in them is the sender's, and may hold a semicolon.
        "results": [
            mime.visible(str(each)[: mime.LONGEST_HEADER])
            for each in raw.get("authentication-results", [])[:10]
        ],
        "language": mime.header(first["content-language"], limit=40).lower(),
    }


def _walk(root: Message, walk: _Walk) -> None:
    """Look at every part, in the order in which it is read.

    `within` is the mail that it stands in. Of a `mute` part only the files are kept: its text
    is there already in a plainer form.
    """
    stack: list[tuple[Message, int, int, bool]] = [(root, 0, 0, False)]
    while stack:
        part, depth, within, mute = stack.pop()
        walk.parts += 1
        if walk.parts > MOST_PARTS or depth > MOST_DEPTH:
            walk.left_out += 1
            continue
        kind = _kind(part)
        if kind.startswith("multipart/"):
            walk.signed = walk.signed or kind == "multipart/signed"
            if kind == "multipart/encrypted":  # RFC 3156 §4: what its parts are called says nothing
                walk.encrypted = walk.encrypted or "PGP"
                walk.sealed |= set(map(id, part.walk()))
            stack += [
                (each, depth + 1, within, mute or quiet)
                for each, quiet in reversed(_inside(part, kind, within, walk))
            ]
        elif kind in NESTED:
            mail = _open_nested(part, within, walk)
            if mail is not None:
                stack.append((mail, depth + 1, len(walk.nested), False))
        elif kind in STATUSES:
            walk.report += _statuses(part)
        else:
            _look_at_leaf(part, kind, within, walk, mute=mute)


def _inside(part: Message, kind: str, within: int, walk: _Walk) -> list[tuple[Message, bool]]:
    """List what a multipart holds, and of what the text need not be read.

    Of several forms of one text the first plain one is read that says anything.
    """
    inner = part.get_payload()
    if isinstance(inner, str):
        # A boundary that never came: what is there is read as the text that it is.
        _add_text(mime.clean(inner), within, walk)
        walk.digest.update(_unended(inner.encode("utf-8", "surrogateescape")))
    if not isinstance(inner, list):
        return []
    parts = [each for each in inner if isinstance(each, Message)]
    plain = next(
        (each for each in parts if _kind(each) == "text/plain" and _payload(each).strip()), None
    )
    if kind != "multipart/alternative" or plain is None:
        return [(each, False) for each in parts]
    return [(each, each is not plain) for each in parts]


def _open_nested(part: Message, within: int, walk: _Walk) -> Message | None:
    """Note the head of a mail within the mail, and return it to be walked."""
    inner = part.get_payload()
    mail = inner[0] if isinstance(inner, list) and inner else None
    if not isinstance(mail, Message):
        _look_at_leaf(part, "message/rfc822", within, walk, mute=False)
        return None
    walk.returned += mime.ids(str(mail.get("message-id", "")))
    if len(walk.nested) >= MOST_NESTED:
        walk.left_out += 1
        return None
    found = heads(mail, dt.datetime.now(dt.UTC))
    walk.nested.append({**found, "within": within})
    return mail


def _statuses(part: Message) -> list[dict[str, str]]:
    """Read the groups of a delivery report, one for each recipient (RFC 3464 §2.3)."""
    groups = part.get_payload()
    found = []
    for each in groups[:50] if isinstance(groups, list) else []:
        if not isinstance(each, Message) or "action" not in each:
            continue
        recipient = mime.header(each.get("final-recipient") or each.get("original-recipient") or "")
        found.append(
            {
                "recipient": recipient.rpartition(";")[2].strip().lower()[:254],
                "action": mime.header(each.get("action", ""), limit=40).lower(),
                "status": mime.header(each.get("status", ""), limit=40),
                "words": mime.header(each.get("diagnostic-code", ""))
                .partition(";")[2]
                .strip()[:500],
            }
        )
    return found


def _look_at_leaf(part: Message, kind: str, within: int, walk: _Walk, *, mute: bool) -> None:
    name, data = _name(part), _payload(part)
    disposition = str(part.get("content-disposition", ""))[:200].strip().lower()
    steady = _unended(data) if kind.startswith("text/") else data
    walk.digest.update(hashlib.sha256(steady).digest())
    if kind == "text/calendar" and walk.calendar is None:
        text = mime.decode(data[:200_000], _parameter(part, "charset"))
        walk.calendar = read_answer(text, _parameter(part, "method"))
    if kind in SEALED or name.lower().endswith(".p7m"):
        walk.encrypted = walk.encrypted or "S/MIME"
    if kind in TNEF or name.lower() == "winmail.dat":
        walk.tnef = True
    if kind == "text/rfc822-headers":
        walk.returned += mime.ids(_header_in(data, "message-id"))
        return
    is_text = kind in {"text/plain", "text/html"}
    if is_text and not name and not disposition.startswith("attachment"):
        _read_text(part, kind, data, within, walk, mute=mute)
        return
    if kind == "text/calendar" and not name:
        return
    _keep_file(part, kind, name, data, within, walk)


def _read_text(
    part: Message, kind: str, data: bytes, within: int, walk: _Walk, *, mute: bool
) -> None:
    text = mime.decode(data, _parameter(part, "charset"))
    if kind == "text/html":
        walk.cids |= set(_CID.findall(text[: mime.LONGEST_TEXT * 10]))
    if mute:
        return
    if kind == "text/html":
        text = mime.from_html(mime.sanitized(text))
    elif _parameter(part, "format").lower() == "flowed":
        text = mime.unflow(text, delsp=_parameter(part, "delsp").lower() == "yes")
    if ARMOR.decode() in text:
        walk.encrypted = walk.encrypted or "PGP"
    _add_text(mime.clean(text), within, walk)


def _add_text(text: str, within: int, walk: _Walk) -> None:
    if text:
        walk.texts.setdefault(within, []).append(text)


def _text_of(walk: _Walk, within: int) -> str:
    return "\n\n".join(walk.texts.get(within, []))[: mime.LONGEST_TEXT]


def _keep_file(part: Message, kind: str, name: str, data: bytes, within: int, walk: _Walk) -> None:
    if len(walk.files) >= MOST_FILES:
        walk.left_out += 1
        return
    rank = len(walk.files)
    stored = None
    if len(data) <= walk.most:
        stored = f"part-{rank:03}"
        with open(stored, "wb") as file:
            file.write(data)
    is_sealed = id(part) in walk.sealed or data[:100].lstrip().startswith(ARMOR)
    walk.encrypted = walk.encrypted or ("PGP" if is_sealed else "")
    fallback = f"file-{rank + 1}.{_EXTENSIONS.get(kind, 'bin')}"
    walk.files.append(
        {
            "rank": rank,
            "name": safe_download_name(name, fallback) if name else fallback,
            "media_type": kind[:100],
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "stored": stored,
            "within": within,
            "signature": kind in SIGNATURES,
            "sealed": is_sealed,
        }
    )
    cid = str(part.get("content-id", "")).strip().strip("<>")[:300]
    if cid and kind.startswith("image/"):
        walk.pictures.append((cid, rank))


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # a header that its own parser chokes on
        return "application/octet-stream"


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except Exception:  # a transfer encoding that cannot be undone: the words as they stand
        data = None
    if isinstance(data, bytes):
        return data
    inner = part.get_payload()
    return str(inner).encode("utf-8", "surrogateescape") if isinstance(inner, str) else b""


def _name(part: Message) -> str:
    try:
        found = part.get_filename() or ""
    except Exception:  # RFC 2231 in pieces that do not fit together
        found = ""
    return mime.header(found, limit=1_000)


def _parameter(part: Message, name: str) -> str:
    try:
        found = part.get_param(name, "")
    except Exception:
        return ""
    value = found[2] if isinstance(found, tuple) else found
    return mime.visible(str(value or ""))[:200]


def _unended(data: bytes) -> bytes:
    """Leave out how lines end, what blank stands last, and the marks of mailbox files.

    Relays change the first two, and an mbox marks lines that begin with "From ".
    """
    return _MARKED_FROM.sub(b"From ", data.replace(b"\r\n", b"\n").rstrip())


def _header_in(data: bytes, name: str) -> str:
    message = read_tree(data[:200_000])
    return str(message.get(name, ""))
