"""A mail inside a mail: who wrote first what a colleague passed on. Pure."""

import re
from dataclasses import dataclass

from tracker.intake import mime
from tracker.intake.findings import Found, Head

MOST_LINES = 4_000
MOST_MARKS = 50
LONGEST_MARK = 200
_MARKS = re.compile(
    r"(-{2,}\s*(original message|forwarded message|mensaje original|mensaje reenviado"
    r"|message transf[eé]r[eé]|urspr[uü]ngliche nachricht|weitergeleitete nachricht)\s*-{2,}"
    r"|begin forwarded message\s*:|_{10,})\s*",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"\*?(from|de|von|sent|date|enviado|fecha|gesendet|to|para|an|cc|subject|asunto"
    r"|betreff|reply-to)\s*:\*?\s*(.*)",
    re.IGNORECASE,
)
_FROM, _SUBJECT = {"from", "de", "von"}, {"subject", "asunto", "betreff"}
_SENT = {"sent", "date", "enviado", "fecha", "gesendet"}
MOST_FIELDS = 12


@dataclass(frozen=True)
class Inner:
    """The mail that was passed on: who wrote it, about what, and its text.

    `within` is the mail of `Found.nested` that it is (from 1); 0 where it stands in the text.
    """

    name: str
    address: str
    subject: str
    text: str
    within: int


def inner_mail(found: Found) -> Inner | None:
    """Find the mail that was passed on: attached whole, else quoted in the text.

    Of mails within mails it is the innermost: a colleague may have passed on what another
    colleague passed on. None where there is none, or where it names no sender.
    """
    attached = _attached(found)
    if attached is not None:
        deeper = _quoted(attached.text)
        return deeper if deeper is not None and not attached.address else attached
    return _quoted(found.head.text)


def _attached(found: Found) -> Inner | None:
    for place, head in reversed(list(enumerate(found.nested, 1))):
        if head.address:
            return Inner(head.name, head.address, head.subject, head.text, place)
    return None


def _quoted(text: str) -> Inner | None:
    lines = text.split("\n")[:MOST_LINES]
    marked = [
        number
        for number, line in enumerate(lines)
        if len(line) <= LONGEST_MARK and _MARKS.fullmatch(_bare(line))
    ]
    for number in reversed(marked[-MOST_MARKS:]):
        found = _read(lines, number + 1)
        if found is not None:
            return found
    return None


def _bare(line: str) -> str:
    """Return a line without what stands before it, a mark of quotation among it.

    Patterns that leave it out themselves try each of so many spaces with each.
    """
    return line.lstrip().removeprefix(">").lstrip()


def _read(lines: list[str], start: int) -> Inner | None:
    """Read the few lines that a mail program puts over what it quotes."""
    fields: dict[str, str] = {}
    at = start
    while at < len(lines) and at < start + MOST_FIELDS + 4:
        line = lines[at]
        match = _FIELD.fullmatch(_bare(line))
        if match is not None:
            fields.setdefault(match[1].lower(), match[2].strip())
        elif fields and not line.strip(" >"):
            break
        elif fields:  # a long list of recipients goes on
            pass
        elif line.strip(" >"):
            return None
        at += 1
    sender = next((value for name, value in fields.items() if name in _FROM), "")
    senders = mime.addresses(sender.replace("[mailto:", "<").replace("]", ">"))
    if not senders or not (_SENT | _SUBJECT) & set(fields):
        return None
    subject = next((value for name, value in fields.items() if name in _SUBJECT), "")
    text = "\n".join(line.removeprefix("> ").removeprefix(">") for line in lines[at:])
    name, address = senders[0]
    return Inner(name.strip("\"' "), address, mime.visible(subject), mime.clean(text), 0)


def passed_on(found: Found, inner: Inner) -> Head:
    """Return the head of the inner mail, as far as it is known."""
    if inner.within:
        return found.nested[inner.within - 1]
    return Head(senders=((inner.name, inner.address),), subject=inner.subject, text=inner.text)
