"""What the tests of the staff's pages look at: the posting, and what an answer shows."""

from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.plugins.pages import Page
from tracker.core.db import db
from tracker.postings.models import Posting

NEW, READ = "/staff/postings/new", "/staff/postings/read"


def only_posting() -> Posting:
    db.session.rollback()
    return db.session.scalars(select(Posting)).one()


def page_of(answer: TestResponse) -> Page:
    """The page of an answer, at the address that it came from."""
    return Page(answer.text, answer.request.url)


def problems(answer: TestResponse) -> list[str]:
    """The lines of the error summary."""
    return page_of(answer).texts("div[@id='error-summary']//li")
