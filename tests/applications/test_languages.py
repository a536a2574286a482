"""An application is begun, kept, sent and answered in one language: the candidate's."""

import re

import pytest
from flask import Flask

from tests.applications import desk, factories
from tests.applications.test_receipt import mailed_tokens
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications.models import Application, Draft
from tracker.core.db import db
from tracker.notifications.models import OutgoingEmail

SPANISH, ENGLISH = {"Accept-Language": "es-US"}, {"Accept-Language": "en-US"}


def test_what_was_typed_stays_when_the_language_is_switched(client: Client) -> None:
    """The switch stands in the form there: a link would leave what was typed behind."""
    slug = factories.demanding_posting().slug
    url = f"/postings/{slug}/apply"
    answer = client.submit(url, {"name": "Inés Ábrego"}, form="apply", button="Español")
    assert answer.status_code == 303
    page = client.page(answer.location)
    assert page.root.get("lang") == "es"
    assert page.one("input[@id='name']").get("value") == "Inés Ábrego"
    assert db.session.query(Draft).one().answers["name"] == "Inés Ábrego"


def test_the_key_enter_does_not_switch_the_language(client: Client) -> None:
    """Browsers press the first button of a form, also one that stands outside of it."""
    page = client.page(f"/postings/{factories.demanding_posting().slug}/apply")
    buttons = [each for each in page.all("button") if each.get("type") == "submit"]
    theirs = [each for each in page.form("apply").controls if each in buttons]
    assert theirs[0].get("value") == "send"
    assert "language:es" in {each.get("value") for each in theirs}


@pytest.mark.parametrize(("headers", "language"), [(SPANISH, "es"), (ENGLISH, "en")])
def test_a_private_page_speaks_the_language_that_was_written_in(
    client: Client, headers: dict[str, str], language: str
) -> None:
    """Whatever the browser asks for: a mail is often opened on another device."""
    submitted = factories.submission(language=language)
    others = ENGLISH if headers is SPANISH else SPANISH
    for path in (f"/my/{submitted.token}", f"/my/{submitted.token}/receipt"):
        assert Page(client.get(path, headers=others).text).root.get("lang") == language
    assert Page(client.get(f"/my/{submitted.token}?lang=en").text).root.get("lang") == "en"
    assert Page(client.get(f"/my/{submitted.token}").text).root.get("lang") == "en"


def test_a_link_that_opens_nothing_speaks_the_browsers_language(client: Client) -> None:
    assert Page(client.get("/my/nothing", headers=SPANISH).text).root.get("lang") == "es"


def test_the_receipt_goes_in_the_language_of_the_application(app: Flask) -> None:
    made = factories.submission(language="es")
    email = db.session.query(OutgoingEmail).filter_by(message="application_received").one()
    number = made.application.number
    assert email.subject == f"Recibimos su solicitud: Children's Librarian ({number})"
    assert "Estimado/a Marisol Quennell:" in email.text
    assert "Received" not in email.text
    assert "Carta de presentación: " in email.text
    assert '<html lang="es">' in email.html
    assert len(mailed_tokens()) == 1


def test_who_chose_spanish_applies_in_spanish(client: Client) -> None:
    posting = factories.demanding_posting()
    client.get("/?lang=es")
    factories.apply_with(client, posting)
    assert db.session.query(Application).one().language == "es"


def test_a_candidate_says_in_which_language_mail_is_written(client: Client) -> None:
    submitted = factories.submission()
    url = f"/my/{submitted.token}"
    assert "Mail about this application is written in English." in client.page(url).text
    answer = client.submit(url, form="/language", button="Español")
    assert answer.location == f"{url}?lang=es"
    page = client.page(answer.location)
    assert page.root.get("lang") == "es"
    assert "Desde ahora el correo sobre esta solicitud se escribe en este idioma." in page.text
    assert db.session.query(Application).one().language == "es"


@pytest.mark.parametrize("language", ["", "fr", "en_US"])
def test_mail_is_written_in_languages_that_there_are(client: Client, language: str) -> None:
    url = f"/my/{factories.submission(language='es').token}"
    data = {"language": language, "csrf_token": client.token(url)}
    assert client.post(f"{url}/language", data=data).status_code == 404
    assert db.session.query(Application).one().language == "es"


def test_staff_see_in_which_language_a_candidate_is_written_to(app: Flask) -> None:
    made = desk.arrived(language="es")
    page = desk.coordinator(app).page(f"/staff/applications/{made.id}")
    assert "Language Spanish" in " ".join(page.text.split())
    english = desk.arrived()
    other = desk.coordinator(app).page(f"/staff/applications/{english.id}")
    assert "Language" not in other.texts("dt")


def test_staff_see_the_mail_as_it_goes(app: Flask) -> None:
    made = desk.arrived(language="es")
    page = desk.coordinator(app).page(f"/staff/applications/{made.id}/move?to=shortlisted")
    told = "It goes in Spanish, the candidate’s language."
    assert told in page.text
    assert "Su solicitud para el puesto de" in page.text
    assert [each.get("lang") for each in page.all("pre")] == ["es"]


def test_a_draft_goes_on_elsewhere_in_its_language(any_app: Flask, client: Client) -> None:
    url = f"/postings/{factories.demanding_posting().slug}/apply"
    client.get("/?lang=es")
    typed = {"name": "Inés Ábrego", "email": "ines@example.org"}
    client.submit(url, typed, form="apply", button="Enviarme un enlace para continuar")
    email = db.session.query(OutgoingEmail).filter_by(message="draft_link").one()
    assert email.subject == "Continúe con su solicitud: Children's Librarian"
    found = re.search(r"/drafts/\S+", email.text)
    assert found is not None
    other = factories.browser(any_app)
    assert Page(other.get(found[0], headers=ENGLISH).text).root.get("lang") == "es"
    data = {"csrf_token": other.token(found[0])}
    answer = other.post(found[0], data=data, headers=ENGLISH)
    assert answer.location == f"{url}?lang=es"
    assert Page(other.get(answer.location, headers=ENGLISH).text).root.get("lang") == "es"
    assert Page(other.get(url, headers=ENGLISH).text).root.get("lang") == "es"


def test_a_shared_computer_says_goodbye_in_the_language_and_forgets_it(client: Client) -> None:
    url = f"/postings/{factories.demanding_posting().slug}/apply"
    client.get("/?lang=es")
    client.submit(url, {"name": "Inés", "shared": True}, form="apply", button="save")
    left = client.fill(client.page(url), form="leave")
    assert left.location == "/leave/done?lang=es"
    assert client.page(left.location).root.get("lang") == "es"
    assert client.page("/").root.get("lang") == "en"
