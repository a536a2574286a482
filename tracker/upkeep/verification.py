"""Check every stored promise: files against checksums, rows against files, mail against both.

Reads only. What was acknowledged to a candidate must be there to the byte, somebody must
have been told of every application, and every answer must stand in the outbox.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import aliased

from tracker.accounts.models import Person
from tracker.applications.models import (
    AccommodationRequest,
    Application,
    ApplicationDocument,
    ContactChange,
    Enquiry,
    StageChange,
)
from tracker.applications.rules import Channel
from tracker.core.db import db, now
from tracker.core.files import files
from tracker.documents.models import Document, OriginalFile, PageImage
from tracker.intake.models import IncomingEmail
from tracker.intake.rules import BY_MISTAKE, CLAIM, Verdict
from tracker.interviews.models import Interview, Panelist
from tracker.interviews.rules import InterviewState
from tracker.notifications.models import EmailAttachment, OutgoingEmail
from tracker.notifications.rules import HAS_GONE, LOST
from tracker.organization.models import Badge, Employer
from tracker.postings.fitting import CONFIRM_WITHIN
from tracker.postings.models import Subscription
from tracker.postings.queries import alerts
from tracker.records.models import Packet
from tracker.routing.models import Assignment

ORPHAN_AGE = dt.timedelta(hours=1)
BATCH = 500


@dataclass(frozen=True)
class Broken:
    """One promise found broken: its kind, the row it concerns, and a sentence."""

    kind: str
    what: str
    message: str


@dataclass
class Report:
    """What was looked at (counts by kind), what is broken, and what is merely worth knowing."""

    checked: dict[str, int] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report as `flask verify --json` prints it."""
        return {
            "ok": not self.broken,
            "checked": self.checked,
            "broken": [vars(each) for each in self.broken],
            "notes": self.notes,
        }


def verify() -> Report:
    """Check everything and report; the database is only read, the files are read through."""
    report = Report()
    named = _check_files(report)
    for kind, rows in (
        ("application without its receipt mail", _without_receipt()),
        ("application that nobody was told of", _untold()),
        ("assignment without its mail", _assignments_without_mail()),
        ("application without its history", _without_history()),
        ("application that stands elsewhere than its history", _contradicted()),
        ("answer without its mail", _answers_without_mail()),
        ("wish or question that nobody was told of", _unheard()),
        ("interview without an invitation", _uninvited()),
        ("panelist without an invitation", _uninvited_panelists()),
        ("mail about an application that is not there", _mail_about_nothing()),
        ("sent mail without a time", _sent_without_time()),
        ("incoming mail that nobody has understood", _not_understood()),
        ("application by mail without its mail", _mailed_in_without_mail()),
        ("subscriber who should have been erased", _subscribers()),
    ):
        for what, message in rows:
            report.broken.append(Broken(kind, what, message))
    for kind, count in (
        ("applications", select(func.count(Application.id))),
        ("mails", select(func.count(OutgoingEmail.id))),
        ("incoming mails", select(func.count(IncomingEmail.id))),
        ("interviews", select(func.count(Interview.id))),
        ("subscriptions", select(func.count(Subscription.id))),
    ):
        report.checked[kind] = db.session.scalar(count) or 0
    _check_database(report)
    _note(report, named)
    return report


def named_files() -> Iterator[tuple[str, str, int | None, str | None]]:
    """Every file that a row names: the row in words, key, size and SHA-256 where known."""
    document = select(
        Document.id, Document.file_key, Document.size, Document.sha256, Document.file_name
    )
    for key, file_key, size, sha256, name in db.session.execute(document).yield_per(BATCH):
        yield f"document {key} ({name})", file_key, size, sha256
    original = select(
        OriginalFile.id,
        OriginalFile.file_key,
        OriginalFile.size,
        OriginalFile.sha256,
        OriginalFile.file_name,
    )
    for key, file_key, size, sha256, name in db.session.execute(original).yield_per(BATCH):
        yield f"photograph {key} ({name})", file_key, size, sha256
    image = select(PageImage.id, PageImage.file_key, PageImage.size, PageImage.sha256)
    for key, file_key, size, sha256 in db.session.execute(image).yield_per(BATCH):
        yield f"page image {key}", file_key, size, sha256
    raw = select(IncomingEmail.id, IncomingEmail.file_key, IncomingEmail.size, IncomingEmail.sha256)
    for key, file_key, size, sha256 in db.session.execute(raw).yield_per(BATCH):
        yield f"incoming mail {key}", file_key, size, sha256
    packet = select(Packet.id, Packet.file_key, Packet.size, Packet.sha256)
    for key, made, size, sha256 in db.session.execute(packet):
        if made is not None:
            yield f"packet {key}", made, size, sha256
    yield from _attached()
    for key, file_key in db.session.execute(select(Badge.id, Badge.file_key)):
        yield f"badge {key}", file_key, None, None
    for (logo,) in db.session.execute(select(Employer.logo_key)):
        if logo:
            yield "logo", logo, None, None


