"""Short links lead to their posting, count without knowing anybody, and tell what came of them."""

import io
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.exc import IntegrityError

from tests.applications import desk
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories
from tracker.applications.rules import Outcome, Reason, Stage, clean_source
from tracker.core.access import Role
from tracker.core.db import db, writing
from tracker.postings import operations
from tracker.postings.addressing import CODE_LETTERS, new_code, read_code
from tracker.postings.models import Posting, ShortLink


def linked(posting: Posting, source: str = "poster") -> ShortLink:
    with writing():
        link = operations.make_link(posting, source=source, by=None)
        db.session.commit()
    return link


@pytest.mark.both_databases
def test_a_short_link_leads_to_the_posting_and_is_counted(any_app: Flask, client: Client) -> None:
    link = linked(factories.open_posting())
    for _ in range(3):
        answer = client.get(f"/j/{link.code}")
        assert (answer.status_code, answer.location, answer.headers["Cache-Control"]) == (
            302,
            "/postings/childrens-librarian?source=poster",
            "no-store",
        )
        assert "Set-Cookie" not in answer.headers
    client.head(f"/j/{link.code}")  # a look without a reader
    db.session.refresh(link)
    assert link.opened == 3


def test_what_is_typed_from_a_poster_is_read_kindly(client: Client) -> None:
    link = linked(factories.open_posting())
    assert client.get(f"/j/{link.code.lower()}").status_code == 302
    assert client.get(f"/j/%20{link.code}").status_code == 302


@pytest.mark.parametrize("code", ["ABCDEF", "3479CD", "short", "3479CDF", "３４７９ＣＤ", "%00"])
def test_an_unknown_code_says_so_in_the_sites_dress(client: Client, code: str) -> None:
    factories.employer()
    answer = client.get(f"/j/{code}")
    assert answer.status_code == 404
    if code != "%00":
        assert "There is no short link with these letters." in Page(answer.text).text


def test_an_ended_one_says_so_and_is_counted_no_more(client: Client) -> None:
    link = linked(factories.open_posting())
    operations.end_link(link)
    db.session.commit()
    answer = client.get(f"/j/{link.code}")
    assert answer.status_code == 410
    assert "This short link has ended." in Page(answer.text).text
    assert client.get(f"/j/{link.code}/qr.svg").status_code == 410
    db.session.refresh(link)
    assert link.opened == 0


def test_it_says_so_in_spanish(client: Client) -> None:
    factories.employer()
    said = client.get("/j/3479CD", headers={"Accept-Language": "es"}).text
    assert "There is no short link" not in said


def test_an_ended_one_begins_again_with_its_code(app: Flask) -> None:
    posting = factories.open_posting()
    link = linked(posting)
    operations.end_link(link)
    db.session.commit()
    assert linked(posting) is link
    assert link.ended_at is None


def test_a_closed_posting_is_still_found_by_its_link(client: Client) -> None:
    posting = factories.open_posting()
    link = linked(posting)
    operations.close(posting, by=None)
    db.session.commit()
    assert client.get(f"/j/{link.code}", follow_redirects=True).status_code == 410


def test_codes_have_no_letter_that_is_mistaken() -> None:
    assert not set("0O1IL2Z5S6G8BUVQAE") & set(CODE_LETTERS)
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert {read_code(f" {each.lower()} ") for each in codes} == codes


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"code": "abcdef"}, "code"),
        ({"code": "ABC"}, "code"),
        ({"source": ""}, "source"),
        ({"opened": -1}, "opened"),
        ({"source": "list"}, "source"),
    ],
)
def test_the_database_refuses_a_link_that_cannot_be(
    any_app: Flask, values: dict[str, object], constraint: str
) -> None:
    posting = factories.open_posting()
    linked(posting, "list")
    db.session.add(ShortLink(**{"code": "3479CD", "posting": posting, "source": "x", **values}))
    with pytest.raises(IntegrityError) as refused:
        db.session.flush()
    assert constraint in str(refused.value.orig)


# Codes to print


