"""The language of a page: by choice, then as begun, then by browser; not for colleagues."""

import pytest
from flask import Flask

from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.core import languages
from tracker.core.access import public

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
BRITISH = {"Accept-Language": "en-GB,en;q=0.9,es;q=0.5"}
NEITHER = {"Accept-Language": "pl"}


def spoken(client: Client, url: str, headers: dict[str, str] | None = None) -> str | None:
    """The language that a page says it is in."""
    return Page(client.get(url, headers=headers or {}).text).root.get("lang")


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        (SPANISH, "es"),
        (BRITISH, "en"),
        (NEITHER, "en"),
        ({"Accept-Language": "es"}, "es"),
    ],
)
def test_a_first_visit_is_in_the_browsers_language(
    client: Client, headers: dict[str, str], language: str
) -> None:
    assert spoken(client, "/", headers) == language


def test_a_choice_wins_over_the_browser_and_is_remembered(client: Client) -> None:
    assert spoken(client, "/?lang=es", BRITISH) == "es"
    assert spoken(client, "/privacy", BRITISH) == "es"
    assert spoken(client, "/privacy?lang=en", SPANISH) == "en"
    assert spoken(client, "/", SPANISH) == "en"


def test_the_remembered_choice_is_a_plain_cookie_of_this_site(client: Client) -> None:
    cookies = client.get("/?lang=es").headers.getlist("Set-Cookie")
    chosen = next(each for each in cookies if each.startswith("language="))
    parts = {part.strip().partition("=")[0] for part in chosen.split(";")}
    assert {"HttpOnly", "SameSite", "Max-Age", "Path"} <= parts
    assert not [
        each for each in client.get("/").headers.getlist("Set-Cookie") if "language" in each
    ]


@pytest.mark.parametrize("language", ["fr", "", "es_US", "<b>"])
def test_a_language_that_there_is_not_changes_nothing(client: Client, language: str) -> None:
    answer = client.get("/", query_string={"lang": language})
    assert Page(answer.text).root.get("lang") == "en"
    assert "language=" not in " ".join(answer.headers.getlist("Set-Cookie"))


def test_the_answer_says_its_language_and_what_it_depends_on(client: Client) -> None:
    headers = client.get("/", headers=SPANISH).headers
    assert headers["Content-Language"] == "es"
    assert {"Accept-Language", "Cookie"} <= {each.strip() for each in headers["Vary"].split(",")}


def test_the_switch_keeps_the_place_and_marks_the_language(client: Client) -> None:
    page = client.page("/privacy?a=1&lang=es&a=2")
    assert page.link("English") == "http://localhost/privacy?a=1&a=2&lang=en"
    current = [each for each in page.all("nav//span") if each.get("aria-current") == "true"]
    assert [(each.text, each.get("lang")) for each in current] == [("Español", "es")]
    link = next(each for each in page.all("nav//a") if each.text == "English")
    assert (link.get("lang"), link.get("hreflang")) == ("en", "en")


def test_a_page_that_only_a_form_leads_to_is_left_for_the_one_above(client: Client) -> None:
    slug = postings.open_posting().slug
    refused = client.post(f"/postings/{slug}/apply/clear", data={"csrf_token": "another's"})
    assert refused.status_code == 400
    link = Page(refused.text, "http://localhost/").link("Español")
    assert link == f"http://localhost/postings/{slug}/apply?lang=es"
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/x", "/%2f%2fevil.example", "/\\evil.example"])
def test_the_switch_never_leads_to_another_site(client: Client, path: str) -> None:
    page = Page(client.get("http://localhost" + path).text, "http://localhost/")
    assert page.link("Español").startswith("http://localhost/")


def test_search_engines_learn_each_languages_address(client: Client) -> None:
    slug = postings.open_posting().slug

    def links(url: str) -> dict[str, str]:
        found = client.page(url).all("link")
        return {
            each.get("hreflang") or "canonical": each.get("href") or ""
            for each in found
            if each.get("rel") in {"canonical", "alternate"} and each.get("type") is None
        }

    for path in ("/", f"/postings/{slug}"):
        plain = f"http://localhost{path}"
        each = {"x-default": plain, "en": plain, "es": f"{plain}?lang=es"}
        assert links(path) == {**each, "canonical": plain}
        assert links(f"{path}?lang=es") == {**each, "canonical": f"{plain}?lang=es"}
        assert links(f"{path}?lang=en") == {**each, "canonical": plain}


@pytest.mark.parametrize("url", ["/sign-in", "/forgotten-password", "/for/nothing"])
def test_pages_for_colleagues_stay_english_without_a_switch(client: Client, url: str) -> None:
    answer = client.get(url, headers=SPANISH, query_string={"lang": "es"})
    page = Page(answer.text)
    assert page.root.get("lang") == "en"
    assert not page.all("nav[@class='languages no-print']")
    assert answer.headers["Content-Language"] == "en"
    assert "language=" not in " ".join(answer.headers.getlist("Set-Cookie"))


def test_staff_pages_stay_english(client: Client) -> None:
    postings.sign_in(client, postings.coordinator())
    client.get("/?lang=es")
    assert spoken(client, "/staff/postings", SPANISH) == "en"
    assert spoken(client, "/staff/postings/999", SPANISH) == "en"
    assert spoken(client, "/", SPANISH) == "es"


def test_what_was_begun_in_a_language_goes_on_in_it(app: Flask, client: Client) -> None:
    def view() -> str:
        languages.begin_in("es")
        return languages.current()

    app.add_url_rule("/begun", view_func=public(view), endpoint="begun")
    assert client.get("/begun", headers=BRITISH).text == "es"
    assert client.get("/begun?lang=en").text == "en"
    assert client.get("/begun", headers={"Cookie": "language=en"}).text == "en"


def test_outside_of_a_request_english_is_spoken(app: Flask) -> None:
    assert languages.current() == "en"
