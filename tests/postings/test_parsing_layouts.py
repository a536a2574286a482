"""How a page is laid out, and what of it names the opening."""

from datetime import date

from tracker.postings.parsing import Page, PageReading, read_pages

AS_OF = date(2026, 11, 22)


def read(text: str) -> PageReading:
    return read_pages([Page("page.md", text.encode())], AS_OF)[0]


def test_full_time_before_the_title_that_opens_the_page_is_the_jobs_own() -> None:
    opened = read("A full-time Map Librarian is a patient person.\n")
    assert (opened.title, opened.employment_type) == ("Map Librarian", ["FULL_TIME"])


def test_settings_above_a_page_give_its_title_and_are_no_words_of_it() -> None:
    page = '---\nlayout: post\ntitle: "Map Clerk - Elm Library"\ntag: job\n---\n\nWe need help.\n'
    reading = read(page)
    assert (reading.title, reading.lines["title"]) == ("Map Clerk", 3)
    shown = [(one.heading, one.text) for one in reading.sections]
    assert shown == [("Map Clerk - Elm Library", "We need help.")]


def test_list_entry_with_the_same_title_but_other_opening_words_is_another_opening() -> None:
    entry = "### [Map Clerk](https://example.org/m)\n\nOak Branch wants a person who loves old ink."
    page = "# Map Clerk\n\nElm Branch is glad to offer a place among its many globes.\n"
    listed = Page("list.md", f"{entry}\n".encode())
    _, reading = read_pages([listed, Page("page.md", page.encode())], AS_OF)
    assert (reading.title, reading.link) == ("Map Clerk", None)


def test_list_that_says_none_is_an_empty_list() -> None:
    reading = read("# Work here\n\nThanks for asking.\n\n## Current openings:\n\nNone today.\n")
    assert (reading.kind, reading.postings) == ("list", [])


def test_labels_on_lines_of_their_own_are_headings_where_a_page_has_no_others() -> None:
    page = (
        "Map Clerk\n\nBenefits:\n· Free tea\n\nHow to send it in:\nSend a resume to a@example.org\n"
    )
    reading = read(page)
    assert (reading.benefits, reading.documents) == ("Free tea", ["resume"])


def test_sum_that_is_a_sentence_of_its_own_is_the_pay() -> None:
    pay = read("# Map Clerk\n\n35 hours a week. $63,000. You draw maps.\n").pay
    assert pay is not None
    assert (pay.min, pay.max, pay.unit) == (63000, 63000, "YEAR")
