"""Applications for every room's tests, made through the operations that the pages use."""

import datetime as dt
import io
from typing import Any

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tracker.applications import operations
from tracker.applications.models import Application, Draft
from tracker.core.db import db, now, writing
from tracker.core.tokens import new_token
from tracker.documents import operations as documents
from tracker.postings.content import DocumentValue, QuestionValue
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind, QuestionKind

NAME, EMAIL = "Marisol Quennell", "marisol.quennell@example.org"


def demanding_posting(**values: Any) -> Posting:
    """An open posting that asks for documents, and questions of every kind."""
    asked: dict[str, Any] = {
        "documents": [
            DocumentValue(DocumentKind.COVER_LETTER, "Cover letter"),
            DocumentValue(DocumentKind.RESUME, "Resume"),
            DocumentValue(DocumentKind.OTHER, "Writing sample", required=False),
        ],
        "questions": [
            QuestionValue("Which shift suits you?", QuestionKind.CHOICE, ("Days", "Evenings")),
            QuestionValue("Can you lift a box?", QuestionKind.YES_NO),
            QuestionValue("Where did you work last?", QuestionKind.SHORT_TEXT, required=False),
            QuestionValue("Why this library?", QuestionKind.LONG_TEXT, word_limit=20),
        ],
        "skills": ["Spreadsheets", "Label printers"],
    }
    return postings.open_posting(**{**asked, **values})


def long_posting(**values: Any) -> Posting:
    """An open posting that asks for so much that its form comes in steps."""
    questions = [
        QuestionValue("Which shift suits you?", QuestionKind.CHOICE, ("Days", "Evenings")),
        *[QuestionValue(f"Why, in {n} words?", QuestionKind.SHORT_TEXT) for n in range(3, 12)],
    ]
    asked = {
        "documents": [
            DocumentValue(DocumentKind.COVER_LETTER, "Cover letter", word_limit=10),
            DocumentValue(DocumentKind.RESUME, "Resume", word_limit=3),
        ],
        "questions": questions,
        "skills": ["Spreadsheets", "Label printers"],
    }
    return postings.open_posting(**{**asked, **values})


def sendable(value: Any) -> Any:
    """A value of a form as the test client sends it: a file as a stream."""
    return (io.BytesIO(value[0]), *value[1:]) if isinstance(value, tuple) else value


def draft(posting_id: int, *, name: str = NAME, email: str = EMAIL, **answers: str) -> Draft:
    """A draft that lacks nothing; call it inside `writing()` after its files are stored."""
    made = operations.start(posting_id, browser_hash="a browser", token=new_token())
    posting = db.session.get_one(Posting, posting_id)
    whole = {"name": name, "email": email, "phone": "203 555 0100"}
    whole |= {f"question_{each.id}": _answer(each) for each in posting.questions}
    whole |= {f"skill_{each.id}": "2" for each in posting.skills}
    operations.save(made, {**whole, **answers})
    return made


def _answer(question: Any) -> str:
    if question.kind is QuestionKind.YES_NO:
        return "Yes"
    return str(question.choices[0]) if question.choices else "Three years at a branch."


def submission(
    posting: Posting | None = None, *, at: dt.datetime | None = None, **answers: str
) -> operations.Submission:
    """Submit an application with a real PDF for each document; committed, not routed."""
    posting_id = (posting or postings.open_posting()).id
    wanted = [each.id for each in db.session.get_one(Posting, posting_id).documents]
    received = {each: documents.receive_text(samples.RESUME, f"{each}.txt") for each in wanted}
    with writing():
        made = draft(posting_id, **answers)
        for requested_id, each in received.items():
            operations.attach(made, requested_id, documents.record(each))
        submitted = operations.submit(made, at=at or now())
        db.session.commit()
    return submitted


def submitted_application(posting: Posting | None = None, **answers: Any) -> Application:
    """The application of `submission`."""
    return submission(posting, **answers).application


def filled(page: Page, posting: Posting, **values: Any) -> dict[str, Any]:
    """What a candidate enters in the form of a posting: all of it, unless values say None."""
    cover, resume = posting.documents[:2]
    entered: dict[str, Any] = {
        "name": NAME,
        "email": EMAIL,
        "phone": "203 555 0100",
        f"file_{cover.id}": (samples.pdf("Dear library,"), "Cover letter.pdf"),
        f"file_{resume.id}": (samples.docx(), "resume.docx"),
    }
    entered |= {f"question_{each.id}": _answer(each) for each in posting.questions}
    entered |= {f"skill_{each.id}": "2" for each in posting.skills}
    entered |= {_named(posting, name): value for name, value in values.items()}
    return {name: value for name, value in entered.items() if value is not None}


def _named(posting: Posting, name: str) -> str:
    """Turn file1, text0, question3 into the field of the posting's document or question."""
    kind, place = name.rstrip("0123456789"), name.lstrip("abcdefghijklmnopqrstuvwxyz")
    if kind in {"file", "text"}:
        return f"{kind}_{posting.documents[int(place)].id}"
    if kind == "question":
        return f"question_{posting.questions[int(place)].id}"
    return name


def apply_with(client: Client, posting: Posting, **values: Any) -> TestResponse:
    """Open the form, fill it in and send it."""
    url = f"/postings/{posting.slug}/apply"
    page = client.page(url)
    return client.fill(page, filled(page, posting, **values), form="apply")


def send_whole(
    client: Client, page: Page, entered: dict[str, Any], *, form: str = "apply"
) -> TestResponse:
    """Send the form as one piece of bytes: the test client leaves large bodies' files open."""
    filled = page.form(form).filled(entered)
    data = {
        name: [FileStorage(*each) if isinstance(each, tuple) else each for each in sent]
        for name, sent in filled.data.items()
    }
    boundary, body = encode_multipart(data)
    return client.post(
        filled.action,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Referer": page.url},
    )


def browser(app: Flask) -> Client:
    """Another browser."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made
