"""Headings, pictures, left-over layout."""

import pytest

from tests.postings.checks.cases import Case, Table, each_of, found, sections, words

FLAGS: Table = {
    "heading-order": ["### Books\n\nRead.\n\n##### Maps\n\nDraw.", "### A\n\nx\n\n# B\n\ny"],
    "duplicate-heading": [sections(("Duties", "Read."), ("duties", "Write."))],
    "empty-section": [sections(("Duties", "Read."), ("Pay", " "))],
    "image-alt": ["![](award.jpg)", "![award.jpg](award.jpg)", '<img src="a.png">', "![image](a)"],
    "html-in-text": ["Read.<br />Write.", '<div class="row">Read.</div>'],
}
SPARES: Table = {
    "heading-order": [
        "### Books\n\nRead.\n\n#### Maps\n\nDraw.\n\n### Films\n\nWatch.",
        "#### Books\n\nRead.\n\n#### Maps\n\nDraw.",
        "```\n# a\n### b\n```",
        "We are #1 in the state.",
    ],
    "duplicate-heading": [sections(("Duties", "Read."), ("Pay", "Good."), ("", "A"), ("", "B"))],
    "empty-section": [sections(("Duties", "Read."), ("", " "), ("EOE", ""))],
    "image-alt": ["![Top workplace 2018](award.jpg)", '<img alt="Award" src="a.png">', "Wow![1]"],
    "html-in-text": ["a < b and c > d", "Write to <ida@example.org>.", "I <3 books."],
}


@pytest.mark.parametrize(("code", "case"), each_of(FLAGS))
def test_it_is_flagged(code: str, case: Case) -> None:
    assert code in found(case)


@pytest.mark.parametrize(("code", "case"), each_of(SPARES))
def test_it_is_spared(code: str, case: Case) -> None:
    assert code not in found(case)


def test_the_heading_out_of_order_is_quoted() -> None:
    assert words(FLAGS["heading-order"][0], "heading-order") == ["Maps"]
