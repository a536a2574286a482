"""Read what a calendar program answers to an invitation (RFC 5546 §3.2.3). Pure.

It runs in the child that opens mail, and believes nothing: what is found is checked again.
"""

import re
from typing import Any

from tracker.intake import mime

LONGEST_COMMENT = 2_000
_ESCAPED = re.compile(r"\\([\\;,nN])")
_FOLDED = re.compile(r"\r?\n[ \t]")
_STATE = re.compile(r"PARTSTAT=([A-Za-z-]{1,20})")


def read_answer(text: str, method: str) -> dict[str, Any] | None:
    """Read method, UID, sequence, the answer and its comment; None for what is none.

    Lines are unfolded first (RFC 5545 §3.1). Only the first event counts.
    """
    found: dict[str, Any] = {"method": method.upper(), "sequence": 0}
    for line in _FOLDED.sub("", text).splitlines()[:2_000]:
        name, value = _parts(line)
        key, _, parameters = name.partition(";")
        key = key.strip().upper()
        if key == "METHOD":
            found["method"] = value.strip().upper()[:20]
        elif key == "UID" and "uid" not in found:
            found["uid"] = mime.visible(value)[:300]
        elif key == "SEQUENCE" and value.strip().isdigit():
            found["sequence"] = min(int(value.strip()[:9]), 2**31 - 1)
        elif key == "COMMENT" and "comment" not in found and (said := _words(value)):
            found["comment"] = said
        elif key == "ATTENDEE" and "attendee" not in found:
            state = _STATE.search(parameters)
            address = value.strip().rpartition(":")[2] if "@" in value else value
            found["attendee"] = mime.visible(address).lower()[:254]
            found["answer"] = state[1].upper() if state else ""
    return found if "uid" in found and found["method"] else None


def _parts(line: str) -> tuple[str, str]:
    """Part a line at its colon, which may also stand in a quoted name before it (§3.1)."""
    quoted = False
    for place, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return line[:place], line[place + 1 :]
    name, _, value = line.partition(":")
    return name, value


def _words(value: str) -> str:
    """Undo how a text is written in a line (RFC 5545 §3.3.11)."""
    text = _ESCAPED.sub(
        lambda match: "\n" if match[1] in "nN" else match[1], value[: LONGEST_COMMENT * 2]
    )
    return text.strip()[:LONGEST_COMMENT]
