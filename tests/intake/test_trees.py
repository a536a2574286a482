"""A mail's tree is read with work that grows with its length, and other mails read as ever."""

from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from tests.intake.hostile import corpus
from tests.intake.test_understanding import read
from tests.plugins.cost import cost
from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import Reason
from tracker.intake.opening import open_mail
from tracker.intake.trees import MOST_MULTIPARTS, MOST_READ, read_tree

FIELDS = {
    "semicolons": "text/plain" + ";" * 200_000,
    "semicolons of a multipart": "multipart/mixed" + ";" * 200_000,
    "parameters": "text/plain" + ";a=b" * 50_000,
    "pieces of one name": "text/plain" + ";name*0*=b" * 20_000,
    "an open quote": 'text/plain; a="' + ";" * 200_000,
    "quoted quotes": "text/plain" + ';a="\\"' * 40_000,
}


def nested(depth: int) -> bytes:
    """A mail of so many multiparts in one another, and a long text in the innermost."""
    opened = "".join(
        f"Content-Type: multipart/mixed; boundary=b{each}\n\n--b{each}\n" for each in range(depth)
    )
    return f"From: sam@example.net\n{opened}\n{'a' * 70}\n".encode()


@pytest.mark.parametrize("name", ["Content-Type", "Content-Disposition"])
@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_field_that_is_written_to_take_long_does_not(name: str, field: str) -> None:
    data = f"From: sam@example.net\n{name}: {field}\n\nHello\n".encode()
    with cost() as spent:
        found = read(data)
    assert spent.seconds < 2
    assert found.head.senders == (("", "sam@example.net"),)


def test_a_long_name_in_pieces_is_read_whole() -> None:
    pieces = "".join(f';\n filename*{n}="{"Zeugnis " * 6}"' for n in range(15))
    data = f"Content-Disposition: attachment{pieces}\n\nx\n".encode()
    name = read_tree(data).get_filename()
    assert name == message_from_bytes(data).get_filename()
    assert str(name).count("Zeugnis") == 90


@pytest.mark.parametrize(
    "data",
    [
        nested(MOST_MULTIPARTS + 1),
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * (MOST_READ + 1),
    ],
    ids=["multiparts", "parts"],
)
def test_a_mail_of_more_parts_than_any_has_is_not_read_to_its_end(
    data: bytes, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError) as caught:
        read_tree(data)
    assert caught.value.reason == Reason.TOO_COMPLEX
    (tmp_path / "mail.eml").write_bytes(data)
    folder = tmp_path / "folder"
    folder.mkdir()
    found = open_mail(tmp_path / "mail.eml", folder, most_bytes=40 << 20, most_file=10 << 20)
    assert "takes too much work to open. It is kept whole" in found.trouble


def test_a_mail_of_as_many_parts_as_are_taken_is_read() -> None:
    depth = 0
    for part in read_tree(nested(MOST_MULTIPARTS)).walk():
        depth += part.is_multipart()
    assert depth == MOST_MULTIPARTS


def test_every_other_mail_is_read_as_the_standard_library_reads_it() -> None:
    bounded = {"a thousand parameters", "three hundred deep", "five thousand deep"}
    others = corpus()
    assert bounded < set(others)
    for name, data in others.items():
        if name in bounded:
            continue
        ours, theirs = read_tree(data), message_from_bytes(data)
        assert shape(ours) == shape(theirs), name


def shape(tree: Message) -> list[object]:
    """What is read of each part."""
    return [
        (part.get_content_type(), list(part.raw_items()), part.get_payload())
        for part in tree.walk()
        if not part.is_multipart()
    ]
