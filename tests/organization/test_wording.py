"""Every message, in the employer's own words."""

import pytest
from flask import Flask

from tests.organization.conftest import ClientFor
from tests.plugins.apps import Client
from tracker.core.access import Role
from tracker.notifications.operations import preview, sample
from tracker.notifications.wording import all_messages

PAGE = "/staff/organization/wording"
RESET = f"{PAGE}/password_reset"
OWN = {"subject": "A new password, {person_name}?", "body": "Dear {person_name},\n\nhere it is."}


def test_every_message_is_listed_and_opens_with_its_preview(admin: Client) -> None:
    """Whatever the rooms declare can be read and changed, with samples filled in."""
    listed = {each.get("href") for each in admin.page(PAGE).all("tbody//a")}
    assert listed == {f"{PAGE}/{message.name}" for message in all_messages()} | {
        f"{PAGE}/{message.name}?language=es"
        for message in all_messages()
        if message.audience == "candidate"
    }
    for message in all_messages():
        page = admin.page(f"{PAGE}/{message.name}")
        shown = page.one("div[@class='mail-preview']").text or ""
        assert shown.strip() == sample(message).text.strip()
        assert "{" not in shown


def test_own_words_are_saved_used_and_taken_back(admin: Client) -> None:
    """From the form to the next mail, and back to the built-in words."""
    before = preview("password_reset")
    assert admin.submit(RESET, OWN, button="Save").status_code == 303
    assert preview("password_reset").subject == "A new password, Robin Vale?"
    assert "here it is." in preview("password_reset").text
    assert admin.page(PAGE).texts("td").count("Your own") == 1
    assert admin.submit(RESET, form="/restore").status_code == 303
    assert preview("password_reset") == before


def test_answers_are_called_by_what_has_happened(admin: Client) -> None:
    named = admin.page(PAGE).texts("th[@scope='row']")
    answers = [each for each in named if each.startswith(("Moved", "Ended", "Outcome"))]
    assert answers == [
        "Moved to interview",
        "Moved to offer",
        "Moved to received",
        "Moved to references",
        "Moved to shortlisted",
        "Moved to under review",
        "Ended: declined offer",
        "Ended: hired",
        "Ended: not selected",
        "Ended: position cancelled",
        "Ended: withdrawn",
    ]


def test_the_preview_saves_nothing(admin: Client) -> None:
    """It draws the words as they are in the form, with the samples."""
    answer = admin.submit(RESET, OWN, button="Preview")
    assert answer.status_code == 200
    assert "A new password, Robin Vale?" in answer.text
    assert "A new password, {person_name}?" in answer.text
    assert preview("password_reset").subject == "Choose a new password"


@pytest.mark.parametrize("button", ["Save", "Preview"])
@pytest.mark.parametrize(
    ("field", "words", "sentence"),
    [
        ("subject", "For {salary}", "{salary} is not a placeholder of this message."),
        ("body", "Dear {person_name.password_hash}", "is not a placeholder of this message."),
        ("body", "{0}", "is not a placeholder of this message."),
        ("body", "a { b", "that does not belong to a placeholder"),
        ("subject", "", "Enter a subject."),
        ("body", " ", "Enter the text of the mail."),
        ("subject", "x" * 201, "The subject is too long"),
    ],
)
def test_words_that_cannot_be_used_are_refused_at_their_field(
    admin: Client, button: str, field: str, words: str, sentence: str
) -> None:
    """An unknown placeholder would reach a candidate as it stands; so it never gets in."""
    answer = admin.submit(RESET, {**OWN, field: words}, button=button)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="{field}-error"' in answer.text
    assert preview("password_reset").subject == "Choose a new password"


def test_words_that_were_open_too_long_overwrite_nothing(admin: Client) -> None:
    """Two people edit one message: the second is told."""
    page = admin.page(RESET)
    assert admin.fill(page, OWN, button="Save").status_code == 303
    second = admin.fill(page, {**OWN, "subject": "Mine"}, button="Save")
    assert second.status_code == 409
    assert preview("password_reset").subject == "A new password, Robin Vale?"


def test_a_message_that_is_not_there_is_not_there(admin: Client) -> None:
    """An address by hand finds nothing."""
    assert admin.get(f"{PAGE}/nothing").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(Role.COORDINATOR, 200), (Role.MANAGER, 403), (Role.PANELIST, 403)]
)
def test_wording_is_for_those_who_answer_everybody(
    app: Flask, signed_in_as: ClientFor, role: Role, status: int
) -> None:
    """A coordinator may, and finds the way there; a manager may not."""
    client = signed_in_as(role)
    assert client.get(PAGE).status_code == status
    links = [each.get("href") for each in client.page("/staff/account").all("nav//a")]
    assert (PAGE in links) == (status == 200)


RECEIPT = f"{PAGE}/application_received"
SPANISH = {"subject": "Recibida: {number}", "body": "Hola, {candidate_name}.\n\nLa tenemos."}


def test_words_for_candidates_are_changed_in_each_language_by_itself(admin: Client) -> None:
    built_in = preview("application_received", language="es")
    assert built_in.subject == "Recibimos su solicitud: Children's Librarian (2026-K7Q4M)"
    assert admin.submit(RECEIPT, OWN_RECEIPT, button="Save").status_code == 303
    assert preview("application_received").subject == "Here: 2026-K7Q4M"
    assert preview("application_received", language="es") == built_in
    answer = admin.submit(f"{RECEIPT}?language=es", SPANISH, button="Save")
    assert answer.location == f"{RECEIPT}?language=es"
    assert preview("application_received").subject == "Here: 2026-K7Q4M"
    assert preview("application_received", language="es").subject == "Recibida: 2026-K7Q4M"
    admin.submit(f"{RECEIPT}?language=es", form="/restore?language=es")
    assert preview("application_received", language="es") == built_in


OWN_RECEIPT = {"subject": "Here: {number}", "body": "Dear {candidate_name},\n\nIt came."}


def test_the_editor_says_who_does_not_get_the_employers_own_words(admin: Client) -> None:
    told = "Candidates who read Spanish get the built-in words in that language"
    assert told not in admin.page(RECEIPT).text
    admin.submit(RECEIPT, OWN_RECEIPT, button="Save")
    assert told in admin.page(RECEIPT).text
    spanish = admin.page(f"{RECEIPT}?language=es")
    assert "In English you have words of your own." in spanish.text
    assert "Estimado/a {candidate_name}:" in (spanish.one("textarea").text or "")
    assert spanish.one("textarea").get("lang") == "es"
    admin.submit(f"{RECEIPT}?language=es", SPANISH, button="Save")
    assert told not in admin.page(RECEIPT).text


@pytest.mark.parametrize("url", [f"{RECEIPT}?language=fr", f"{RESET}?language=es"])
def test_there_are_words_in_the_languages_of_the_readers_only(admin: Client, url: str) -> None:
    assert admin.get(url).status_code == 404
