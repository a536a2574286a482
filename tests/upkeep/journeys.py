"""A small working Tracker: a posting, applications with real files, an interview. They commit."""

import datetime as dt
import io

from tests.documents.samples.pdfs import pdf
from tests.postings import factories
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason
from tracker.core.db import db, lock, now, writing
from tracker.core.tokens import hash_token, new_token
from tracker.documents import operations as documents
from tracker.interviews import operations as interviews
from tracker.interviews.operations import Plan
from tracker.interviews.rules import InterviewKind
from tracker.postings.models import Posting
from tracker.postings.rules import DocumentKind
from tracker.routing import operations as routing


def apply(
    posting_id: int, name: str = "Ada Quill", *, with_pdf: bool = True, **answers: str
) -> int:
    """Apply with a PDF (else a text) and a typed letter; returns the application's id."""
    if with_pdf:
        resume = documents.receive(io.BytesIO(pdf(f"Resume of {name}")), "resume.pdf", limit=10**7)
    else:
        resume = documents.receive_text(f"Resume of {name}", "resume.txt")
    letter = documents.receive_text(f"Dear all, I am {name}.", "letter.txt")
    with writing():
        token = new_token()
        draft = applications.start(posting_id, browser_hash=hash_token("browser"), token=token)
        address = name.lower().replace(" ", ".") + "@example.org"
        applications.save(draft, {"name": name, "email": address, **answers})
        by_kind = {each.kind: each.id for each in draft.posting.documents}
        for kind, received in (
            (DocumentKind.RESUME, resume),
            (DocumentKind.COVER_LETTER, letter),
        ):
            applications.attach(draft, by_kind[kind], documents.record(received))
        application = routing.receive(draft, at=now()).application
        key: int = application.id
        db.session.commit()
    return key


def posting() -> Posting:
    """An open posting with a contact who manages it."""
    contact = factories.manager("ida.moreno@example.org")
    return factories.open_posting(contact=contact, questions=[], skills=[])


def journey() -> list[int]:
    """One candidate is invited to an interview, another declined; returns their ids."""
    opening = posting()
    ids = [apply(opening.id, name) for name in ("Ada Quill", "Bo Larkin")]
    contact = factories.person("ida.moreno@example.org")
    with writing():
        first, second = (lock(Application, key) for key in ids)
        routing.acknowledge(first, by=contact)
        starts_at = now() + dt.timedelta(days=3)
        interviews.schedule(
            first,
            Plan(
                kind=InterviewKind.IN_PERSON,
                round=1,
                starts_at=starts_at,
                ends_at=starts_at + dt.timedelta(hours=1),
                time_zone="America/New_York",
                place="Reading room",
                link="",
                notes_for_candidate="",
                panel=[contact],
            ),
            by=contact,
        )
        applications.move(
            second,
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.BETTER_QUALIFIED,
            by=contact,
            mail=True,
        )
        db.session.commit()
    return ids
