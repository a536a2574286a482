"""Join the pages of PDFs into one, in children; a candidate's PDF is never read here."""

from dataclasses import replace
from pathlib import Path

from tracker.documents import sandbox
from tracker.documents.rules import DEFAULT_LIMITS, MEGABYTE

TASKS = "tracker.documents.confined.joining"
CLEANED, JOINED = "cleaned.pdf", "joined.pdf"
LARGEST = 256 * MEGABYTE
CLEANING = replace(
    DEFAULT_LIMITS.patient(), max_bytes=64 * MEGABYTE, max_pages=1000, file_size=LARGEST
)
PATIENT = replace(
    CLEANING, memory=2048 * MEGABYTE, cpu_seconds=150, wall_seconds=180.0, file_size=2 * LARGEST
)


def clean(path: Path, folder: Path) -> tuple[Path, int]:
    """Write the pages of a PDF, as they look and without anything that acts, into `folder`.

    Returns the path there and how many pages it has. The child can read and write `folder`:
    let it hold nothing else. Raises UnreadableError for a PDF that cannot be opened,
    SandboxError when no child could be had.
    """
    place = folder.resolve(strict=True)
    pages = int(sandbox.run(f"{TASKS}:clean", path, limits=CLEANING, folder=place))
    return _made(place / CLEANED), pages


def join(folder: Path, names: list[str]) -> tuple[Path, int]:
    """Make one PDF of these of `folder`, in order; raises as `clean` does."""
    place = folder.resolve(strict=True)
    nothing = place / "nothing"
    nothing.touch()
    pages = int(sandbox.run(f"{TASKS}:join", nothing, limits=PATIENT, folder=place, names=names))
    return _made(place / JOINED), pages


def _made(path: Path) -> Path:
    if path.is_symlink() or not path.is_file():
        raise sandbox.SandboxError("the child said it made a PDF, and there is none")
    return path
