"""What a file is, by its content alone; what is not taken, and what the sender is told."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.documents import samples
from tracker.documents.inspection import Examination, Inspection, examine, inspect
from tracker.documents.rules import (
    DEFAULT_LIMITS,
    MEDIA_TYPES,
    PHOTOGRAPH_TYPES,
    REFUSALS,
    Decision,
    Limits,
    Reason,
    refusal_values,
)

Look = Callable[..., Inspection]
WORDS = 23


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def act(data: bytes, name: str = "resume", limits: Limits = DEFAULT_LIMITS) -> Inspection:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return inspect(path, file_name=name, limits=limits)

    return act


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "rtf", "txt"])
def test_every_kind_is_taken_for_what_it_is(look: Look, kind: str) -> None:
    pages = 1 if kind == "pdf" else None
    assert look(getattr(samples, kind)()) == Inspection(
        Decision.ACCEPT, kind, MEDIA_TYPES[kind], pages=pages, words=WORDS
    )


@pytest.mark.parametrize(
    ("make", "kind"), [(samples.photograph, "jpg"), (samples.png, "png")], ids=["jpg", "png"]
)
def test_a_photograph_is_taken_for_a_page(look: Look, make: Callable[[], bytes], kind: str) -> None:
    assert look(make()) == Inspection(
        Decision.ACCEPT, kind, PHOTOGRAPH_TYPES[kind], pages=1, words=0
    )


def test_a_name_decides_nothing_but_is_noted(look: Look) -> None:
    found = look(samples.pdf(), "resume.docx")
    assert (found.kind, found.note) == (
        "pdf",
        "Its name ends otherwise than its kind, which is PDF.",
    )


def test_pages_are_counted(look: Look) -> None:
    assert look(samples.pdf(pages=7)).pages == 7


def test_a_pdf_may_begin_late(look: Look) -> None:
    assert look(samples.late_header_pdf()).kind == "pdf"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_taken_in_the_encodings_of_editors(look: Look, encoding: str) -> None:
    assert look(samples.txt("Zoë Faßbinder – resume\n", encoding)).words == 3


REFUSED = [
    (samples.encrypted_pdf, Reason.ENCRYPTED),
    (samples.encrypted_docx, Reason.ENCRYPTED),
    (samples.encrypted_odt, Reason.ENCRYPTED),
    (samples.broken_pdf, Reason.DAMAGED),
    (lambda: samples.docx()[:-80], Reason.DAMAGED),
    (lambda: samples.docx().replace(b"<", b">", 1)[:400] + samples.docx()[400:], Reason.DAMAGED),
    (lambda: samples.rtf()[:-20], Reason.DAMAGED),
    (lambda: samples.archive(samples.docx_members(body="<w:p>")), Reason.DAMAGED),
    (lambda: samples.docx()[:60] + samples.docx()[90:], Reason.DAMAGED),
    (samples.old_doc, Reason.OLD_WORD),
    (lambda: b"GIF89a" + samples.png(), Reason.PICTURE),
    (lambda: samples.png()[:-40], Reason.DAMAGED_PICTURE),
    (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + samples.pdf(), Reason.DAMAGED_PICTURE),
    (samples.heic, Reason.HEIC),
    (samples.pages_document, Reason.APPLE_PAGES),
    (samples.spreadsheet, Reason.UNKNOWN_KIND),
    (samples.program, Reason.UNKNOWN_KIND),
    (lambda: samples.archive({"resume.pdf": samples.pdf()}), Reason.UNKNOWN_KIND),
    (lambda: b"<!DOCTYPE html><p>A page saved from a browser</p>", Reason.UNKNOWN_KIND),
    (samples.macro_docx, Reason.MACROS),
    (samples.macro_odt, Reason.MACROS),
    (samples.zip_bomb_docx, Reason.BOMB),
    (samples.crowded_docx, Reason.BOMB),
    (samples.xml_bomb_docx, Reason.BOMB),
    (samples.xml_bomb_utf16_docx, Reason.BOMB),
    (samples.lying_docx, Reason.DAMAGED),
    (samples.escaping_docx, Reason.DAMAGED),
    (lambda: samples.escaping_docx("/etc/cron.xml"), Reason.DAMAGED),
    (lambda: samples.escaping_docx("C:\\run.xml"), Reason.DAMAGED),
    (samples.symlink_docx, Reason.DAMAGED),
    (samples.doubled_docx, Reason.DAMAGED),
    (lambda: b"", Reason.EMPTY),
    (lambda: b" \r\n\t ", Reason.EMPTY),
    (lambda: samples.pdf(""), Reason.EMPTY),
    (lambda: samples.docx(""), Reason.EMPTY),
    (lambda: samples.rtf(""), Reason.EMPTY),
    (lambda: samples.pdf(pages=101), Reason.TOO_MANY_PAGES),
]


@pytest.mark.parametrize(("make", "reason"), REFUSED)
def test_what_is_not_taken(look: Look, make: Callable[[], bytes], reason: Reason) -> None:
    found = look(make())
    assert (found.decision, found.reason) == (Decision.REFUSE, reason)


def test_a_file_over_the_limit_is_not_even_opened(look: Look) -> None:
    limits = replace(DEFAULT_LIMITS, max_bytes=1000)
    found = look(bytes(1001), limits=limits)
    assert (found.reason, found.note) == (Reason.TOO_LARGE, "It has 1001 bytes.")


def test_a_file_of_exactly_the_limit_is_taken(look: Look) -> None:
    data = samples.txt("word " * 200)
    assert look(data, limits=replace(DEFAULT_LIMITS, max_bytes=len(data))).accepted


def test_every_refusal_has_a_sentence_and_every_sentence_its_figures() -> None:
    limits = replace(DEFAULT_LIMITS, max_bytes=2_621_440, max_pages=12)
    told = {reason: REFUSALS[reason] % refusal_values(limits) for reason in Reason}
    assert (
        told[Reason.TOO_LARGE].partition(".5 MB")[0],
        told[Reason.TOO_MANY_PAGES].partition(" pages")[0],
        [words for words in told.values() if "%" in words],
    ) == ("This file is larger than 2", "This file has more than 12", [])


NOTED = [
    (samples.javascript_pdf, "It contains a script. It does not run here; it may in a PDF reader."),
    (
        samples.hidden_javascript_pdf,
        "It contains a script. It does not run here; it may in a PDF reader.",
    ),
    (samples.launching_pdf, "It asks a PDF reader to open a program, a file or an address."),
    (samples.attaching_pdf, "It has other files inside."),
    (samples.scanned_pdf, "It has no text, only pictures of pages, perhaps from a scanner."),
    (
        samples.external_docx,
        "It fetches a part of itself from elsewhere when it is opened.",
    ),
    (
        lambda: samples.external_docx("file://evil.example.org/share/t.dotm"),
        "It fetches a part of itself from elsewhere when it is opened.",
    ),
    (samples.embedding_docx, "It has other files inside."),
    (samples.embedding_rtf, "It has other files inside."),
]


@pytest.mark.parametrize(("make", "note"), NOTED)
def test_what_is_taken_with_a_note(look: Look, make: Callable[[], bytes], note: str) -> None:
    found = look(make())
    assert (found.decision, found.note) == (Decision.ACCEPT_WITH_NOTE, note)


@pytest.mark.parametrize(
    "make",
    [
        samples.viewing_pdf,
        samples.linking_docx,
        samples.laid_out_docx,
        lambda: samples.external_docx("file:///C:\\Users\\marisol\\Resume.dotx"),
        lambda: samples.pdf("My page is /JavaScript and /Launch at Fairhaven"),
    ],
)
def test_what_is_common_and_harmless_has_no_note(look: Look, make: Callable[[], bytes]) -> None:
    assert look(make()).decision == Decision.ACCEPT


def test_an_examination_is_one_answer(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(samples.docx("Marisol Quennell\n\nReader services\nSeven years\n"))
    found = examine(path, file_name="resume.docx")
    assert found == Examination(
        Inspection(Decision.ACCEPT, "docx", MEDIA_TYPES["docx"], words=6),
        "Marisol Quennell\n\nReader services\nSeven years",
        "Marisol Quennell\nReader services\nSeven years",
    )


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "rtf", "txt"])
def test_an_ordinary_resume_costs_little(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(getattr(samples, kind)())
    costs = []
    for _ in range(3):
        before = os.times()
        examine(path, file_name="resume")
        after = os.times()
        costs.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
    # Processor time, which other tests on this machine do not spend: 0.1 s and less.
    assert min(costs) < 0.3
