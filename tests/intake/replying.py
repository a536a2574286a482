"""Letters to candidates, as the outbox has them."""

from tests.intake.letters import mails
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, writing
from tracker.intake import operations
from tracker.intake.models import Letter
from tracker.notifications.models import OutgoingEmail


def letter() -> OutgoingEmail:
    (found,) = mails("answer_to_candidate")
    return found


def write(application: Application, text: str) -> Letter:
    by_id = postings.coordinator().id
    fit = operations.fit_letter(db.session.get_one(Application, application.id), text)
    with writing():
        written = operations.answer(
            db.session.get_one(Application, application.id),
            fit,
            token="one",
            by=db.session.get_one(Person, by_id),
        )
        letter_id = written.id
        db.session.commit()
    return db.session.get_one(Letter, letter_id)
