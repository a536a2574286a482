"""What a file is, by its content alone; what is not taken, and what the sender is told."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.documents import samples
from tracker.documents import forking, sandbox
from tracker.documents.inspection import Examination, Inspection, examine, inspect
from tracker.documents.rules import (
    DEFAULT_LIMITS,
    MEDIA_TYPES,
    NOTES,
    PHOTOGRAPH_TYPES,
    REFUSALS,
    Decision,
    Limits,
    Note,
    Reason,
    refusal_values,
    told,
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


def test_a_pdf_of_hundreds_of_pages_is_taken(look: Look) -> None:
    found = look(samples.pdf(pages=300))
    assert (found.decision, found.pages) == (Decision.ACCEPT, 300)


def test_of_a_long_pdf_the_first_pages_are_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(samples.pdf("Marisol Quennell\n", pages=50))
    first = examine(path, file_name="theses.pdf")
    whole = examine(path, file_name="theses.pdf", fully=True)
    assert [(each.is_whole, each.inspection.words) for each in (first, whole)] == [
        (False, 2 * DEFAULT_LIMITS.read_pages),
        (True, 100),
    ]


def test_a_pdf_that_begins_with_blank_pages_is_read_until_there_is_something(
    look: Look,
) -> None:
    found = look(samples.blank_then_pdf(blank=30))
    assert (found.decision, found.words) == (Decision.ACCEPT, WORDS)


def test_a_page_that_is_missing_far_behind_is_noticed(look: Look) -> None:
    data = samples.pdf(pages=60).replace(b"120 0 R", b"990 0 R")
    found = look(data)
    assert (found.decision, found.reason) == (Decision.REFUSE, Reason.DAMAGED)


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "exe"},
        {"pages": 10**9},
        {"words": "many"},
        {"notes": ["harmless"]},
        {"text": None, "kind": None},
    ],
)
def test_what_a_child_says_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, object]
) -> None:
    path = tmp_path / "upload"
    path.write_text(json.dumps(said))
    monkeypatch.setattr(sandbox, "TASKS", "tests.documents.probes")
    found = inspect(path, file_name="resume.pdf")
    assert (found.decision, found.reason) == (Decision.REFUSE, Reason.DAMAGED)


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
    (lambda: samples.pdf(pages=401), Reason.TOO_MANY_PAGES),
]


@pytest.mark.parametrize(("make", "reason"), REFUSED)
def test_what_is_not_taken(look: Look, make: Callable[[], bytes], reason: Reason) -> None:
    found = look(make())
    assert (found.decision, found.reason) == (Decision.REFUSE, reason)


def test_a_file_over_the_limit_is_not_even_opened(look: Look) -> None:
    limits = replace(DEFAULT_LIMITS, max_bytes=1000)
    found = look(bytes(1001), limits=limits)
    assert (found.reason, found.detail) == (Reason.TOO_LARGE, "It has 1001 bytes.")


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
    (samples.javascript_pdf, Note.SCRIPT),
    (samples.hidden_javascript_pdf, Note.SCRIPT),
    (samples.launching_pdf, Note.LAUNCH),
    (lambda: samples.pdf(catalog=b"/OpenAction << /S /URI /URI (x:) >>"), Note.LAUNCH),
    (lambda: samples.pdf(catalog=b"/AA << /WC << /S /SubmitForm >> >>"), Note.SENDS),
    (lambda: samples.pdf(catalog=b"/AcroForm << /XFA 6 0 R >>"), Note.LIVE_FORM),
    (samples.attaching_pdf, Note.INSIDE),
    (samples.scanned_pdf, Note.NO_TEXT),
    (samples.external_docx, Note.FETCHES),
    (lambda: samples.external_docx("file://evil.example.org/share/t.dotm"), Note.FETCHES),
    (lambda: samples.field_docx("DDEAUTO c:\\run.exe"), Note.LAUNCH),
    (lambda: samples.field_docx('INCLUDEPICTURE "https://example.org/seen.png"'), Note.FETCHES),
    (samples.embedding_docx, Note.INSIDE),
    (lambda: samples.odt_with('<text:section-source xlink:href="https://x.org/"/>'), Note.FETCHES),
    (lambda: samples.odt_with("<script:event-listener/>"), Note.SCRIPT),
    (lambda: samples.odt_with('<form:form xlink:href="https://example.org/"/>'), Note.SENDS),
    (lambda: samples.odt_with("<office:dde-source/>"), Note.LAUNCH),
    (samples.embedding_rtf, Note.INSIDE),
    (lambda: samples.rtf_with(r"{\*\template http://example.org/t.dot}"), Note.FETCHES),
]


@pytest.mark.parametrize(("make", "note"), NOTED)
def test_what_is_taken_with_a_note(look: Look, make: Callable[[], bytes], note: Note) -> None:
    found = look(make())
    assert (found.decision, found.notes) == (Decision.ACCEPT_WITH_NOTE, (note,))


def test_every_note_has_a_sentence() -> None:
    values = {"kind": "PDF", "count": "3"}
    assert [NOTES[note] % values for note in Note if "%" in NOTES[note] % values] == []


def test_notes_are_told_once_and_in_order() -> None:
    notes = [Note.INSIDE, Note.NO_TEXT, Note.INSIDE]
    assert told(notes) == f"{NOTES[Note.INSIDE]} {NOTES[Note.NO_TEXT]}"


@pytest.mark.parametrize(
    "make",
    [
        samples.viewing_pdf,
        samples.linking_docx,
        samples.laid_out_docx,
        lambda: samples.external_docx("file:///C:\\Users\\marisol\\Resume.dotx"),
        lambda: samples.field_docx("PAGE"),
        lambda: samples.field_docx('INCLUDEPICTURE "C:\\Pictures\\me.png"'),
        lambda: samples.odt_with('<text:a xlink:href="https://example.org/">page</text:a>'),
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
@pytest.mark.skipif(not forking.POSSIBLE, reason="told by zygotes")
def test_an_ordinary_resume_costs_little(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(getattr(samples, kind)())
    with caplog.at_level(logging.DEBUG, logger="tracker.documents.sandbox"):
        for _ in range(3):
            examine(path, file_name="resume")
    # Processor time, which other tests on this machine do not spend: about 0.02 s.
    assert min(record.__dict__["ended"].seconds for record in caplog.records) < 0.1
