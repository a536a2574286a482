"""The words of a document are its words, all of them, and nothing that only looks like one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.documents import samples
from tracker.documents.extraction import extract_text, first_lines
from tracker.documents.rules import DEFAULT_LIMITS

Read = Callable[[bytes], str]
SIGNS = 'R&D at "A&T" <3 years> C++ & C#'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def act(data: bytes) -> str:
        path = tmp_path / "document"
        path.write_bytes(data)
        return extract_text(path)

    return act


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "rtf", "txt"])
def test_no_sign_is_lost(read: Read, kind: str) -> None:
    assert read(getattr(samples, kind)(SIGNS)) == SIGNS


@pytest.mark.parametrize("kind", ["docx", "odt", "rtf", "txt"])
def test_letters_of_the_world_are_kept(read: Read, kind: str) -> None:
    assert read(getattr(samples, kind)("Zoë Łódź 图书馆 кириллица")) == "Zoë Łódź 图书馆 кириллица"


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "txt"])
def test_lines_stay_lines(read: Read, kind: str) -> None:
    assert read(getattr(samples, kind)()) == samples.RESUME.strip()


def test_newlines_are_of_one_kind_and_controls_are_gone(read: Read) -> None:
    text = "One\r\nTwo\rThree\u2028Four\u202e five\x0bSix\n\n\n\n\nSeven  \n"
    assert read(samples.txt(text)) == "One\nTwo\nThree\nFour five\nSix\n\nSeven"


def test_text_is_capped(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(samples.txt("word " * 1000))
    assert len(extract_text(path, limits=replace(DEFAULT_LIMITS, max_text=99))) == 99


def word(body: str, **parts: str) -> bytes:
    document = f'<w:document xmlns:w="{samples.W}" xmlns:r="{samples.REL}"><w:body>{body}'
    members = samples.docx_members(body=f"{document}</w:body></w:document>")
    names = {key: f"{key}.xml" for key in parts}
    members["word/_rels/document.xml.rels"] = samples.relationships(
        *[(key.rstrip("123"), name, False) for key, name in names.items()]
    )
    for key, xml in parts.items():
        members[f"word/{names[key]}"] = xml.encode()
    return samples.archive(members)


def test_tabs_breaks_and_links_of_a_word_document(read: Read) -> None:
    body = (
        "<w:p><w:r><w:t>Clerk</w:t><w:tab/><w:t>2020</w:t><w:br/><w:t>Fairhaven</w:t></w:r></w:p>"
        '<w:p><w:hyperlink r:id="r9"><w:r><w:t>my page</w:t></w:r></w:hyperlink></w:p>'
    )
    assert read(word(body)) == "Clerk\t2020\nFairhaven\nmy page"


def test_what_was_deleted_stays_out_and_what_was_inserted_stays_in(read: Read) -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>salary</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>duties</w:t></w:r></w:ins></w:p>"
    )
    assert read(word(body)) == "duties"


def test_a_text_box_is_read_once(read: Read) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>"
    body = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
        f'markup-compatibility/2006"><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
        "</w:r></w:p>"
    )
    assert read(word(body)) == "boxed"


def test_a_header_stands_first_and_only_once(read: Read) -> None:
    header = f'<w:hdr xmlns:w="{samples.W}"><w:p><w:r><w:t>555 0100</w:t></w:r></w:p></w:hdr>'
    body = "<w:p><w:r><w:t>Resume</w:t></w:r></w:p>"
    assert read(word(body, header1=header, header2=header)) == "555 0100\nResume"


def test_a_layout_table_is_read_cell_by_cell(read: Read) -> None:
    cells = "".join(
        f"<w:tc>{''.join(f'<w:p><w:r><w:t>{line}</w:t></w:r></w:p>' for line in cell)}</w:tc>"
        for cell in (("Skills", "Story times"), ("Work", "Clerk"))
    )
    assert read(word(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")) == "Skills\nStory times\nWork\nClerk"


def test_spaces_lists_and_tables_of_an_open_document(read: Read) -> None:
    names = f'xmlns:office="{samples.OFFICE}" xmlns:text="{samples.ODT_TEXT}"'
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    cells = "".join(
        f"<t:table-cell><text:p>{word}</text:p></t:table-cell>" for word in ("2021", "Clerk")
    )
    content = (
        f'<office:document-content {names} xmlns:t="{table}"><office:body><office:text>'
        '<text:p>A<text:s text:c="3"/>B<text:tab/>C<text:line-break/><text:span>D</text:span>E'
        "</text:p><text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
        f"<t:table><t:table-row>{cells}</t:table-row></t:table>"
        "</office:text></office:body></office:document-content>"
    )
    members = samples.odt_members() | {"content.xml": content.encode()}
    assert read(samples.archive(members)) == "A   B\tC\nDE\n• item\n2021\tClerk"


def test_first_lines_have_words_and_an_end() -> None:
    text = "\n---\n  Marisol   Quennell \n\n" + "long " * 60 + "\nthird\nfourth"
    found = first_lines(text, 3).split("\n")
    assert (found[0], len(found[1]), found[1][-1], found[2]) == (
        "Marisol Quennell",
        len(found[1].rstrip("…")) + 1,
        "…",
        "third",
    )
