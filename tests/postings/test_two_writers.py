"""Two people at one posting: both are told, each sees the other's words, and nothing is lost."""

import threading
from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller
from werkzeug.test import TestResponse

from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.desk import only_posting, page_of
from tests.postings.factories import coordinator, draft_posting, open_posting, sign_in
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.content import DocumentValue, QuestionValue, SectionValue
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind, QuestionKind

pytestmark = pytest.mark.both_databases
PARTS = [
    SectionValue("", "Come."),
    SectionValue("Duties", "Read."),
    SectionValue("Schedule", "Daytime."),
]


@pytest.fixture
def mine(app: Flask) -> Client:
    """My browser."""
    return browser(app, "cora.field@example.org")


@pytest.fixture
def theirs(app: Flask) -> Client:
    """A colleague's browser."""
    return browser(app, "dan.wood@example.org")


def browser(app: Flask, email: str) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    sign_in(client, coordinator(email))
    return client


def edit_of(posting: Posting) -> str:
    return f"/staff/postings/{posting.id}/edit"


def both_save(
    mine: Client, theirs: Client, my_words: dict[str, Any], their_words: dict[str, Any], **how: Any
) -> TestResponse:
    """Open the same posting twice, save theirs first; returns what I am answered then."""
    url = edit_of(draft_posting(sections=PARTS, **how))
    page = mine.page(url)
    assert theirs.submit(url, their_words, form="posting", button="save").status_code == 303
    return mine.fill(page, my_words, form="posting", button="save")


def said(posting: Posting) -> list[tuple[str, str]]:
    return [(each.heading, each.text) for each in posting.sections]


def clashes(page: Page) -> list[str]:
    return page.texts("form[@id='merge']/fieldset/legend")


def test_what_both_changed_is_shown_side_by_side_and_one_chooses(
    mine: Client, theirs: Client
) -> None:
    answer = both_save(
        mine,
        theirs,
        {"title": "Mine", "sections-1-text": "Read aloud.", "pay_min": "53000", "summary": "M"},
        {"title": "Theirs", "sections-1-text": "Read softly.", "location": "Branch"},
    )
    page = page_of(answer)
    assert (answer.status_code, only_posting().title) == (409, "Theirs")
    assert page.texts("h1") == ["Dan Wood saved this posting while you were writing"]
    assert clashes(page) == ["Title", "Duties"]
    shown = page.texts("p[@class='side-words']")
    assert [each for each in shown if "Read" in each] == ["Read softly.", "Read aloud."]
    assert page.texts("details[@class='group-more']/summary")[:2] == [
        "Only they changed (1): it stays as they saved it",
        "Only you changed (2): it becomes as you typed it",
    ]
    section = only_posting().sections[1].id
    answer = mine.fill(
        page, {"choose-title": "theirs", f"choose-sections:{section}": "mine"}, form="merge"
    )
    posting = only_posting()
    assert answer.location == f"/staff/postings/{posting.id}"
    assert (posting.title, posting.location, posting.summary) == ("Theirs", "Branch", "M")
    assert str(posting.pay_min) == "53000.00"
    assert said(posting) == [("", "Come."), ("Duties", "Read aloud."), ("Schedule", "Daytime.")]


def test_both_texts_can_stay(mine: Client, theirs: Client) -> None:
    answer = both_save(mine, theirs, {"sections-1-text": "Mine."}, {"sections-1-text": "Theirs."})
    key = f"choose-sections:{only_posting().sections[1].id}"
    mine.fill(page_of(answer), {key: "both"}, form="merge")
    assert said(only_posting())[1] == ("Duties", "Theirs.\n\nMine.")


def test_nothing_is_decided_for_who_does_not_choose(mine: Client, theirs: Client) -> None:
    answer = both_save(mine, theirs, {"title": "Mine", "summary": "M"}, {"title": "Theirs"})
    again = mine.fill(page_of(answer), {}, form="merge")
    page = page_of(again)
    assert (again.status_code, only_posting().title) == (422, "Theirs")
    assert page.texts("div[@id='error-summary']//li") == ["Title: choose which is to stay"]
    mine.fill(page, {"choose-title": "mine"}, form="merge")
    assert (only_posting().title, only_posting().summary) == ("Mine", "M")


def test_different_changes_fit_together_and_are_shown_before_they_are_saved(
    mine: Client, theirs: Client
) -> None:
    answer = both_save(
        mine,
        theirs,
        {"sections-0-text": "Come in.", "skills": "Latin"},
        {"sections-3-text": "Nights.", "closing_rule": "filled"},
    )
    page = page_of(answer)
    assert "You changed different things, so both fit together." in page.text
    mine.fill(page, {}, form="merge", button="save")
    posting = only_posting()
    assert said(posting) == [("", "Come in."), ("Duties", "Read."), ("Schedule", "Nights.")]
    assert ([each.name for each in posting.skills], posting.open_until_filled) == (["Latin"], True)


