"""What uploads cost: one file's inspection, many long ones beside a page, many applications."""

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.load import Figures, Request, measure
from tracker.documents import inspection
from tracker.upkeep.demo.papers import PAGE_LINES, Paper, pdf

INSPECTIONS = 40
LONG_PAGES = 300
UPLOADERS = 16
SECONDS = 6.0


def inspect(content: bytes) -> None:
    """Print how long an ordinary resume is looked at, from the call to the decision."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        path = Path(folder) / "resume"
        path.write_bytes(content)
        inspection.examine(path, file_name="resume.pdf")  # the readers are loaded once
        times = []
        for _ in range(INSPECTIONS):
            began = time.perf_counter()
            inspection.examine(path, file_name="resume.pdf")
            times.append(time.perf_counter() - began)
    print(
        f"\nInspection of a PDF of {len(content) / 1000:.0f} KB: median"
        f" {statistics.median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms.",
        flush=True,
    )


def long_paper() -> bytes:
    """A PDF of 300 pages of text."""
    line = "Ten years at the desk, and what came over it, hour by hour."
    return pdf(Paper("Everything I did", tuple([line] * (PAGE_LINES * LONG_PAGES - 10))))


def crowd(port: int, slug: str, form: Callable[[bytes], Request]) -> None:
    """Print a posting page's median alone, and while 16 candidates send 300 pages each.

    Once as strangers get it, from memory, and once made anew, as for a browser with a cookie.
    They begin again as soon as they have their answer, so that the whole time is measured.
    """
    pages = {
        "Posting page": Request(f"/postings/{slug}"),
        "Posting page with a cookie": Request(f"/postings/{slug}", headers={"Cookie": "seen=1"}),
    }
    content = long_paper()
    for name, page in pages.items():
        alone = measure(port, [page], connections=1, seconds=SECONDS)
        forms = [form(content) for _ in range(UPLOADERS * 8)]
        sent: list[Figures] = []
        sending = threading.Thread(target=_send, args=(port, forms, sent))
        sending.start()
        time.sleep(1)
        beside = measure(port, [page], connections=1, seconds=SECONDS)
        sending.join()
        print(
            f"{name}: median {alone.median_ms:.2f} ms alone, {beside.median_ms:.2f} ms while"
            f" {UPLOADERS} candidates send {LONG_PAGES} pages each"
            f" ({sent[0].rate:.1f} a second): {beside.median_ms / alone.median_ms:.2f} times.",
            flush=True,
        )


def _send(port: int, forms: list[Request], sent: list[Figures]) -> None:
    sent.append(measure(port, forms, connections=UPLOADERS, seconds=SECONDS + 2))
