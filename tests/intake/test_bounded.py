"""Whatever a mail's text is made of, who wrote first in it is found in a moment, or not at all."""

import pytest

from tests.plugins.cost import cost
from tracker.intake.findings import Found, Head
from tracker.intake.forwarding import Inner, inner_mail
from tracker.intake.mime import LONGEST_TEXT

MARK = "-----Original Message-----\n"
HEAD = "From: sam@example.net\nSubject: x\n\n"
HOSTILE = {
    "spaces": "a\n" + " " * LONGEST_TEXT,
    "spaces before a word": "a\n" + " " * (LONGEST_TEXT - 9) + "x",
    "tabs before a word": "a\n" + "\t " * (LONGEST_TEXT // 2 - 9) + "x",
    "a field far to the right": MARK + " " * (LONGEST_TEXT - 99) + "From: sam@example.net",
    "dashes": "-" * (LONGEST_TEXT - 1) + "x",
    "marks alone": MARK * (LONGEST_TEXT // len(MARK)),
    "marks with a head that is none": (MARK + "From: x\n\n") * (LONGEST_TEXT // 40),
    "marks with many senders": (MARK + "From: " + "(a@, " * 1_000 + "\n\n")
    * (LONGEST_TEXT // 5_040),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_text_that_is_written_to_take_long_does_not(text: str) -> None:
    with cost() as spent:
        assert inner_mail(Found(head=Head(text=text))) is None
    assert spent.seconds < 2


def test_of_thousands_of_mails_in_one_another_the_innermost_is_found_at_once() -> None:
    count = LONGEST_TEXT // len(MARK + HEAD + "0000\n")
    text = "".join(f"{MARK}{HEAD}{number:04}\n" for number in range(count))
    with cost() as spent:
        found = inner_mail(Found(head=Head(text=text)))
    assert spent.seconds < 2
    assert found is not None
    assert found.address == "sam@example.net"


@pytest.mark.parametrize("before", ["", "  ", "> "])
def test_marks_and_heads_may_be_quoted_once(before: str) -> None:
    lines = ["See below.", "", MARK.strip(), "From: Sam <sam@example.net>", "Subject: Desk", ""]
    text = "\n".join([*(f"{before}{each}" for each in lines), "Dear all,"])
    found = inner_mail(Found(head=Head(text=text)))
    assert found == Inner("Sam", "sam@example.net", "Desk", "Dear all,", 0)
