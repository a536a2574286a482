"""Understanding is pure and never breaks, whatever somebody wrote."""

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.mails import LETTER, mail, resume
from tracker.documents.rules import DEFAULT_LIMITS
from tracker.intake import mime
from tracker.intake.findings import Found, believe
from tracker.intake.forwarding import inner_mail
from tracker.intake.guessing import Candidate, Wanted, assign, is_letter, language_of
from tracker.intake.matching import Clues, Opening, certain, subject_key, suggest, tags_of
from tracker.intake.opening import read_head
from tracker.intake.parsing import take_apart
from tracker.intake.rules import in_time
from tracker.intake.sameness import same_key
from tracker.intake.sorting import Kind, bare_subject, sort
from tracker.postings.rules import Closing, DocumentKind, PostingState, Taking

AT = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
GOOD = mail(files=[(resume(), "CV.pdf")]).as_bytes()
PIECES = st.sampled_from(
    [
        b"--b", b"\r\n", b"\n", b"\r\n\r\n", b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: text/html; charset=x", b"Content-Type: message/rfc822", b"From: a@b.c",
        b"Content-Transfer-Encoding: base64", b"Subject: =?utf-8?b?SGk=?=", b"=?", b"?=", b"\0",
        b"Content-Disposition: attachment; filename*=utf-8''%E2%80%AE", b"\xff\xfe", b"--b--",
        b"Content-Type: message/delivery-status", b"Action: failed", b"BEGIN:VCALENDAR", b"<p>",
        b"Content-Type: text/calendar; method=REPLY", b"UID:1", b"begin 644 a", b"SGVsbG8=",
    ]
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """What is taken apart writes its files where it stands."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def read(data: bytes) -> Found:
    """Take a mail apart as a child does, here: what raises in it raises in the test."""
    return believe(take_apart(data, DEFAULT_LIMITS, [], most=1 << 20, at=AT.isoformat()))


def understand(data: bytes) -> None:
    """Do all that is pure with a mail."""
    found = read(data)
    kind = sort(found, own_addresses=["jobs@example.org"], is_own_id=False).kind
    assert isinstance(kind, Kind)
    inner_mail(found)
    same_key(found)
    head = found.head
    for text in (head.subject, head.name, *(each.name for each in found.files)):
        assert text == mime.visible(text)
    assert "\0" not in head.text
    suggest(Clues(head.subject, head.text, head.recipients), OPENINGS, mailbox="jobs@example.org")
    language_of(head.text, said=head.language, known=["en", "es"])


OPENINGS = [
    Opening(1, "bookkeeper", "2026-001", "Bookkeeper", "Bookkeeper", frozenset(), True),
    Opening(2, "librarian", "2026-002", "Librarian", "", frozenset({"a@example.org"}), True),
    Opening(
        3, "childrens-librarian", "2026-003", "Children's Librarian", "",
        frozenset({"a@example.org"}), True,
    ),
    Opening(4, "old", "2025-001", "Bookkeeper", "", frozenset(), False),
]  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=40), max_size=60))
@settings(max_examples=150)
def test_any_pieces_of_mail_are_understood(pieces: list[bytes]) -> None:
    understand(b"".join(pieces))


@given(st.data())
@settings(max_examples=80)
def test_a_good_mail_with_bytes_changed_is_understood(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 60))
        content[at : at + length] = data.draw(st.binary(max_size=20))
    understand(bytes(content))


@given(st.binary(max_size=3_000))
def test_any_head_is_read(data: bytes) -> None:
    read_head(data, at=AT)


@given(st.text(max_size=300))
def test_any_header_becomes_one_visible_line(text: str) -> None:
    line = mime.header(text)
    assert line == mime.visible(line)
    assert "\n" not in line


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_in_any_charset_are_text(data: bytes, charset: str) -> None:
    mime.clean(mime.decode(data, charset)).encode("utf-8")


@given(st.text(max_size=400))
def test_any_subject_loses_its_marks_once_and_for_all(text: str) -> None:
    bare = bare_subject(text)
    assert bare_subject(bare) == bare
    assert subject_key(subject_key(text)) == subject_key(text)


@given(st.binary(max_size=2_000))
def test_a_file_is_kept_byte_for_byte(content: bytes) -> None:
    (file,) = read(mail(files=[(content, "a.bin")]).as_bytes()).files
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert Path(str(file.stored)).read_bytes() == content


# What they mean


def test_html_becomes_clean_text() -> None:
    html = (
        "<html><head><style>p {}</style><title>x</title></head><body><p>Dear <b>Ms. Moreno</b>,"
        "</p><script>alert(1)</script><ul><li>one</li><li>two &amp; three</li></ul>"
        '<p><a href="https://example.net/me">My work</a><br>Kim</p></body></html>'
    )
    assert mime.from_html(mime.sanitized(html)) == (
        "Dear Ms. Moreno,\n\n\n- one\n\n- two & three\n\n\nMy work (https://example.net/me)\nKim"
    )


def test_flowed_lines_are_joined_and_quotes_keep_their_depth() -> None:
    text = "I have kept \nthe books.\n> Who \n> asks?\n-- \nKim"
    assert mime.unflow(text, delsp=False) == "I have kept the books.\n> Who asks?\n-- \nKim"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("Kim <kim@example.net>", [("Kim", "kim@example.net")]),
        ('"Lark, Mia" <Mia@Example.net>', [("Lark, Mia", "mia@example.net")]),
        ("=?utf-8?q?Zo=C3=AB?= <zoe@example.net>", [("Zoë", "zoe@example.net")]),
        ('"boss@example.org" <evil@example.net>', [("boss@example.org", "evil@example.net")]),
        ("a@example.net, b@example.net", [("", "a@example.net"), ("", "b@example.net")]),
        ("=?utf-8?b?YkBleGFtcGxlLm5ldCwg?= <a@example.net>", [("b@example.net,", "a@example.net")]),
        ("", []),
    ],
)  # fmt: skip
def test_addresses_are_read_as_they_stand(raw: str, found: list[tuple[str, str]]) -> None:
    assert mime.addresses(raw) == found


def test_a_mail_of_many_parts_is_read_to_its_limits() -> None:
    part = b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    found = read(head + part * 1_000 + b"--b--\r\n")
    assert (len(found.files), found.left_out) == (60, 940)


def test_pictures_of_the_text_are_told_from_photographs_of_pages() -> None:
    def picture(cid: str, size: int) -> bytes:
        return (
            b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <"
            + cid.encode() + b">\r\n\r\n" + b"x" * size + b"\r\n"
        )  # fmt: skip

    found = read(
        b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b'<img src="cid:logo"><img src="cid:page">\r\n'
        + picture("logo", 900) + picture("page", 90_000) + picture("loose", 900) + b"--b--\r\n"
    )  # fmt: skip
    assert [each.decoration for each in found.files] == [True, False, False]


@pytest.mark.parametrize(
    ("subject", "text", "to", "posting"),
    [
        ("BOOKKEEPER", "", (), 1),
        ("Re: my application (Bookkeeper)", "", (), 1),
        ("Children’s Librarian", "", (), 3),
        ("Librarian", "", (), 2),
        ("Hello", "The children's librarian position", (), 3),
        ("Ref. 2026-002", "", (), 2),
        ("Hi", "https://jobs.example.org/postings/librarian", (), 2),
        ("Hi", "", ("jobs+childrens-librarian@example.org",), 3),
        ("Hi", "", ("jobs+2026-003@example.org",), 3),
        ("Hi", "", ("a@example.org",), None),
        ("Librarian or Bookkeeper", "", (), None),
        ("Hello", "I need a job.", (), None),
    ],
)
def test_what_names_a_posting(
    subject: str, text: str, to: tuple[str, ...], posting: int | None
) -> None:
    found = suggest(Clues(subject, text, to), OPENINGS, mailbox="jobs@example.org")
    sure = certain(found, OPENINGS)
    assert (sure.posting_id if sure else None) == posting
    assert all(each.why and 0 < each.confidence <= 100 for each in found)


def test_tags_are_of_the_mailbox_alone() -> None:
    found = tags_of(
        ["Jobs+A@example.org", "jobs+b@other.org", "x+c@example.org"], "jobs@example.org"
    )
    assert found == ["a"]


WANTED = [
    Wanted(1, DocumentKind.COVER_LETTER, "Cover letter"),
    Wanted(2, DocumentKind.RESUME, "Resume"),
    Wanted(3, DocumentKind.OTHER, "Collection Development Philosophy Statement"),
]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ([("CV Kim Lark 2026.pdf", "")], [2]),
        ([("KimLarkCoverLetter.docx", ""), ("KimLarkResume.docx", "")], [1, 2]),
        ([("a.pdf", "Dear Ms. Moreno"), ("b.pdf", "Education. Skills.")], [1, 2]),
        ([("philosophy-statement.pdf", ""), ("scan.pdf", "")], [3, 2]),
        ([("resume.pdf", ""), ("resume-old.pdf", "")], [2, None]),
        ([("scan.pdf", "")], [2]),
        ([("degree.pdf", "")], [None]),
        ([("scan.pdf", "This certifies that Kim Lark keeps books.")], [None]),
        ([("scan.pdf", "Diploma"), ("Kim Lark.pdf", "")], [None, 2]),
    ],
)
def test_which_file_is_what(files: list[tuple[str, str]], found: list[int | None]) -> None:
    given_files = [Candidate(rank, name, text) for rank, (name, text) in enumerate(files)]
    guesses = assign(given_files, WANTED)
    assert [each.wanted.id if each.wanted else None for _, each in sorted(guesses.items())] == found
    assert all(each.words for each in guesses.values())


def test_a_letter_is_told_from_a_question() -> None:
    assert is_letter(LETTER, asked_so=True)
    assert not is_letter("Is it open? Is it part-time? Who reads this? Thank you.", asked_so=True)
    assert not is_letter("Please find my letter attached.", asked_so=False)


def test_the_language_goes_by_the_words() -> None:
    spanish = "Estimada señora, adjunto mi currículum para el puesto de trabajo. Gracias."
    assert language_of(spanish, said="en-US", known=["en", "es"]) == "es"
    assert language_of("Hi", said="es", known=["en", "es"]) == "es"
    assert language_of(spanish, said="", known=["en"]) == "en"


@pytest.mark.parametrize(
    ("state", "closed", "arrived", "taking"),
    [
        (PostingState.OPEN, None, 0, Taking.OPEN),
        (PostingState.CLOSED, 60, 90, Taking.GRACE),
        (PostingState.CLOSED, 60, 30, Taking.NOT),
        (PostingState.FILLED, 60, 90, Taking.NOT),
    ],
)
def test_what_arrived_in_time_is_in_time(
    state: PostingState, closed: int | None, arrived: int, taking: Taking
) -> None:
    closed_at = AT - dt.timedelta(minutes=closed) if closed else None
    closing = Closing(state, None, closed_at, accepting=True, accepts_late=False)
    assert in_time(closing, arrived_at=AT - dt.timedelta(minutes=arrived), at=AT) is taking
