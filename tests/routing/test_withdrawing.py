"""A candidate withdraws: whoever has the application hears of it once, and why."""

from flask import Flask

from tests.interviews.factories import scheduled
from tests.plugins.apps import Client
from tests.plugins.snapshots import MailSnapshot
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails, path_in
from tests.routing.test_digest import HOUR, Clock, choose
from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.intake.untaken import untaken_of
from tracker.routing import operations

REASON = "I have <found> another position."


def page_of_candidate() -> str:
    return "/my/" + mails("application_received")[-1].text.split("/my/")[1].split()[0]


def test_whoever_has_it_is_told_once_with_the_reason(
    app: Flask, client: Client, mail_snapshot: MailSnapshot
) -> None:
    application = arrived()
    number = application.number
    page = path_in(mails("application_arrived")[0])
    url = f"{page_of_candidate()}/withdraw"
    assert client.submit(url, {"note": REASON}).status_code == 303
    with writing():
        operations.withdraw(db.session.get_one(Application, application.id), "Once more.")
        db.session.commit()
    (mail,) = mails("candidate_withdrew")
    assert mail.recipient_address == "ida.moreno@example.org"
    assert "&lt;found&gt;" in mail.html
    mail_snapshot(mail, replace={number: "NUMBER"})
    shown = client.page(page).text
    assert REASON in shown
    assert "The candidate has withdrawn it:" in shown
    assert "If that was a mistake" not in shown
    assert client.get(path_in(mail)).status_code == 200


def test_who_waits_for_a_digest_learns_of_it_there(client: Client, clock: Clock) -> None:
    posting = postings.open_posting()
    choose(16, "ida.moreno@example.org")
    arrived(posting)
    client.submit(f"{page_of_candidate()}/withdraw", {"note": REASON})
    assert mails("candidate_withdrew") == []
    key = postings.person("ida.moreno@example.org").id
    clock.shift(24 * HOUR)
    with writing():
        assert operations.send_digest(key, at=now(), untaken=untaken_of) is not None
        db.session.commit()
    assert "withdrawn since by the candidate" in mails("applications_digest")[0].text


def test_an_interview_is_called_off_in_words_that_say_why(app: Flask, client: Client) -> None:
    interview = scheduled(arrived().id, [postings.person("robin.vale@example.org")])
    assert interview.id
    url = f"{page_of_candidate()}/withdraw"
    page = client.page(url).text
    assert "will be called off" in page
    assert "Only this application ends." in page
    client.submit(url, {"note": ""})
    assert mails("interview_cancelled") == []
    (told,) = mails("interview_withdrawn")
    for part in (told.text, told.html):
        assert "You have withdrawn your application" in part
        assert "comes next" not in part
    assert told.calendar_method == "CANCEL"
    (panel,) = mails("panel_cancelled")
    for part in (panel.text, panel.html):
        assert "The candidate has withdrawn the application." in part