def test_sections_that_came_went_and_moved_on_both_sides_all_count(
    mine: Client, theirs: Client
) -> None:
    url = edit_of(draft_posting(sections=PARTS))
    page = page_of(mine.submit(url, {}, form="posting", button="add section"))
    own = next(
        name for name, values in page.form("posting").values.items() if values == ["other"]
    ).removesuffix("-kind")
    page = page_of(
        mine.fill(
            page, {f"{own}-heading": "Mine", f"{own}-text": "New."}, form="posting", button="check"
        )
    )
    their_page = page_of(theirs.submit(url, {}, form="posting", button="remove section 2"))
    theirs.fill(their_page, {"sections-0-text": "Come on."}, form="posting", button="save")
    answer = mine.fill(page, {}, form="posting", button="save")
    mine.fill(page_of(answer), {}, form="merge", button="save")
    assert said(only_posting()) == [("", "Come on."), ("Schedule", "Daytime."), ("Mine", "New.")]


def test_a_section_that_they_removed_and_i_changed_waits_for_a_choice(
    mine: Client, theirs: Client
) -> None:
    url = edit_of(draft_posting(sections=PARTS))
    page = mine.page(url)
    gone = page_of(theirs.submit(url, {}, form="posting", button="remove section 2"))
    theirs.fill(gone, {}, form="posting", button="save")
    answer = mine.fill(page, {"sections-1-text": "Read more."}, form="posting", button="save")
    page = page_of(answer)
    assert clashes(page) == ["Duties"]
    assert page.texts("div[@class='sides']//p[@class='muted']") == ["Removed"]
    key = next(name for name in page.form("merge").names if name.startswith("choose-"))
    mine.fill(page, {key: "mine"}, form="merge")
    assert ("Duties", "Read more.") in said(only_posting())


def press_and_save(client: Client, page: Page, *presses: str) -> TestResponse:
    """Move rows by their buttons, without script, and save. A draft has a place for each kind."""
    for each in presses:
        page = page_of(client.fill(page, {}, form="posting", button=each))
    return client.fill(page, {}, form="posting", button="save")


def headings(posting: Posting) -> list[str]:
    return [each.heading for each in posting.sections]


def test_an_order_that_only_they_made_stays(mine: Client, theirs: Client) -> None:
    url = edit_of(draft_posting(sections=PARTS))
    page = mine.page(url)
    assert (
        press_and_save(theirs, theirs.page(url), "up section 4", "up section 3").status_code == 303
    )
    answer = mine.fill(page, {"summary": "Mine"}, form="posting", button="save")
    page = page_of(answer)
    assert (answer.status_code, clashes(page)) == (409, [])
    assert "Order of the sections" in page.texts("details[@class='group-more']/h3")
    mine.fill(page, {}, form="merge", button="save")
    posting = only_posting()
    assert (posting.summary, headings(posting)) == ("Mine", ["", "Schedule", "Duties"])


def test_an_order_that_only_i_made_is_saved(mine: Client, theirs: Client) -> None:
    url = edit_of(draft_posting(sections=PARTS))
    page = mine.page(url)
    theirs.submit(url, {"summary": "Theirs"}, form="posting", button="save")
    answer = press_and_save(mine, page, "up section 4", "up section 3")
    mine.fill(page_of(answer), {}, form="merge", button="save")
    posting = only_posting()
    assert (posting.summary, headings(posting)) == ("Theirs", ["", "Schedule", "Duties"])


def test_of_two_orders_one_is_chosen(mine: Client, theirs: Client) -> None:
    url = edit_of(draft_posting(sections=PARTS))
    page = mine.page(url)
    press_and_save(theirs, theirs.page(url), "up section 4", "up section 3")
    answer = press_and_save(mine, page, "up section 2")
    page = page_of(answer)
    assert (answer.status_code, clashes(page)) == (409, ["Order of the sections"])
    assert page.texts("ol[@class='side-rows']/li") == [
        "Summary",
        "Schedule",
        "Duties",
        "Duties",
        "Summary",
        "Schedule",
    ]
    answer = mine.fill(page, {}, form="merge", button="save")
    page = page_of(answer)
    assert (answer.status_code, page.texts("div[@id='error-summary']//li")) == (
        422,
        ["Order of the sections: choose which is to stay"],
    )
    mine.fill(page, {"choose-sections": "theirs"}, form="merge", button="save")
    assert headings(only_posting()) == ["", "Schedule", "Duties"]


def test_orders_of_documents_and_questions_count_too(mine: Client, theirs: Client) -> None:
    asked = [QuestionValue(f"{each}?", QuestionKind.SHORT_TEXT) for each in ("Who", "Why")]
    wanted = [DocumentValue(kind, kind.value) for kind in (DocumentKind.RESUME, DocumentKind.ESSAY)]
    url = edit_of(draft_posting(sections=PARTS, documents=wanted, questions=asked))
    page = mine.page(url)
    press_and_save(theirs, theirs.page(url), "up document 2", "up question 2")
    answer = mine.fill(page, {"title": "Mine"}, form="posting", button="save")
    page = page_of(answer)
    shown = page.texts("details[@class='group-more']/h3")
    assert shown == ["Order of the documents", "Order of the questions", "Title"]
    mine.fill(page, {}, form="merge", button="save")
    posting = only_posting()
    assert [each.kind for each in posting.documents] == [DocumentKind.ESSAY, DocumentKind.RESUME]
    assert [each.text for each in posting.questions] == ["Why?", "Who?"]


