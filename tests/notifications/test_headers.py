"""No field of a mail can add a header, end the header, or write to somebody else."""

import email
import email.policy
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tracker.notifications import transport
from tracker.notifications.headers import (
    AddressError,
    check_address,
    extra_headers,
    new_message_id,
    one_line,
)

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", " ", "Bcc: eve@example.org", "\r\n\r\n",
             "=?utf-8?q?=0a?=", "=0a", "=?utf-8?b?Cg==?=", '"=?utf-8?q?=0a?="',
             "=?utf-8?q?a=0ABcc:_eve=40example.org?=", "=?utf-8?b?YQ0KQmNjOiBldmVAeA==?=", "=?",
             "?=", "=", "?", ",", ";", "<eve@example.org>", '"', "\\", "é", "Ann", "\x00", "\ud800"]
        ),
        max_size=8,
    ).map("".join),
)  # fmt: skip
# The application is the same for all examples.
ONE_APP = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
NAMES = ["Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID"]


def letter(**changed: Any) -> transport.Letter:
    values: dict[str, Any] = {
        "message_id": "<one@example.org>",
        "sender": ("Library", "jobs@example.org"),
        "recipient": ("Ann", "ann@example.org"),
        "reply_to": None,
        "subject": "News",
        "text": "Text\n",
        "html": "<p>Text</p>\n",
        "calendar": None,
        "calendar_method": None,
        "headers": {},
        "made_at": 1795359600.0,
    }
    return transport.Letter(**(values | changed))


@pytest.mark.parametrize("field", ["subject", "recipient", "sender", "reply_to", "header"])
@ONE_APP
@given(text=HOSTILE)
@example(text="=?utf-8?q?a=0ABcc:_eve=40example.org?=")
@example(text="é =?utf-8?q?a=0ABcc:_eve=40example.org?=")
@example(text='"Ann" <eve@example.org>, ')
def test_no_field_adds_a_header(app: Flask, field: str, text: str) -> None:
    assume(one_line(text))
    fields: dict[str, dict[str, Any]] = {
        "subject": {"subject": text},
        "recipient": {"recipient": (text, "ann@example.org")},
        "sender": {"sender": (text, "jobs@example.org")},
        "reply_to": {"reply_to": (text, "ann@example.org")},
        "header": {"headers": {"X-Note": text}},
    }
    content = transport.as_bytes(transport.build(letter(**fields[field])))
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    more = {"reply_to": ["Reply-To"], "header": ["X-Note"]}.get(field, [])
    assert sorted(parsed.keys()) == sorted(NAMES + more)
    assert [each.addr_spec for each in parsed["To"].addresses] == ["ann@example.org"]
    assert [each.addr_spec for each in parsed["From"].addresses] == ["jobs@example.org"]
    part = parsed.get_body(("plain",))
    assert part is not None
    assert part.get_content() == "Text\r\n"


@ONE_APP
@given(text=st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=120))
def test_a_subject_arrives_as_it_was_written(app: Flask, text: str) -> None:
    assume(one_line(text) and "=?" not in text)
    content = transport.as_bytes(transport.build(letter(subject=text)))
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert " ".join(str(parsed["Subject"]).split()) == one_line(text)


@given(HOSTILE)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line.splitlines() in ([line], [])
    assert "=?" not in line
    assert line.isprintable() or line == ""
    assert one_line(line) == line


@given(HOSTILE)
def test_an_address_is_refused_or_plain(text: str) -> None:
    for tried in (text, f"{text}@example.org", f"ann@{text}", f"ann@example.org{text}"):
        try:
            found = check_address(tried)
        except AddressError:
            continue
        local, _, host = found.rpartition("@")
        assert host.isascii()
        assert found.isprintable()
        assert "=?" not in found
        if not local.startswith('"'):
            assert not set(found) & set(' <>,;:"\\()[]')
            assert found.count("@") == 1
        assert check_address(found) == found


@pytest.mark.parametrize(
    "address", ["jörg@example.org", "用户@example.org", '"ann lee"@example.org',
                '"a@b, <c>"@example.org', "o'hara+jobs@example.org"]
)  # fmt: skip
def test_letters_and_quoted_texts_are_addresses_too(app: Flask, address: str) -> None:
    assert check_address(address) == address
    for more in ({}, {"reply_to": ("Jörg, of", address)}):
        content = transport.as_bytes(
            transport.build(letter(recipient=("Jörg, of", address), **more))
        )
        head = content.decode().split("\r\n\r\n")[0].replace("\r\n ", " ")
        assert f"<{address}>" in head
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        names = sorted(NAMES + ["Reply-To"] * bool(more))
        assert sorted(parsed.keys()) == names


@pytest.mark.parametrize(
    "address", ["", "ann", "@example.org", "ann@", "a b@example.org", "ann@example..org",
                "é\u202e@x.org",
                "=?utf-8?q?=0a?=@example.org", '"=?utf-8?q?=0a?="@example.org', '"é"@example.org',
                '"a\nb"@example.org', '"a"b"@example.org', "é" * 40 + "@example.org",
                "ann@example.org\nBcc: eve@example.org", "ann@-x.org", "a" * 250 + "@example.org"]
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        check_address(address)
    assert refused.value.message.endswith("is not an address that mail can be sent to.")
    assert "\n" not in refused.value.message


def test_an_international_domain_is_written_as_its_ascii_form() -> None:
    assert check_address(" ann@bücher.example ") == "ann@xn--bcher-kva.example"


def test_a_row_cannot_write_the_headers_that_hold_a_mail_together() -> None:
    given_ = {
        "Bcc": "x",
        "message-id": "x",
        "Content-Type": "x",
        "X y": "x",
        "X:y": "x",
        "X-A": "1",
    }
    assert extra_headers(given_) == {"X-A": "1"}


def test_message_ids_are_of_the_senders_domain_and_never_alike() -> None:
    first, second = (new_message_id("jobs@example.org") for _ in range(2))
    assert first.endswith("@example.org>")
    assert first != second
