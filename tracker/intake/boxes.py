"""Find the mails in files and folders: .eml files, mbox files, maildirs, and folders of these.

Mails are found one after the other and read as streams: a mailbox of any size costs no memory.
"""

import errno
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tracker.core.errors import DomainError

LINE = 64 * 1024
LOOK = 4 * 1024
EML = {".eml", ".mail", ".mht"}
MBOX = {".mbox", ".mbx"}
_FROM = re.compile(rb"From \S.{0,300}\d{1,2}:\d{2}")
_MARKED_FROM = re.compile(rb">+From ")
_HEADER = re.compile(rb"[!-9;-~]{1,80}:[ \t\r]?")
_HIDDEN = (".", "~")


class NoMailError(DomainError):
    """A path is not there, cannot be read, or holds no mail."""

    status = 400


@dataclass(frozen=True)
class Found:
    """A mail in a file: the whole file, or `size` bytes of it from `start` (None: to its end).

    `named` is True for a file that an operator named: that may be a link to another one.
    """

    path: Path
    label: str
    start: int = 0
    size: int | None = None
    named: bool = False

    def open(self) -> BinaryIO:
        """Open the mail's bytes, of an mbox as they were before. Raises `OSError`."""
        file = _open(self.path, named=self.named)
        if self.size is None:
            return file
        file.seek(self.start)
        return io.BufferedReader(_Unquoted(io.BufferedReader(_Slice(file, self.size))))


def _open(path: Path, *, named: bool) -> BinaryIO:
    """Open a file, and nothing that it has become since it was found. Raises `OSError`.

    A link would lead elsewhere, and at a pipe one would wait for whoever made it to write.
    """
    flags = getattr(os, "O_NONBLOCK", 0) | (0 if named else getattr(os, "O_NOFOLLOW", 0))
    file = open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags))  # noqa: SIM115 - its caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "It is no file", str(path))
    return file


def label_of(path: Path) -> str:
    """Write a path so that it can be stored and shown, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class _Slice(io.RawIOBase):
    """A part of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        piece = self._file.read(min(len(buffer), self._left))
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Unquoted(io.RawIOBase):
    """A mail of an mbox without the mark before lines that begin with "From " (mboxrd)."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._ready = b""
        self._at_line_start = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        if not self._ready:
            line = self._lines.readline(LINE)
            is_marked = self._at_line_start and _MARKED_FROM.match(line)
            self._at_line_start = line.endswith(b"\n")
            self._ready = line[1:] if is_marked else line
        piece = self._ready[: len(buffer)]
        self._ready = self._ready[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._lines.close()
        super().close()


def check(paths: list[Path]) -> None:
    """Raise `NoMailError` for the first path that holds no mail for sure: before any work."""
    for path in paths:
        try:
            why = _why_none(path)
        except OSError as error:
            why = f"{path} cannot be read: {error.strerror}"
        if why:
            raise NoMailError(f"{why}. Nothing was taken in.")


def _why_none(path: Path) -> str:
    """Say why a path holds no mail; '' where it may. Raises `OSError`."""
    if not path.exists():
        return f"There is no file or folder {path}"
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        return f"{path} cannot be read"
    if path.is_dir():
        return ""
    if not path.is_file():
        return f"{path} is neither a file nor a folder"
    if path.suffix.lower() not in EML | MBOX and _kind(path, named=True) is None:
        return f"{path} is no mail: neither an .eml file nor an mbox"
    return ""


def walk(path: Path, *, skipped: list[Path]) -> Iterator[Found]:
    """Find every mail in a file or folder, folders of folders too, in the order of names.

    What is no mail is added to `skipped`. Links in folders are not followed: whoever may write
    there would have anything taken in that Tracker can read.
    """
    if not path.is_dir():
        yield from _in_file(path, skipped, is_mail=True, named=True)
        return
    for folder, folders, names in os.walk(path, onerror=lambda error: _unreadable(error, skipped)):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        here = Path(folder)
        is_maildir = here.name in {"cur", "new"} and (here.parent / "cur").is_dir()
        if here.name == "tmp" and (here.parent / "cur").is_dir():
            continue  # what is still being delivered
        if {"cur", "new"} <= set(folders):
            # Maildir++ keeps the folders of a mailbox in folders whose names begin with a dot.
            folders.extend(sorted(each.name for each in here.glob(".*") if (each / "cur").is_dir()))
        for name in sorted(names):
            if not name.startswith(_HIDDEN):
                yield from _in_file(here / name, skipped, is_mail=is_maildir)


def _unreadable(error: OSError, skipped: list[Path]) -> None:
    skipped.append(Path(error.filename))


def _in_file(
    path: Path, skipped: list[Path], *, is_mail: bool, named: bool = False
) -> Iterator[Found]:
    """Find the mails of one file; `is_mail` says that it is one, whatever it looks like."""
    try:
        if not stat.S_ISREG(path.stat(follow_symlinks=named).st_mode):
            skipped.append(path)
            return
        kind, suffix = _kind(path, named=named), path.suffix.lower()
        if kind == "mbox" and suffix not in EML:
            yield from _in_mbox(path, named=named)
        elif kind == "eml" or suffix in EML or is_mail:
            yield Found(path, label_of(path), named=named)
        elif suffix not in MBOX or path.stat().st_size:
            skipped.append(path)
    except OSError:  # it may be gone, or something else than it was a moment ago
        skipped.append(path)


def _kind(path: Path, *, named: bool) -> str | None:
    """Tell by its first lines what a file is: "mbox", "eml", or None for neither."""
    with _open(path, named=named) as file:
        start = file.read(LOOK)
    if _FROM.match(start):
        return "mbox"
    lines = start.lstrip(b"\r\n").split(b"\n")
    head = [line for line in lines[:3] if line.strip()]
    if head and _HEADER.match(head[0]) and b"\0" not in start[:200]:
        return "eml"
    return None


def _in_mbox(path: Path, *, named: bool) -> Iterator[Found]:
    """Find the mails of an mbox (RFC 4155): each begins at a From line after an empty one."""
    number, start, before_blank, blank = 0, None, True, 0
    position = 0
    with _open(path, named=named) as file:
        line = file.readline(LINE)
        at_line_start = True
        while line:
            if at_line_start and before_blank and _FROM.match(line):
                if start is not None:
                    yield _mail(path, number, start, position - blank, named)
                number, start = number + 1, position + len(line)
                blank = 0
            elif at_line_start:
                is_blank = line in {b"\n", b"\r\n"}
                before_blank, blank = is_blank, len(line) if is_blank else 0
            position += len(line)
            at_line_start = line.endswith(b"\n")
            line = file.readline(LINE)
    if start is not None:
        yield _mail(path, number, start, position - blank, named)


def _mail(path: Path, number: int, start: int, end: int, named: bool) -> Found:
    return Found(path, f"{label_of(path)}#{number}", start, max(0, end - start), named)
