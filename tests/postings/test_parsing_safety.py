"""No page crashes the reader, holds it up, loses a word, or brings anything that runs."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.plugins.cost import cost
from tracker.postings.parsing import Page, PageReading, PageUnreadableError, read_pages

OWN = Path(__file__).parent / "pages"
GIVEN = Path(__file__).resolve().parents[3] / "shared" / "postings"
PAGES = sorted(
    path
    for folder in (OWN, GIVEN)
    for path in folder.glob("*")
    if path.suffix in {".md", ".txt", ".html"} and path.name != "README.md"
)
HTML = "{http://www.w3.org/1999/xhtml}"
ALLOWED = {
    "html",
    "head",
    "body",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "a",
    "strong",
    "em",
    "code",
    "pre",
    "br",
    "hr",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def read(data: bytes) -> PageReading | None:
    try:
        return read_pages([Page("page", data)])[0]
    except PageUnreadableError:
        return None


def texts(reading: PageReading) -> list[str]:
    """Return all that a page could show of a reading."""
    entries = reading.postings or []
    return [
        *[section.text for section in reading.sections],
        *[section.heading or "" for section in reading.sections],
        *[words or "" for one in entries for words in (one.title, one.summary, one.link)],
        *[getattr(reading, name) or "" for name in ("title", "summary", "benefits", "schedule")],
        *[getattr(reading, name) or "" for name in ("location", "reports_to", "subject_keyword")],
        *reading.skills,
    ]


def what_could_run(text: str) -> list[str]:
    """Render as permissively as Markdown can be, and list what is no plain text or safe link."""
    tree = html5lib.parse(MarkdownIt("commonmark", {"html": True}).render(text))
    odd = []
    for element in tree.iter():
        name = str(element.tag).removeprefix(HTML)
        if name not in ALLOWED:
            odd.append(name)
        for key, value in element.attrib.items():
            if key not in {"href", "title", "start", "class"}:
                odd.append(f"{name} {key}")
            if key == "href" and urlsplit(value.strip()).scheme not in {
                "",
                "http",
                "https",
                "mailto",
                "tel",
            }:
                odd.append(value)
    return odd


HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=a()>",
    "<img src=x onerror=a()",
    "[x](javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](JaVaScRiPt\\:alert(1))",
    "<javascript:alert(1)>",
    "[x][y]\n\n[y]: javascript:alert(1)\n\n",
    "[y]: data:text/html,hi\n",
    "![x](data:image/svg+xml,hi)",
    '<a href="javascript:alert(1)">x</a>',
    "<a href=' &#1; javascript:alert(1)'>x</a>",
    '<a href="x" onclick="a()">x</a>',
    "<svg onload=a()>",
    "<iframe src=//example.org></iframe>",
    "<style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;b&amp;gt;",
    "<!--",
    "-->",
    "<![CDATA[",
    "<?php",
    "<details ontoggle=a() open>",
    "<foo onclick=a()>",
    "</script>",
    "](javascript:alert(1))",
    "[x",
    "\u202e",
    "\x00",
    "`",
    "```\n",
    "\n",
    "\n\n",
    "    ",
    "> ",
    "* ",
    "# ",
    "1. ",
    "| a | b |\n",
    "==\n",
    "<b>",
    "</b>",
    "<td>",
    "<li>",
    "<div>",
    "</div>",
    "<h2>",
    "<a href='/a'>",
    "</a>",
    "\\",
    "&#x3c;img src=x&#x3e;",
    "$15 an hour",
    "by March 1",
    "resume",
    "<br>",
    '"',
    "'",
    "<",
    ">",
    "&",
    "\ufffd",
    "\ue000",
]


@settings(max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12)), max_size=14))
@example(["[x]\n(", "javascript:alert(1))"])
@example(["# Page\n\n", "[a\nb](javascript:alert(1))"])
@example(["<p>a", "<a href='javascript:1'>", "<b>x</a>", "</b>"])
def test_nothing_that_could_run_survives(parts: list[str]) -> None:
    reading = read("".join(parts).encode("utf-8", "replace"))
    odd = [one for text in texts(reading) for one in what_could_run(text)] if reading else []
    assert odd == []


@settings(max_examples=300)
@given(st.binary(max_size=3000))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    reading = read(data)
    assert reading is None or reading.kind in ("posting", "list")


@settings(max_examples=150)
@given(st.sampled_from(PAGES), st.integers(0, 9000), st.integers(0, 9000), st.binary(max_size=3))
def test_a_page_cut_anywhere_is_read_or_refused(
    path: Path, start: int, length: int, dirt: bytes
) -> None:
    data = path.read_bytes()
    reading = read(data[start % len(data) :][:length] + dirt + data[: start % 50])
    assert reading is None or all(one.line >= 1 and one.message for one in reading.findings)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_page_reads_the_same_in_every_encoding(codec: str) -> None:
    text = (OWN / "uk-cataloguer.md").read_text("utf-8")
    wanted = read(text.encode())
    reading = read(text.encode(codec))
    assert reading is not None
    assert wanted is not None
    assert (reading.title, reading.pay, reading.contact, reading.sections) == (
        wanted.title,
        wanted.pay,
        wanted.contact,
        wanted.sections,
    )


def test_mojibake_is_repaired_and_named_once() -> None:
    text = "# Page\n\nThe library’s “kind” desk.\n\nThe reader’s café.\n"
    reading = read(text.encode().decode("sloppy-windows-1252").encode())
    assert reading is not None
    assert reading.sections[-1].text == "The library’s “kind” desk.\n\nThe reader’s café."
    assert [one.line for one in reading.findings if one.code == "mojibake-repaired"] == [3]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"PK\x03\x04word", "ZIP"),
        (b"\xd0\xcf\x11\xe0old", "Word"),
        (bytes(range(32)) * 20, "not text"),
        (b"<div><br /></div><img src='a.png'>", "layout"),
        (b"...\n***\n", "no words"),
        (b"word " * 200_000, "larger"),
        (b"word " * 30_000, "far more text"),
    ],
)
def test_what_is_no_page_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(PageUnreadableError) as caught:
        read_pages([Page("page.md", data)])
    assert "page.md" in caught.value.message
    assert words in caught.value.message


def test_unreadable_file_does_not_keep_the_others_from_being_read() -> None:
    unreadable: list[PageUnreadableError] = []
    pages = [Page("a.pdf", b"%PDF-"), Page("b.md", b"# Library Page\n\nShelve.")]
    readings = read_pages(pages, unreadable=unreadable)
    assert ([one.file for one in readings], [one.file for one in unreadable]) == (
        ["b.md"],
        ["a.pdf"],
    )


def _words_of_source(path: Path) -> Counter[str]:
    """Count the words a browser would show, without Markdown's marks and addresses."""
    data = path.read_bytes()
    text = data.decode("cp1252" if path.name.startswith("windows") else "utf-8")
    text = re.sub(r"<([\w.]+@[\w.]+)>", r"\1", text)
    tree = html5lib.parse(text)
    for parent in list(tree.iter()):
        for child in list(parent):
            if str(child.tag).removeprefix(HTML) in {"script", "style", "iframe", "title"}:
                child.text = ""
    words = " ".join(tree.itertext())
    words = re.sub(r"\]\([^()\n]*\"?[^()\n]*\)?", "] ", words)
    return Counter(re.findall(r"[A-Za-z0-9]+", words.replace("’", "'")))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_word_outside_layout_is_lost(path: Path) -> None:
    reading = read(path.read_bytes())
    assert reading is not None
    shown = " ".join([reading.title or "", *texts(reading)])
    kept = Counter(re.findall(r"[A-Za-z0-9]+", re.sub(r"\]\([^()\n]*\)", "] ", shown)))
    # A word in mojibake comes out whole, so its broken pieces are rightly gone.
    mended = any(one.code == "mojibake-repaired" for one in reading.findings)
    broken = {"s", "a", "Library"} if mended else set()
    lost = _words_of_source(path) - kept
    assert {word: count for word, count in lost.items() if word not in broken} == {}


SLOW = {
    "one long word": b"a" * 99_000,
    "open tags": b"<a " * 33_000,
    "open quotes": b'<a b="' * 16_000,
    "nested": b"<div>" * 20_000 + b"words",
    "brackets": b"[" * 90_000 + b"a",
    "labels": b"[a](" * 24_000,
    "money": b"$15 to " * 14_000,
    "dates": b"May 5 by " * 11_000,
    "addresses": b"a@b.co " * 14_000,
    "names": b"to Jane Doe, " * 7_000,
    "lines": b"a\n" * 49_000,
    "headings": b"# a\n" * 24_000,
    "comments": b"<!--" * 24_000 + b"words",
    "scripts": b"words <script>" * 7_000,
    "stops": b"a. B" * 24_000,
    "five megabytes": b"word " * 1_000_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_no_page_holds_the_reader_up(name: str) -> None:
    with cost() as spent:
        read(SLOW[name])
    assert spent.seconds < 4
