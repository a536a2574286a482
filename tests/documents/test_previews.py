"""What staff look at instead of the file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.documents import samples
from tracker.documents.previews import PageImage, cleaned, render_html, render_pages
from tracker.documents.rules import Reason
from tracker.documents.sandbox import UnreadableError

Keep = Callable[[bytes], Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    def act(data: bytes) -> Path:
        path = tmp_path / "document"
        path.write_bytes(data)
        return path

    return act


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_every_page_becomes_an_image(keep: Keep, out: Path) -> None:
    drawn = render_pages(keep(samples.pdf(pages=3)), out)
    assert drawn == [PageImage(out / f"page-{n:03}.webp", 1000, 1295) for n in (1, 2, 3)]


def test_an_image_is_what_it_says_and_shows_ink(keep: Keep, out: Path) -> None:
    (page,) = render_pages(keep(samples.pdf()), out)
    with Image.open(page.path) as image:
        dark = sum(image.convert("L").histogram()[:60])
        assert (image.format, image.size, dark > 500) == ("WEBP", (1000, 1295), True)


def test_pages_beyond_the_cap_are_not_drawn(keep: Keep, out: Path) -> None:
    drawn = render_pages(keep(samples.pdf(pages=5)), out, max_pages=2)
    assert (len(drawn), len(list(out.iterdir()))) == (2, 2)


def test_a_page_as_long_as_a_street_is_drawn_small(keep: Keep, out: Path) -> None:
    (page,) = render_pages(keep(samples.pdf(box=b"0 0 100 14400")), out)
    assert page.width * page.height <= 4_000_000 + 15_000


def test_only_pdfs_have_page_images(keep: Keep, out: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        render_pages(keep(samples.docx()), out)
    assert caught.value.reason == Reason.UNKNOWN_KIND


def test_a_word_document_keeps_its_shape(keep: Keep) -> None:
    assert render_html(keep(samples.laid_out_docx())) == (
        "<h3>Marisol Quennell</h3>\n"
        "<h4>Skills</h4>\n"
        "<ul>\n"
        "<li>Story times</li>\n"
        "<li>Inventory &lt;script&gt;alert(1)&lt;/script&gt;</li>\n"
        "</ul>\n"
        "<p>Very <strong>patient</strong> and <em>kind</em></p>\n"
        "<table><tbody><tr><td>Year</td><td>Employer</td></tr>"
        "<tr><td>2021</td><td>Fairhaven Town Library</td></tr></tbody></table>"
    )


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "rtf", "txt"])
def test_markup_in_a_document_is_text(keep: Keep, kind: str) -> None:
    text = '<img src=x onerror="alert(1)"> & <a href="javascript:alert(1)">x</a>'
    html = render_html(keep(getattr(samples, kind)(text))).strip()
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html == f"<p>{shown}</p>"


def test_links_and_pictures_of_rich_text_are_dropped(keep: Keep) -> None:
    data = (
        b'{\\rtf1\\ansi {\\field{\\*\\fldinst HYPERLINK "javascript:alert(1)"}'
        b"{\\fldrslt my page}} and {\\b more}\\par}"
    )
    assert render_html(keep(data)).strip() == "<p>my page and <strong>more</strong></p>"


def test_what_comes_out_of_the_child_is_not_trusted() -> None:
    html = '<p onclick="x()">a<script>alert(1)</script><a href="javascript:x">b</a></p>'
    assert cleaned(html) == "<p>ab</p>"