def test_the_codes_hold_the_address(client: Client) -> None:
    link = linked(factories.open_posting())
    svg, png = (client.get(f"/j/{link.code}/qr.{form}") for form in ("svg", "png"))
    assert (svg.mimetype, svg.data[:5]) == ("image/svg+xml", b"<svg ")
    with Image.open(io.BytesIO(png.data)) as drawn:
        assert (drawn.format, drawn.width) == ("PNG", drawn.height)
        assert drawn.width >= 400  # sharp on paper
    assert client.get(f"/j/{link.code}/qr.gif").status_code == 404


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["We are hiring", "Closes"]), ("es", ["Buscamos personal", "Cierre"])],
)
def test_a_flyer_says_everything_on_one_page(
    app: Flask, client: Client, language: str, words: list[str]
) -> None:
    posting = factories.open_posting()
    link = linked(posting)
    factories.sign_in(client, factories.coordinator())
    answer = client.get(
        f"/staff/postings/{posting.id}/links/{link.id}/flyer.pdf", query_string={"in": language}
    )
    assert answer.mimetype == "application/pdf"
    pdf = pypdfium2.PdfDocument(answer.data)
    assert len(pdf) == 1
    said = pdf[0].get_textpage().get_text_range().replace("\r\n", " ")
    for each in (
        *words,
        "Children's Librarian",
        "Fernhollow Library",
        "$52,000–$61,000",
        f"jobs.example.org/j/{link.code}",
        "2026-001",
    ):
        assert each in said


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Librarian " * 30, "summary": "Words and more words. " * 200},
        {"schedule": "On " + "and on " * 300, "pay_note": "more with experience " * 40},
        {"title": "W" * 300, "summary": "", "location": "x" * 300},
        {"title": "<b>Shelver</b> & Юрий 図書館員 مكتبة"},
    ],
)
def test_a_flyer_stays_one_page_whatever_is_written(staff: Client, values: dict[str, Any]) -> None:
    factories.employer(name="The Public Library of a Town with a Long Name " * 4)
    posting = factories.open_posting(**values)
    link = linked(posting)
    answer = staff.get(f"/staff/postings/{posting.id}/links/{link.id}/flyer.pdf")
    pdf = pypdfium2.PdfDocument(answer.data)
    assert len(pdf) == 1
    said = pdf[0].get_textpage().get_text_range()
    assert link.code in said
    assert "Pay" in said


# What staff see


def test_staff_make_a_link_and_see_what_came_by_it(staff: Client) -> None:
    posting = factories.open_posting()
    url = f"/staff/postings/{posting.id}"
    answer = staff.submit(url, {"source": "Notice board, branch 2"}, follow=True)
    link = db.session.query(ShortLink).one()
    assert link.source == clean_source("Notice board, branch 2") == "Notice-board-branch-2"
    page = Page(answer.text)
    assert page.link(f"localhost/j/{link.code}").endswith(f"/j/{link.code}")
    for email, source in (("b@example.org", link.source), ("c@example.org", "")):
        desk.arrived(posting, email=email, source=source)
    hired = desk.arrived(posting, email="a@example.org", source=link.source)
    desk.move(hired, Stage.OFFER)
    desk.move(hired, Outcome.HIRED, reason=Reason.BEST_QUALIFIED)
    staff.get(f"/j/{link.code}")
    table = staff.page(url).one("div[@aria-label='Where people come from']//table")
    rows = [["".join(cell.itertext()).split() for cell in row] for row in table.iter("tr")][1:]
    assert [(" ".join(row[0]), row[2], row[3], row[4]) for row in rows] == [
        ("Notice board branch 2", ["1"], ["2"], ["1"]),
        ("No source named", [], ["1"], ["0"]),
    ]


def test_a_source_without_a_letter_is_refused(staff: Client) -> None:
    posting = factories.open_posting()
    answer = staff.submit(f"/staff/postings/{posting.id}", {"source": "!!"})
    assert answer.status_code == 422
    assert "Write it with letters or figures." in answer.text
    assert db.session.query(ShortLink).count() == 0


def test_staff_end_a_link(staff: Client) -> None:
    posting = factories.open_posting()
    link = linked(posting)
    staff.submit(f"/staff/postings/{posting.id}", {}, form=f"/links/{link.id}/end")
    db.session.refresh(link)
    assert link.ended_at is not None


def test_a_draft_has_no_links_yet(staff: Client) -> None:
    posting = factories.draft_posting()
    assert "Where people come from" not in staff.get(f"/staff/postings/{posting.id}").text
    token = staff.token("/staff/account")
    answer = staff.post(
        f"/staff/postings/{posting.id}/links", data={"source": "poster", "csrf_token": token}
    )
    assert answer.status_code == 409


def test_another_postings_link_is_not_found_here(staff: Client) -> None:
    mine, other = factories.open_posting(), factories.open_posting()
    link = linked(other)
    assert staff.get(f"/staff/postings/{mine.id}/links/{link.id}/flyer.pdf").status_code == 404


def test_a_manager_ends_no_link_of_anothers(client: Client) -> None:
    posting = factories.open_posting()
    link = linked(posting)
    factories.sign_in(client, factories.person("max.reed@example.org", role=Role.MANAGER))
    token = client.token("/staff/account")
    url = f"/staff/postings/{posting.id}/links/{link.id}/end"
    assert client.post(url, data={"csrf_token": token}).status_code == 404
