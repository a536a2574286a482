"""A name that a stranger chose is safe in a header and on every disk."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.documents.filenames import content_disposition, safe_download_name

anything = st.text(st.characters(), max_size=300)
PIECES = ["..", "/", "\\", "con", ".", " ", "é", "\u202e", "fdp", ".pdf", "\r\n", '"', "図", "😀",
          "e\u0301", "\u00a0", ":", "%00", "nul", "…", "\ufeff"]  # fmt: skip
awkward = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)
names = anything | awkward

EXAMPLES = [
    ("resume.pdf", "resume.pdf"),
    ("C:\\Users\\m\\Resume 2026.docx", "Resume 2026.docx"),
    ("../../etc/passwd", "passwd"),
    ("resume\u202efdp.exe", "resumefdp.exe"),
    ("re\r\nsume.pdf", "resume.pdf"),
    ('my "best" résumé?.pdf', "my best résumé.pdf"),
    ("con.pdf", "file"),
    ("NUL", "file"),
    ("com1.notes.txt", "file"),
    ("...", "file"),
    ("", "file"),
    (".htaccess", "htaccess"),
    ("resume.pdf. . ", "resume.pdf"),
    ("履歴書.pdf", "履歴書.pdf"),
    ("a" * 300 + ".docx", "a" * 145 + ".docx"),
    ("é" * 300 + ".pdf", "é" * 73 + ".pdf"),
    ("cover letter . pdf", "cover letter . pdf"),
]


@pytest.mark.parametrize(("name", "safe"), EXAMPLES)
def test_names_that_people_send(name: str, safe: str) -> None:
    assert safe_download_name(name, "file") == safe


@given(names)
def test_a_safe_name_is_safe(name: str) -> None:
    safe = safe_download_name(name, "file")
    assert (
        0 < len(safe.encode()) <= 150,
        re.search(r'[<>:"/\\|?*%]', safe),
        [letter for letter in safe if unicodedata.category(letter)[0] == "C"],
        safe.strip(". ") == safe,
        re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", safe),
    ) == (True, None, [], True, None)


@given(names)
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    safe = safe_download_name(name, "file")
    assert safe_download_name(safe, "other") == safe


@given(st.text("abcé図 ", min_size=1, max_size=200), st.sampled_from(["pdf", "docx", "odt", "txt"]))
def test_an_extension_survives(stem: str, extension: str) -> None:
    safe = safe_download_name(f"x{stem}.{extension}", "file")
    assert safe.rpartition(".")[2] == extension


@given(names)
@example('a"; filename=evil.html; x="')
def test_a_header_is_one_ascii_line_with_two_readable_names(name: str) -> None:
    header = content_disposition(name)
    found = re.fullmatch(
        r'attachment; filename="([A-Za-z0-9 ._()+,=@!#$&\'~^-]+)"'
        r"(?:; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+))?",
        header,
    )
    assert found is not None
    assert (unquote(found[2]) if found[2] else found[1]) == safe_download_name(name, "document")


def test_the_ascii_name_is_as_near_as_it_can_be() -> None:
    assert content_disposition("Zoë résumé.pdf") == (
        "attachment; filename=\"Zoe resume.pdf\"; filename*=UTF-8''Zo%C3%AB%20r%C3%A9sum%C3%A9.pdf"
    )
