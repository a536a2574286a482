"""Mail that is held for a look: it leaves by somebody's hand, and by nothing else."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.applications.factories import submission
from tests.notifications.factories import NEWS, calendar, queue, reload
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.mail import MailServer
from tests.postings import factories as postings
from tests.postings.factories import manager, open_posting, person, sign_in
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason
from tracker.core import links
from tracker.core.access import Role
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError
from tracker.core.tokens import new_token
from tracker.notifications import operations, queries
from tracker.notifications.delivery import deliver_due
from tracker.notifications.masking import HIDDEN
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.notifications.wording import Message, all_messages, declare

LIST = "/staff/messages"
DECLINE = "outcome_not_selected"
INVITATION = declare(
    Message(
        name="test_invitation",
        audience="panel",
        purpose="Goes only in tests.",
        subject="Come, {name}",
        body="Dear {name},\n\n\n\ncome here: {link}\n\nGoodbye",
        samples={"name": "Ann", "link": "https://jobs.example.org/my/sample"},
    )
)


def administrator() -> Person:
    return person("ada.quist@example.org", role=Role.ADMINISTRATOR)


def hold(message: str, *, held: bool = True) -> None:
    with writing():
        operations.hold_kind(message, held=held, by=None)
        db.session.commit()


def invite(link: str = "https://jobs.example.org/x", **more: Any) -> int:
    """A held mail whose words hold a link."""
    hold("test_invitation")
    with writing():
        email = operations.queue(
            "test_invitation", to=("Ann", "ann@example.org"), values={"name": "Ann", "link": link},
            **more,
        )  # fmt: skip
        db.session.commit()
        return email.id


def story(email_id: int) -> list[tuple[str, str]]:
    """What was done to a mail, and by whom."""
    return [(each.kind.value, each.by_name) for each in reload(email_id).changes]


def deliver(app: Flask, server: MailServer) -> int:
    """Send what is due; how many mails arrived altogether."""
    app.config["MAIL_URL"] = server.url
    deliver_due()
    return len(server.received)


def test_a_held_kind_does_not_go_until_it_is_released(
    any_app: Flask, smtp_server: MailServer
) -> None:
    email_id = invite()
    assert reload(email_id).state is MailState.HELD
    assert deliver(any_app, smtp_server) == 0
    hold("test_invitation", held=False)
    assert deliver(any_app, smtp_server) == 0
    with writing():
        operations.release(queries.one_mail(email_id, locked=True), by=administrator())
        db.session.commit()
    assert deliver(any_app, smtp_server) == 1
    assert story(email_id) == [("held", ""), ("released", administrator().name)]


def test_others_go_at_once(app: Flask) -> None:
    invite()
    assert queue().state is MailState.WAITING
    hold("test_invitation", held=False)
    hold("test_invitation")
    assert queue().state is MailState.WAITING


def test_what_somebody_waits_for_is_never_held(app: Flask) -> None:
    never = {each.name for each in all_messages() if not each.may_be_held}
    assert never >= {"invitation", "password_reset", "application_link", "draft_link",
                     "new_address", "application_arrived", "test_mail", NEWS.name}  # fmt: skip
    assert DECLINE not in never
    for name in never:
        with pytest.raises(DomainError, match="always goes at once"):
            hold(name)


def test_a_dropped_mail_never_goes_and_can_be_taken_back(
    any_app: Flask, smtp_server: MailServer
) -> None:
    email_id = invite()
    for act in (operations.drop, operations.take_back, operations.drop):
        with writing():
            act(queries.one_mail(email_id, locked=True), by=administrator())
            db.session.commit()
    for refused in (operations.release, operations.retry, operations.drop):
        with writing(), pytest.raises(DomainError, match="Nothing was"):
            refused(queries.one_mail(email_id, locked=True), by=None)
    assert deliver(any_app, smtp_server) == 0
    assert [kind for kind, _ in story(email_id)] == ["held", "dropped", "taken back", "dropped"]
    assert queries.counts()["dropped"] == 1
    assert queries.counts()[MailState.HELD] == 0


def test_a_held_invitation_keeps_its_cancellation_back(
    any_app: Flask, smtp_server: MailServer
) -> None:
    hold("test_invitation")
    with writing():
        held = operations.queue(
            "test_invitation", to=("Ann", "ann@example.org"), values={"name": "A", "link": "-"},
            about=("interview", 5), calendar=calendar("REQUEST"), calendar_method="REQUEST",
        ).id  # fmt: skip
        db.session.commit()
    queue(about=("interview", 5), calendar=calendar("CANCEL"), calendar_method="CANCEL")
    assert deliver(any_app, smtp_server) == 0
    with writing():
        operations.drop(queries.one_mail(held, locked=True), by=None)
        db.session.commit()
    assert deliver(any_app, smtp_server) == 1


def test_every_message_that_may_be_held_can_be_rewritten(app: Flask) -> None:
    for message in all_messages():
        if message.may_be_held:
            drawn = operations.preview(message)
            email = OutgoingEmail(
                state=MailState.HELD, words=drawn.words, text=drawn.text, html=drawn.html
            )
            assert operations.may_edit(email), message.name


def test_one_mail_is_rewritten_and_its_secrets_stay(
    app: Flask, client: Client, smtp_server: MailServer
) -> None:
    token = new_token()
    link = links.candidate_page(token)
    app.config["MAIL_URL"] = "smtp://127.0.0.1:1"
    email_id = invite(link)
    sign_in(client, administrator())
    url = f"{LIST}/{email_id}"
    page = client.page(url)
    assert token not in page.text
    shown = page.form("/words").values["body"][0]
    assert HIDDEN in shown
    changed = {
        "subject": "Come <soon>\r\nBcc: eve@example.org",
        "body": shown.replace("Goodbye", "See <you>\r\n\r\nsoon"),
    }
    assert client.submit(url, changed, form="/words").status_code == 303
    client.submit(url, form="/release")
    assert deliver(app, smtp_server) == 1
    (received,) = smtp_server.received
    assert str(received.message["Subject"]) == "Come <soon> Bcc: eve@example.org"
    assert f"come here: {link}\n\nSee <you>\n\nsoon" in received.text
    html = reload(email_id).html
    assert "<p>See &lt;you&gt;</p>" in html
    assert "Come &lt;soon&gt; Bcc" in html.split("</title>")[0]
    assert "Goodbye" not in received.text + html
    assert [kind for kind, _ in story(email_id)] == ["held", "edited", "released"]
    assert token not in client.get(url).text


def test_two_who_rewrite_do_not_overwrite_each_other(client: Client) -> None:
    email_id = invite()
    sign_in(client, administrator())
    url = f"{LIST}/{email_id}"
    first, second = client.page(url), client.page(url)
    for page, status in ((first, 303), (second, 409)):
        answer = client.fill(page, {"body": f"Words {status}"}, form="/words")
        assert answer.status_code == status
    assert reload(email_id).words == "Words 303"


@pytest.mark.parametrize(
    ("field", "value"), [("subject", ""), ("body", " "), ("subject", "x" * 201)]
)
def test_words_that_cannot_be_used_are_refused(client: Client, field: str, value: str) -> None:
    email_id = invite()
    sign_in(client, administrator())
    url = f"{LIST}/{email_id}"
    before = reload(email_id).text
    assert client.submit(url, {field: value}, form="/words").status_code == 422
    assert reload(email_id).text == before


def test_several_are_released_or_dropped_at_once(app: Flask, client: Client) -> None:
    ids = [invite() for _ in range(4)]
    sign_in(client, administrator())
    tray = f"{LIST}?state=held"
    data = {"csrf_token": client.token(tray), "mail": ids[:2], "action": "release"}
    assert client.post(f"{LIST}/held", data=data).status_code == 303
    assert "2 mails go now." in client.page(tray).text
    data |= {"mail": ids[1:3], "action": "drop"}
    client.post(f"{LIST}/held", data=data)
    assert "1 mail is dropped. 1 was not held any more." in client.page(tray).text
    states = [(reload(each).state.value, bool(reload(each).dropped_at)) for each in ids]
    assert states == [("waiting", False), ("waiting", False), ("held", True), ("held", False)]
    assert client.page(tray).texts("main//tbody/tr/th/a") == ["Come, Ann"]
    assert client.page(f"{LIST}?state=dropped").texts("main//tbody/tr/td/span") == ["Dropped"]
    data |= {"mail": [], "action": "release"}
    client.post(f"{LIST}/held", data=data)
    assert "Choose the mails first" in client.page(tray).text


def test_nobody_decides_about_mail_that_is_not_theirs_to_see(client: Client) -> None:
    mine, other = open_posting(contact=manager()).id, open_posting(title="Page").id
    own = invite(about=("posting", mine))
    foreign = invite(about=("posting", other))
    sign_in(client, manager())
    data = {"csrf_token": client.token(LIST), "mail": [own, foreign], "action": "release"}
    client.post(f"{LIST}/held", data=data)
    assert [reload(each).state.value for each in (own, foreign)] == ["waiting", "held"]
    for act in ("release", "drop", "take-back", "words"):
        answer = client.post(f"{LIST}/{foreign}/{act}", data=data | {"subject": "S", "body": "B"})
        assert answer.status_code == 404


def test_the_tray_asks_the_database_as_often_for_thirty_as_for_one(
    client: Client, count_queries: QueryCounter
) -> None:
    sign_in(client, administrator())
    invite()
    tray = f"{LIST}?state=held"
    client.page(tray)
    with count_queries() as one:
        client.page(tray)
    for _ in range(29):
        invite()
    with count_queries() as thirty:
        assert len(client.page(tray).texts("main//tbody/tr/th/a")) == 30
    assert len(one) == len(thirty)


def test_the_desk_shows_what_waits_for_a_look(client: Client) -> None:
    sign_in(client, administrator())
    assert "Mail to look at before it goes" not in client.page("/staff").text
    invite()
    page = client.page("/staff")
    assert "Mail to look at before it goes (1)" in page.text
    assert page.link("Look at all of it, and release or drop several at once").endswith("held")


def test_the_employer_chooses_on_the_page_of_the_wording(client: Client) -> None:
    sign_in(client, postings.coordinator())
    url = f"/staff/organization/wording/{DECLINE}"
    assert client.submit(url, form="/hold").status_code == 303
    assert queries.held_kinds() == {DECLINE}
    assert "Held for a look" in client.page("/staff/organization/wording").text
    assert client.submit(url, form="/hold").status_code == 303
    assert queries.held_kinds() == set()
    assert "Before it goes" not in client.page("/staff/organization/wording/draft_link").text


def test_a_candidate_learns_of_a_held_decline_when_it_is_released(client: Client) -> None:
    hold(DECLINE)
    received = submission(open_posting(contact=manager()))
    application_id, token = received.application.id, received.token
    with writing():
        application = lock(Application, application_id)
        applications.move(
            application,
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.BETTER_QUALIFIED,
            by=manager(),
            mail=True,
        )
        db.session.commit()
    email = db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.message == DECLINE)).one()
    assert email.state is MailState.HELD
    page = f"/my/{token}"
    before = client.page(page).text
    assert email.subject not in before
    assert "other candidates" not in before
    assert "What happens next" in before
    with writing():
        operations.release(queries.one_mail(email.id, locked=True), by=None)
        db.session.commit()
    after = client.page(page).text
    assert "other candidates" in after
    assert "What happens next" not in after


def test_a_test_of_words_goes_to_whoever_asks(
    app: Flask, client: Client, smtp_server: MailServer
) -> None:
    coordinator = postings.coordinator()
    sign_in(client, coordinator)
    url = f"/staff/organization/wording/{DECLINE}"
    page = client.page(url)
    sent = {"csrf_token": page.token(), "subject": "About {posting_title}", "body": "So {number}."}
    assert client.post(f"{url}/test", data=sent).status_code == 200
    assert deliver(app, smtp_server) == 1
    (received,) = smtp_server.received
    assert received.recipients == (coordinator.email,)
    assert str(received.message["Subject"]).startswith("[Test] About ")
    assert "{" not in received.text
    assert queries.own_wording(DECLINE) is None
    refused = client.post(f"{url}/test", data=sent | {"body": "{nonsense}"})
    assert refused.status_code == 422
    assert "is not a placeholder" in refused.text
