"""Make a packet's file in a folder: set what is ours, clean what is not, join both. No database."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.core.files import files
from tracker.documents import joining
from tracker.documents.filenames import safe_download_name
from tracker.documents.sandbox import UnreadableError
from tracker.records import exports
from tracker.records.exports import Outcome
from tracker.records.queries import Contents, Paper
from tracker.records.rules import volumes
from tracker.records.typesetting import A4, LETTER, Block, typeset

PDF, ZIP = "application/pdf", "application/zip"

CHECKING = "It is being checked for viruses, or was found to have one, and is not in this packet."
MISSING = "Its file is missing. Run: flask verify"
UNREADABLE = "Its pages cannot be read by this program. Download the file as it was sent."


@dataclass(frozen=True, slots=True)
class Bound:
    """One application's pages, ready to be joined: files in order, pages, bytes."""

    contents: Contents
    names: tuple[str, ...]
    pages: int
    size: int


@dataclass(frozen=True, slots=True)
class Made:
    """A packet's file, what it is called and what it is."""

    path: Path
    file_name: str
    media_type: str


class Binder:
    """Makes one packet in a folder of its own; times are written in `zone`."""

    def __init__(self, folder: Path, zone: str) -> None:
        self.folder = folder
        self.parts = folder / "parts"
        self.parts.mkdir()
        self.zone = zone
        self.paper = LETTER if zone.startswith("America/") else A4

    def bind(
        self,
        applications: Iterable[Contents],
        *,
        posting: str | None,
        with_originals: bool,
        report: Callable[[int], None],
    ) -> Made:
        """Make the packet; `posting` is the title of the one that it is of, None for one's.

        `report` is called with the number of applications that are set. Raises SandboxError
        when no child could be had, UnreadableError when the whole cannot be joined.
        """
        bound: list[Bound] = []
        for contents in applications:
            bound.append(self._set(len(bound), contents))
            report(len(bound))
        names = [
            self._join(number, [bound[at] for at in part], posting)
            for number, part in enumerate(volumes([(each.pages, each.size) for each in bound]))
        ]
        first = bound[0].contents
        title = posting or f"{first.number} {first.name}"
        if len(names) == 1 and not with_originals:
            return Made(names[0], safe_download_name(f"{title}.pdf", "packet.pdf"), PDF)
        archive = self._archive(title, names, bound if with_originals else [])
        return Made(archive, safe_download_name(f"{title}.zip", "packet.zip"), ZIP)

    def _set(self, number: int, contents: Contents) -> Bound:
        """Set one application: its documents first, since the cover says what came of them."""
        outcomes, names = [], []
        for place, paper in enumerate(contents.papers, 1):
            name = f"{number:05}-{place:02}.pdf"
            outcome = self._document(contents, paper, name)
            outcomes.append(outcome)
            names += [name] if outcome.pages else []
        cover = f"{number:05}-00.pdf"
        pages = self._typeset(cover, exports.cover(contents, outcomes, self.zone), contents)
        names = [cover, *names]
        size = sum((self.parts / name).stat().st_size for name in names)
        return Bound(contents, tuple(names), pages + sum(each.pages for each in outcomes), size)

    def _document(self, contents: Contents, paper: Paper, name: str) -> Outcome:
        if not paper.cleared:
            return Outcome(paper, problem=CHECKING)
        if paper.kind != "pdf":
            return Outcome(paper, self._typeset(name, exports.document(contents, paper), contents))
        try:
            own = self.folder / name
            own.mkdir()
            with files().local_copy(paper.file_key) as path:
                cleaned, pages = joining.clean(path, own)
            cleaned.rename(self.parts / name)
        except UnreadableError:
            return Outcome(paper, problem=UNREADABLE)
        except FileNotFoundError:
            return Outcome(paper, problem=MISSING)
        return Outcome(paper, pages)

    def _typeset(self, name: str, blocks: list[Block], contents: Contents) -> int:
        foot = f"{contents.name}, {contents.number}"
        return typeset(self.parts / name, blocks, title=contents.name, foot=foot, paper=self.paper)

    def _join(self, number: int, bound: Sequence[Bound], posting: str | None) -> Path:
        names = [name for each in bound for name in each.names]
        if posting is not None:
            names.insert(0, self._list(number, bound, posting))
        joined, _pages = joining.join(self.parts, names)
        path = self.folder / f"packet-{number + 1}.pdf"
        joined.rename(path)
        return path

    def _list(self, number: int, bound: Sequence[Bound], posting: str) -> str:
        """Set the list of contents twice: its own length moves the pages that it names."""
        name, length = f"contents-{number}.pdf", 1
        while True:
            page, entries = length + 1, []
            for each in bound:
                entries.append((each.contents, page))
                page += each.pages
            blocks = exports.table_of_contents(posting, entries)
            found = typeset(
                self.parts / name, blocks, title=posting, foot=posting, paper=self.paper
            )
            if found <= length:
                return name
            length = found

    def _archive(self, title: str, packets: Sequence[Path], bound: Sequence[Bound]) -> Path:
        """Put packets and originals into one ZIP; nothing is packed tighter, nor all in memory."""
        path = self.folder / "packet.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for number, packet in enumerate(packets, 1):
                called = f"{title}, {number}.pdf" if len(packets) > 1 else f"{title}.pdf"
                archive.write(packet, safe_download_name(called, f"packet-{number}.pdf"))
            for each in bound:
                _add_originals(archive, each.contents)
        return path


def _add_originals(archive: zipfile.ZipFile, contents: Contents) -> None:
    folder = safe_download_name(f"{contents.number} {contents.name}", contents.number)
    number = 0
    for paper in contents.papers:
        if not paper.cleared:
            continue
        for original in paper.originals:
            number += 1
            name = safe_download_name(f"{number:02} {original.file_name}", f"{number:02}")
            try:
                chunks = files().chunks(original.file_key)
                first = next(chunks, b"")
            except FileNotFoundError:
                continue  # the cover sheet says so
            with archive.open(f"{folder}/{name}", "w", force_zip64=True) as target:
                target.write(first)
                for chunk in chunks:
                    target.write(chunk)
