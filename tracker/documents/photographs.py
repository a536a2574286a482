"""Make one PDF of photographs, in a child."""

from dataclasses import replace
from pathlib import Path

from tracker.documents import sandbox
from tracker.documents.rules import DEFAULT_LIMITS, Limits

BOUND = "bound.pdf"


def bind(folder: Path, names: list[str], *, limits: Limits = DEFAULT_LIMITS) -> Path:
    """Make a PDF of these files of `folder`, a page each, and return its path in there.

    `folder` is the one place that the child can read and write: hold nothing else in it, and
    trust nothing that is left in it. The PDF has at most `limits.max_bytes`.
    Raises UnreadableError for a photograph that is not taken, SandboxError when no child
    could be had.
    """
    place = folder.resolve(strict=True)
    first = place / names[0]
    sandbox.run(
        "bind",
        first,
        limits=replace(limits.patient(), wall_seconds=60.0, behind=False),
        folder=place,
        names=names,
        most=limits.max_bytes,
    )
    made = place / BOUND
    if made.is_symlink() or not made.is_file():
        raise sandbox.SandboxError("the child said it made a PDF, and there is none")
    return made
