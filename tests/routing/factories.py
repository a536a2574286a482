"""Applications that came in through the one way in. They commit."""

import datetime as dt

from sqlalchemy import select

from tests.postings import factories as postings
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.core.tokens import new_token
from tracker.documents import operations as documents
from tracker.notifications.models import OutgoingEmail
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


def mails(message: str) -> list[OutgoingEmail]:
    """The mails of one kind, oldest first."""
    statement = select(OutgoingEmail).where(OutgoingEmail.message == message)
    return list(db.session.scalars(statement.order_by(OutgoingEmail.id)))


def path_in(mail: OutgoingEmail) -> str:
    """The path of the private link in a contact's mail."""
    return "/for/" + mail.text.split("/for/")[1].split()[0]
