"""A mail server that says what is not so: a sentence, no crash, no memory, and nothing lost."""

import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
from flask import Flask

from tests.intake.polled import box, fetch, kept, states
from tracker.core.db import now
from tracker.intake import imap

MAIL = b"From: a@example.net\r\nSubject: x\r\n\r\nHello.\r\n"
HUGE = b"9" * 40
TRUE = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
    b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n",
    b"SEARCH": b"* SEARCH 5\r\n",
    b"SIZE": b"* 1 FETCH (UID 5 RFC822.SIZE %d)\r\n" % len(MAIL),
    b"BODY": b"* 1 FETCH (UID 5 BODY[]<0> {%d}\r\n%b)\r\n" % (len(MAIL), MAIL),
}
Lying = Callable[..., str]


@pytest.fixture
def lying() -> Iterator[Lying]:
    """Make servers that say what they are told to; in all else they keep to the protocol."""
    with ExitStack() as stack:

        def make(said: dict[bytes, bytes]) -> str:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve() -> None:
                with suppress(OSError):
                    while True:
                        connection = listening.accept()[0]
                        with connection, suppress(OSError):
                            _talk(connection, TRUE | said)

            threading.Thread(target=serve, daemon=True).start()
            return f"imap://jobs:x@127.0.0.1:{listening.getsockname()[1]}/"

        yield make


def _talk(connection: socket.socket, said: dict[bytes, bytes]) -> None:
    connection.sendall(b"* OK hello\r\n")
    for line in connection.makefile("rb"):
        tag, _, command = line.strip().partition(b" ")
        asked = command.upper().replace(b"EXAMINE", b"SELECT")
        if any(each in asked for each in said.get(b"NO", b"").splitlines()):
            connection.sendall(tag + b" NO it could not be converted\r\n")
            continue
        words = (b"CAPABILITY", b"SELECT", b"SEARCH", b"SIZE", b"BODY")
        for each in words:
            if each in asked:
                answer = said[each]
                if answer.startswith(b"FLOOD "):
                    while True:
                        connection.sendall(answer[6:] * 1_000)
                connection.sendall(answer)
                break
        connection.sendall(tag + b" OK done\r\n")


