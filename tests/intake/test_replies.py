"""A reply finds its application, reaches whoever waits for it, and gives nobody's secrets away."""

from urllib.parse import quote

import pytest
from flask import Flask

from tests.intake.letters import CANDIDATE, CONTACT, answered, mails, stands
from tests.intake.replying import letter
from tests.plugins.mail import MailServer
from tests.routing.factories import arrived
from tracker.applications.models import Application
from tracker.intake.rules import Writer
from tracker.notifications.delivery import deliver_due
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.tags import Reaches, reach_written_in

pytestmark = pytest.mark.settings(
    BASE_URL="https://jobs.example.org", INTAKE_ADDRESS="jobs@example.org"
)


@pytest.fixture
def application(any_app: Flask) -> Application:
    """Sam's application, with its receipt to Sam and its mail to Ida."""
    return arrived()


@pytest.fixture
def receipt(application: Application) -> OutgoingEmail:
    return mails("application_received")[0]


@pytest.fixture
def told(application: Application) -> OutgoingEmail:
    return mails("application_arrived")[0]


# To whom


@pytest.mark.parametrize("by_tag", [False, True])
def test_a_candidates_reply_reaches_whoever_handles_it(
    application: Application, receipt: OutgoingEmail, by_tag: bool
) -> None:
    before = stands(application)
    reply = answered(receipt, by_tag=by_tag)
    assert (reply.writer, reply.application_id, reply.held) == (
        Writer.CANDIDATE,
        application.id,
        "",
    )
    (mail,) = mails("candidate_replied")
    assert mail.recipient_address == CONTACT
    assert "Tuesday suits me well." in mail.text
    assert reach_written_in(str(mail.reply_to_address)) is Reaches.CANDIDATE
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert stands(application) == before


def test_what_is_passed_on_threads_in_the_contacts_own_mail(
    application: Application, receipt: OutgoingEmail, told: OutgoingEmail
) -> None:
    answered(receipt)
    answered(receipt, text="And Wednesday too.")
    first, second = mails("candidate_replied")
    assert first.headers["In-Reply-To"] == told.message_id
    assert second.headers["In-Reply-To"] == first.message_id
    assert second.headers["References"] == f"{told.message_id} {first.message_id}"
    assert first.subject == f"Re: {told.subject}"


@pytest.mark.parametrize("by_tag", [False, True])
def test_a_contacts_reply_reaches_the_candidate_from_the_employer(
    application: Application, told: OutgoingEmail, by_tag: bool
) -> None:
    before = stands(application)
    reply = answered(told, address=CONTACT, by_tag=by_tag, text="Dear Sam,\n\ncan you come?")
    assert (reply.writer, reply.held) == (Writer.COLLEAGUE, "")
    mail = letter()
    assert (mail.recipient_address, mail.sender_address) == (CANDIDATE, told.sender_address)
    assert mail.sender_name == "Ida Moreno, Tracker"
    assert mail.text.startswith("Dear Sam,\n\ncan you come?")
    assert reach_written_in(str(mail.reply_to_address)) is Reaches.HANDLERS
    assert mails("candidate_replied") == []
    assert stands(application) == before


def test_a_whole_conversation_is_one_thread_on_both_sides(
    application: Application, receipt: OutgoingEmail, told: OutgoingEmail
) -> None:
    first = answered(receipt)
    (passed_on,) = mails("candidate_replied")
    answered(passed_on, address=CONTACT, text="Come at three.")
    mail = letter()
    assert mail.headers["In-Reply-To"] == first.incoming.message_id
    assert mail.headers["References"] == f"{receipt.message_id} {first.incoming.message_id}"
    assert mail.subject == f"Re: {receipt.subject}"
    answered(mail, text="I will be there.")
    assert mails("candidate_replied")[-1].headers["In-Reply-To"] == passed_on.message_id


def test_the_candidates_mail_holds_nothing_of_the_contacts(
    app: Flask, smtp_server: MailServer
) -> None:
    arrived()
    told = mails("application_arrived")[0]
    text = f"Yes.\n\nOn Monday Tracker <jobs@example.org> wrote:\n> {told.text}"
    answered(told, address=CONTACT, text=text)
    app.config["MAIL_URL"] = smtp_server.url
    deliver_due()
    content = smtp_server.to(CANDIDATE)[-1].content.decode()
    token = told.text.split("/for/")[1].split()[0]
    tag = str(told.reply_to_address).split("+")[1].split("@")[0]
    for secret in (CONTACT, token, tag, told.message_id.strip("<>")):
        assert secret not in content.replace("=\r\n", ""), secret


# What must not be passed on


INSIDE = [
    "{link}",
    "> {link}",
    "Open:\n{half}\n{other}",
    "> Open:\n> {half}\n> {other}",
    "https://safe.example.net/?url={encoded}&x=1",
    '<a href="{link}">here</a>',
    "{quoted_printable}",
    "key: {token}",
    "To: {reply_to}",
]


def _written(mail: OutgoingEmail, path: str) -> tuple[dict[str, str], list[str]]:
    """Ways to write what a mail holds, and what of it is secret."""
    token = mail.text.split(path)[1].split()[0]
    link = f"https://jobs.example.org{path}{token}"
    tag = str(mail.reply_to_address).split("+")[1].split("@")[0]
    ways = {
        "link": link,
        "half": link[:40],
        "other": link[40:],
        "encoded": quote(link, safe=""),
        "quoted_printable": f"{link[:30]}=\n{link[30:]}",
        "token": token,
        "reply_to": str(mail.reply_to_address),
    }
    return ways, [token, token[:20], token[-20:], tag]


@pytest.mark.parametrize("inside", INSIDE)
def test_a_contacts_link_never_reaches_the_candidate(app: Flask, inside: str) -> None:
    arrived()
    told = mails("application_arrived")[0]
    ways, secrets = _written(told, "/for/")
    # Written between one's own lines, so that it counts as theirs and not as a quotation.
    text = f"Dear Sam,\n{inside.format(**ways)}\nSee you then."
    reply = answered(told, address=CONTACT, text=text, files=[ways["token"] + ".pdf"])
    mail = letter()
    for secret in secrets:
        for shown in (mail.text, mail.html, mail.subject, reply.text):
            assert secret not in shown.replace("\n", "").replace("> ", "")
    assert mail.text.startswith("Dear Sam,")
    assert "you then." in mail.text  # all of it, but where a soft break may be a letter as well


@pytest.mark.parametrize("inside", INSIDE)
def test_a_candidates_link_never_reaches_a_contact(app: Flask, inside: str) -> None:
    arrived()
    receipt = mails("application_received")[0]
    ways, secrets = _written(receipt, "/my/")
    text = f"Hello,\n{inside.format(**ways)}\nYours, with every good wish"
    name = f"{ways['link'].replace('/', '⁄')} {ways['token']}.pdf"
    answered(receipt, text=text, files=[name])
    (mail,) = mails("candidate_replied")
    for secret in secrets:
        for shown in (mail.text, mail.html, mail.subject):
            assert secret not in shown.replace("\n", "").replace("> ", "")
    # A soft break that may be a letter as well takes the next line's first letters along.
    assert "with every good wish" in mail.text


def test_a_link_in_the_subject_is_hidden_too(
    application: Application, receipt: OutgoingEmail
) -> None:
    token = receipt.text.split("/my/")[1].split()[0]
    answered(receipt, subject=f"Re: https://jobs.example.org/my/{token}")
    (passed_on,) = mails("candidate_replied")
    answered(passed_on, address=CONTACT, text="Thanks.")
    assert token not in letter().subject
