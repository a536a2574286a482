"""The pages of approval: asked for, given and sent back, and who is told what."""

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.postings.approvals import S, administrator
from tests.postings.desk import page_of, problems
from tests.postings.factories import (
    coordinator,
    draft_posting,
    employer,
    open_posting,
    sign_in,
)
from tracker.accounts.models import Person
from tracker.core.db import db, now
from tracker.organization import operations as organization
from tracker.organization import queries as employers
from tracker.postings import operations
from tracker.postings.models import Posting

PROFILE = "/staff/organization"


@pytest.fixture
def two(app: Flask) -> tuple[Person, Person]:
    """An administrator and a coordinator, where a second person publishes."""
    employer()
    both = administrator(), coordinator()
    organization.set_publishing(second_person=True, by=both[0])
    db.session.commit()
    return both


def test_the_only_one_who_publishes_is_told_before_they_lock_themselves_out(
    client: Client,
) -> None:
    employer()
    ada = administrator()
    sign_in(client, ada)
    values = {"sender_name": "Hiring", "sender_address": "jobs@example.org", "second_person": True}
    answer = client.submit(PROFILE, values, form=PROFILE, button="Save")
    assert answer.status_code == 422
    assert problems(answer) == [
        "Only one person here may publish every posting, so nobody could approve theirs. Invite"
        " a second administrator or coordinator under People first. Nothing was saved."
    ]
    assert not employers.publishing().second_person
    coordinator()
    assert client.submit(PROFILE, values, form=PROFILE, button="Save").status_code == 303
    db.session.rollback()
    assert employers.publishing().second_person
    # Later the other one leaves: the profile can still be saved, and the switch turned off.
    coordinator().disabled_at = now()
    db.session.commit()
    assert client.submit(PROFILE, {}, form=PROFILE, button="Save").status_code == 303
    client.submit(PROFILE, {"second_person": False}, form=PROFILE, button="Save")
    db.session.rollback()
    assert not employers.publishing().second_person


def test_asking_and_approving_on_the_pages(
    two: tuple[Person, Person], app: Flask, client: Client
) -> None:
    ada, cora = two
    posting = draft_posting()
    url = f"/staff/postings/{posting.id}"
    sign_in(client, ada)
    page = client.page(f"{url}/publish")
    assert page.texts("button[@class='btn btn-primary']") == ["Ask for approval"]
    assert client.fill(page, button="Ask for approval").status_code == 303
    own = client.page(f"{url}/publish")
    assert "somebody else publishes it: Cora Field." in own.text
    assert "Approve and publish" not in own.text
    other = app.test_client()
    assert isinstance(other, Client)
    sign_in(other, cora)
    assert other.page("/staff").link(posting.title).endswith(f"{url}/publish")
    answer = other.submit(f"{url}/publish", {}, form="/publish", button="Approve and publish")
    assert answer.location == url
    assert "Approved" not in other.page("/staff").text
    db.session.rollback()
    assert posting.state is S.OPEN


def test_what_was_edited_while_the_page_was_open_is_not_approved_unseen(
    two: tuple[Person, Person], client: Client
) -> None:
    posting = draft_posting()
    operations.ask_approval(posting, by=two[0])
    db.session.commit()
    sign_in(client, two[1])
    page = client.page(f"/staff/postings/{posting.id}/publish")
    operations.change(posting, {"summary": "Not what was looked at."}, by=two[0])
    db.session.commit()
    answer = client.fill(page, {}, form="/publish", button="Approve and publish")
    assert (answer.status_code, problems(answer)) == (
        409,
        ["The posting was changed while you had this page open. Look at it again."],
    )
    db.session.rollback()
    assert posting.state is S.AWAITING


def test_sending_back_on_the_page_needs_words(two: tuple[Person, Person], client: Client) -> None:
    posting = draft_posting()
    operations.ask_approval(posting, by=two[0])
    db.session.commit()
    sign_in(client, two[1])
    url = f"/staff/postings/{posting.id}/publish"
    answer = client.submit(url, {}, form="/return", button="Send it back")
    assert (answer.status_code, problems(answer)) == (
        422,
        ["Say why the posting becomes draft: people will ask."],
    )
    client.submit(url, {"reason": "Old pay."}, form="/return", button="Send it back")
    page = client.page(f"/staff/postings/{posting.id}")
    assert "Old pay." in page.text


def test_nobody_outside_sees_what_awaits_approval(
    two: tuple[Person, Person], client: Client
) -> None:
    posting = open_posting_again(two)
    assert client.get(f"/postings/{posting.slug}").status_code == 404
    assert client.get(f"/postings/{posting.slug}/apply").status_code == 404
    assert client.get(f"/api/v1/postings/{posting.slug}").status_code == 410


def open_posting_again(two: tuple[Person, Person]) -> Posting:
    """A posting that was public, was cancelled, and waits to be published once more."""
    organization.set_publishing(second_person=False, by=two[0])
    posting = open_posting()
    organization.set_publishing(second_person=True, by=two[0])
    operations.cancel(posting, by=two[0], reason="No money.")
    operations.reopen(posting, by=two[0], reason="Money.")
    operations.ask_approval(posting, by=two[0])
    db.session.commit()
    return posting


def test_the_staff_page_of_one_that_waits_reads_well(
    two: tuple[Person, Person], client: Client
) -> None:
    posting = draft_posting()
    operations.ask_approval(posting, by=two[0])
    db.session.commit()
    sign_in(client, two[1])
    answer = client.get(f"/staff/postings/{posting.id}")
    page = page_of(answer)
    assert "Awaiting approval" in page.text
    assert page.link("Look at it and approve").endswith("/publish")
    assert "Draft to awaiting approval" in page.text
    assert client.page("/staff/postings?state=awaiting approval").link(posting.title)
