"""What is said to the virus scanner, and what is made of all that it may answer."""

import io
import time
from pathlib import Path

import pytest

from tests.plugins.scanners import SIGNATURE, STREAM_LIMIT, VIRUS, Clamd, Pretender
from tracker.documents.clamd import (
    FileNotScannedError,
    FileTooLargeError,
    Scanner,
    ScannerAwayError,
    Verdict,
)

BRIEF = 0.5


def chunks(data: bytes, size: int = 200_000) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("data", [b"", b"A letter.", b"A letter. " * 100_000])
def test_a_clean_file_is_clean(scanner: Clamd, data: bytes) -> None:
    assert Scanner(scanner.url).scan(chunks(data)) == Verdict("")


@pytest.mark.parametrize("before", [b"", b"A letter. " * 100_000, b"x" * 199_990])
def test_a_virus_is_found_wherever_it_stands(scanner: Clamd, before: bytes) -> None:
    verdict = Scanner(scanner.url).scan(chunks(before + VIRUS + b" and more"))
    assert (verdict.is_clean, verdict.signature) == (False, f"{SIGNATURE}.UNOFFICIAL")


def test_a_file_is_read_as_it_is_sent_and_never_whole(scanner: Clamd) -> None:
    largest = 0

    def reading() -> object:
        nonlocal largest
        source = io.BytesIO(b"z" * 1_000_000)
        while part := source.read(100_000):
            largest = max(largest, len(part))
            yield part

    assert Scanner(scanner.url).scan(reading()).is_clean  # type: ignore[arg-type]
    assert largest == 100_000


@pytest.mark.parametrize("more", [1, 8 << 20], ids=["a byte more", "far more"])
def test_a_file_longer_than_it_takes_is_said_to_be(scanner: Clamd, more: int) -> None:
    with pytest.raises(FileTooLargeError):
        Scanner(scanner.url).scan(chunks(b"x" * (STREAM_LIMIT + more)))


def test_nobody_there(tmp_path: Path, own_scanner: Clamd) -> None:
    for url in (own_scanner.url, f"unix://{tmp_path}/none", "tcp://127.0.0.1:1"):
        with pytest.raises(ScannerAwayError):
            Scanner(url).ping()
        with pytest.raises(ScannerAwayError):
            Scanner(url).scan([b"x"])


def test_one_that_was_killed_is_away_until_it_is_back(own_scanner: Clamd) -> None:
    own_scanner.start()
    own_scanner.kill()
    with pytest.raises(ScannerAwayError):
        Scanner(own_scanner.url).scan([b"x"])
    own_scanner.start()
    assert Scanner(own_scanner.url).scan([VIRUS]).is_clean is False


def test_one_that_hangs_is_given_up(own_scanner: Clamd) -> None:
    own_scanner.start()
    own_scanner.pause()
    begun = time.monotonic()
    with pytest.raises(ScannerAwayError):
        Scanner(own_scanner.url, patience=BRIEF).ping()
    with pytest.raises(ScannerAwayError):  # nor does it take the whole of a long file
        Scanner(own_scanner.url, patience=BRIEF).scan(chunks(b"x" * 4_000_000))
    assert time.monotonic() - begun >= 2 * BRIEF


def test_one_that_takes_a_file_and_never_answers_is_given_up(pretender: Pretender) -> None:
    hanging = Scanner(pretender(None), patience=BRIEF)
    hanging.ping()
    with pytest.raises(ScannerAwayError):
        hanging.scan([b"x"])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"OK\0",
        b"stream: OK",
        b"stream: \0",
        b" FOUND\0",
        b"stream: OK\0stream: OK\0",
        b"HTTP/1.1 400 Bad Request\r\n\r\n\0",
        b"stream: OK\n",
        b"\xff\xfe\0",
        b"x" * 100_000,
    ],
)
def test_whatever_is_no_answer_clears_nothing(pretender: Pretender, answer: bytes) -> None:
    with pytest.raises(ScannerAwayError):
        Scanner(pretender(answer), patience=5).scan([b"x"])


@pytest.mark.parametrize(
    "answer",
    [b"stream: Can't allocate memory ERROR\0", b"COMMAND READ TIMED OUT ERROR\0"],
)
def test_an_error_of_its_own_is_about_this_file(pretender: Pretender, answer: bytes) -> None:
    with pytest.raises(FileNotScannedError):
        Scanner(pretender(answer)).scan([b"x"])


def test_what_the_file_s_own_reading_raises_comes_through(scanner: Clamd) -> None:
    def broken() -> object:
        yield b"x"
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError):
        Scanner(scanner.url).scan(broken())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    ["", "unix:", "unix://host/path", "unix:relative", "tcp://host", "tcp://:1", "http://h:1"],
)
def test_another_address_is_none(url: str) -> None:
    with pytest.raises(ValueError, match=r"^.*$"):
        Scanner(url)
