"""Mail that came, for a world of mine and another's."""

import io
from email.message import EmailMessage

from tests.documents import samples
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.core.files import files
from tracker.intake.models import FilingRule, IncomingAttachment, IncomingEmail, Reply
from tracker.intake.rules import RuleKind, Verdict, Writer


def reply_of(application: Application) -> tuple[Reply, IncomingAttachment]:
    """Have the candidate answer by mail, with a file."""
    made = EmailMessage()
    made["Subject"] = f"Re: Your application {application.id}"
    made.set_content("Yes.")
    made.add_attachment(
        samples.pdf("Degree"), maintype="application", subtype="pdf", filename="a.pdf"
    )
    raw = files().store(io.BytesIO(made.as_bytes()), limit=1 << 20)
    email = IncomingEmail(
        file_key=raw.key,
        sha256=raw.sha256,
        size=raw.size,
        from_address=application.email_key,
        application_id=application.id,
        subject="Re: Your application",
        text="Yes.",
        verdict=Verdict.REPLY,
        understood_at=now(),
    )
    attachment = IncomingAttachment(
        email=email, rank=0, name="a.pdf", size=10, sha256="0" * 64, accepted=True
    )
    reply = Reply(incoming=email, application=application, writer=Writer.CANDIDATE, text="Yes.")
    db.session.add_all([email, attachment, reply])
    db.session.flush()
    return reply, attachment


def mail_that_came(person: Person) -> dict[str, str]:
    """Keep a mail that waits to be sorted, and a choice that later mail follows."""
    raw = files().store(io.BytesIO(b"Subject: When?\r\n\r\nWhen do you open?"), limit=100)
    email = IncomingEmail(
        file_key=raw.key,
        sha256=raw.sha256,
        size=raw.size,
        subject="When?",
        text="When do you open?",
        verdict=Verdict.UNSORTED,
        why="No posting is named clearly.",
        understood_at=now(),
    )
    rule = FilingRule(kind=RuleKind.SENDER, value="ad@example.org", created_by_id=person.id)
    db.session.add_all([email, rule])
    db.session.commit()
    return {"incoming": str(email.id), "rule": str(rule.id)}
