"""The desk's list of applications: narrowed, in order, by pages, and for many at once."""

import datetime as dt

import pytest
from flask import Flask

from tests.applications import desk
from tests.plugins.apps import Client
from tests.plugins.clocks import START, QueryCounter
from tests.plugins.pages import Page, text_of
from tests.postings import factories as postings
from tracker.applications import queries
from tracker.applications.models import Application
from tracker.applications.queries import Filters
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core import jobs
from tracker.core.db import db
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting

URL = "/staff/applications"


def names(page: Page) -> list[str]:
    """The candidates that a page lists, in its order."""
    return [text_of(each) for each in page.all("tbody//th/a")]


def copies(original: Application, count: int) -> None:
    """As many further applications, a minute apart, without mail: only for counting."""
    for number in range(count):
        db.session.add(
            Application(
                number=f"2026-C{number:04}",
                posting_id=original.posting_id,
                submission_token=f"copy {number}",
                content_sha256="-",
                name=f"Copy {number:02}",
                email=f"copy{number}@example.org",
                email_key=f"copy{number}@example.org",
                submitted_at=START - dt.timedelta(minutes=number),
            )
        )
    db.session.commit()


@pytest.fixture
def several(app: Flask) -> Client:
    """Four applications for two postings, and somebody who sees them all."""
    children = postings.open_posting(title="Children's Librarian")
    pages = postings.open_posting(title="Page")
    for place, (posting, name) in enumerate(
        [(children, "Ann Lee"), (children, "Élodie Marchand"), (pages, "Sam Rivera")]
    ):
        desk.arrived(
            posting,
            name=name,
            email=f"{name[0].lower()}{place}@example.org",
            at=START - dt.timedelta(days=place),
        )
    ended = desk.arrived(children, name="Zoe Hart", email="zoe@example.org", at=START)
    desk.move(ended, Outcome.NOT_SELECTED, reason=Reason.LATE)
    jobs.run_now("index")
    return desk.coordinator(app)


def test_the_list_shows_open_ones_newest_first_with_where_they_stand(several: Client) -> None:
    page = several.page(URL)
    assert names(page) == ["Ann Lee", "Élodie Marchand", "Sam Rivera"]
    assert page.texts("thead//th")[1:] == [
        "Name",
        "Posting",
        "Received",
        "Where it stands",
        "With whom",
        "Next interview",
    ]
    row = [text_of(cell) for cell in page.all("tbody/tr")[0].findall("td")]
    assert row[1:] == [
        "Children's Librarian",
        "23 Nov 2026, 10:00 am",
        "Received",
        "Ida Moreno, not seen yet",
        "None",
    ]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (
            {"standing": "all", "sort": "oldest"},
            ["Sam Rivera", "Élodie Marchand", "Ann Lee", "Zoe Hart"],
        ),
        ({"standing": "not selected"}, ["Zoe Hart"]),
        ({"standing": "received"}, ["Ann Lee", "Élodie Marchand", "Sam Rivera"]),
        ({"standing": "offer"}, []),
        ({"words": "LEE"}, ["Ann Lee"]),
        ({"words": "élodie"}, ["Élodie Marchand"]),
        ({"words": "march elod"}, []),
        ({"words": "s2@example rivera"}, ["Sam Rivera"]),
        ({"words": "100%"}, []),
    ],
)
def test_the_form_narrows_and_orders(
    several: Client, choices: dict[str, str], expected: list[str]
) -> None:
    answer = several.submit(URL, choices, form=URL)
    page = Page(answer.text, answer.request.url)
    assert names(page) == expected
    if "words" in choices:
        assert page.one("input[@name='words']").get("value") == choices["words"]


def test_the_number_finds_an_application_however_it_is_typed(several: Client) -> None:
    number = db.session.query(Application.number).filter_by(name="Sam Rivera").scalar()
    assert names(several.page(f"{URL}?words={number.lower()}")) == ["Sam Rivera"]


