"""Staff key in what came on paper: stored, routed and receipted like any other application."""

import datetime as dt
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask

from tests.applications import desk, factories
from tests.applications.test_receipt import mailed_tokens
from tests.documents import samples
from tests.documents.samples import photographs
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.applications.models import (
    Application,
    Candidate,
    ContactChange,
    Draft,
    StageChange,
)
from tracker.applications.rules import ActorKind, Channel
from tracker.core.db import db
from tracker.documents.models import OriginalFile
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting
from tracker.routing.models import Assignment

NOW = "2026-11-24T15:00Z"


@pytest.fixture(autouse=True)
def _on_a_tuesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def url(posting: Posting) -> str:
    return f"/staff/postings/{posting.id}/key-in"


def entered(posting: Posting, **values: Any) -> dict[str, Any]:
    """What a colleague reads off the paper."""
    cover = posting.documents[0]
    found: dict[str, Any] = {
        "channel": "paper",
        "received_on": "2026-11-20",
        "name": factories.NAME,
        "email": "",
        "phone": "203 555 0100",
        f"file_{cover.id}": (samples.scanned_pdf(), "letter.pdf"),
        f"question_{posting.questions[1].id}": "Yes",
        f"skill_{posting.skills[0].id}": "2",
    }
    return {**found, **values}


def photographed(posting: Posting) -> dict[str, Any]:
    """A resume of two pages, photographed."""
    shots = [(photographs.photograph(words=words), f"{words}.jpg") for words in ("1", "2")]
    return {f"file_{posting.documents[1].id}": shots}


def key_in(client: Client, posting: Posting, **values: Any) -> Page:
    """Fill the form in and send it; returns the page that answers."""
    posting = db.session.get_one(Posting, posting.id)
    answer = client.submit(url(posting), entered(posting, **values), form="key-in", follow=True)
    return Page(answer.text, answer.request.url)


def the_one() -> Application:
    db.session.rollback()
    return db.session.query(Application).one()


def mails() -> list[tuple[str, str]]:
    return [(each.message, each.recipient_address) for each in db.session.query(OutgoingEmail)]


def test_the_posting_leads_to_the_form(app: Flask) -> None:
    posting = factories.demanding_posting()
    page = desk.coordinator(app).page(f"/staff/postings/{posting.id}")
    assert urlsplit(page.link("Key in an application")).path == url(posting)


def test_what_came_on_paper_is_stored_and_routed_like_any_other(app: Flask) -> None:
    posting = factories.demanding_posting()
    client = desk.coordinator(app)
    key_in(client, posting, **photographed(posting))
    made = the_one()
    assert (made.channel, made.name, made.email, made.phone) == (
        Channel.PAPER,
        factories.NAME,
        "",
        "203 555 0100",
    )
    assert (made.received_on, made.is_late) == (dt.date(2026, 11, 20), False)
    assert made.entered_by is not None
    assert made.entered_by.name == "Cora Field"
    assert [(each.question, each.text) for each in made.answers] == [("Can you lift a box?", "Yes")]
    assert [(each.skill, each.level) for each in made.skills] == [("Spreadsheets", 2)]
    assert [each.title for each in made.documents] == ["Cover letter", "Resume"]
    (arrival,) = db.session.query(StageChange)
    assert (arrival.by_kind, arrival.by_id) == (ActorKind.PERSON, made.entered_by_id)
    assert [each.person.email for each in db.session.query(Assignment)] == [
        "ida.moreno@example.org"
    ]
    assert mails() == [("application_arrived", "ida.moreno@example.org")]
    assert db.session.query(Draft).count() == 0


def test_photographs_become_pages_and_are_kept(app: Flask) -> None:
    posting = factories.demanding_posting()
    key_in(desk.coordinator(app), posting, **photographed(posting))
    resume = the_one().documents[1].document
    assert (resume.kind, resume.pages) == ("pdf", 2)
    assert [each.file_name for each in db.session.query(OriginalFile)] == ["1.jpg", "2.jpg"]


def test_the_receipt_says_everything_and_its_link_opens(app: Flask) -> None:
    page = key_in(desk.coordinator(app), factories.demanding_posting())
    made = the_one()
    assert page.texts("strong[@class='receipt-number']") == [made.number]
    assert page.texts("span[@class='checksum']") == [
        f"SHA-256 {each.document.sha256}" for each in made.documents
    ]
    assert "Friday 20 November 2026" in page.texts("dd")
    assert (page.one("img[@class='printed-code']").get("src") or "").startswith("data:image/svg")
    (link,) = page.texts("p[@class='printed-link']")
    mine = factories.browser(app).page(link.removeprefix("http://localhost"))
    assert mine.texts("h1") == ["Children's Librarian"]
    assert "You will hear from us by letter or telephone, whatever is decided." in mine.text


