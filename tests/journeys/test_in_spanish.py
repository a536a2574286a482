"""A candidate who reads Spanish meets no English sentence of ours, from the list to the answer."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.applications import desk, factories
from tests.documents import samples
from tests.interviews import factories as interviews
from tests.interviews.proposing import proposed
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.plugins.sentences import english_in, said
from tests.postings import factories as postings
from tracker.applications import operations
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage, Step
from tracker.core import languages
from tracker.core.access import access_of
from tracker.core.db import db, lock, writing
from tracker.interviews import operations as interviewing
from tracker.interviews.models import Interview
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import message_named

# What a route answers with that is no page: a picture, a calendar, a file, a style sheet.
NO_PAGES = re.compile(
    r"\.(?:svg|ics|css|zip|txt|xml|atom|<any\(svg, png\):form>|pdf)$|^/static/|^/employer/|/files/"
    r"|^/healthz$|^/api/|^/feeds/"
)
ENDS = {
    Outcome.HIRED: Reason.BEST_QUALIFIED,
    Outcome.NOT_SELECTED: Reason.BETTER_QUALIFIED,
    Outcome.WITHDRAWN: Reason.CANDIDATE_DECISION,
    Outcome.DECLINED_OFFER: Reason.PAY_EXPECTATION,
    Outcome.POSITION_CANCELLED: Reason.POSITION_CLOSED,
}


class Reader(Client):
    """A browser that asks for Spanish, and keeps every page that it was shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown: list[tuple[str, str]] = []

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request that asks for Spanish, and keep the page."""
        kwargs["headers"] = {"Accept-Language": "es-US,es;q=0.9", **(kwargs.get("headers") or {})}
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            self.shown.append((response.request.path, response.text))
        return response


@pytest.fixture
def reader(app: Flask) -> Reader:
    """Somebody who reads Spanish."""
    app.test_client_class = Reader
    made = app.test_client()
    assert isinstance(made, Reader)
    return made


def english(reader: Reader) -> list[str]:
    """What stood in English on the pages that were shown, each where it was seen first."""
    texts: dict[str, str] = {}
    found = []
    for path, html in reader.shown:
        root = Page(html).root
        if root.get("lang") != "es":
            found.append(f"{path} is not in Spanish")
        for text in said(root, language="es"):
            texts.setdefault(" ".join(text.split()), path)
    return found + [f"{texts[text]}: {each}" for text in texts for each in english_in([text])]


def unseen(app: Flask, reader: Reader) -> set[str]:
    """The rules of pages for candidates that nobody looked at."""
    adapter, seen = app.url_map.bind("localhost"), set()
    for path, _html in reader.shown:
        try:
            rule, _values = adapter.match(path, method="GET", return_rule=True)
        except HTTPException:
            continue
        seen.add(rule.rule)
    theirs = set()
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        room = rule.endpoint.partition(".")[0]
        is_theirs = (
            access is not None and access.kind != "requires" and "GET" in (rule.methods or ())
        )
        if is_theirs and room not in languages.english_rooms() and not NO_PAGES.search(rule.rule):
            theirs.add(rule.rule)
    return theirs - seen


def press(reader: Reader, path: str, **entered: str) -> None:
    """Send every form of a page with what the page has put in it, and this."""
    page = Page(reader.get(path).text, f"http://localhost{path}")
    for form in page.forms:
        if form.method == "post":
            fields = {name: value for name, value in entered.items() if name in form.names}
            reader.post(form.action, data={**form.values, **fields})


def mailed(message: str, path: str) -> str:
    """The secret of the newest link of a kind that was mailed."""
    statement = select(OutgoingEmail.text).where(OutgoingEmail.message == message)
    text = db.session.scalars(statement.order_by(OutgoingEmail.id.desc())).first()
    found = re.search(rf"{path}(\S+)", text or "")
    assert found is not None, f"no {path} in {text}"
    return found[1]


def read_and_ask(reader: Reader) -> None:
    """What anybody may read, and a question."""
    for path in ("/", "/privacy", "/nothing-here", "/leave", "/leave/done", "/leave/idle"):
        reader.get(path)
    for path in ("/j/NOTHING", "/embed/postings"):
        reader.get(path)
    posting, closed = factories.demanding_posting(), postings.closed_posting()
    slug = f"/postings/{posting.slug}"
    for path in ("/", slug, f"/postings/{closed.slug}", f"/postings/{closed.slug}/apply"):
        reader.get(path)
    press(reader, "/my")
    press(reader, "/my", email="nobody@example.org")
    press(reader, f"{slug}/question")
    asked = {"name": "Inés Ábrego", "email": "ines@example.org", "text": "¿A qué hora?"}
    reader.submit(f"{slug}/question", asked, form=f"{slug}/question", follow=True)


def fill_in(reader: Reader) -> str:
    """The form, empty, wrong, and gone on with elsewhere; then sent. Returns its secret."""
    posting, long = factories.demanding_posting(), factories.long_posting()
    url = f"/postings/{posting.slug}/apply"
    press(reader, url)
    for step in Step:
        press(reader, f"/postings/{long.slug}/apply?step={step.value}")
    answers = {f"question_{each.id}": "Yes" for each in long.questions}
    answers |= {f"skill_{each.id}": "2" for each in long.skills}
    for step in (Step.QUESTIONS, Step.SKILLS, Step.CHECK):
        press(reader, f"/postings/{long.slug}/apply?step={step.value}", **answers)
    wrong = {"name": "https://example.org", "email": "no address"}
    factories.apply_with(
        reader, posting, text0="Señores:", file1=(b"%PDF-1.4 nothing", "a.pdf"), **wrong
    )
    whole = {"email": "ines@example.org"}
    reader.submit(url, whole, form="apply", button="Enviarme un enlace para continuar", follow=True)
    press(reader, f"/drafts/{mailed('draft_link', '/drafts/')}")
    press(reader, "/drafts/nothing")
    reader.get(url)
    other = factories.demanding_posting()
    factories.apply_with(reader, other)
    reader.get(f"/postings/{other.slug}/apply")
    return mailed("application_received", "/my/")


def go_on(reader: Reader, token: str) -> None:
    """The candidate's own pages; every form of them is sent, then all is withdrawn."""
    mine = f"/my/{token}"
    for path in ("", "/receipt", "/contact", "/accommodation"):
        press(reader, f"{mine}{path}")
    reader.get(mine)
    reader.get(f"{mine}/questions")
    press(reader, f"{mine}/contact", email="new@example.org")
    press(reader, f"/new-address/{mailed('new_address', '/new-address/')}")
    press(reader, f"{mine}/accommodation", text="Una sala sin escaleras.")
    for path in ("/withdraw", "", "/receipt", "/contact", "/accommodation", "/withdraw"):
        press(reader, f"{mine}{path}")
    for path in ("/my/nothing", "/my/nothing/receipt", "/new-address/nothing", "/my/replace/none"):
        reader.get(path)


