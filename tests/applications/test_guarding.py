"""Scripts are asked twice and floods are stopped; people and full libraries pass."""

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from tests.applications import factories
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.applications import operations
from tracker.applications.models import Application, Draft, DraftFile, Tally
from tracker.applications.throttle import BY_NETWORK, BY_POSTING, Act, Limit
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.core.guarding import is_too_soon
from tracker.notifications.models import OutgoingEmail
from tracker.postings.content import DocumentValue
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind

TYPED = {"name": factories.NAME, "email": factories.EMAIL}
SECOND = dt.timedelta(seconds=1)
LIBRARY = {"REMOTE_ADDR": "192.0.2.7"}


def bare_posting() -> Posting:
    resume = DocumentValue(DocumentKind.RESUME, "Resume", required=False)
    return postings.open_posting(documents=[resume], questions=[], skills=[])


def form_of(posting: Posting) -> str:
    return f"/postings/{posting.slug}/apply"


def send(client: Client, page: Page, **entered: Any) -> TestResponse:
    return client.fill(page, {**TYPED, **entered}, form="apply", button="Send application")


# From a person


@pytest.mark.parametrize(
    ("shown", "begun", "is_soon"),
    [(0, None, True), (2, None, True), (3, None, False), (0, 3, False), (3, 0, False)],
)
def test_three_seconds_since_the_page_was_shown_or_the_draft_begun(
    shown: int, begun: int | None, is_soon: bool
) -> None:
    at = dt.datetime(2027, 5, 14, 12, tzinfo=dt.UTC)
    begun_at = None if begun is None else at - begun * SECOND
    found = is_too_soon(at - shown * SECOND, begun_at, at, patience=3 * SECOND)
    assert found is is_soon


def test_a_form_that_says_nothing_of_its_showing_is_too_soon() -> None:
    assert is_too_soon(None, None, dt.datetime(2027, 5, 14, tzinfo=dt.UTC), patience=3 * SECOND)


@pytest.mark.settings(FORM_PATIENCE=3)
def test_a_form_sent_at_once_is_kept_and_goes_with_the_next_press(
    client: Client, clock: time_machine.Traveller
) -> None:
    answer = send(client, client.page(form_of(bare_posting())))
    page = Page(answer.text, answer.request.url)
    assert (answer.status_code, db.session.query(Application).count()) == (422, 0)
    assert "This was sent faster than most people can type" in page.text
    assert page.form("apply").values["name"] == [factories.NAME]
    clock.shift(3 * SECOND)
    assert client.fill(page, form="apply", button="Send application").status_code == 303


@pytest.mark.settings(FORM_PATIENCE=3)
def test_who_takes_three_seconds_is_asked_nothing(
    client: Client, clock: time_machine.Traveller
) -> None:
    page = client.page(form_of(bare_posting()))
    clock.shift(3 * SECOND)
    assert send(client, page).status_code == 303


@pytest.mark.settings(FORM_PATIENCE=3)
def test_a_made_up_moment_counts_for_nothing(client: Client, clock: object) -> None:
    page = client.page(form_of(bare_posting()))
    assert send(client, page, guard_shown="[1.0, true].made-up").status_code == 422


@pytest.mark.settings(FORM_PATIENCE=3)
def test_a_file_is_kept_through_the_second_press(
    client: Client, clock: time_machine.Traveller
) -> None:
    posting = bare_posting()
    resume = {f"file_{posting.documents[0].id}": (samples.RESUME.encode(), "resume.txt")}
    page = Page(send(client, client.page(form_of(posting)), **resume).text, "http://localhost/")
    clock.shift(3 * SECOND)
    client.fill(page, form="apply", button="Send application")
    sent = db.session.query(Application).one()
    assert [each.document.file_name for each in sent.documents] == ["resume.txt"]


def test_the_hidden_field_is_for_nobody_who_reads_or_uses_keys(client: Client) -> None:
    page = client.page(form_of(bare_posting()))
    field = page.one("input[@name='homepage']")
    assert (field.get("tabindex"), field.get("autocomplete")) == ("-1", "off")
    assert len(page.all("div[@aria-hidden='true']/input[@name='homepage']")) == 1


def test_a_filled_trap_asks_again_and_the_next_press_of_a_person_goes_through(
    client: Client,
) -> None:
    answer = send(client, client.page(form_of(bare_posting())), homepage="https://spam.example")
    page = Page(answer.text, answer.request.url)
    assert (answer.status_code, db.session.query(Draft).count()) == (422, 1)
    again = client.fill(
        page, {"homepage": "filled by the browser"}, form="apply", button="Send application"
    )
    assert again.status_code == 303


