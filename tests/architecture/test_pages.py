"""Axe finds nothing on any page of the house, in light and in dark."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import Page
from sqlalchemy import select

from tests.applications.factories import draft
from tests.architecture.test_routes import rules
from tests.intake.mails import mail, resume
from tests.interviews.proposing import offer
from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer, ServerStarter
from tests.postings.subscribers import subscribe
from tracker.accounts.models import Person
from tracker.accounts.operations import issue_link
from tracker.accounts.rules import LinkKind
from tracker.applications import operations
from tracker.applications.models import Application, ApplicationDocument, Completion
from tracker.applications.rules import Channel
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.core.tokens import hash_token
from tracker.intake.arrival import Arrival
from tracker.interviews import operations as interviews
from tracker.interviews.models import Interview
from tracker.notifications.models import OutgoingEmail
from tracker.organization.models import Badge, Position
from tracker.postings import operations as publishing
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.records import operations as packets
from tracker.routing import operations as routing
from tracker.routing.models import Assignment, ContactLink

AXE_OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What a route answers with that is no page: a picture, a calendar, a file, a style sheet.
NO_PAGES = re.compile(
    r"/static/|\.svg$|\.ics$|\.css$|/original$|/pages/|/files?(?:/|$)|/raw$|/logo|/badges?/|/healthz$|/photo|\.zip$"
    r"|\.(?:txt|xml|atom|pdf)$|^/api/|/qr\."
)
# By which secret a page is opened; the longer address decides.
SECRETS = {
    "/alerts/": "alerts",
    "/drafts/": "draft",
    "/for/": "contact",
    "/my/": "my",
    "/my/replace/": "replace",
    "/new-address/": "new_address",
    "/postings/question/": "question",
    "/sign-in/": "sign_in",
}

# Pages of an application without an address, that somebody keyed in.
ON_PAPER = {
    "applications.printed_receipt",
    "applications.answer_by_hand",
    "applications.keyed_contact",
}


@pytest.fixture(scope="module")
def demo(start_server: ServerStarter) -> LiveServer:
    """A server with the demo in it."""
    return start_server(prepare=True)


def links(app: Flask) -> dict[str, str]:
    """Values for the arguments of every rule, taken from the demo."""
    with app.app_context():
        application = db.session.scalars(
            select(Application).join(Interview, Interview.application_id == Application.id)
        ).first()
        assert application is not None
        contact = db.session.scalars(
            select(OutgoingEmail.text).where(
                OutgoingEmail.message == "application_arrived",
                OutgoingEmail.about_id == application.id,
            )
        ).first()
        assert contact is not None
        mine = db.session.scalars(
            select(OutgoingEmail.text)
            .join(Interview, Interview.id == OutgoingEmail.about_id)
            .where(
                OutgoingEmail.message == "interview_invitation",
                Interview.application_id == application.id,
            )
        ).first()
        assert mine is not None
        posting = db.session.scalars(
            select(Posting).where(Posting.state == PostingState.OPEN)
        ).first()
        assert posting is not None
        with writing():
            administrator = db.session.scalars(
                select(Person).where(Person.role == Role.ADMINISTRATOR)
            ).first()
            assert administrator is not None
            secret = issue_link(administrator, LinkKind.SIGN_IN, by=None)
            code = publishing.make_link(posting, source="poster", by=administrator).code
            db.session.commit()
        values = {
            "slug": posting.slug,
            "posting_id": str(posting.id),
            "application_id": str(application.id),
            "interview_id": str(db.session.scalars(select(Interview.id)).first()),
            "email_id": str(db.session.scalars(select(OutgoingEmail.id)).first()),
            "told_id": str(
                db.session.scalars(
                    select(Assignment.told_email_id).where(
                        Assignment.application_id == application.id,
                        Assignment.told_email_id.is_not(None),
                    )
                ).first()
            ),
            "person_id": str(db.session.scalars(select(Person.id)).first()),
            "position_id": str(db.session.scalars(select(Position.id)).first()),
            "badge_id": str(db.session.scalars(select(Badge.id)).first()),
            "number": str(
                db.session.scalars(
                    select(ApplicationDocument.id).where(
                        ApplicationDocument.application_id == application.id
                    )
                ).first()
            ),
            "code": code,
            "day": "2026-11-24",
            "name": "application_received",
            "sign_in": secret,
            "contact": contact.split("/for/")[1].split()[0],
            "my": mine.split("/my/")[1].split()[0],
            "draft": begun(posting.id),
            "alerts": subscribe(words="librarian"),
            "replace": applied_twice(posting.id),
            "question": asked(app, posting.id),
            "new_address": address_given(application.id),
            "request_id": document_asked(application.id),
            "packet_id": packet_asked(application.id, administrator.id),
            "contact_packet": packet_asked(application.id, owner_of(contact)),
            "proposal_id": times_offered(application.id, owner_of(contact)),
            "incoming_id": mail_that_came(posting.title, application.id),
            "keyed_in": str(
                db.session.scalars(
                    select(Application.id).where(Application.channel != Channel.WEB)
                ).first()
            ),
        }
        db.engine.dispose()
    return values


def owner_of(mail: str) -> int:
    """Whose private link a contact's mail carries."""
    return db.session.scalars(
        select(ContactLink.person_id).where(
            ContactLink.token_hash == hash_token(mail.split("/for/")[1].split(maxsplit=1)[0])
        )
    ).one()