def be_asked(reader: Reader) -> None:
    """One more document is asked for; a second application counts in place of the first."""
    made = desk.arrived(language="es")
    by_id, made_id = postings.coordinator().id, made.id
    with writing():
        operations.ask_document(lock(Application, made_id), title="Diploma", by=desk.person(by_id))
        db.session.commit()
    token = mailed("document_requested", "/my/")
    press(reader, f"/my/{token}")
    for file in ((b"%PDF-1.4 nothing", "a.pdf"), (samples.pdf("Diploma"), "diploma.pdf")):
        page = reader.page(f"/my/{token}")
        form = next(each for each in page.forms if "/requests/" in each.action)
        name = next(each for each in form.names if each.endswith("file"))
        reader.fill(page, {name: file}, form=form.action.removeprefix("http://localhost"))
    reader.get(f"/my/{token}")
    posting = factories.demanding_posting()
    desk.arrived(posting, language="es")
    desk.arrived(posting, language="es")
    press(reader, f"/my/replace/{mailed('applied_again', '/my/replace/')}")
    reader.get(f"/my/replace/{mailed('applied_again', '/my/replace/')}")


def be_answered(reader: Reader) -> None:
    """Every stage and every end, as the page shows it and the mail says it."""
    for target in (*Stage, *Outcome):
        made_id = desk.arrived(language="es").id
        made = db.session.get_one(Application, made_id)
        if target is Stage.RECEIVED:
            desk.move(made, Stage.UNDER_REVIEW)
        if target in {Outcome.HIRED, Outcome.DECLINED_OFFER}:
            desk.move(made, Stage.OFFER)
        desk.move(made, target, reason=ENDS.get(target), mail=True)
        message = f"{'moved' if isinstance(target, Stage) else 'outcome'}_{target}"
        reader.get(f"/my/{mailed(message.replace(' ', '_'), '/my/')}")


