"""The same fact in other hands' words."""

from datetime import date

import pytest

from tracker.postings.parsing import Page, PageReading, read_pages

AS_OF = date(2026, 11, 22)


def read(text: str) -> PageReading:
    return read_pages([Page("page.md", text.encode())], AS_OF)[0]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Join our team as a part-time Map Clerk.", "Map Clerk"),
        ("Elm Library is searching for a patient Globe Handler.", "Globe Handler"),
        ("Elm Library seeks a Manager, Map Services.", "Manager"),
        ("Elm Library seeks a Manager, Youth Services.", "Manager, Youth Services"),
        ("Under the Head of Maps, the Map Librarian answers every letter.", "Map Librarian"),
    ],
)
def test_title_in_other_words(words: str, wanted: str | None) -> None:
    assert read(f"{words} It is a nice place.\n").title == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            "to the Map Librarian, Ana Ruiz, at a@example.org.",
            ("Ana Ruiz", "Map Librarian", "a@example.org"),
        ),
        (
            "to Ana Ruiz, PhD, Head of Maps, at a@example.org.",
            ("Ana Ruiz", "Head of Maps", "a@example.org"),
        ),
        (
            "to a@example.org. Questions go to Ana Ruiz, Manager, q@example.org.",
            (None, None, "a@example.org"),
        ),
    ],
)
def test_contact_in_other_words(words: str, wanted: tuple[str | None, ...]) -> None:
    contact = read(f"## To apply\n\nPlease send your resume {words}\n").contact
    assert contact is not None
    assert (contact.name, contact.title, contact.email) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Attach a link to your online portfolio.", "online portfolio"),
        ("Attach a two-minute video introduction.", "two-minute video introduction"),
    ],
)
def test_other_documents_in_other_words(words: str, wanted: str) -> None:
    assert read(f"## To apply\n\n{words}\n").documents == [{"kind": "other", "title": wanted}]