def test_a_third_version_is_shown_too(mine: Client, theirs: Client) -> None:
    answer = both_save(mine, theirs, {"title": "Mine"}, {"title": "Theirs"})
    url = edit_of(only_posting())
    theirs.submit(url, {"title": "Theirs again"}, form="posting", button="save")
    answer = mine.fill(page_of(answer), {"choose-title": "mine"}, form="merge", button="save")
    page = page_of(answer)
    assert (answer.status_code, only_posting().title) == (409, "Theirs again")
    assert page.texts("div[@id='error-summary']//li") == ["It was saved once more meanwhile."]
    assert "Theirs again" in page.texts("p[@class='side-words']")
    mine.fill(page, {}, form="merge", button="save")  # the choice is still there
    assert only_posting().title == "Mine"


def test_one_can_put_it_together_and_go_on_writing(mine: Client, theirs: Client) -> None:
    answer = both_save(
        mine, theirs, {"title": "Mine", "summary": "M"}, {"title": "Theirs", "location": "Branch"}
    )
    page = page_of(
        mine.fill(page_of(answer), {"choose-title": "mine"}, form="merge", button="edit")
    )
    values = page.form("posting").values
    assert (values["title"], values["summary"], values["location"]) == (["Mine"], ["M"], ["Branch"])
    assert only_posting().title == "Theirs"
    mine.fill(page, {}, form="posting", button="save")
    assert (only_posting().title, only_posting().location) == ("Mine", "Branch")


def test_a_posting_that_only_moved_is_saved_at_once(mine: Client) -> None:
    url = edit_of(posting := open_posting())
    page = mine.page(url)
    operations.close(db.session.get_one(Posting, posting.id), by=None)
    db.session.commit()
    answer = mine.fill(page, {"summary": "Mine"}, form="posting", button="save")
    assert (answer.status_code, only_posting().summary) == (303, "Mine")


@pytest.mark.parametrize(
    "carried", ["", "[", "[1, 2]", '[{"title": 3}, {"sections": [[1]]}]', "null", "[" * 5000]
)
def test_a_form_that_does_not_know_where_it_began_overwrites_nothing(
    mine: Client, theirs: Client, carried: str
) -> None:
    answer = both_save(mine, theirs, {"title": "Mine", "base": carried}, {"title": "Theirs"})
    assert (answer.status_code, clashes(page_of(answer))) == (409, ["Title"])


def test_of_two_who_save_at_once_one_is_shown_both(app: Flask) -> None:
    posting = draft_posting(sections=PARTS)
    url = edit_of(posting)
    names = ("cora.field@example.org", "dan.wood@example.org")
    browsers = [browser(app, name) for name in names]
    pages = [each.page(url) for each in browsers]
    db.session.rollback()
    answers: list[TestResponse] = []
    gate = threading.Barrier(2)

    def save(number: int) -> None:
        gate.wait()
        words = {"title": f"Title {number}", "sections-0-text": f"Words {number}."}
        answers.append(browsers[number].fill(pages[number], words, form="posting", button="save"))

    threads = [threading.Thread(target=save, args=(number,)) for number in (0, 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each.status_code for each in answers) == [303, 409]
    winner = only_posting().title[-1]
    assert said(only_posting())[0] == ("", f"Words {winner}.")
    (lost,) = [each for each in answers if each.status_code == 409]
    other = "1" if winner == "0" else "0"
    assert f"Words {other}." in page_of(lost).texts("p[@class='side-words']")


def test_who_opens_a_posting_is_told_who_is_at_it(
    mine: Client, theirs: Client, clock: Traveller
) -> None:
    posting = draft_posting()
    url = edit_of(posting)
    page = theirs.page(url)
    sent = page.form("posting").filled({}).data | {"beat": "1"}
    assert theirs.post(f"/staff/postings/{posting.id}/words", data=sent).json == {
        "said": "",
        "others": "",
    }
    told = mine.page(url).texts("div[@role='status']/p")
    assert [each.partition(" since")[0] for each in told] == ["Dan Wood has had this posting open"]
    clock.shift(4 * 60)
    assert mine.page(url).texts("div[@role='status']/p") == []


def test_an_open_editor_hears_of_others_and_of_what_they_saved(
    mine: Client, theirs: Client
) -> None:
    posting = draft_posting()
    words = f"/staff/postings/{posting.id}/words"
    my_form = mine.page(edit_of(posting)).form("posting").filled({}).data | {"beat": "1"}
    their_page = theirs.page(edit_of(posting))
    theirs.post(words, data=their_page.form("posting").filled({}).data | {"beat": "1"})
    answer = mine.post(words, data=my_form).json
    assert answer is not None
    assert "Dan Wood has had this posting open since" in answer["others"]
    theirs.fill(their_page, {"title": "Theirs"}, form="posting", button="save")
    answer = mine.post(words, data=my_form).json
    assert answer is not None
    assert "Dan Wood saved this posting at" in answer["others"]
    assert "has had this posting open" not in answer["others"]
