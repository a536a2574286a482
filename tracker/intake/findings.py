"""What was found in a mail, as a child said it: checked, since a child is not trusted. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from tracker.intake import mime
from tracker.intake.calendaring import LONGEST_COMMENT
from tracker.notifications.headers import is_message_id

MOST_FILES = 60
MOST_INSPECTED = 20


class UnbelievableError(ValueError):
    """The child said what no child says."""


@dataclass(frozen=True)
class Head:
    """The headers of a mail that matter, and its text.

    `senders`, `to` and `cc` are pairs of name and address; `return_path` is None where there is
    no such header and "<>" for the null sender. `results` are Authentication-Results as they
    stand. `within` says in which of the mails this one was.
    """

    message_id: str = ""
    senders: tuple[tuple[str, str], ...] = ()
    sender: str = ""
    reply_to: tuple[tuple[str, str], ...] = ()
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    delivered: tuple[str, ...] = ()
    subject: str = ""
    sent_at: dt.datetime | None = None
    arrived_at: dt.datetime | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    received: int = 0
    return_path: str | None = None
    auto_submitted: str = ""
    precedence: str = ""
    is_list: bool = False
    autoreply: bool = False
    loop: str = ""
    results: tuple[str, ...] = ()
    language: str = ""
    text: str = ""
    within: int = 0

    @property
    def name(self) -> str:
        """The first sender's name."""
        return self.senders[0][0] if self.senders else ""

    @property
    def address(self) -> str:
        """The first sender's address."""
        return self.senders[0][1] if self.senders else ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address that it was sent or delivered to, each once."""
        written = [address for _, address in (*self.to, *self.cc)]
        return tuple(dict.fromkeys([*written, *self.delivered]))

    @property
    def reply_ids(self) -> tuple[str, ...]:
        """The Message-IDs that it answers, the nearest first."""
        return tuple(dict.fromkeys([*self.in_reply_to, *reversed(self.references)]))

    @property
    def thread(self) -> tuple[str, ...]:
        """The Message-IDs that an answer to it names, oldest first (RFC 5322 §3.6.4).

        None where it has no proper one of its own: what it answers itself is not what is answered.
        """
        if not is_message_id(self.message_id):
            return ()
        before = self.references or (self.in_reply_to if len(self.in_reply_to) == 1 else ())
        return (*before, self.message_id)


@dataclass(frozen=True)
class FoundFile:
    """A file in a mail. `stored` is its name in the folder; None where it was too large for it."""

    rank: int
    name: str
    media_type: str
    size: int
    sha256: str
    stored: str | None
    within: int
    decoration: bool
    signature: bool
    sealed: bool = False


@dataclass(frozen=True)
class Status:
    """What a delivery report says of one recipient (RFC 3464)."""

    recipient: str
    action: str
    status: str
    words: str


@dataclass(frozen=True)
class Answer:
    """What a calendar says in a mail."""

    method: str
    uid: str
    attendee: str
    answer: str
    sequence: int
    comment: str = ""


@dataclass(frozen=True)
class Found:
    """Everything that was found in a mail."""

    head: Head
    kind: str = "text/plain"
    report_type: str = ""
    files: tuple[FoundFile, ...] = ()
    nested: tuple[Head, ...] = ()
    calendar: Answer | None = None
    statuses: tuple[Status, ...] = ()
    returned: tuple[str, ...] = ()
    signed: bool = False
    encrypted: str = ""
    tnef: bool = False
    parts: int = 1
    left_out: int = 0
    body_sha256: str = ""
    trouble: str = field(default="")
    """Why nothing but the head was read, in words for staff; '' where all was."""
    seen: Mapping[int, Any] = field(default_factory=dict)
    """What the child saw in the files that it took, by their rank; not checked yet."""


def believe(said: Any) -> Found:
    """Make a finding of what a child said. Raises `UnbelievableError`."""
    try:
        return _found(said)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnbelievableError(repr(error)[:200]) from error


def seen_in_files(said: Sequence[Any]) -> dict[int, Any]:
    """Sort what a child said of files by their rank; nothing counts that no child says."""
    rows = [each for each in said if isinstance(each, dict) and isinstance(each.get("rank"), int)]
    return {each["rank"]: each.get("seen") for each in rows}


def _found(said: dict[str, Any]) -> Found:
    calendar = said["calendar"]
    return Found(
        head=head(said),
        kind=str(said["kind"])[:100],
        report_type=str(said["report_type"])[:100],
        files=tuple(_file(each) for each in said["files"][:MOST_FILES]),
        nested=tuple(head(each) for each in said["nested"][:20]),
        calendar=_answer(calendar) if calendar else None,
        statuses=tuple(
            Status(**{each.name: str(row[each.name])[:500] for each in fields(Status)})
            for row in said["report"][:20]
        ),
        returned=tuple(mime.ids(" ".join(map(str, said["returned"])))),
        signed=bool(said["signed"]),
        encrypted=str(said["encrypted"])[:10],
        tnef=bool(said["tnef"]),
        parts=int(said["parts"]),
        left_out=int(said["left_out"]),
        body_sha256=str(said["body_sha256"])[:64],
    )


def head(said: dict[str, Any]) -> Head:
    """Make a head of what was said of one."""
    return Head(
        message_id=_line(said["message_id"], 300),
        senders=_pairs(said["from"]),
        sender=_pairs(said["sender"])[0][1] if said["sender"] else "",
        reply_to=_pairs(said["reply_to"]),
        to=_pairs(said["to"]),
        cc=_pairs(said["cc"]),
        delivered=tuple(_line(each, 320) for each in said["delivered"][:100]),
        subject=_line(said["subject"], 500),
        sent_at=_moment(said["sent_at"]),
        arrived_at=_moment(said["arrived_at"]),
        in_reply_to=tuple(_line(each, 310) for each in said["in_reply_to"][:50]),
        references=tuple(_line(each, 310) for each in said["references"][:50]),
        received=int(said["received"]),
        return_path=None if said["return_path"] is None else _line(said["return_path"], 400),
        auto_submitted=_line(said["auto_submitted"], 100),
        precedence=_line(said["precedence"], 100),
        is_list=bool(said["is_list"]),
        autoreply=bool(said["autoreply"]),
        loop=_line(said["loop"], 400),
        results=tuple(_line(each, mime.LONGEST_HEADER) for each in said["results"][:10]),
        language=_line(said["language"], 40),
        text=mime.clean(str(said.get("text", ""))),
        within=int(said.get("within", 0)),
    )


def _file(said: dict[str, Any]) -> FoundFile:
    rank, stored = int(said["rank"]), said["stored"]
    if not 0 <= rank < MOST_FILES or stored not in {None, f"part-{rank:03}"}:
        raise UnbelievableError(stored)
    return FoundFile(
        rank=rank,
        name=_line(said["name"], 200) or f"file-{rank + 1}",
        media_type=_line(said["media_type"], 100),
        size=int(said["size"]),
        sha256=_line(said["sha256"], 64),
        stored=stored,
        within=int(said["within"]),
        decoration=bool(said["decoration"]),
        signature=bool(said["signature"]),
        sealed=bool(said["sealed"]),
    )


def _answer(said: dict[str, Any]) -> Answer:
    return Answer(
        method=_line(said["method"], 20),
        uid=_line(said["uid"], 300),
        attendee=_line(said.get("attendee", ""), 254),
        answer=_line(said.get("answer", ""), 20),
        sequence=int(said["sequence"]),
        comment=mime.clean(str(said.get("comment", "")))[:LONGEST_COMMENT].strip(),
    )


def _pairs(said: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_line(name, 400), _line(address, 320)) for name, address in said[:100])


def _line(said: Any, most: int) -> str:
    return mime.visible(str(said))[:most]


def _moment(said: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(said).astimezone(dt.UTC) if said else None
