"""What staff see of a document instead of the file itself: page images, or clean HTML."""

from dataclasses import dataclass
from pathlib import Path

from tracker.documents import sandbox
from tracker.documents.rules import DEFAULT_LIMITS, Limits

IMAGE_TYPE = "image/webp"
WIDTH = 1000
MAX_PAGES = 50
MAX_PIXELS = 4_000_000


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as a WebP file; width and height are in pixels."""

    path: Path
    width: int
    height: int


def render_pages(
    path: Path,
    out_dir: Path,
    *,
    width: int = WIDTH,
    max_pages: int = MAX_PAGES,
    max_pixels: int = MAX_PIXELS,
    limits: Limits = DEFAULT_LIMITS,
) -> list[PageImage]:
    """Draw the first pages of a PDF into `out_dir`, which is the one place the child can write.

    Fewer than `max_pages` where drawing takes long.

    Raises UnreadableError for what is not an accepted PDF, SandboxError when no child could
    be had. Drawing may take longer than reading: meant for a job, not for a request.
    """
    folder = out_dir.resolve(strict=True)
    drawn = sandbox.run(
        "draw",
        path,
        limits=limits.patient(),
        folder=folder,
        width=width,
        max_pages=max_pages,
        max_pixels=max_pixels,
    )
    # Names from the child are not trusted: only the number of a page is taken from it.
    return [
        PageImage(folder / f"page-{number:03}.webp", int(image["width"]), int(image["height"]))
        for number, image in enumerate(drawn, 1)
    ]


def render_html(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return a document of any kind as HTML that is safe to put into a page of ours.

    Only p, h3, h4, ul, ol, li, strong, em, br, table, tbody, tr, td, and no attribute. Raises
    as `render_pages` does.
    """
    html: str = sandbox.run("html", path, limits=limits.patient())
    return cleaned(html)


def cleaned(html: str) -> str:
    """Pass HTML through a sanitiser once more: what comes out of the child is not trusted."""
    import nh3  # noqa: PLC0415 - not needed where nothing is shown

    return nh3.clean(html, tags=TAGS, attributes={}, link_rel=None)


TAGS = {"p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "br",
        "table", "tbody", "tr", "td"}  # fmt: skip