def test_the_printed_link_is_shown_to_nobody_else(app: Flask) -> None:
    key_in(desk.coordinator(app), factories.demanding_posting())
    other = desk.signed_in(app, postings.coordinator("dana.hill@example.org"))
    page = other.page(f"/staff/applications/{the_one().id}/receipt")
    assert page.texts("p[@class='printed-link']") == []
    answer = other.fill(page, form="/receipt", follow=True)
    (link,) = Page(answer.text).texts("p[@class='printed-link']")
    assert other.get(link.removeprefix("http://localhost")).status_code == 200


def test_a_candidates_own_application_has_no_receipt_for_staff(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    path = f"/staff/applications/{application.id}/receipt"
    assert client.get(path).status_code == 404
    assert client.post(path, data={"csrf_token": client.token("/staff")}).status_code == 404


def test_with_an_address_the_receipt_is_mailed(app: Flask) -> None:
    key_in(desk.coordinator(app), factories.demanding_posting(), email=factories.EMAIL)
    made = the_one()
    assert made.receipt_email is not None
    assert mails() == [
        ("application_received", factories.EMAIL),
        ("application_arrived", "ida.moreno@example.org"),
    ]


@pytest.mark.parametrize(
    ("day", "late"),
    [
        ("2026-11-15", ""),
        (
            "2026-11-16",
            "Late: it came in on Monday 16 November 2026, and the posting had closed on Sunday"
            " 15 November 2026.",
        ),
    ],
)
def test_lateness_is_judged_by_the_day_on_which_it_came(app: Flask, day: str, late: str) -> None:
    with time_machine.travel("2026-11-10T15:00Z", tick=False):
        posting = factories.demanding_posting(closes_on=dt.date(2026, 11, 15))
    page = key_in(desk.coordinator(app), posting, received_on=day)
    made = the_one()
    assert (made.is_late, made.history[0].note) == (bool(late), late)
    assert (late or "Keyed in.") in page.text
    shown = desk.coordinator(app).page(f"/staff/applications/{made.id}")
    assert (late in shown.text) is True


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"name": ""}, "name", "Enter the candidate's name."),
        ({"name": "see http://example.org"}, "name", "A name cannot hold a web address."),
        ({"email": "marisol@"}, "email", "That is not an e-mail address."),
        ({"received_on": "2026-11-25"}, "received_on", "That day is still to come."),
        ({"received_on": "2024-11-20"}, "received_on", "That day is more than a year ago."),
        ({"received_on": ""}, "received_on", "Enter the day on which it came in."),
        ({"channel": None}, "channel", "Choose how it came."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_asked_twice(
    app: Flask, values: dict[str, Any], field: str, said: str
) -> None:
    posting = factories.demanding_posting()
    client = desk.coordinator(app)
    page = client.page(url(posting))
    answer = client.fill(page, entered(posting, **values), form="key-in")
    assert answer.status_code == 422
    again = Page(answer.text, answer.request.url)
    assert said in again.texts(f"div[@id='{field}-error']")[0]
    assert "letter.pdf" in again.text
    assert db.session.query(Application).count() == 0
    mended = {"name": factories.NAME, "channel": "desk", "received_on": "2026-11-20", "email": ""}
    assert client.fill(again, mended, form="key-in").status_code == 303
    assert the_one().documents[0].document.file_name == "letter.pdf"


def test_what_was_begun_is_there_again_and_can_be_thrown_away(app: Flask) -> None:
    posting = factories.demanding_posting()
    client = desk.coordinator(app)
    client.submit(url(posting), entered(posting), form="key-in", button="Keep, and check the files")
    page = client.page(url(posting))
    assert page.one("input[@name='name']").get("value") == factories.NAME
    assert "letter.pdf" in page.text
    stranger = desk.signed_in(app, postings.coordinator("dana.hill@example.org"))
    assert "letter.pdf" not in stranger.get(url(posting)).text
    client.fill(page, form="key-in", button="Throw away and begin anew")
    assert "letter.pdf" not in client.get(url(posting)).text
    assert db.session.query(Draft).count() == 0


def test_one_form_is_one_application_however_often_it_is_sent(any_app: Flask) -> None:
    posting = factories.demanding_posting()
    person = postings.coordinator()
    clients = [desk.signed_in(any_app, person) for _number in range(2)]
    pages = [client.page(url(posting)) for client in clients]
    token = pages[0].one("input[@name='submission_token']").get("value")
    gate, answers = threading.Barrier(2), [0, 0]
    typed = [entered(posting, submission_token=token) for _number in range(2)]

    def press(number: int) -> None:
        gate.wait()
        answers[number] = (
            clients[number].fill(pages[number], typed[number], form="key-in").status_code
        )

    threads = [threading.Thread(target=press, args=(number,)) for number in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == [303, 303]
    assert the_one().number
    assert mails() == [("application_arrived", "ida.moreno@example.org")]
    late = clients[0].fill(
        pages[0], entered(posting, name="Somebody Else"), form="key-in", follow=True
    )
    assert "This was keyed in already; it stands as below." in Page(late.text).text
    assert the_one().name == factories.NAME


def test_two_without_an_address_have_nothing_in_common(app: Flask) -> None:
    posting = factories.demanding_posting()
    client = desk.coordinator(app)
    key_in(client, posting)
    key_in(client, posting, name="Somebody Else")
    assert db.session.query(Application).count() == 2
    assert {name for name, _to in mails()} == {"application_arrived"}
    assert db.session.query(Candidate).count() == 0


def test_a_manager_keys_in_for_their_own_postings_only(app: Flask) -> None:
    mine, theirs = factories.demanding_posting(), postings.open_posting(title="Page")
    client = desk.signed_in(app, desk.make_manager_of(mine))
    assert client.get(url(mine)).status_code == 200
    assert client.get(url(theirs)).status_code == 404
    key_in(client, mine)
    assert the_one().entered_by is not None
    panel = desk.signed_in(app, desk.panelist())
    assert panel.get(url(mine)).status_code == 403


def test_a_posting_that_was_never_published_takes_nothing(app: Flask) -> None:
    posting = postings.draft_posting()
    assert desk.coordinator(app).get(url(posting)).status_code == 409


def test_the_candidate_can_give_an_address_later_and_gets_the_receipt(app: Flask) -> None:
    page = key_in(desk.coordinator(app), factories.demanding_posting())
    (link,) = page.texts("p[@class='printed-link']")
    client = factories.browser(app)
    path = link.removeprefix("http://localhost")
    client.submit(f"{path}/contact", {"email": factories.EMAIL}, form="/new-address")
    mail = db.session.query(OutgoingEmail).filter_by(message="new_address").one()
    confirm = mail.text.split("http://localhost")[1].split()[0]
    client.submit(confirm, form=confirm)
    made = the_one()
    assert (made.email, made.receipt_email is not None) == (factories.EMAIL, True)
    assert ("application_received", factories.EMAIL) in mails()


def test_an_address_that_staff_mistyped_is_corrected_on_the_receipt(app: Flask) -> None:
    page = key_in(desk.coordinator(app), factories.demanding_posting(), email="m@example.org")
    (link,) = page.texts("p[@class='printed-link']")
    path = link.removeprefix("http://localhost")
    answer = factories.browser(app).submit(f"{path}/receipt", {"email": factories.EMAIL})
    assert answer.status_code == 303
    assert the_one().email == factories.EMAIL


# Mending what was read off the paper


def contact_url() -> str:
    return f"/staff/applications/{the_one().id}/contact"


def test_what_was_misread_is_corrected_and_the_address_gets_the_receipt(app: Flask) -> None:
    client = desk.coordinator(app)
    key_in(client, factories.demanding_posting())
    values = {"name": "Marisol Quenell", "email": factories.EMAIL, "phone": "203 555 0100"}
    answer = client.submit(contact_url(), values, follow=True)
    assert "The receipt is on its way to the new address." in Page(answer.text).text
    made = the_one()
    assert (made.name, made.email, made.email_key) == (
        "Marisol Quenell",
        factories.EMAIL,
        factories.EMAIL,
    )
    assert mails()[1:] == [
        ("application_received", factories.EMAIL),
        ("candidate_address_corrected", "ida.moreno@example.org"),
    ]
    changes = [
        (each.field, each.old, each.by is not None) for each in db.session.query(ContactChange)
    ]
    assert changes == [("name", factories.NAME, True), ("email", "", True)]


def test_a_link_mailed_to_a_misread_address_opens_nothing(app: Flask) -> None:
    client = desk.coordinator(app)
    key_in(client, factories.demanding_posting(), email="wrong@example.org")
    (token,) = mailed_tokens()
    client.submit(contact_url(), {"email": factories.EMAIL})
    stranger = factories.browser(app)
    assert stranger.get(f"/my/{token}").status_code == 404
    assert stranger.get(f"/my/{mailed_tokens()[-1]}").status_code == 200


def test_a_confirmed_address_and_a_candidates_own_application_stay(app: Flask) -> None:
    client = desk.coordinator(app)
    key_in(client, factories.demanding_posting(), email=factories.EMAIL)
    (token,) = mailed_tokens()
    factories.browser(app).submit(f"/my/{token}", form="/confirm")
    answer = client.submit(contact_url(), {"email": "other@example.org"})
    assert answer.status_code == 409
    assert "only they can change it" in Page(answer.text).texts("div[@id='email-error']")[0]
    assert the_one().email == factories.EMAIL
    own = desk.arrived()
    assert client.get(f"/staff/applications/{own.id}/contact").status_code == 404
