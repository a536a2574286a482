"""The candidate's own page: where it stands, the files, withdrawal, and a lost link."""

import datetime as dt

import pytest
import time_machine
from flask import Flask

from tests.applications import factories
from tests.applications.test_receipt import mailed_tokens
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page
from tests.postings.factories import open_posting
from tracker.applications.models import (
    Application,
    Candidate,
    CandidateLink,
    LostLink,
    StageChange,
)
from tracker.applications.rules import ActorKind, Outcome
from tracker.core.db import db, now
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail


def test_the_page_says_where_it_stands_in_plain_words(client: Client) -> None:
    token = factories.submission().token
    page = client.page(f"/my/{token}")
    current = [each for each in page.all("ol/li") if each.get("aria-current") == "step"]
    assert ["".join(each.itertext()).strip() for each in current] == ["Received"]


def test_a_candidate_can_save_their_own_file(client: Client) -> None:
    answer = factories.apply_with(client, factories.demanding_posting())
    page = client.page(answer.location)
    answer = client.get(page.link("resume.docx"))
    assert answer.data == samples.docx()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="resume.docx"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_opens_one_application_and_no_file_of_another(client: Client) -> None:
    first, second = factories.submission(), factories.submission()
    foreign = second.application.documents[0].id
    assert client.get(f"/my/{first.token}/files/{foreign}").status_code == 404


def test_an_unknown_link_says_how_to_get_a_new_one(client: Client) -> None:
    answer = client.get("/my/nothing")
    assert answer.status_code == 404
    assert Page(answer.text).link("Get a new link by mail").endswith("/my")


@pytest.mark.parametrize("path", ["", "/receipt", "/withdraw"])
def test_private_pages_are_kept_by_nobody(client: Client, path: str) -> None:
    answer = client.get(f"/my/{factories.submission().token}{path}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'content="noindex, nofollow, noarchive"' in answer.text


def test_a_fetched_link_confirms_nothing(client: Client) -> None:
    factories.submission()
    client.page(f"/my/{mailed_tokens()[0]}")
    assert db.session.query(Application).one().email_confirmed_at is None


def test_pressing_the_button_behind_a_mailed_link_confirms_the_address(client: Client) -> None:
    factories.submission()
    url = f"/my/{mailed_tokens()[0]}"
    client.submit(url, form="/confirm", follow=True)
    made = db.session.query(Application).one()
    assert made.email_confirmed_at is not None
    assert "Yes, this is my address" not in client.page(url).text


def test_a_link_that_was_only_shown_confirms_nothing(client: Client) -> None:
    token = factories.submission().token
    answer = client.post(f"/my/{token}/confirm", data={"csrf_token": client.token("/my")})
    assert answer.status_code == 303
    assert db.session.query(Application).one().email_confirmed_at is None


def test_applications_join_only_after_each_was_confirmed(client: Client) -> None:
    factories.submission()
    factories.submission()
    first, second = mailed_tokens()
    client.submit(f"/my/{first}", form="/confirm")
    joined = [each.candidate_id for each in db.session.query(Application).order_by("id")]
    assert joined[1] is None
    client.submit(f"/my/{second}", form="/confirm")
    candidate = db.session.query(Candidate).one()
    joined = [each.candidate_id for each in db.session.query(Application).order_by("id")]
    assert joined == [candidate.id, candidate.id]


def test_withdrawing_asks_first_and_keeps_the_reason(client: Client) -> None:
    token = factories.submission().token
    page = client.page(client.page(f"/my/{token}").link("Withdraw my application"))
    assert db.session.query(Application).one().outcome is None
    answer = client.fill(page, {"note": "I have found another job."}, follow=True)
    assert "Withdrawn" in Page(answer.text).text
    change = db.session.query(StageChange).order_by(StageChange.id.desc()).first()
    assert change is not None
    assert (change.by_kind, change.new_outcome, change.note) == (
        ActorKind.CANDIDATE,
        Outcome.WITHDRAWN,
        "I have found another job.",
    )


def test_withdrawing_twice_is_withdrawing_once(client: Client) -> None:
    token = factories.submission().token
    page = client.page(f"/my/{token}/withdraw")
    assert [client.fill(page).status_code for _ in range(2)] == [303, 303]
    outcomes = [each.new_outcome for each in db.session.query(StageChange)]
    assert outcomes == [None, Outcome.WITHDRAWN]


# A lost link


def test_a_lost_link_is_mailed_for_every_application(client: Client) -> None:
    factories.submission()
    factories.submission(open_posting(title="Page"))
    client.submit("/my", {"email": factories.EMAIL.upper()})
    run_now("lost_links")
    mail = db.session.query(OutgoingEmail).filter_by(message="application_link").one()
    assert mail.recipient_address == factories.EMAIL
    assert mail.text.count("/my/") == 2
    links = db.session.query(CandidateLink).filter_by(mailed=True).count()
    assert links == 4


def test_pressed_twice_the_links_go_once_and_later_they_go_again(client: Client) -> None:
    factories.submission()
    for _press in range(2):
        client.submit("/my", {"email": factories.EMAIL})
        run_now("lost_links")
    sent = db.session.query(OutgoingEmail).filter_by(message="application_link")
    assert sent.count() == 1
    with time_machine.travel(now() + dt.timedelta(minutes=3), tick=True):
        client.submit("/my", {"email": factories.EMAIL})
        run_now("lost_links")
    assert sent.count() == 2


def test_the_answer_is_the_same_for_an_unknown_address(client: Client) -> None:
    factories.submission()
    pages = [
        client.submit("/my", {"email": email}).text
        for email in (factories.EMAIL, "nobody@example.org")
    ]
    assert pages[0] == pages[1]
    run_now("lost_links")
    assert db.session.query(OutgoingEmail).filter_by(message="application_link").count() == 1


@pytest.mark.parametrize("email", [factories.EMAIL, "nobody@example.org"])
def test_asking_again_and_again_is_slowed_alike(client: Client, email: str) -> None:
    factories.submission()
    statuses = [client.submit("/my", {"email": email}).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize("many", [1, 20])
def test_asking_takes_the_same_work_for_a_known_and_an_unknown_address(
    any_app: Flask, count_queries: QueryCounter, many: int
) -> None:
    for _number in range(many):
        factories.submission()
    counted = {}
    for email in ("nobody@example.org", factories.EMAIL):
        client = factories.browser(any_app)
        page = client.page("/my")
        with count_queries() as statements:
            assert client.fill(page, {"email": email}).status_code == 200
        counted[email] = list(statements)
    assert counted[factories.EMAIL] == counted["nobody@example.org"]
    assert any("INTO lost_link" in each for each in counted[factories.EMAIL])


def test_the_worker_answers_each_wish_once(client: Client) -> None:
    factories.submission()
    for email in (factories.EMAIL, "nobody@example.org"):
        client.submit("/my", {"email": email})
    for _turn in range(2):
        run_now("lost_links")
    mails = db.session.query(OutgoingEmail).filter_by(message="application_link").all()
    assert [each.recipient_address for each in mails] == [factories.EMAIL]
    assert db.session.query(LostLink).count() == 0


def test_the_throttle_names_nobody(app: Flask, client: Client) -> None:
    client.submit("/my", {"email": factories.EMAIL})
    rows = db.session.execute(db.text("SELECT account_key FROM sign_in_attempt")).scalars().all()
    assert [factories.EMAIL in each for each in rows] == [False]
