"""The Messages page: every mail and its story, for those who may know it."""

import pytest
from flask import Flask

from tests.applications.factories import submission
from tests.interviews.factories import scheduled
from tests.notifications.factories import calendar, queue, reload
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.mail import MailServer
from tests.postings import factories as postings
from tests.postings.factories import manager, open_posting, person, sign_in
from tracker.accounts.models import Person
from tracker.core import links
from tracker.core.access import Role
from tracker.core.tokens import new_token
from tracker.notifications.delivery import deliver_due
from tracker.notifications.masking import HIDDEN, mask
from tracker.notifications.models import OutgoingEmail

LIST = "/staff/messages"


def administrator() -> Person:
    return person("ada.quist@example.org", role=Role.ADMINISTRATOR)


def subjects(client: Client, url: str = LIST) -> list[str]:
    """The subjects that a page lists."""
    return client.page(url).texts("main//tbody/tr/th/a")


def test_an_empty_outbox_says_what_will_come(client: Client) -> None:
    sign_in(client, administrator())
    page = client.page(LIST)
    assert page.texts("main//h2") == ["No mail yet"]
    assert "No mail server is set" in page.text


def test_mail_is_listed_newest_first_with_its_state(
    app: Flask, client: Client, smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.refuse("bea@example.org")
    smtp_server.refuse("cy@example.org", "450 Later")
    for name in ("Ann", "Bea", "Cy"):
        queue(f"{name.lower()}@example.org", name=name)
    deliver_due()
    sign_in(client, administrator())
    assert subjects(client) == ["News for Cy", "News for Bea", "News for Ann"]
    page = client.page(LIST)
    assert page.texts("main//tbody/tr/td[1]/span") == ["Delayed", "Failed", "Sent"]
    assert "No mail server" not in page.text
    assert subjects(client, f"{LIST}?state=failed") == ["News for Bea"]
    assert subjects(client, f"{LIST}?state=nonsense") == subjects(client)
    assert client.page(LIST).link("Failed (1)").endswith("?state=failed")


def test_pages_are_read_by_key(client: Client) -> None:
    for number in range(120):
        queue(name=f"N{number}")
    sign_in(client, administrator())
    every = [f"News for N{number}" for number in reversed(range(120))]
    first = client.page(LIST)
    second = client.page(first.link("Older →"))
    third = client.page(second.link("Older →"))
    seen = [each.texts("main//tbody/tr/th/a") for each in (first, second, third)]
    assert seen == [every[:50], every[50:100], every[100:]]
    back = client.page(third.link("← Newer"))
    assert back.texts("main//tbody/tr/th/a") == every[50:100]
    assert client.page(back.link("← Newer")).texts("main//tbody/tr/th/a") == every[:50]
    assert "Newer" not in first.text


def test_thirty_mails_ask_the_database_as_often_as_one(
    client: Client, count_queries: QueryCounter
) -> None:
    sign_in(client, administrator())
    queue()
    client.page(LIST)
    with count_queries() as one:
        client.page(LIST)
    for _ in range(29):
        queue()
    with count_queries() as thirty:
        assert len(subjects(client)) == 30
    assert len(thirty) == len(one)


def test_a_failed_mail_says_why_and_goes_to_another_address(
    app: Flask, client: Client, smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.refuse("gone@example.org", "550 5.1.1 She has left")
    email_id = queue("gone@example.org").id
    deliver_due()
    sign_in(client, administrator())
    url = f"{LIST}/{email_id}"
    assert client.page(url).text.count("550 5.1.1 She has left") == 2
    refused = client.submit(url, {"address": "no address"})
    assert refused.status_code == 400
    assert "“no address” is not an address that mail can be sent to." in refused.text
    assert reload(email_id).recipient_address == "gone@example.org"
    assert client.submit(url, {"address": "ann@example.org"}).status_code == 303
    deliver_due()
    assert len(smtp_server.to("ann@example.org")) == 1
    page = client.page(url)
    assert page.texts("main//ol/li/p[1]") == [
        "The server refused it for good",
        "Address corrected",
        "The server took it",
    ]
    assert "to gone@example.org" in page.text
    assert "What you can do" not in page.text


def test_a_failed_mail_is_sent_again_by_hand(
    app: Flask, client: Client, smtp_server: MailServer
) -> None:
    app.config["MAIL_URL"] = smtp_server.url
    smtp_server.refuse("ann@example.org")
    email_id = queue().id
    deliver_due()
    smtp_server.behave()
    sign_in(client, administrator())
    url = f"{LIST}/{email_id}"
    assert client.submit(url, form="/again").status_code == 303
    deliver_due()
    assert len(smtp_server.received) == 1
    token = client.token(url)
    again = client.post(f"{url}/again", data={"csrf_token": token})
    assert again.status_code == 409
    assert "has been sent already" in again.text


def secret_mail(kind: str = "application") -> tuple[OutgoingEmail, str]:
    """A mail with a private link, and the secret in it."""
    token = new_token()
    make = {"application": links.candidate_page, "person": links.sign_in}[kind]
    return queue(values={"name": "Ann", "news": make(token)}, about=(kind, 1)), token


@pytest.mark.parametrize("kind", ["application", "person"])
@pytest.mark.settings(MAIL_URL="smtp://127.0.0.1:1")
def test_private_links_are_hidden(client: Client, kind: str) -> None:
    email, token = secret_mail(kind)
    sign_in(client, administrator())
    page = client.get(f"{LIST}/{email.id}").text
    assert token not in page
    assert HIDDEN in page
    assert "Private links are hidden here" in page


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_in_production_links_are_hidden_even_without_a_server(client: Client) -> None:
    email, token = secret_mail()
    sign_in(client, administrator())
    assert token not in client.get(f"{LIST}/{email.id}").text


def test_on_ones_own_machine_an_administrator_can_follow_the_links(client: Client) -> None:
    email, token = secret_mail("person")
    sign_in(client, administrator())
    page = client.page(f"{LIST}/{email.id}")
    assert page.link(links.sign_in(token)) == links.sign_in(token)
    sign_in(client, postings.coordinator())
    assert token not in client.get(f"{LIST}/{email.id}").text


def test_a_secret_is_known_wherever_it_stands() -> None:
    token = "aB3" + "x" * 29
    for url in (
        f"https://jobs.example.org/my/{token}/withdraw",
        f"https://jobs.example.org/new/{token}",
        f"https://jobs.example.org/staff?next={token}&a=b",
        "http://127.0.0.1:8000/for/short",
    ):
        hidden = mask(f'See <a href="{url}">{url}</a>.')
        assert token not in hidden
        assert "short" not in hidden
        assert hidden.count(HIDDEN) == 2
    plain = "https://jobs.example.org/postings/childrens-librarian-full-time-2026 and /my/own"
    assert mask(plain) == plain


def test_html_in_a_mail_cannot_run_in_the_page(client: Client) -> None:
    email = queue(values={"name": "<img src=x onerror=alert(1)>", "news": "<script>bad()</script>"})
    sign_in(client, administrator())
    page = client.get(f"{LIST}/{email.id}").text
    assert "<img" not in page
    assert "<script>bad" not in page
    assert "&lt;script&gt;bad()" in page


def test_a_manager_sees_mail_about_their_own_postings_only(client: Client) -> None:
    mine, other = open_posting(contact=manager()), open_posting(title="Page")
    mine_id, other_id = mine.id, other.id
    own, foreign = submission(mine).application.id, submission(other).application.id
    queue(name="own application", about=("application", own))
    queue(name="own posting", about=("posting", mine_id))
    hidden = queue(name="foreign application", about=("application", foreign)).id
    queue(name="foreign posting", about=("posting", other_id))
    queue(name="account", about=("person", manager().id))
    queue(name="nothing", about=None)
    interview = scheduled(own, [manager()])
    queue(name="own interview", about=("interview", interview.id))
    sign_in(client, manager())
    listed = {each for each in subjects(client) if each.startswith("News for")}
    assert listed == {
        "News for own application",
        "News for own posting",
        "News for own interview",
    }
    assert client.get(f"{LIST}/{hidden}").status_code == 404
    token = client.token(LIST)
    for act in ("again", "address"):
        answer = client.post(
            f"{LIST}/{hidden}/{act}", data={"csrf_token": token, "address": "eve@example.org"}
        )
        assert answer.status_code == 404
    assert reload(hidden).recipient_address == "ann@example.org"


def test_a_panelist_and_a_stranger_see_nothing(app: Flask, client: Client) -> None:
    email_id = queue().id
    for url in (LIST, f"{LIST}/{email_id}"):
        assert client.get(url).location.startswith("/sign-in?next=")
    sign_in(client, person("pat.low@example.org", role=Role.PANELIST))
    for url in (LIST, f"{LIST}/{email_id}"):
        assert client.get(url).status_code == 403


def test_a_calendar_is_named_and_an_unusable_server_is_too(app: Flask, client: Client) -> None:
    app.config["MAIL_URL"] = "smtp://ann:secret@mail.example.org?tls=no"
    email = queue(calendar=calendar("CANCEL"), calendar_method="CANCEL", about=("interview", 1))
    sign_in(client, administrator())
    page = client.get(f"{LIST}/{email.id}").text
    assert "A cancellation goes with it" in page
    assert "a password goes only over an encrypted connection" in page
    assert "secret@" not in page