def test_one_posting_needs_no_column_for_it(several: Client) -> None:
    posting_id = db.session.query(Posting.id).filter_by(title="Page").scalar()
    page = several.page(f"{URL}?posting={posting_id}")
    assert names(page) == ["Sam Rivera"]
    assert "Posting" not in page.texts("thead//th")


@pytest.mark.parametrize("address", ["?posting=x", "?after=1-x&before=-", "?standing=none&sort=up"])
def test_an_address_that_was_tampered_with_shows_the_list(several: Client, address: str) -> None:
    assert len(names(several.page(f"{URL}{address}"))) == 3


def test_an_empty_list_says_what_will_appear(app: Flask) -> None:
    page = desk.coordinator(app).page(URL)
    assert page.texts("h2") == ["No applications yet"]


def test_pages_lead_on_and_back_and_miss_nobody(app: Flask) -> None:
    original = desk.arrived(name="The first", at=START + dt.timedelta(minutes=1))
    copies(original, 119)
    person = postings.coordinator()
    for oldest_first in (False, True):
        whole = queries.page_of(person, oldest_first=oldest_first, size=200).ids
        assert len(whole) == 120
        first = queries.page_of(person, oldest_first=oldest_first)
        second = queries.page_of(person, oldest_first=oldest_first, after=first.later or "")
        third = queries.page_of(person, oldest_first=oldest_first, after=second.later or "")
        assert first.ids + second.ids + third.ids == whole
        assert (first.earlier, third.later) == (None, None)
        assert (
            queries.page_of(person, oldest_first=oldest_first, before=third.earlier or "").ids
            == second.ids
        )
        again = queries.page_of(person, oldest_first=oldest_first, before=second.earlier or "")
        assert (again.ids, again.earlier) == (first.ids, None)


def test_equal_times_are_kept_apart_by_number_on_both_databases(any_app: Flask) -> None:
    copies(desk.arrived(at=START - dt.timedelta(days=9)), 5)
    db.session.query(Application).update({"submitted_at": START})
    db.session.commit()
    person = postings.coordinator()
    whole = queries.page_of(person).ids
    first = queries.page_of(person, size=4)
    rest = queries.page_of(person, size=4, after=first.later or "")
    assert first.ids + rest.ids == whole == sorted(whole, reverse=True)


def test_the_links_of_the_page_lead_through_it(app: Flask) -> None:
    copies(desk.arrived(name="The first", at=START + dt.timedelta(minutes=1)), 60)
    client = desk.coordinator(app)
    first = client.page(URL)
    second = client.page(first.link("Older →"))
    assert (len(names(first)), len(names(second))) == (50, 11)
    assert names(client.page(second.link("← Newer"))) == names(first)


def test_the_list_asks_as_much_for_thirty_as_for_one(
    app: Flask, count_queries: QueryCounter
) -> None:
    original = desk.arrived()
    client = desk.coordinator(app)
    client.page(URL)
    for url in (URL, f"{URL}?view=board&posting={original.posting_id}"):
        with count_queries() as for_one:
            client.page(url)
        if db.session.query(Application).count() == 1:
            copies(original, 29)
        with count_queries() as for_thirty:
            client.page(url)
        assert len(for_thirty) == len(for_one) <= 10


def test_counts_are_by_stage_and_by_outcome(several: Client) -> None:
    person = postings.coordinator()
    found = queries.counts(person, Filters())
    assert (found[Stage.RECEIVED], found[Outcome.NOT_SELECTED]) == (3, 1)
    assert sum(found.values()) == 4
    posting_id = db.session.query(Posting.id).filter_by(title="Page").scalar()
    assert sum(queries.counts(person, Filters(posting_id=posting_id)).values()) == 1


# Many at once


def chosen(page: Page, *wanted: str) -> list[str]:
    """The values of the boxes beside these candidates."""
    boxes = {}
    for row in page.all("tbody/tr"):
        name, box = row.find("th/a"), row.find("td/input")
        assert name is not None
        assert box is not None
        boxes[text_of(name)] = box.get("value") or ""
    return [boxes[each] for each in wanted]