def test_a_trap_filled_time_and_again_with_an_old_form_sends_nothing(client: Client) -> None:
    page = client.page(form_of(bare_posting()))
    answers = [send(client, page, homepage="x").status_code for _ in range(3)]
    assert (answers, db.session.query(Application).count()) == ([422] * 3, 0)


@pytest.mark.parametrize(
    "name", ["Win https://spam.example", "Win at www.spam.example", "Win at spam.com", "spam.biz/x"]
)
def test_a_name_holds_no_web_address(client: Client, name: str) -> None:
    answer = send(client, client.page(form_of(bare_posting())), name=name)
    told = Page(answer.text).texts("div[@id='name-error']")
    assert told == ["Error: A name cannot hold a web address. Enter your name alone."]


@pytest.mark.parametrize("name", ["Dr. J.R. O’Neil-St.John, Ph.D.", "Ann / Lee", "María-José"])
def test_a_name_is_not_taken_for_a_web_address(client: Client, name: str) -> None:
    answer = send(client, client.page(form_of(bare_posting())), name=name)
    assert (answer.status_code, db.session.query(Application).one().name) == (303, name)


def test_the_name_of_a_file_leads_nobody_elsewhere_from_a_receipt(client: Client) -> None:
    posting = bare_posting()
    page, (document,) = client.page(form_of(posting)), posting.documents
    upload = (samples.pdf("Resume"), "Claim it www.spam.example now.pdf")
    assert send(client, page, **{f"file_{document.id}": upload}).status_code == 303
    (receipt,) = db.session.query(OutgoingEmail).filter_by(message="application_received")
    assert "- Resume: Claim it now.pdf, " in receipt.text
    assert "spam" not in f"{receipt.text}{receipt.html}"
    assert db.session.query(Application).one().documents[0].document.file_name == upload[1]


# No flood


def in_library(app: Flask) -> Client:
    """One more browser behind the library's one address."""
    client = factories.browser(app)
    client.environ_base.update(LIBRARY)
    return client


@pytest.mark.settings(FLOOD_LIMITS="1", FORM_PATIENCE=3)
def test_thirty_people_of_one_library_apply_within_ten_minutes(
    app: Flask, clock: time_machine.Traveller
) -> None:
    posting = bare_posting()
    resume = {f"file_{posting.documents[0].id}": (samples.RESUME.encode(), "resume.txt")}
    answers = []
    for number in range(30):
        client = in_library(app)
        page = client.page(form_of(posting))
        clock.shift(19 * SECOND)
        answers.append(send(client, page, email=f"p{number}@example.org", **resume).status_code)
    assert answers == [303] * 30


def full(act: Act, posting: Posting, **already: int) -> None:
    """Count as much from the library as is allowed, through the operation that counts."""
    limits = {f"posting {posting.id}": BY_POSTING[act]} if act in BY_POSTING else {}
    with writing():
        operations.count(act, limits.items(), at=now())
        db.session.commit()
    for row in db.session.query(Tally).filter(Tally.act == act):
        limit = BY_POSTING[act] if row.place.startswith("posting") else BY_NETWORK[act]
        row.count = already.get("count", limit.most)
        row.size = already.get("size", 0)
    db.session.commit()


@pytest.mark.settings(FLOOD_LIMITS="1")
def test_a_flood_from_one_network_waits_and_loses_nothing(
    app: Flask, clock: time_machine.Traveller
) -> None:
    posting = bare_posting()
    client = in_library(app)
    send(client, client.page(form_of(posting)))
    full(Act.SEND, posting)
    clock.shift(4 * 60 * SECOND)
    other = in_library(app)
    answer = send(other, other.page(form_of(posting)), phone="203 555 0199")
    page = Page(answer.text, answer.request.url)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "360")
    assert "Everything is kept. Press the button again after 10:11 am." in page.text
    assert db.session.query(Draft).filter(Draft.posting_id == posting.id).count() == 1
    clock.shift(6 * 60 * SECOND)
    assert other.fill(page, form="apply", button="Send application").status_code == 303


