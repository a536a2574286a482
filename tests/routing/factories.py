"""Applications that came in through the one way in. They commit."""

import datetime as dt

from tests.postings import factories as postings
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.core.tokens import new_token
from tracker.documents import operations as documents
from tracker.postings.models import Posting
from tracker.routing import operations


def arrived(
    posting: Posting | None = None,
    *,
    name: str = "Sam Rivera",
    email: str = "sam@example.org",
    at: dt.datetime | None = None,
) -> Application:
    """An application with a typed letter and resume, received and routed."""
    posting = posting or postings.open_posting()
    posting_id = posting.id
    letters = {
        each.id: documents.receive_text(f"{each.title} of {name}.", f"{each.title}.txt")
        for each in posting.documents
    }
    with writing():
        posting = db.session.get_one(Posting, posting_id)
        draft = applications.start(posting.id, browser_hash="browser", token=new_token())
        applications.save(draft, {"name": name, "email": email, "phone": "203 555 0100"})
        for requested, letter in letters.items():
            applications.attach(draft, requested, documents.record(letter))
        answers = {f"question_{each.id}": "Yes" for each in posting.questions}
        skills = {f"skill_{each.id}": "2" for each in posting.skills}
        applications.save(draft, {**answers, **skills})
        application = operations.receive(draft, at=at or now()).application
        db.session.commit()
    return application