def where(name: str) -> tuple[str, str | None]:
    row = db.session.query(Application).filter_by(name=name).one()
    db.session.refresh(row)
    return row.stage.value, row.outcome.value if row.outcome else None


def choose(client: Client, *wanted: str, url: str = f"{URL}?standing=all") -> Page:
    """Tick candidates in the list and press the button."""
    page = client.page(url)
    answer = client.fill(page, {"application": chosen(page, *wanted)}, form="/move")
    return Page(answer.text, answer.request.url)


def press(client: Client, page: Page, target: str) -> Page:
    """Choose where the chosen go."""
    form = next(
        place
        for place, each in enumerate(page.forms)
        if any(target in control.attrib.get("value", "") for control in each.controls)
    )
    answer = client.fill(page, form=form, button=target)
    return Page(answer.text, answer.request.url)


def test_several_move_each_with_reason_history_and_mail(several: Client) -> None:
    page = press(several, choose(several, "Ann Lee", "Sam Rivera"), "not selected")
    assert "The mail to Sam Rivera" in page.text
    assert "The mail to Ann Lee" in page.text
    answer = several.fill(page, {"reason": "late", "note": "After the date."}, form="/move")
    assert answer.status_code == 200
    done = Page(answer.text)
    assert done.texts("h1") == ["2 applications were moved"]
    assert where("Ann Lee") == where("Sam Rivera") == ("received", "not selected")
    mails = db.session.query(OutgoingEmail).filter_by(message="outcome_not_selected")
    assert {each.recipient_name for each in mails} == {"Ann Lee", "Sam Rivera"}
    assert all(f"Dear {each.recipient_name}," in each.text for each in mails)


def test_those_that_may_not_move_are_named_with_why_before_and_after(several: Client) -> None:
    page = press(several, choose(several, "Ann Lee", "Sam Rivera", "Zoe Hart"), "shortlisted")
    assert "Zoe Hart: It has ended (not selected). Reopen it on its own page." in page.text
    ann = db.session.query(Application).filter_by(name="Ann Lee").one()
    desk.move(ann, Stage.OFFER)
    answer = several.fill(page, form="/move")
    done = Page(answer.text)
    assert done.texts("h1") == ["1 application was moved"]
    assert "Ann Lee: Somebody else moved this application" in done.text
    assert (where("Ann Lee")[0], where("Sam Rivera")[0]) == ("offer", "shortlisted")


def test_nothing_moved_is_no_success(several: Client) -> None:
    page = press(several, choose(several, "Sam Rivera"), "shortlisted")
    desk.move(db.session.query(Application).filter_by(name="Sam Rivera").one(), Stage.OFFER)
    answer = several.fill(page, form="/move")
    assert answer.status_code == 409
    assert Page(answer.text).texts("h1") == ["Nothing was moved"]
    assert where("Sam Rivera") == ("offer", None)


def test_a_missing_reason_is_asked_for_and_nothing_typed_is_lost(several: Client) -> None:
    page = press(several, choose(several, "Ann Lee", "Sam Rivera"), "not selected")
    answer = several.fill(page, {"note": "Keep this."}, form="/move")
    assert answer.status_code == 422
    again = Page(answer.text, answer.request.url)
    assert "Choose a reason." in again.text
    assert text_of(again.one("textarea")) == "Keep this."
    assert where("Ann Lee") == ("received", None)
    assert several.fill(again, {"reason": "late"}, form="/move").status_code == 200


def test_choosing_nobody_says_so(several: Client) -> None:
    page = several.page(URL)
    answer = several.fill(page, form="/move", follow=True)
    assert "Choose at least one application first." in Page(answer.text).text


def test_what_is_not_open_to_somebody_is_left_out_and_said(app: Flask) -> None:
    mine, other = desk.arrived(name="Mine"), desk.arrived(name="Not mine")
    client = desk.signed_in(app, desk.make_manager_of(mine.posting))
    page = client.page(f"{URL}/move?application={mine.id}&application={other.id}&to=offer")
    assert "1 of the chosen is not open to you" in page.text
    assert "Not mine" not in page.text