@pytest.mark.settings(FLOOD_LIMITS="1")
def test_a_flood_stops_nobody_at_home(app: Flask, clock: object) -> None:
    client, posting = in_library(app), bare_posting()
    send(client, client.page(form_of(posting)))
    row = db.session.query(Tally).filter(Tally.place.startswith("network")).one()
    row.count = BY_NETWORK[Act.SEND].most
    db.session.commit()
    home = factories.browser(app)
    answers = [send(each, each.page(form_of(posting))).status_code for each in (client, home)]
    assert answers == [429, 303]


@pytest.mark.settings(FLOOD_LIMITS="1")
@pytest.mark.parametrize("counted", [{"count": 2000}, {"count": 1, "size": (8 << 30) + 1}])
def test_a_flood_of_files_is_refused_before_they_are_read(
    app: Flask, clock: object, counted: dict[str, int]
) -> None:
    client, posting = in_library(app), bare_posting()
    page = client.page(form_of(posting))
    fields = {name: each[0] for name, each in page.form("apply").values.items() if each}
    url = f"{form_of(posting)}/files/{posting.documents[0].id}"

    def upload() -> TestResponse:
        file = io.BytesIO(samples.RESUME.encode()), "resume.txt"
        data = {**fields, "file": file}
        return client.post(url, data=data, content_type="multipart/form-data")

    assert upload().status_code == 200
    full(Act.UPLOAD, posting, **counted)
    stored = len(list(files().list()))
    assert (upload().status_code, len(list(files().list()))) == (429, stored)
    assert db.session.query(DraftFile).count() == 1


@pytest.mark.settings(FLOOD_LIMITS="1")
def test_a_file_too_many_is_told_at_its_field_and_the_words_are_kept(
    app: Flask, clock: time_machine.Traveller
) -> None:
    client, posting = in_library(app), bare_posting()
    resume = posting.documents[0].id
    file = {f"file_{resume}": (samples.RESUME.encode(), "resume.txt")}
    client.fill(client.page(form_of(posting)), file, form="apply", button="Save and go on later")
    full(Act.UPLOAD, posting)
    page = Page(send(client, client.page(form_of(posting)), **file).text)
    told = page.texts(f"div[@id='file_{resume}-error']")
    assert [each.endswith("Press the button again after 11:01 am.") for each in told] == [True]
    assert page.form("apply").values["name"] == [factories.NAME]


@pytest.mark.settings(FLOOD_LIMITS="1")
def test_what_is_counted_names_nobody(app: Flask) -> None:
    client = in_library(app)
    posting = bare_posting()
    send(client, client.page(form_of(posting)))
    places = [each.place for each in db.session.query(Tally).order_by(Tally.place)]
    assert places[1:] == [f"posting {posting.id}"]
    assert LIBRARY["REMOTE_ADDR"] not in places[0]
    assert len(places[0]) == len("network ") + 64


@pytest.mark.settings(FLOOD_LIMITS="0")
def test_without_limits_nothing_is_counted(app: Flask) -> None:
    client = in_library(app)
    send(client, client.page(form_of(bare_posting())))
    assert db.session.query(Tally).count() == 0


def test_windows_follow_the_clock_and_tell_how_long_to_wait() -> None:
    limit, at = Limit(2, dt.timedelta(minutes=10)), dt.datetime(2027, 5, 14, 12, 4, tzinfo=dt.UTC)
    assert limit.window_at(at) == at.replace(minute=0)
    assert (limit.wait(at), limit.wait(at.replace(minute=10))) == (360, 600)


def test_counting_adds_up_and_stops_at_the_limit(any_app: Flask, clock: object) -> None:
    limit = Limit(2, dt.timedelta(minutes=10), most_bytes=100)

    def count(size: int) -> bool:
        try:
            with writing():
                operations.count(Act.UPLOAD, [("network a", limit)], at=now(), size=size)
                db.session.commit()
        except operations.FloodError:
            return False
        return True

    assert [count(60), count(60), count(40), count(0)] == [True, False, True, False]
    row = db.session.query(Tally).one()
    assert (row.count, row.size) == (2, 100)


def test_counts_of_yesterday_are_forgotten(app: Flask, clock: time_machine.Traveller) -> None:
    with writing():
        operations.count(Act.SEND, [("network a", BY_NETWORK[Act.SEND])], at=now())
        db.session.commit()
    clock.shift(dt.timedelta(days=1, seconds=1))
    with writing():
        operations.forget_tallies(at=now())
        db.session.commit()
    assert db.session.query(Tally).count() == 0
