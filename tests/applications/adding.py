"""Documents that a candidate adds unasked: by the page, and by the operation."""

import datetime as dt

from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications.models import Application, ApplicationDocument
from tracker.core.db import db, writing
from tracker.documents import operations as documents
from tracker.postings.rules import DocumentKind
from tracker.routing import operations as routing

FORM = "/documents"
CERTIFICATE = samples.pdf("A certificate")
ERROR = "div[@id='new-{}-error']"


def add(
    client: Client,
    token: str,
    *sent: tuple[bytes, str],
    what: str | None = "certificate",
    name: str = "",
    lang: str = "en",
) -> Page:
    """Fill in the form of the candidate's page and press its button; the page that answers."""
    page = client.page(f"/my/{token}?lang={lang}")
    typed = {"new-what": what, "new-name": name, "new-file": list(sent)}
    answer = client.fill(
        page, {key: each for key, each in typed.items() if each is not None}, form=FORM, follow=True
    )
    return Page(answer.text, answer.request.url)


def added(application_id: int) -> list[ApplicationDocument]:
    """What stands behind all that an application came with."""
    db.session.rollback()
    found = db.session.get_one(Application, application_id).documents
    return [each for each in found if each.added_at is not None]


def add_directly(application_id: int, *times: dt.datetime) -> None:
    """Add a document of the candidate's at each of these times, through the operation."""
    received = [
        documents.receive_text(f"Paper {number}, {at}", f"{number}.txt")
        for number, at in enumerate(times)
    ]
    with writing():
        application = db.session.get_one(Application, application_id)
        for each, at in zip(received, times, strict=True):
            routing.add_unasked(
                application,
                documents.record(each),
                kind=DocumentKind.OTHER,
                title="A paper",
                at=at,
            )
        db.session.commit()