def choose_a_time(reader: Reader) -> None:
    """Times for an interview are offered: looked at, then refused in a word."""
    made_id = desk.arrived(language="es").id
    proposal_id = proposed(made_id)
    token = mailed("times_proposed", "/my/").partition("/")[0]
    press(reader, f"/my/{token}/times/{proposal_id}")
    reader.get(f"/my/{token}/times/{proposal_id}")
    reader.get(f"/my/{token}")


def be_invited(reader: Reader) -> None:
    """An interview: invited, changed, called off."""
    made_id = desk.arrived(language="es").id
    panel = [postings.person("pat.bell@example.org")]
    interview = interviews.scheduled(made_id, panel)
    interview_id, by_id = interview.id, postings.coordinator().id
    reader.get(f"/my/{mailed('interview_invitation', '/my/')}")
    with writing():
        held = db.session.get_one(Interview, interview_id)
        later = interviews.plan([each.person for each in held.panelists], place="Sala 3")
        interviewing.change(held, later, version=held.version, by=desk.person(by_id))
        db.session.commit()
    with writing():
        held = db.session.get_one(Interview, interview_id)
        interviewing.cancel(held, reason="", by=desk.person(by_id))
        db.session.commit()
    reader.get(f"/my/{mailed('interview_cancelled', '/my/')}")


def hear_of_openings(reader: Reader) -> None:
    """Ask for mail about new openings, confirm it, look, change it, and end it."""
    reader.get("/alerts?lang=es")
    reader.submit("/alerts?lang=es", {"email": ""}, button="Enviarme el enlace")
    reader.submit("/alerts?lang=es", {"email": "rosa@example.org"}, button="Enviarme el enlace")
    reader.get("/alerts/asked")
    page = f"/alerts/{mailed('openings_asked_for', '/alerts/')}"
    reader.submit(page, form="/confirm")
    reader.get(page)
    reader.submit(page, form="/pause", follow=True)
    reader.get(f"{page}/end")
    reader.submit(f"{page}/end", form="/end")
    reader.get(page)


@pytest.mark.settings(BASE_URL="http://localhost")
def test_who_reads_spanish_meets_no_english_of_ours(app: Flask, reader: Reader) -> None:
    postings.employer(
        accommodation_name="Robin Vale",
        accommodation_email="robin.vale@example.org",
        equal_opportunity_statement="",
    )
    read_and_ask(reader)
    go_on(reader, fill_in(reader))
    be_asked(reader)
    be_answered(reader)
    be_invited(reader)
    choose_a_time(reader)
    hear_of_openings(reader)
    assert english(reader) == []
    assert unseen(app, reader) == set()
    mails = [
        each
        for each in db.session.scalars(select(OutgoingEmail))
        if message_named(each.message).audience == "candidate"
    ]
    assert [
        f"{each.message}: {left}"
        for each in mails
        for left in english_in(
            [
                each.subject,
                *each.text.splitlines(),
                *re.findall("SUMMARY:(.+)", each.calendar or ""),
            ]
        )
    ] == []
    assert len({each.message for each in mails}) > 15


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Your application has arrived", True),
        ("Step 2 of 5", True),
        ("Saved at 3:00 pm.", True),
        ("Sent", True),
        ("Su solicitud llegó", False),
        ("Children's Librarian", False),
    ],
)
def test_the_search_finds_what_is_left_in_english(text: str, found: bool) -> None:
    assert bool(english_in([text])) is found
