"""A posting's file given to the page that reads pages: shown with its lines, saved as a draft."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.postings.desk import READ, only_posting, page_of, problems
from tests.postings.factories import coordinator, draft_posting, full_values, person, sign_in
from tests.postings.folder import empty, exported, whole
from tests.postings.folders import BEGUN
from tracker.postings.content import SectionValue
from tracker.postings.rules import PostingState

pytestmark = pytest.mark.usefixtures("employed")


def test_a_posting_file_is_shown_with_the_lines_of_its_fields(staff: Client) -> None:
    answer = staff.submit(READ, {"file": (BEGUN.encode(), "night.md")})
    page = page_of(answer)
    values = page.form("posting").values
    assert (answer.status_code, values["title"]) == (200, ["Night Librarian"])
    assert (values["pay_min"], values["pay_unit"], values["contact_email"]) == (
        ["17.50"],
        ["HOUR"],
        ["nora.whitfield@example.org"],
    )
    assert "Line 5: “pay_min: 17.50”" in page.text
    staff.fill(page, {"pay_max": "19"}, form="posting", button="save")
    posting = only_posting()
    assert (posting.state, str(posting.pay_max)) == (PostingState.DRAFT, "19.00")
    assert [(each.heading, each.text) for each in posting.sections][1:] == [("Duties", "Read.")]


def test_everything_that_the_form_shows_comes_from_the_file(
    app: Flask, staff: Client, tmp_path: Path
) -> None:
    draft_posting(accepts_late=True, unlisted=True, openings=3, pay_note="More with experience.")
    before = whole(only_posting())
    (data,) = exported(app, tmp_path / "postings").values()
    empty()
    staff = app.test_client()  # type: ignore[assignment]  # the app's own class of them
    sign_in(staff, coordinator())
    person(title="Head of Youth Services")
    answer = staff.submit(READ, {"file": (data, "it.md")})
    staff.fill(page_of(answer), {}, form="posting", button="save")
    new = {"reference": only_posting().reference}  # it is another posting that begins as this one
    assert whole(only_posting()) == {**before, **new}


def test_the_file_of_a_posting_that_is_here_leads_to_it(
    app: Flask, staff: Client, tmp_path: Path
) -> None:
    number = draft_posting().id
    (data,) = exported(app, tmp_path / "postings").values()
    answer = staff.submit(READ, {"file": (data, "it.md")}, follow=True)
    assert answer.request.path == f"/staff/postings/{number}"
    assert "comes in with: flask postings import" in answer.text


def test_what_is_wrong_in_a_file_stands_at_the_field(staff: Client) -> None:
    data = BEGUN.replace("17.50", "much").encode()
    answer = staff.submit(READ, {"file": (data, "night.md")})
    said = "night.md could not be read: line 5: “much” is no amount. Write one like 17.50."
    assert (answer.status_code, problems(answer)) == (422, [f"Or choose its file: {said}"])


def test_a_line_that_yaml_counts_and_no_editor_does_is_no_error(staff: Client) -> None:
    data = BEGUN.replace("tracker: 1", "tracker: 1\nsummary: 'a\u2028\u2028\u2028\u2028b'")
    cut = data.partition("closes_on")[0] + "---\n"
    assert staff.submit(READ, {"file": (cut.encode(), "night.md")}).status_code == 200


def test_a_page_of_many_sections_can_be_confirmed_and_changed(staff: Client) -> None:
    text = "# Page\n\n" + "".join(f"## Part {each}\n\nWords {each}.\n\n" for each in range(1, 90))
    page = page_of(staff.submit(READ, {"text": text}))
    staff.fill(page, {}, form="posting", button="save")
    posting = only_posting()
    assert len(posting.sections) == 60
    assert posting.sections[-1].text.startswith("Words 60.\n\n## Part 61\n\nWords 61.")
    assert posting.sections[-1].text.endswith("## Part 89\n\nWords 89.")


def test_a_posting_of_more_rows_than_the_form_offers_keeps_them(staff: Client) -> None:
    many: Any = [SectionValue(f"Part {each}", "Words.") for each in range(70)]
    posting = draft_posting(**full_values(title="Page", sections=many))
    url = f"/staff/postings/{posting.id}/edit"
    staff.fill(staff.page(url), {"location": "Annex"}, form="posting", button="save")
    posting = only_posting()
    assert (posting.location, len(posting.sections)) == ("Annex", 70)