def _attached() -> Iterator[tuple[str, str, int | None, str | None]]:
    """Files that unsent mail is to carry, as far as no document names them: those are told of."""
    documents = select(Document.id).where(Document.file_key == EmailAttachment.file_key)
    statement = (
        select(EmailAttachment.email_id, EmailAttachment.file_key, EmailAttachment.file_name)
        .join(EmailAttachment.email)
        .where(OutgoingEmail.state.not_in(HAS_GONE), ~documents.exists())
    )
    for key, file_key, name in db.session.execute(statement):
        yield f"attachment of mail {key} ({name})", file_key, None, None


def _check_files(report: Report) -> set[str]:
    store, named = files(), set()
    for what, key, size, sha256 in named_files():
        named.add(key)
        try:
            found = store.measure(key)
        except FileNotFoundError:
            report.broken.append(Broken("missing file", what, f"{what}: file {key} is not there."))
            continue
        if size is not None and found != (size, sha256):
            report.broken.append(
                Broken("changed file", what, f"{what}: file {key} is not what was received.")
            )
    report.checked["files"] = len(named)
    return named


def _application(number: str) -> str:
    return f"application {number}"


def _without_receipt() -> Iterator[tuple[str, str]]:
    statement = (
        select(Application.number)
        .outerjoin(OutgoingEmail, OutgoingEmail.id == Application.receipt_email_id)
        .where(OutgoingEmail.id.is_(None), Application.email != "")
    )
    for (number,) in db.session.execute(statement):
        yield _application(number), f"Application {number} has no receipt in the outbox."


def _untold() -> Iterator[tuple[str, str]]:
    told = select(Assignment.application_id)
    statement = select(Application.number).where(Application.id.not_in(told))
    for (number,) in db.session.execute(statement):
        yield _application(number), f"Nobody was told of application {number}."


def _assignments_without_mail() -> Iterator[tuple[str, str]]:
    statement = (
        select(Application.number, Assignment.id)
        .join(Assignment, Assignment.application_id == Application.id)
        .outerjoin(OutgoingEmail, OutgoingEmail.id == Assignment.told_email_id)
        .where(
            OutgoingEmail.id.is_(None),
            or_(
                Assignment.told_email_id.is_not(None),
                # Waits for a digest, and nothing will send it.
                Assignment.ended_at.is_(None) & Assignment.next_step_at.is_(None),
            ),
        )
    )
    for number, key in db.session.execute(statement):
        yield _application(number), f"Assignment {key} of application {number} has lost its mail."


def _without_history() -> Iterator[tuple[str, str]]:
    statement = select(Application.number).where(
        Application.id.not_in(select(StageChange.application_id))
    )
    for (number,) in db.session.execute(statement):
        yield _application(number), f"Application {number} has no history."


def _contradicted() -> Iterator[tuple[str, str]]:
    last = (
        select(func.max(StageChange.id).label("id")).group_by(StageChange.application_id)
    ).subquery()
    statement = (
        select(Application.number)
        .join(StageChange, StageChange.application_id == Application.id)
        .join(last, last.c.id == StageChange.id)
        .where(
            or_(
                StageChange.new_stage != Application.stage,
                func.coalesce(StageChange.new_outcome, "")
                != func.coalesce(Application.outcome, ""),
            )
        )
    )
    for (number,) in db.session.execute(statement):
        yield _application(number), f"Application {number} stands elsewhere than its last move."


def _answers_without_mail() -> Iterator[tuple[str, str]]:
    statement = (
        select(Application.number, StageChange.id)
        .join(StageChange, StageChange.application_id == Application.id)
        .outerjoin(OutgoingEmail, OutgoingEmail.id == StageChange.email_id)
        .where(StageChange.email_id.is_not(None), OutgoingEmail.id.is_(None))
    )
    for number, key in db.session.execute(statement):
        yield _application(number), f"Move {key} of application {number} has lost its mail."


def _unheard() -> Iterator[tuple[str, str]]:
    """Find what candidates asked for, before and after applying, that went to nobody."""
    for model, words in (
        (AccommodationRequest, "accommodation request"),
        (Enquiry, "question"),
    ):
        for key in db.session.scalars(select(model.id).where(model.email_id.is_(None))):
            yield f"{words} {key}", f"Nobody was told of {words} {key}."


def _uninvited() -> Iterator[tuple[str, str]]:
    mail = select(OutgoingEmail.id).where(
        OutgoingEmail.about_kind == "interview",
        OutgoingEmail.about_id == Interview.id,
        OutgoingEmail.message == "interview_invitation",
    )
    # Whoever had no address then was told by hand.
    addressed_later = select(ContactChange.id).where(
        ContactChange.application_id == Application.id,
        ContactChange.field == "email",
        ContactChange.old == "",
    )
    statement = (
        select(Interview.id)
        .join(Application, Application.id == Interview.application_id)
        .where(
            Interview.state == InterviewState.SCHEDULED,
            Application.email != "",
            ~mail.exists(),
            ~addressed_later.exists(),
        )
    )
    for (key,) in db.session.execute(statement):
        yield f"interview {key}", f"The candidate was not invited to interview {key}."


