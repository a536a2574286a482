"""Take a mail apart, and look into its files in the same child. Runs behind walls (`opening`).

What the mail says is said first, and whole, before a byte of a file is looked into: a file that
took its reader over can change nothing of it any more, not who sent the mail either. Of files it
could say what it would have said of itself alone, and of others of the same mail; the starter
compares each file with the SHA-256 that was said before it believes what was seen in it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tracker.documents.confined.refusals import RefusedError
from tracker.documents.confined.tasks import examine
from tracker.documents.rules import PHOTOGRAPH_MARKS, Limits
from tracker.intake.parsing import take_apart


def read(
    data: bytes, limits: Limits, standing: list[str], *, most: int, most_seen: int, at: str
) -> Iterator[dict[str, Any]]:
    """Yield what `take_apart` returns, then for each file that is taken what was seen in it.

    At most `most_seen` files are looked into. Of a file that is refused nothing is said: it is
    looked at once more, with a child to itself, before anybody is told so. Photographs are left
    to the one who binds them.
    """
    found = take_apart(data, limits, standing, most=most, at=at)
    yield found
    looked_into = 0
    for each in found["files"]:
        if each["stored"] is None or each["sealed"] or each["signature"] or each["decoration"]:
            continue
        with open(each["stored"], "rb") as file:
            content = file.read()
        if content and not content.startswith(PHOTOGRAPH_MARKS) and looked_into < most_seen:
            looked_into += 1
            try:
                seen = examine(content, replace(limits, max_bytes=most), standing)
            except RefusedError:
                continue
            yield {"rank": each["rank"], "seen": seen}