LIES = {
    "a count of counts beyond all numbers": {b"SELECT": b"* OK [UIDVALIDITY %b] x\r\n" % HUGE},
    "a count of counts that is none": {b"SELECT": b"* OK [UIDVALIDITY hello] x\r\n"},
    "a count of counts below nought": {b"SELECT": b"* OK [UIDVALIDITY -3] x\r\n"},
    "a number beyond all numbers": {b"SEARCH": b"* SEARCH 5 %b\r\n" % HUGE},
    "numbers that are none": {b"SEARCH": b"* SEARCH hello (5 6) NIL\r\n"},
    "a million numbers": {b"SEARCH": b"* SEARCH " + b"12345678 " * 1_000_000 + b"\r\n"},
    "a size that is none": {b"SIZE": b"* 1 FETCH (UID 5 RFC822.SIZE hello)\r\n"},
    "a size below nought": {b"SIZE": b"* 1 FETCH (UID 5 RFC822.SIZE -1)\r\n"},
    "no size": {b"SIZE": b"* 1 FETCH (UID 5 RFC822.SIZE NIL)\r\n"},
    "two sizes": {b"SIZE": b"* 1 FETCH (UID 5 RFC822.SIZE (1 2))\r\n"},
    "brackets without end": {b"SIZE": b"* 1 FETCH " + b"(" * 100_000 + b"\r\n"},
    "quotes without end": {b"SIZE": b'* 1 FETCH (UID 5 RFC822.SIZE "\r\n'},
    "an odd list": {b"SIZE": b"* 1 FETCH (UID)\r\n"},
    "a piece that is a number": {b"BODY": b"* 1 FETCH (UID 5 BODY[]<0> 99999999999)\r\n"},
    "a piece that is a list": {b"BODY": b"* 1 FETCH (UID 5 BODY[]<0> (1 2 3))\r\n"},
    "a piece beyond memory": {b"BODY": b"* 1 FETCH (UID 5 BODY[]<0> {%d}\r\nx" % (1 << 40)},
    "no piece": {b"BODY": b"* 1 FETCH (UID 5 BODY[]<0> NIL)\r\n"},
    "a piece of something else": {b"BODY": b"* 1 FETCH (UID 5 BODY[TEXT] {1}\r\nx)\r\n"},
    "a piece below nought": {b"BODY": b"* 1 FETCH (UID 5 BODY[]<0> {-5}\r\nx)\r\n"},
    "words without end": {b"SEARCH": b"FLOOD * OK still looking\r\n"},
    "numbers without end": {b"SEARCH": b"FLOOD * SEARCH 1 2 3 4 5 6 7 8 9\r\n"},
    "a line without end": {b"SEARCH": b"FLOOD x"},
    "capabilities without end": {b"CAPABILITY": b"FLOOD * CAPABILITY IMAP4rev1\r\n"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_a_sentence_and_the_mailbox_is_free_again(
    app: Flask, lying: Lying, lie: dict[bytes, bytes]
) -> None:
    begun, before = time.monotonic(), _memory()
    report = fetch(app, lying(lie), command_s=6.0)
    assert report.trouble
    assert "\n" not in report.trouble
    assert time.monotonic() - begun < 15
    assert _memory() - before < 200
    assert (box().claimed_by, box().failures) == (None, 1)
    assert kept() == []


def _memory() -> int:
    """The most that this process ever took, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


HARMLESS = {
    "the same number many times": {b"SEARCH": b"* SEARCH 5 5 5\r\n"},
    "numbers of nothing": {b"SEARCH": b"* SEARCH 0 5\r\n"},
    "a size that is too small": {b"SIZE": b"* 1 FETCH (UID 5 RFC822.SIZE 1)\r\n"},
    "other messages too": {b"SIZE": b"* 9 FETCH (UID 6 FLAGS ())\r\n" + TRUE[b"SIZE"]},
}


@pytest.mark.parametrize("lie", HARMLESS.values(), ids=HARMLESS)
def test_what_does_no_harm_keeps_no_mail_away(
    app: Flask, lying: Lying, lie: dict[bytes, bytes]
) -> None:
    report = fetch(app, lying(lie))
    assert (report.trouble, report.kept) == ("", 1)
    assert kept() == [MAIL]


def test_a_size_beyond_all_numbers_is_too_large(any_app: Flask, lying: Lying) -> None:
    report = fetch(any_app, lying({b"SIZE": b"* 1 FETCH (UID 5 RFC822.SIZE %b)\r\n" % HUGE}))
    assert (report.trouble, report.too_large, states()) == ("", 1, {"too large": 1})


@pytest.mark.parametrize("part", [b"BODY[]<0>", b"BODY[]"])
def test_a_server_that_knows_no_pieces_gives_the_whole(
    app: Flask, lying: Lying, part: bytes
) -> None:
    whole = MAIL + b"x" * imap.PIECE
    found = b"* 1 FETCH (UID 5 %b {%d}\r\n%b)\r\n" % (part, len(whole), whole)
    assert fetch(app, lying({b"BODY": found})).kept == 1
    assert kept() == [whole]


# A server that says no to one message


@pytest.mark.both_databases
@pytest.mark.parametrize("no", [b"FETCH 4 (RFC822.SIZE", b"FETCH 4 (BODY"])
def test_a_mail_that_the_server_does_not_give_holds_up_no_other(
    any_app: Flask, lying: Lying, no: bytes
) -> None:
    both = {b"SEARCH": b"* SEARCH 4 5\r\n", b"NO": no}
    if b"BODY" in no:
        both[b"SIZE"] = b"* 1 FETCH (UID 4 RFC822.SIZE 9)\r\n" + TRUE[b"SIZE"]
    url = lying(both)
    report = fetch(any_app, url)
    assert (report.kept, report.withheld, kept()) == (1, 1, [MAIL])
    assert report.trouble.endswith(
        "it could not be converted. So 1 mail is not fetched; all others are."
    )
    for _ in range(3):  # it is asked for again, and others are fetched as soon as before
        assert fetch(any_app, url).withheld == 1
        row = box()
        assert (row.claimed_by, row.failures, row.trouble) == (None, 1, report.trouble)
        assert (row.next_at - now()).total_seconds() < 60
    assert states() == {"found": 1, "kept": 1}


def test_a_server_that_gives_nothing_is_left_alone(app: Flask, lying: Lying) -> None:
    many = b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 200)) + b"\r\n"
    url = lying({b"SEARCH": many, b"NO": b"RFC822.SIZE"})
    report = fetch(app, url)
    assert (report.kept, report.withheld, report.is_read) == (0, 50, False)
    fetch(app, url)
    assert box().failures == 2
