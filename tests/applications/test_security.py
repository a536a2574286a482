"""What a stranger, another site or a hand-made form cannot do to an application."""

import pytest
from flask import Flask

from tests.applications import factories
from tests.applications.desk import arrived, coordinator
from tests.applications.factories import apply_with, browser, demanding_posting, filled
from tests.plugins.apps import Client
from tests.postings.factories import open_posting
from tracker.applications.models import Application, Draft
from tracker.core.db import db
from tracker.core.web import LARGEST_NUMBER
from tracker.postings.content import DocumentValue
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind

SENT_COOKIE = "tracker-sent"


def undemanding_posting() -> Posting:
    """An open posting that asks for nothing that it must have."""
    letter = DocumentValue(DocumentKind.COVER_LETTER, "Cover letter", required=False)
    return open_posting(title="Page", documents=[letter], questions=[], skills=[])


def begun(client: Client, posting: Posting) -> str:
    """Save a draft of a posting with nothing but a name; returns its submission token."""
    page = client.page(f"/postings/{posting.slug}/apply")
    assert client.fill(page, {"name": "Sam"}, form="apply", button="Save and go on later")
    return db.session.query(Draft).filter_by(posting_id=posting.id).one().submission_token


def test_a_token_of_one_posting_does_not_get_round_what_another_asks(client: Client) -> None:
    demanding, lax = demanding_posting(), undemanding_posting()
    token = begun(client, demanding)
    page = client.page(f"/postings/{lax.slug}/apply")
    entered = {"name": factories.NAME, "email": factories.EMAIL}
    form = page.form("apply").filled(entered)
    answer = client.post(
        form.action,
        data={**form.data, "submission_token": token},
        content_type=form.enctype,
        headers={"Referer": page.url},
    )
    assert answer.status_code == 303
    applications = db.session.query(Application).all()
    assert [each.posting_id for each in applications] == [lax.id]
    left = db.session.query(Draft).one()
    assert (left.posting_id, left.answers["name"]) == (demanding.id, "Sam")


def test_the_script_cannot_save_one_postings_draft_at_another(client: Client) -> None:
    demanding, lax = demanding_posting(), undemanding_posting()
    token = begun(client, demanding)
    answer = client.post(
        f"/postings/{lax.slug}/apply/save", data={"submission_token": token, "name": "Eve"}
    )
    assert answer.status_code == 400
    assert db.session.query(Draft).one().answers["name"] == "Sam"


def test_another_site_cannot_plant_what_somebody_else_has_sent(app: Flask) -> None:
    posting = demanding_posting()
    eve, victim = browser(app), browser(app)
    page = eve.page(f"/postings/{posting.slug}/apply")
    token = page.form("apply").filled({}).data["submission_token"]
    assert eve.fill(page, filled(page, posting), form="apply").status_code == 303
    planted = victim.post(f"/postings/{posting.slug}/apply", data={"submission_token": token})
    assert SENT_COOKIE not in str(planted.headers.getlist("Set-Cookie"))
    assert victim.get_cookie(SENT_COOKIE) is None
    assert eve.get_cookie(SENT_COOKIE) is not None


def test_another_site_can_neither_save_nor_send_in_somebodys_name(app: Flask) -> None:
    posting = demanding_posting()
    victim = browser(app)
    begun(victim, posting)
    url = f"/postings/{posting.slug}/apply"
    answer = victim.post(url, data={"name": "Eve", "email": "eve@example.org"})
    assert answer.status_code == 400
    assert victim.post(f"{url}/save", data={"name": "Eve"}).status_code == 400
    assert db.session.query(Application).count() == 0
    assert db.session.query(Draft).one().answers["name"] == "Sam"


@pytest.mark.parametrize("which", ["²", "9" * 5000, str(LARGEST_NUMBER + 1), "x", ""])
def test_a_remove_button_that_names_nothing_removes_nothing(client: Client, which: str) -> None:
    posting = demanding_posting()
    page = client.page(f"/postings/{posting.slug}/apply")
    form = page.form("apply").filled({"name": "Sam"})
    answer = client.post(
        form.action, data={**form.data, "action": f"remove:{which}"}, content_type=form.enctype
    )
    assert answer.status_code == 422
    assert db.session.query(Draft).one().answers["name"] == "Sam"


def test_files_of_another_application_are_not_behind_a_private_link(app: Flask) -> None:
    client = browser(app)
    posting = demanding_posting()
    own = apply_with(client, posting).headers["Location"].removesuffix("/receipt")
    other = factories.submission(undemanding_posting()).application.documents
    others = [*other, *arrived(open_posting(title="Clerk")).documents]
    for each in others:
        assert client.get(f"{own}/files/{each.id}").status_code == 404


def test_text_with_nul_is_kept_without_it(any_app: Flask) -> None:
    client = browser(any_app)
    assert apply_with(client, demanding_posting(), name="Sam\x00 Rivera").status_code == 303
    assert db.session.query(Application).one().name == "Sam Rivera"


def test_numbers_in_the_staffs_addresses_may_be_anything(any_app: Flask) -> None:
    application_id = arrived().id
    client = coordinator(any_app)
    for number in (LARGEST_NUMBER + 1, 10**15 - 1, "9" * 5000, "²"):
        for url in (
            f"/staff/applications?posting={number}",
            f"/staff/applications?view=board&posting={number}",
            f"/staff/applications?after=1700000000000000-{number}",
            f"/staff/applications?before={number}-1",
            f"/staff/applications/move?application={number}",
        ):
            assert client.get(url).status_code in {200, 303}, url
        assert client.get(
            f"/staff/applications/{application_id}?document={number}"
        ).status_code in {
            200,
            404,
        }


def test_a_network_of_addresses_asks_for_lost_links_as_one(client: Client) -> None:
    statuses = [
        client.post(
            "/my",
            data={"email": f"p{number}@example.org", "csrf_token": client.token("/my")},
            environ_overrides={"REMOTE_ADDR": f"2001:db8::{number:x}"},
        ).status_code
        for number in range(1, 22)
    ]
    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u202b"])
def test_a_name_cannot_turn_the_text_around_it(client: Client, sign: str) -> None:
    posting = undemanding_posting()
    apply_to = f"/postings/{posting.slug}/apply"
    entered = {"name": f"Sam {sign}gro.elpmaxe", "email": factories.EMAIL}
    sent = client.fill(client.page(apply_to), entered, form="apply")
    assert sign not in client.get(sent.location).text
    assert db.session.query(Application).one().name == "Sam gro.elpmaxe"


def test_a_name_of_nothing_that_can_be_read_is_asked_for_at_its_field(client: Client) -> None:
    posting = undemanding_posting()
    entered = {"name": "\u202e\u202c", "email": factories.EMAIL}
    page = client.page(f"/postings/{posting.slug}/apply")
    assert client.fill(page, entered, form="apply").status_code == 422
    assert db.session.query(Application).count() == 0


def test_letters_of_every_script_stay(client: Client) -> None:
    posting = undemanding_posting()
    name = "\u05e9\u05dc\u05d5\u05dd \u200f\u0645\u0631\u064a\u0645 Zo\u00eb \u674e"
    page = client.page(f"/postings/{posting.slug}/apply")
    client.fill(page, {"name": name, "email": factories.EMAIL}, form="apply")
    assert db.session.query(Application).one().name == name
