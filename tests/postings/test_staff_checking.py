"""The posting check on the staff's pages: beside the editor, before publishing, as JSON."""

from typing import Any

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.postings.desk import NEW, only_posting, page_of
from tests.postings.factories import draft_posting, manager, person, sign_in
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.organization.models import Position
from tracker.postings.content import SectionValue

CHECK = "/staff/postings/check"
FINDINGS = "section[@data-check]//p[@class='finding-name']/strong"
CAR = [SectionValue("Duties", "Read."), SectionValue("You", "You must have a car.")]


def found(staff: Client, data: dict[str, Any]) -> list[tuple[str, str]]:
    """Code and words of what the JSON answer finds in a form that is typed."""
    sent = staff.page(NEW).form("posting").filled(data).data
    answer = staff.post(CHECK, data=sent)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json is not None
    assert ("finding-name" in answer.json["html"]) is bool(answer.json["findings"])
    return [(each["code"], each["words"]) for each in answer.json["findings"]]


def whole(contact: str) -> dict[str, Any]:
    return {
        "title": "Page",
        "summary": "Fernhollow looks for someone who puts every book where it belongs.",
        "pay_min": "17",
        "pay_max": "19",
        "pay_unit": "HOUR",
        "benefits": "None.",
        "contact": contact,
        "closing_rule": "filled",
        "sections-0-text": "You bring books back to their shelves.",
        "sections-1-heading": "",
    }


def test_a_new_posting_is_not_blamed_before_it_is_written(staff: Client, employed: None) -> None:
    page = staff.page(NEW)
    assert page.texts(FINDINGS) == []
    assert page.texts("section[@data-check]//p[@data-summary]") == [
        "What is missing or odd appears here as you write."
    ]


def test_the_editor_shows_what_was_saved_with_its_findings(staff: Client) -> None:
    posting = draft_posting(sections=CAR, benefits="")
    page = staff.page(f"/staff/postings/{posting.id}/edit")
    assert page.texts(FINDINGS) == ["No benefits", "Must have a car"]
    assert page.texts("section[@data-check]//ul[@class='finding-places']/li") == [
        "“must have a car” in You."
    ]
    shown = staff.page(f"/staff/postings/{posting.id}")
    assert shown.texts("p[@class='finding-name']/strong") == ["No benefits", "Must have a car"]


def test_what_is_typed_is_checked_without_script_and_nothing_is_saved(staff: Client) -> None:
    posting = draft_posting()
    url = f"/staff/postings/{posting.id}/edit"
    answer = staff.submit(
        url, {"sections-0-text": "Must be a native speaker."}, form="posting", button="check"
    )
    page = page_of(answer)
    assert (answer.status_code, page.texts(FINDINGS)) == (200, ["Wants a native speaker"])
    assert page.form("posting").values["sections-0-text"] == ["Must be a native speaker."]
    assert only_posting().sections[0].text == "Come and tell *stories*."


def test_publishing_quotes_the_words_and_asks_for_no_advice(staff: Client) -> None:
    text = "You must have a car. The fair is on Monday, 9 March 2027."
    posting = draft_posting(sections=[SectionValue("Duties", "Read."), SectionValue("You", text)])
    url = f"/staff/postings/{posting.id}/publish"
    page = staff.page(url)
    assert page.texts("main//label") == ["Weekday and date disagree"]
    assert page.texts("main//li")[-2:] == [
        "“Monday, 9 March 2027” in You. That day is a Tuesday.",
        "“must have a car” in You.",
    ]
    answer = staff.fill(page, {"confirmed": ["weekday-mismatch"]})
    assert answer.status_code == 303
    assert only_posting().changes[-1].confirmed == ["weekday-mismatch"]


def test_the_json_answer_finds_what_the_saved_posting_would_have(staff: Client) -> None:
    draft_posting()
    contact = person("ida.moreno@example.org")
    assert found(staff, whole(f"person:{contact.id}")) == []
    assert found(staff, whole("")) == [("no-contact", "")]
    typed = whole(f"person:{contact.id}") | {"sections-0-text": "You need a car. Must have a car."}
    assert found(staff, typed) == [("requires-car", "Must have a car")]
    new = {"contact": "new", "contact_name": "New Hand", "contact_email": "new@example.org"}
    assert found(staff, whole("") | new) == []
    assert found(staff, whole("") | new | {"contact_email": "new@"}) == [("no-contact", "")]
    assert db.session.query(Person).filter_by(email="new@example.org").count() == 0


def test_a_contact_who_has_left_is_not_named_to_those_who_guess(staff: Client) -> None:
    draft_posting()
    gone = person("gone@example.org", disabled_at=now())
    position = Position(title="Head of Maps")
    db.session.add(position)
    db.session.commit()
    form = staff.page(NEW).form("posting").filled(whole("")).data
    for contact in (f"person:{gone.id}", f"position:{position.id}"):
        answer = staff.post(CHECK, data={**form, "contact": contact})
        assert answer.json is not None
        assert [(each["code"], each["words"]) for each in answer.json["findings"]] == [
            ("contact-unreachable", "")
        ]


@pytest.mark.parametrize(
    "typed",
    [
        {"pay_unit": "AEON", "closes_on": "31 June", "closing_rule": "date", "pay_min": "a lot"},
        {"contact": "person:²", "documents-0-kind": "gold", "questions-0-kind": "x"},
        {"contact": "position:" + "9" * 40, "closing_rule": "never", "openings": "-1"},
        {"questions-0-text": "Age", "questions-0-kind": "no kind", "sections-0-text": "\x00["},
    ],
)
def test_what_cannot_be_saved_can_be_checked(
    staff: Client, employed: None, typed: dict[str, str]
) -> None:
    form = {**staff.page(NEW).form("posting").filled(whole("")).data, **typed}
    answer = staff.post(CHECK, data=form)
    assert answer.status_code == 200
    assert answer.json is not None
    assert "no-contact" in [each["code"] for each in answer.json["findings"]]


def test_only_who_writes_postings_may_ask(app: Flask, client: Client) -> None:
    sign_in(client, manager())
    assert client.post(CHECK, data={"csrf_token": client.token(NEW)}).status_code == 200
    other = app.test_client()
    sign_in(other, person("pat@example.org", role=Role.PANELIST))
    assert other.post(CHECK, data={}).status_code in {400, 403}