def _uninvited_panelists() -> Iterator[tuple[str, str]]:
    """Seats without an invitation, by address; a person whose address has changed counts once."""
    person, seat = aliased(Person), aliased(Panelist)
    about = (OutgoingEmail.about_kind == "interview") & (OutgoingEmail.about_id == Interview.id)
    to_them = select(OutgoingEmail.id).where(
        about, func.lower(OutgoingEmail.recipient_address) == person.email
    )
    invitations = select(func.count(OutgoingEmail.id)).where(
        about, OutgoingEmail.message == "panel_invitation"
    )
    seats = select(func.count(seat.id)).where(seat.interview_id == Interview.id)
    statement = (
        select(Interview.id, person.name)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .join(person, person.id == Panelist.person_id)
        .where(
            Panelist.active,
            ~to_them.correlate(Interview, person).exists(),
            invitations.correlate(Interview).scalar_subquery()
            < seats.correlate(Interview).scalar_subquery(),
        )
    )
    for key, name in db.session.execute(statement):
        yield f"interview {key}", f"{name} was not invited to interview {key}."


def _mail_about_nothing() -> Iterator[tuple[str, str]]:
    statement = select(OutgoingEmail.id).where(
        OutgoingEmail.about_kind == "application",
        OutgoingEmail.about_id.not_in(select(Application.id)),
    )
    for (key,) in db.session.execute(statement):
        yield f"mail {key}", f"Mail {key} is about an application that is not there."


def _sent_without_time() -> Iterator[tuple[str, str]]:
    statement = select(OutgoingEmail.id).where(
        OutgoingEmail.state.in_(HAS_GONE), OutgoingEmail.sent_at.is_(None)
    )
    for (key,) in db.session.execute(statement):
        yield f"mail {key}", f"Mail {key} is marked as sent without a time."


def _not_understood() -> Iterator[tuple[str, str]]:
    """Find mail that is kept and was never opened, though the worker had an hour for it."""
    statement = select(IncomingEmail.id).where(
        IncomingEmail.verdict.is_(None), IncomingEmail.kept_at < now() - ORPHAN_AGE - CLAIM
    )
    for key in db.session.scalars(statement):
        yield f"incoming mail {key}", f"Incoming mail {key} is kept, and was never understood."


def _mailed_in_without_mail() -> Iterator[tuple[str, str]]:
    came = select(IncomingEmail.application_id).where(
        IncomingEmail.application_id.is_not(None), IncomingEmail.verdict != Verdict.DUPLICATE
    )
    mistaken = select(StageChange.application_id).where(  # its mail went back into the tray
        StageChange.note.startswith(BY_MISTAKE, autoescape=True)
    )
    statement = select(Application.number).where(
        Application.channel == Channel.MAIL,
        Application.id.not_in(came),
        Application.id.not_in(mistaken),
    )
    for (number,) in db.session.execute(statement):
        yield _application(number), f"The mail that application {number} came by is not there."


def _subscribers() -> Iterator[tuple[str, str]]:
    """Find what was promised to subscribers and is not so: a request or an address still kept."""
    for key in alerts.unconfirmed_since(now() - CONFIRM_WITHIN - ORPHAN_AGE):
        yield f"subscription {key}", f"Subscription {key} was never confirmed, and is still kept."
    for key in alerts.mail_of_who_left():
        yield f"mail {key}", f"Mail {key} still names a subscriber who has left."


def _check_database(report: Report) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    for (answer,) in db.session.execute(text("PRAGMA integrity_check")):
        if answer != "ok":
            report.broken.append(Broken("damaged database", "database", str(answer)))
    for table, row, parent, _ in db.session.execute(text("PRAGMA foreign_key_check")):
        report.broken.append(
            Broken(
                "row without its other half",
                f"{table} {row}",
                f"Row {row} of {table} names a row of {parent} that is not there.",
            )
        )


def _note(report: Report, named: set[str]) -> None:
    """Add what is worth knowing and no broken promise: the sweep removes orphans in time."""
    cutoff = now() - ORPHAN_AGE
    orphans = [
        each.key for each in files().list() if each.key not in named and each.modified_at < cutoff
    ]
    if orphans:
        report.notes.append(f"{len(orphans)} files that no row names wait to be swept.")
    failed = db.session.scalar(
        select(func.count(OutgoingEmail.id)).where(OutgoingEmail.state.in_(LOST))
    )
    if failed:
        report.notes.append(f"{failed} mails could not be delivered; the Messages page says why.")
    loose = select(func.count(Document.id)).where(
        Document.id.not_in(select(ApplicationDocument.document_id))
    )
    report.checked["documents of drafts"] = db.session.scalar(loose) or 0
