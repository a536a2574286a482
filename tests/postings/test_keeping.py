"""Drafts that save themselves: what was typed is there again, and public pages do not move."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import Traveller
from werkzeug.test import TestResponse

from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings.desk import NEW, READ, only_posting, page_of
from tests.postings.factories import (
    coordinator,
    draft_posting,
    manager,
    open_posting,
    sign_in,
)
from tracker.core.db import db
from tracker.core.jobs import run_now
from tracker.postings.models import Posting, UnsavedWords
from tracker.postings.operations.unsaved import MOST_KEPT
from tracker.postings.views import editor
from tracker.postings.views.pacing import Pace

PUBLIC = "You have unsaved words from"


def rows() -> list[UnsavedWords]:
    db.session.rollback()
    return list(db.session.scalars(select(UnsavedWords).order_by(UnsavedWords.id)))


def keep(staff: Client, page: Page, data: dict[str, Any], **more: str) -> TestResponse:
    """What the script sends when somebody stops typing."""
    form = page.form("posting")
    return staff.post(form.element.get("data-keep") or "", data=form.filled(data).data | more)


def edit_of(posting: Posting) -> str:
    return f"/staff/postings/{posting.id}/edit"


def left(staff: Client, page: Page, data: dict[str, Any]) -> None:
    """Somebody types, and closes the window."""
    assert keep(staff, page, data).status_code == 200
    keep(staff, page, {}, left="1", beat="1")


@pytest.mark.both_databases
def test_words_are_kept_beside_a_public_posting_and_offered_again(
    client: Client, clock: Traveller
) -> None:
    sign_in(client, coordinator())
    clock.move_to(dt.datetime(2026, 12, 1, 19, 3, tzinfo=dt.UTC))
    posting = open_posting()
    before = (posting.version, posting.title)
    page = client.page(edit_of(posting))
    answer = keep(client, page, {"title": "Mine", "pay_min": "a lot"})
    assert answer.json == {"said": "Saved at 2:03 pm", "others": ""}
    keep(client, page, {}, left="1", beat="1")
    assert (only_posting().version, only_posting().title) == before
    page = client.page(edit_of(posting))
    assert page.form("posting").values["title"] == ["Children's Librarian"]
    assert f"{PUBLIC} 1 Dec 2026, 2:03 pm" in page.text
    page = client.page(page.link("Continue 1 Dec 2026, 2:03 pm"))
    values = page.form("posting").values
    assert (values["title"], values["pay_min"]) == (["Mine"], ["a lot"])
    assert "They are not saved in the posting yet." in page.text
    asked = client.fill(page, {"pay_min": "53000"}, form="posting", button="save")
    client.fill(page_of(asked), {"reason": "It was mistyped."}, form="posting", button="save")
    assert (only_posting().title, rows()) == ("Mine", [])


def test_a_draft_goes_on_where_it_stopped(staff: Client) -> None:
    posting = draft_posting()
    left(staff, staff.page(edit_of(posting)), {"summary": "Mine"})
    page = staff.page(edit_of(posting))
    assert page.form("posting").values["summary"] == ["Mine"]
    assert "You go on where you stopped" in page.text
    assert [each.token for each in rows()] == page.form("posting").values["words"]
    saved = staff.page(page.link("Show it as it was saved"))
    assert saved.form("posting").values["summary"] != ["Mine"]
    assert PUBLIC in saved.text


def test_a_posting_that_was_never_saved_is_kept_too(staff: Client, employed: None) -> None:
    left(staff, staff.page(NEW), {"title": "Page", "sections-1-text": "Shelve."})
    assert db.session.scalars(select(Posting)).all() == []
    assert staff.page(NEW).form("posting").values["title"] == [""]
    page = staff.page("/staff/postings/start")
    assert "“Page”" in page.text
    link = next(each.get("href") for each in page.all("a") if "words=" in (each.get("href") or ""))
    page = staff.page(link or "")
    assert page.form("posting").values["sections-1-text"] == ["Shelve."]
    staff.fill(page, {}, form="posting", button="save")
    assert (only_posting().title, rows()) == ("Page", [])
    assert PUBLIC not in staff.page(NEW).text


def test_a_page_that_was_read_is_kept_with_what_was_corrected(
    staff: Client, employed: None
) -> None:
    read = page_of(staff.submit(READ, {"text": "# Page\n\nA page is sought, at $15 an hour.\n"}))
    left(staff, read, {"title": "Evening page"})
    page = staff.page(NEW)
    link = next(each.get("href") for each in page.all("a") if "words=" in (each.get("href") or ""))
    page = staff.page(link or "")
    assert page.form("posting").values["title"] == ["Evening page"]
    assert "$15 an hour" in page.text
    staff.fill(page, {}, form="posting", button="save")
    posting = only_posting()
    assert (posting.title, posting.source_text is not None, rows()) == ("Evening page", True, [])


def test_words_can_be_discarded(staff: Client) -> None:
    posting = open_posting()
    left(staff, staff.page(edit_of(posting)), {"title": "Mine"})
    (words,) = rows()
    answer = staff.submit(edit_of(posting), {}, form=f"/words/{words.id}/discard")
    assert (answer.location, rows()) == (edit_of(posting), [])
    page = staff.page(edit_of(posting))
    assert "The unsaved words were discarded." in page.text
    assert PUBLIC not in page.text


def test_two_windows_of_one_person_keep_their_own_words(staff: Client) -> None:
    posting = open_posting()
    first, second = staff.page(edit_of(posting)), staff.page(edit_of(posting))
    keep(staff, first, {"title": "First"})
    keep(staff, second, {"title": "Second"})
    assert [(each.typed or {})["title"] for each in rows()] == [["First"], ["Second"]]
    page = staff.page(edit_of(posting))
    assert page.text.count("They are open in another window of yours.") == 2
    (link, _other) = [
        each.get("href") for each in page.all("a") if "words=" in (each.get("href") or "")
    ]
    again = staff.page(link or "").form("posting").values
    assert again["title"] == ["Second"]
    assert again["words"][0] not in {each.token for each in rows()}


def test_words_that_say_what_is_saved_are_not_offered(staff: Client) -> None:
    posting = open_posting()
    page = staff.page(edit_of(posting))
    staff.fill(page, {"title": "Mine"}, form="posting", button="save")
    left(staff, page, {"title": "Mine"})  # what was on its way while Save was pressed
    assert PUBLIC not in staff.page(edit_of(posting)).text


def test_without_script_every_press_keeps_what_was_typed(staff: Client) -> None:
    posting = open_posting()
    staff.submit(edit_of(posting), {"title": "Mine"}, form="posting", button="add section")
    (words,) = rows()
    assert (words.typed or {})["title"] == ["Mine"]
    staff.submit(edit_of(posting), {"pay_min": "much"}, form="posting", button="save")
    assert [(each.typed or {})["pay_min"] for each in rows()] == [["52000"], ["much"]]


def test_what_somebody_saved_meanwhile_is_joined_with_words_kept_before(
    app: Flask, staff: Client
) -> None:
    posting = open_posting()
    left(staff, staff.page(edit_of(posting)), {"title": "Mine", "location": "Branch"})
    other = app.test_client()
    assert isinstance(other, Client)
    sign_in(other, coordinator("dan.wood@example.org"))
    other.submit(edit_of(posting), {"title": "Theirs"}, form="posting", button="save")
    (words,) = rows()
    page = staff.page(f"{edit_of(posting)}?words={words.id}")
    answer = staff.fill(page, {}, form="posting", button="save")
    assert answer.status_code == 409
    asked = staff.fill(page_of(answer), {"choose-title": "mine"}, form="merge", button="save")
    staff.fill(page_of(asked), {"reason": "We moved."}, form="posting", button="save")
    assert (only_posting().title, only_posting().location, rows()) == ("Mine", "Branch", [])


def test_nobody_reads_or_touches_another_s_words(app: Flask, staff: Client) -> None:
    posting = open_posting(managers=[manager().id])
    page = staff.page(edit_of(posting))
    left(staff, page, {"title": "Mine"})
    (words,) = rows()
    other = app.test_client()
    assert isinstance(other, Client)
    sign_in(other, manager())
    their_page = other.page(edit_of(posting))
    assert PUBLIC not in their_page.text
    assert other.get(f"{edit_of(posting)}?words={words.id}").status_code == 404
    data = {"csrf_token": their_page.token()}
    assert other.post(f"/staff/postings/words/{words.id}/discard", data=data).status_code == 404
    stolen = keep(other, their_page, {"title": "Theirs", "words": words.token})
    assert stolen.status_code == 404
    assert keep(other, their_page, {"words": words.token}, left="1", beat="1").status_code == 200
    assert [(each.typed or {})["title"] for each in rows()] == [["Mine"]]
    hidden = draft_posting(title="Hidden")
    where = f"/staff/postings/{hidden.id}/words"
    assert other.post(where, data=data | {"words": "a"}).status_code == 404


def test_words_go_after_thirty_days_and_empty_looks_after_an_hour(
    staff: Client, clock: Traveller
) -> None:
    posting = open_posting()
    left(staff, staff.page(edit_of(posting)), {"title": "Mine"})
    keep(staff, staff.page(edit_of(posting)), {}, beat="1")
    clock.shift(dt.timedelta(hours=2))
    run_now("forget_unsaved_words")
    assert [(each.typed or {})["title"] for each in rows()] == [["Mine"]]
    clock.shift(dt.timedelta(days=30))
    run_now("forget_unsaved_words")
    assert rows() == []


def test_a_window_that_closes_without_words_leaves_nothing(staff: Client) -> None:
    page = staff.page(edit_of(open_posting()))
    keep(staff, page, {}, beat="1")
    assert [each.typed for each in rows()] == [None]
    keep(staff, page, {}, left="1", beat="1")
    assert rows() == []


def test_more_than_is_kept_is_refused_with_a_sentence(staff: Client) -> None:
    posting = open_posting()
    page = staff.page(edit_of(posting))
    assert keep(staff, page, {"summary": "x" * editor.LARGEST}).status_code == 413
    many = {f"sections-{number}-text": "x" * 90_000 for number in range(3, 15)}
    answer = keep(staff, page, {}, **many)
    assert (answer.status_code, answer.json) == (
        413,
        {
            "said": "Not kept: too long. Your words stay on this page. Shorten them, or save them"
            " elsewhere first."
        },
    )
    assert rows() == []
    assert keep(staff, page, {"summary": "x" * (editor.LARGEST // 2)}).status_code == 200
    assert keep(staff, page, {}, left="1", **many).status_code == 413
    told = (keep(staff, page, {"summary": "x" * 20_001}).json or {})["long"]
    assert told == "One text is longer than 20000 characters: shorten it before you press Save."
    assert keep(staff, page, {"summary": "x" * (editor.LARGEST // 2)}).status_code == 200
    assert [len((each.typed or {})["summary"][0]) for each in rows()] == [editor.LARGEST // 2]


def test_words_that_come_without_a_pause_wait(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = staff.page(edit_of(open_posting()))
    monkeypatch.setattr(editor, "pace", Pace(2, 60, "Not kept yet."))
    answers = [keep(staff, page, {"title": f"Title {number}"}) for number in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].json == {"said": "Not kept yet."}
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    pressed = staff.fill(page, {"title": "Pressed"}, form="posting", button="add section")
    assert page_of(pressed).form("posting").values["title"] == ["Pressed"]
    assert [(each.typed or {})["title"] for each in rows()] == [["Title 1"]]


@pytest.mark.both_databases
@pytest.mark.parametrize("public", [True, False])
def test_one_person_s_words_about_a_posting_are_not_endless(staff: Client, public: bool) -> None:
    where = edit_of(open_posting()) if public else NEW
    page = staff.page(where)
    keep(staff, page, {"words": "looked"}, beat="1")
    for number in range(MOST_KEPT):  # the last pushes out the one that holds nothing
        answer = keep(staff, page, {"title": f"Title {number}", "words": f"token-{number}"})
        assert answer.status_code == 200
    answer = keep(staff, page, {"title": "One too many", "words": "other"})
    assert (answer.status_code, (answer.json or {})["said"][:9]) == (409, "Not kept:")
    tokens = [f"token-{number}" for number in range(MOST_KEPT)]
    assert [each.token for each in rows()] == tokens
    assert keep(staff, page, {"title": "Again", "words": "token-3"}).status_code == 200
    pressed = staff.fill(
        page, {"title": "Pressed", "words": "other"}, form="posting", button="add section"
    )
    assert page_of(pressed).form("posting").values["title"] == ["Pressed"]
    assert len(rows()) == MOST_KEPT
    elsewhere = staff.page(edit_of(draft_posting(title="Elsewhere")))
    assert keep(staff, elsewhere, {"title": "Fits"}).status_code == 200


def test_words_that_say_no_more_than_the_posting_make_room(staff: Client, clock: Traveller) -> None:
    page = staff.page(edit_of(open_posting()))
    for number in range(MOST_KEPT):
        keep(staff, page, {"words": f"token-{number}"})
    clock.shift(dt.timedelta(minutes=10))
    assert keep(staff, page, {"title": "Mine", "words": "other"}).status_code == 200
    assert [each.token for each in rows()] == ["other"]


def test_what_is_too_large_to_be_kept_is_drawn_again_whole(staff: Client) -> None:
    posting = open_posting()
    long = "Long. " * (editor.LARGEST // 5)
    page = staff.page(edit_of(posting))
    for button, status in (("add section", 200), ("save", 422)):
        answer = staff.fill(page, {"sections-0-text": long}, form="posting", button=button)
        assert answer.status_code == status
        shown = page_of(answer).form("posting").values["sections-0-text"]
        assert shown[0].strip() == long.strip()
    assert rows() == []