def times_offered(application_id: int, person_id: int) -> str:
    """Times for an interview that a candidate may choose among."""
    with writing():
        proposal = interviews.propose(
            db.session.get_one(Application, application_id),
            offer(),
            by=db.session.get_one(Person, person_id),
        )
        number = proposal.id
        db.session.commit()
    return str(number)


def begun(posting_id: int) -> str:
    """The secret of an application that was begun on another device."""
    with writing():
        email = operations.mail_draft_link(draft(posting_id), "begun@example.org")
        text = email.text
        db.session.commit()
    return text.split("/drafts/")[1].split()[0]


def applied_twice(posting_id: int) -> str:
    """The secret that an address is mailed which applies twice."""
    for _time in range(2):
        with writing():
            routing.receive(draft(posting_id, email="twice@example.org"), at=now())
            db.session.commit()
    text = db.session.scalars(
        select(OutgoingEmail.text).where(OutgoingEmail.message == "applied_again")
    ).one()
    return text.split("/my/replace/")[1].split()[0]


def address_given(application_id: int) -> str:
    """The secret that a new address is mailed."""
    with writing():
        application = db.session.get_one(Application, application_id)
        operations.confirm(application, at=now())
        operations.ask_new_address(application, "new@example.org")
        db.session.commit()
    text = db.session.scalars(
        select(OutgoingEmail.text).where(OutgoingEmail.message == "new_address")
    ).one()
    return text.split("/new-address/")[1].split()[0]


def document_asked(application_id: int) -> str:
    """A document that a candidate was asked for."""
    with writing():
        request = operations.ask_document(
            db.session.get_one(Application, application_id),
            title="Copy of your degree",
            by=db.session.scalars(select(Person).limit(1)).one(),
        )
        number = request.id
        db.session.commit()
    return str(number)


def packet_asked(application_id: int, person_id: int) -> str:
    """A packet that somebody asked for."""
    with writing():
        packet = packets.ask(
            db.session.get_one(Application, application_id),
            with_originals=False,
            by=db.session.get_one(Person, person_id),
        )
        number = packet.id
        db.session.commit()
    return str(number)


def mail_that_came(title: str, application_id: int) -> str:
    """A mail that waits to be sorted, and a candidate who is still to answer questions."""
    message = mail(
        sender="noreply@example.net", subject=f"About {title}", files=[(resume(), "CV.pdf")]
    )
    outcome = Arrival().take_in_stream(io.BytesIO(message.as_bytes()), source="a test")
    assert outcome is not None
    with writing():
        db.session.add(Completion(application_id=application_id))
        db.session.commit()
    return str(outcome.email_id)


def asked(app: Flask, posting_id: int) -> str:
    """The address of the page that says what was asked, to whoever asked it."""
    with writing():
        question = routing.ask(
            db.session.get_one(Posting, posting_id),
            name="Jo Fenwick",
            email="jo@example.org",
            text="Is the Saturday shift every week?",
            language="en",
            at=now(),
        )
        number = question.id
        db.session.commit()
    return str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="question").dumps(number))


def addresses(app: Flask) -> list[str]:
    """The address of every page of the URL map, filled with what the demo has."""
    values = links(app)
    found = []
    for rule in rules(app):
        if "GET" not in (rule.methods or ()) or NO_PAGES.search(rule.rule):
            continue
        known = dict(values)
        for prefix, name in SECRETS.items():
            if rule.rule.startswith(prefix):
                known["token"] = values[name]
        if rule.endpoint in ON_PAPER:
            known["application_id"] = values["keyed_in"]
        if rule.rule.startswith("/for/"):
            known["packet_id"] = values["contact_packet"]
        missing = rule.arguments - known.keys()
        assert not missing, f"{rule.rule} needs a value for {missing} here"
        path = rule.rule
        for name in rule.arguments:
            path = re.sub(rf"<(?:[^<>:]+:)?{name}>", known[name], path)
        found.append(path)
    return sorted(set(found))


def signed_in(page: Page, server: LiveServer) -> None:
    """Sign in as the demo's administrator."""
    found = re.search(r"http://\S+/sign-in/\S+", server.log.read_text())
    assert found is not None
    page.goto(found.group(0))
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile("/staff"))


def test_axe_finds_nothing_on_any_page(demo: LiveServer, open_page: PageOpener) -> None:
    app = demo.app()
    # A colour half-way through a transition is no colour of the page's.
    desk = open_page(reduced_motion="reduce")
    signed_in(desk, demo)
    problems = []
    pages = addresses(app)
    for path in pages:
        answer = desk.goto(demo.url + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        for scheme in ("light", "dark"):
            desk.emulate_media(color_scheme=scheme)
            found = Axe().run(desk, options=AXE_OPTIONS)
            problems += [
                f"{path} ({scheme}): {each['id']}: {each['nodes'][0]['html'][:120]}"
                for each in found.response["violations"]
            ]
        desk.set_viewport_size({"width": 320, "height": 700})
        width = desk.evaluate("document.documentElement.scrollWidth")
        desk.set_viewport_size({"width": 1280, "height": 900})
        if width > 320:
            problems.append(f"{path}: scrolls sideways at 320 px ({width})")
    assert problems == []
    assert len(pages) > 35
