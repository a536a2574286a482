"""Open a mail in a child with walls, and say what is in it.

A mail that is too large, or that its reader breaks on, is not opened: then only its head is
read, here, from its first bytes, with nothing but string operations.
"""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from tracker.core.db import now
from tracker.documents import sandbox
from tracker.documents.rules import DEFAULT_LIMITS, MEGABYTE, Limits, Reason
from tracker.intake import mime
from tracker.intake.findings import (
    MOST_INSPECTED,
    Found,
    Head,
    UnbelievableError,
    believe,
    head,
    seen_in_files,
)
from tracker.intake.parsing import heads
from tracker.intake.trees import read_tree

TASK = "tracker.intake.parsing:take_apart"
TOGETHER = "tracker.intake.dissecting:read"
HEAD_BYTES = 64 * 1024
SMALL = 4 * MEGABYTE
"""A mail up to so many bytes can be taken apart behind the walls of a document."""
sandbox.preload("tracker.intake.dissecting")


def limits_for(most_bytes: int) -> Limits:
    """How much a mail of at most so many bytes may cost: its bytes stand in memory a few times."""
    return replace(
        DEFAULT_LIMITS,
        max_bytes=most_bytes,
        memory=DEFAULT_LIMITS.memory + 8 * most_bytes,
        data=DEFAULT_LIMITS.data + 8 * most_bytes,
        cpu_seconds=10,
        wall_seconds=30.0,
        file_size=max(most_bytes, MEGABYTE),
    )


def open_mail(path: Path, folder: Path, *, most_bytes: int, most_file: int) -> Found:
    """Take the mail at `path` apart; its files lie in `folder` afterwards.

    `most_bytes` is the largest mail that is opened, `most_file` the largest file that is laid
    down. `folder` is the one place that the child can write: hold nothing else in it. Raises
    SandboxError when no child could be had: a fault of ours, worth another try.
    """
    size = path.stat().st_size
    if size == 0:
        return _head_only(path, "The mail is empty.")
    if size > most_bytes:
        return _head_only(
            path,
            f"This mail has {size / MEGABYTE:.0f} MB, more than the {most_bytes // MEGABYTE} MB"
            " that are opened here. It is kept whole.",
        )
    place = folder.resolve(strict=True)
    try:
        together = _open_with_files(path, place, most_file) if size <= SMALL else None
        return together or _open_alone(path, place, most_bytes, most_file)
    except sandbox.UnreadableError as error:
        return _head_only(path, _trouble(error.reason))
    except UnbelievableError:
        return _head_only(path, _trouble(Reason.DAMAGED))


def _open_with_files(path: Path, folder: Path, most_file: int) -> Found | None:
    """Take a mail apart and look into its files in one child; None where that was too much."""
    try:
        first, *later = sandbox.run_in_parts(
            TOGETHER,
            path,
            limits=replace(DEFAULT_LIMITS, max_bytes=SMALL),
            folder=folder,
            most=most_file,
            most_seen=MOST_INSPECTED,
            at=now().isoformat(),
        )
    except sandbox.UnreadableError:
        return None
    return replace(believe(first), seen=seen_in_files(later))


def _open_alone(path: Path, folder: Path, most_bytes: int, most_file: int) -> Found:
    said = sandbox.run(
        TASK,
        path,
        limits=limits_for(most_bytes),
        folder=folder,
        most=most_file,
        at=now().isoformat(),
    )
    return believe(said)


def _trouble(reason: Reason) -> str:
    if reason is Reason.TOO_COMPLEX:
        return "This mail is built in a way that takes too much work to open. It is kept whole."
    return "This mail is broken in a way that cannot be opened. It is kept whole."


def _head_only(path: Path, trouble: str) -> Found:
    with path.open("rb") as file:
        found = read_head(file.read(HEAD_BYTES), at=now())
    return Found(head=found, trouble=trouble)


def read_head(data: bytes, *, at: dt.datetime) -> Head:
    """Read a mail's head from its first bytes; an empty one where even that breaks."""
    first, ends = data, [data.find(each) for each in (b"\n\n", b"\r\n\r\n")]
    known = [each for each in ends if each >= 0]
    if known:
        first = data[: min(known)]
    lines = first.split(b"\n")[:1_000]
    short = b"\n".join(line[: mime.LONGEST_HEADER] for line in lines)
    try:
        return head(heads(read_tree(short + b"\n\n"), at))
    except Exception:  # whatever it is that was written to break this
        return Head()
