"""The same address again: nothing is shown to the sender, and its owner decides which counts."""

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.applications import desk, factories
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.applications import operations
from tracker.applications.models import Application, ReplaceLink
from tracker.applications.rules import ActorKind, Outcome, Reason, Stage
from tracker.core.db import db, now, writing
from tracker.core.tokens import hash_token
from tracker.notifications.models import OutgoingEmail
from tracker.postings.models import Posting
from tracker.routing import operations as routing

BARE: dict[str, Any] = {"documents": [], "questions": [], "skills": []}


def bare_posting(**values: Any) -> Posting:
    return postings.open_posting(**{**BARE, **values})


def mails(message: str) -> list[OutgoingEmail]:
    statement = select(OutgoingEmail).where(OutgoingEmail.message == message)
    return list(db.session.scalars(statement.order_by(OutgoingEmail.id)))


def mailed_token() -> str:
    found = re.search(r"/my/replace/(\S+)", mails("applied_again")[-1].text)
    assert found is not None
    return found[1]


def applied_twice(posting: Posting | None = None, **second: Any) -> tuple[Application, Application]:
    posting = posting or bare_posting()
    return desk.arrived(posting), desk.arrived(posting, **second)


def press(client: Client, *, token: str = "") -> Page:
    url = f"/my/replace/{token or mailed_token()}"
    answer = client.submit(url, button="Let the newer one count")
    return Page(answer.text, url)


def shape(client: Client, posting: Posting, email: str) -> tuple[int, str]:
    """Apply and return what the sender sees, but for what differs between any two."""
    page = client.page(f"/postings/{posting.slug}/apply")
    answer = client.fill(page, {"name": "Jo Fenwick", "email": email}, form="apply")
    shown = client.page(answer.location)
    text = " ".join(shown.text.split())
    for secret in (email, *re.findall(r"\d{4}-[2-9A-Z]{5}", text)):
        text = text.replace(secret, "…")
    return answer.status_code, re.sub(r"\d+:\d+ [ap]m", "…", text)


def test_the_sender_of_a_second_sees_what_everybody_sees(app: Flask) -> None:
    posting = bare_posting()
    first = shape(factories.browser(app), posting, "jo@example.org")
    again = shape(factories.browser(app), posting, "Jo@Example.org")
    other = shape(factories.browser(app), posting, "ann@example.org")
    assert again == first == other


def test_the_second_is_an_application_of_its_own_with_its_own_receipt(client: Client) -> None:
    earlier, newer = applied_twice()
    assert [earlier.outcome, newer.outcome, newer.replaces_id] == [None, None, None]
    assert len({each.receipt_email_id for each in (earlier, newer)}) == 2


def test_a_link_goes_to_the_address_and_to_nobody_else(app: Flask) -> None:
    _earlier, newer = applied_twice(email=factories.EMAIL.upper())
    mail = mails("applied_again")[0]
    assert (mail.recipient_address.lower(), mail.about_id) == (factories.EMAIL, newer.id)
    assert db.session.scalars(select(ReplaceLink)).one().token_hash == hash_token(mailed_token())
    assert mailed_token() not in "".join(
        each.text for each in db.session.scalars(select(OutgoingEmail)) if each.id != mail.id
    )


@pytest.mark.parametrize(
    "other", ["another posting", "another address", "an ended one"], ids=lambda each: each
)
def test_no_link_goes_where_nothing_stands_beside_it(app: Flask, other: str) -> None:
    posting = bare_posting()
    first = desk.arrived(posting)
    if other == "an ended one":
        desk.move(first, Outcome.NOT_SELECTED, reason=Reason.SCHEDULE)
    email = "ann@example.org" if other == "another address" else factories.EMAIL
    desk.arrived(bare_posting() if other == "another posting" else posting, email=email)
    assert mails("applied_again") == []


def test_the_candidates_page_tells_whoever_holds_a_receipt_of_no_other(client: Client) -> None:
    posting = bare_posting()
    desk.arrived(posting)
    second = factories.submission(posting)
    page = client.page(f"/my/{second.token}")
    assert len(mails("applied_again")) == 1
    assert "A second application from your address" not in page.text


def test_opening_the_link_shows_both_and_changes_nothing(client: Client) -> None:
    earlier, newer = applied_twice()
    page = client.page(f"/my/replace/{mailed_token()}")
    assert [each.number in page.text for each in (earlier, newer)] == [True, True]
    db.session.expire_all()
    assert (newer.replaces_id, earlier.outcome) == (None, None)


def test_pressing_the_button_lets_the_newer_one_count_and_keeps_both(client: Client) -> None:
    earlier, newer = applied_twice()
    page = press(client)
    assert page.texts("h1") == ["Your newer application counts now"]
    db.session.expire_all()
    last = earlier.history[-1]
    assert newer.replaces_id == earlier.id
    assert (earlier.outcome, earlier.disposition_reason) == (
        Outcome.WITHDRAWN,
        Reason.CANDIDATE_DECISION,
    )
    assert (last.by_kind, last.note) == (ActorKind.CANDIDATE, f"Replaced by {newer.number}")
    assert earlier.candidate_id == newer.candidate_id is not None


def test_everybody_who_has_either_is_told_once_and_so_is_the_candidate(client: Client) -> None:
    _earlier, newer = applied_twice()
    press(client)
    told = mails("application_replaced_contact")
    assert [each.recipient_address for each in told] == ["ida.moreno@example.org"]
    assert [each.about_id for each in mails("application_replaced")] == [newer.id]
    assert mails("outcome_withdrawn") == []


