"""INTAKE_URL and INTAKE_AFTER: read exactly, refused in one line."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.intake.mailbox import (
    After,
    Encryption,
    IntakeUrlError,
    Mailbox,
    parse_after,
    parse_intake_url,
)


@pytest.mark.parametrize(
    ("url", "mailbox"),
    [
        (
            "imaps://jobs:s3cret@imap.example.org/INBOX",
            Mailbox("imap.example.org", 993, Encryption.IMPLICIT, "jobs", "s3cret", "INBOX"),
        ),
        (
            " imap+starttls://jobs%40example.org:a%2Fb%3A%40@imap.example.org:1143/Shared/Jobs%20in"
            " ",
            Mailbox(
                "imap.example.org",
                1143,
                Encryption.STARTTLS,
                "jobs@example.org",
                "a/b:@",
                "Shared/Jobs in",
            ),
        ),
        (
            "imaps://jobs@outlook.office365.com",
            Mailbox("outlook.office365.com", 993, Encryption.IMPLICIT, "jobs", "", "INBOX"),
        ),
        (
            "imap://jobs:x@127.0.0.1:9143/?since=2026-12-01",
            Mailbox(
                "127.0.0.1",
                9143,
                Encryption.NONE,
                "jobs",
                "x",
                "INBOX",
                dt.date(2026, 12, 1),
            ),
        ),
    ],
)
def test_a_mailbox_is_read(url: str, mailbox: Mailbox) -> None:
    assert parse_intake_url(url) == mailbox


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("imap.example.org", "must look like"),
        ("https://jobs:x@imap.example.org", "must look like"),
        ("imaps://imap.example.org/INBOX", "must look like"),
        ("imaps://jobs:x@imap.example.org:port/", "host or port"),
        ("imaps://jobs:x@[::1/", "host or port"),
        ("imaps://jobs:a#b@imap.example.org", "holds a #"),
        ("imap://jobs:x@imap.example.org", "only over an encrypted"),
        ("imaps://jobs:x@imap.example.org/?since=yesterday", "not a date"),
        ("imaps://jobs:x@imap.example.org/?seen=1", "knows no option 'seen'"),
    ],
)
def test_a_mailbox_that_cannot_be_used_is_refused(url: str, why: str) -> None:
    with pytest.raises(IntakeUrlError, match=why) as caught:
        parse_intake_url(url)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_a_mailbox_or_a_clear_line(text: str) -> None:
    for url in (text, f"imaps://{text}", f"imaps://jobs:x@{text}"):
        with suppress(IntakeUrlError):
            assert parse_intake_url(url).host


def test_neither_label_nor_name_tells_the_password() -> None:
    mailbox = parse_intake_url("imaps://jobs:s3cret@imap.example.org/INBOX")
    assert mailbox.label == "imap.example.org:993"
    assert mailbox.name == "jobs@imap.example.org:993/INBOX"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("leave", (After.LEAVE, "Tracker")),
        ("seen", (After.SEEN, "Tracker")),
        ("move", (After.MOVE, "Tracker")),
        ("move:Done/Tracker", (After.MOVE, "Done/Tracker")),
    ],
)
def test_what_becomes_of_mail_is_read(text: str, found: tuple[After, str]) -> None:
    assert parse_after(text) == found


@pytest.mark.parametrize("text", ["", "delete", "leave:Tracker", "MOVE"])
def test_mail_is_never_deleted(text: str) -> None:
    with pytest.raises(IntakeUrlError, match="INTAKE_AFTER is"):
        parse_after(text)
