"""The words of a document, and its first lines."""

from pathlib import Path

from tracker.documents import sandbox
from tracker.documents.rules import DEFAULT_LIMITS, Limits

LINE_LENGTH = 120


def extract_text(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return the text of an accepted document: newlines as \\n, no control characters.

    At most `limits.max_text` characters. Raises UnreadableError for a document that is not
    accepted, SandboxError when no child could be had. After an upload take
    `inspection.examine(…).text` instead, which needs no second child.
    """
    text: str = sandbox.run("examine", path, limits=limits.patient(), fully=True)["text"]
    return text


def first_lines(text: str, count: int) -> str:
    """Return the first lines that have words, shortened to 120 characters each."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    chosen = [line for line in lines if any(letter.isalnum() for letter in line)][:count]
    return "\n".join(
        line if len(line) <= LINE_LENGTH else line[: LINE_LENGTH - 1].rstrip() + "…"
        for line in chosen
    )