def test_the_link_works_once(client: Client) -> None:
    applied_twice()
    token = mailed_token()
    page = client.page(f"/my/replace/{token}")
    press(client, token=token)
    answer = client.fill(page, button="Let the newer one count")
    assert Page(answer.text).texts("h1") == ["Your newer application counts now"]
    assert len(mails("application_replaced")) == 1


def refused(client: Client, page: Page) -> str:
    """Press the button of a page that was opened in time; what the answer says."""
    answer = client.fill(page, button="Let the newer one count")
    assert answer.status_code in {409, 410}
    assert db.session.query(Application).filter_by(outcome=Outcome.WITHDRAWN).count() == 0
    return Page(answer.text).texts("div[@class='notice notice-warning']/p")[-1]


def test_once_somebody_has_moved_it_it_is_not_replaced(client: Client) -> None:
    earlier, _newer = applied_twice()
    page = client.page(f"/my/replace/{mailed_token()}")
    desk.move(earlier, Stage.UNDER_REVIEW)
    assert refused(client, page).startswith("The earlier application was already read or has ended")


def test_once_it_was_acknowledged_it_is_not_replaced(client: Client) -> None:
    earlier, _newer = applied_twice()
    page = client.page(f"/my/replace/{mailed_token()}")
    with writing():
        application = db.session.get_one(Application, earlier.id)
        routing.acknowledge(application, by=postings.person())
        db.session.commit()
    assert refused(client, page).startswith("The earlier application was already read or has ended")


def test_the_link_expires(client: Client, clock: time_machine.Traveller) -> None:
    applied_twice(bare_posting(closes_on=None, open_until_filled=True))
    page = client.page(f"/my/replace/{mailed_token()}")
    clock.shift(dt.timedelta(days=30))
    assert refused(client, page).startswith("This link has expired, and nothing was changed.")


def test_an_unknown_link_opens_nothing(client: Client) -> None:
    assert client.get("/my/replace/nothing").status_code == 404


# What is shown afterwards, and at the desk


def test_each_candidate_page_names_the_other_once_one_counts(client: Client) -> None:
    posting = bare_posting()
    first, second = factories.submission(posting), factories.submission(posting)
    numbers = [each.application.number for each in (first, second)]
    press(client)
    earlier, newer = (client.page(f"/my/{each.token}").text for each in (first, second))
    assert f"Your newer application {numbers[1]} has taken the place of this one." in earlier
    assert f"has taken the place of your earlier one, {numbers[0]}." in newer


def test_staff_see_doubles_in_the_list_until_one_counts(app: Flask, client: Client) -> None:
    applied_twice()
    desk.arrived(bare_posting())
    staff = desk.coordinator(app)
    marked = "span[@class='tag tag-warning']"
    assert staff.page("/staff/applications").texts(marked) == ["Same address twice"] * 2
    press(client)
    assert staff.page("/staff/applications").texts(marked) == []


def test_staff_see_on_both_pages_the_other_one(app: Flask, client: Client) -> None:
    pair = applied_twice()
    press(client)
    staff = desk.coordinator(app)
    shown = [staff.page(f"/staff/applications/{each.id}").text for each in pair]
    assert ["takes the place of this one" in shown[0], "takes its place" in shown[1]] == [True] * 2
    assert [pair[1].number in shown[0], pair[0].number in shown[1]] == [True, True]


def test_who_sees_one_of_them_alone_learns_nothing_of_the_other(app: Flask) -> None:
    earlier, newer = applied_twice()
    panelist = postings.person("pat.low@example.org", role="panelist")
    with writing():
        operations.admit(db.session.get_one(Application, newer.id), panelist, "panel")
        db.session.commit()
    staff = desk.signed_in(app, panelist)
    assert staff.page("/staff/applications").texts("span[@class='tag tag-warning']") == []
    assert earlier.number not in staff.page(f"/staff/applications/{newer.id}").text


# At the same moment


def test_two_at_once_by_one_address_find_each_other(any_app: Flask) -> None:
    posting_id = bare_posting().id
    db.session.rollback()
    start = threading.Barrier(2)

    def apply(_which: int) -> None:
        with any_app.app_context():
            with writing():
                draft = factories.draft(posting_id)
                db.session.commit()
                draft_id = draft.id
            start.wait()
            with writing():
                draft = db.session.get_one(type(draft), draft_id, with_for_update=True)
                routing.receive(draft, at=now())
                db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(apply, range(2)))
    applications = db.session.scalars(select(Application).order_by(Application.id)).all()
    links = db.session.scalars(select(ReplaceLink)).all()
    assert [(each.earlier_id, each.newer_id) for each in links] == [
        (applications[0].id, applications[1].id)
    ]


def test_two_presses_at_once_replace_once(any_app: Flask) -> None:
    applied_twice()
    token = mailed_token()
    clients = [factories.browser(any_app) for _ in range(2)]  # each with a session of its own
    forms = [
        client.page(f"/my/replace/{token}").form().filled({}, button="Let the newer one count")
        for client in clients
    ]
    db.session.rollback()
    start = threading.Barrier(2)

    def press_one(which: int) -> int:
        start.wait()
        return clients[which].post(forms[which].action, data=forms[which].data).status_code

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(press_one, range(2)))
    assert answers == [200, 200]
    assert len(mails("application_replaced")) == 1


@pytest.mark.parametrize("ended", [False, True])
def test_no_link_goes_once_the_earlier_one_was_read_or_has_ended(app: Flask, ended: bool) -> None:
    posting = bare_posting()
    earlier = desk.arrived(posting)
    desk.move(earlier, Stage.UNDER_REVIEW)
    if ended:
        desk.move(earlier, Outcome.NOT_SELECTED, reason=Reason.LATE)
    desk.arrived(posting)
    assert mails("applied_again") == []
    assert len(mails("application_received")) == 2
