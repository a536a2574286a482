"""Fetch mail from the mailbox: note what is there, keep each message, then mark or move it.

One process at a time has the mailbox. A message has a row before it is fetched, its file is
stored before the row of the mail that names it, and that row is written together with the
note that the message is kept. So a process that dies anywhere leaves something to go on with,
and nothing is kept twice: the same bytes are one mail, however often they are read.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError
from tracker.core.files import TooLargeError, files
from tracker.core.jobs import after_commit
from tracker.core.processes import is_gone, own_name
from tracker.intake import imap, operations
from tracker.intake.mailbox import After, Mailbox, parse_after, parse_intake_url
from tracker.intake.models import FetchedMessage, IntakeMailbox
from tracker.intake.rules import (
    LARGEST_MAIL,
    MAILBOX_CLAIM,
    FetchState,
    pause_after_failures,
)
from tracker.notifications import oauth

MOST_WITHHELD = 50  # messages that a server may say no to in one run before it is left alone
AT_ONCE = 500  # rows noted, or messages settled, in one transaction
log = structlog.get_logger(__name__)


class LostError(Exception):
    """The claim on the mailbox has ended, and somebody else has it now."""


@dataclass
class Report:
    """What a run did; `trouble` says why the mailbox, or a mail in it, could not be read."""

    kept: int = 0
    too_large: int = 0
    withheld: int = 0
    busy: bool = False
    is_read: bool = False
    trouble: str = ""


@dataclass(frozen=True)
class Plan:
    """Which mailbox to read, by which row, and what becomes of its mail there."""

    mailbox: Mailbox
    row_id: int
    worker: str
    after: After
    folder: str


def configured_mailbox() -> Mailbox | None:
    """The mailbox that INTAKE_URL names; None where there is none. Raises `IntakeUrlError`."""
    url = str(current_app.config["INTAKE_URL"]).strip()
    return parse_intake_url(url) if url else None


def fetch_new(
    *, worker: str | None = None, at_once: bool = False, command_s: float = imap.COMMAND_S
) -> Report:
    """Fetch what is new. Without a mailbox nothing is done.

    `at_once` does not wait for the end of a pause. Raises `IntakeUrlError` where a setting
    cannot be read. Commits by itself, in short transactions.
    """
    mailbox, report = configured_mailbox(), Report()
    if mailbox is None:
        return report
    after, folder = parse_after(str(current_app.config["INTAKE_AFTER"]))
    name = worker or own_name()
    row_id = _claim(mailbox, name, at_once=at_once)
    if row_id is None:
        report.busy = True
        return report
    plan = Plan(mailbox, row_id, name, after, folder)
    try:
        _read(plan, report, command_s)
    except (imap.AwayError, oauth.OAuthError, DomainError) as error:
        report.trouble = error.message if isinstance(error, DomainError) else str(error)
    except LostError:
        report.busy = True
        return report
    else:
        report.is_read, report.trouble = True, _why_withheld(report)
    _release(plan, report)
    return report


def _why_withheld(report: Report) -> str:
    if not report.withheld:
        return ""
    mails = "1 mail is" if report.withheld == 1 else f"{report.withheld} mails are"
    return f"{report.trouble.rstrip('.')}. So {mails} not fetched; all others are."


def _read(plan: Plan, report: Report, command_s: float) -> None:
    with _signed_in(plan, command_s) as session:
        _note(plan, session)
        for message_id in _waiting(plan, session.uid_validity):
            try:
                _keep(plan, session, message_id, report)
            except imap.WithheldError as error:  # those behind it do not wait for it
                report.withheld += 1
                report.trouble = str(error)
                if report.withheld >= MOST_WITHHELD:
                    raise imap.AwayError(report.trouble) from error
        if plan.after is not After.LEAVE:
            _settle(plan, session)


def _signed_in(plan: Plan, command_s: float) -> imap.Session:
    """Open the mailbox; where a token is turned down that was good before, with a new one."""
    changing = plan.after is not After.LEAVE
    if plan.mailbox.password:
        return imap.Session(plan.mailbox, changing=changing, command_s=command_s)
    credentials = oauth.credentials_from(current_app.config)
    if credentials is None:
        raise imap.AwayError(
            "INTAKE_URL names no password, and the MAIL_OAUTH_ settings name nobody who gives a"
            " token."
        )
    token = oauth.access_token(credentials)
    try:
        return imap.Session(plan.mailbox, token=token, changing=changing, command_s=command_s)
    except imap.RefusedError:
        token = oauth.access_token(credentials, refused=token)
        return imap.Session(plan.mailbox, token=token, changing=changing, command_s=command_s)


def _claim(mailbox: Mailbox, worker: str, *, at_once: bool) -> int | None:
    """Have the mailbox for a while; None where somebody else has it, or it is left alone yet."""
    _add(mailbox.name)
    with writing():
        row = db.session.scalars(
            select(IntakeMailbox).where(IntakeMailbox.name == mailbox.name).with_for_update()
        ).one()
        at = now()
        taken = (
            row.claimed_by is not None
            and row.claimed_until is not None
            and row.claimed_until > at
            and not is_gone(row.claimed_by)
        )
        if taken or (row.next_at > at and not at_once):
            return None
        row.claimed_by, row.claimed_until = worker, at + MAILBOX_CLAIM
        row_id = row.id
        db.session.commit()
    return row_id


def _add(name: str) -> None:
    """See that the mailbox has its row, whoever else is adding it."""
    known = db.session.scalar(select(IntakeMailbox.id).where(IntakeMailbox.name == name))
    db.session.rollback()
    if known is not None:
        return
    try:
        with writing():
            db.session.add(IntakeMailbox(name=name))
            db.session.commit()
    except IntegrityError:
        db.session.rollback()


def _own(plan: Plan) -> IntakeMailbox:
    """Load the mailbox under its lock, and have it for longer; raises `LostError`."""
    row: IntakeMailbox = lock(IntakeMailbox, plan.row_id)
    if row.claimed_by != plan.worker:
        raise LostError
    row.claimed_until = now() + MAILBOX_CLAIM
    return row


def _note(plan: Plan, session: imap.Session) -> None:
    """Write down what is new on the server, before anything is fetched.

    Where the server has counted its messages anew, all of them are new: what was kept before
    is found again by its bytes.
    """
    with writing():
        row = _own(plan)
        if row.uid_validity != session.uid_validity:
            row.uid_validity, row.last_uid = session.uid_validity, 0
        last = row.last_uid
        db.session.commit()
    uids = session.new_uids(last)
    for start in range(0, len(uids), AT_ONCE):
        some = uids[start : start + AT_ONCE]
        with writing():
            row = _own(plan)
            db.session.add_all(
                FetchedMessage(mailbox_id=row.id, uid_validity=row.uid_validity, uid=uid)
                for uid in some
            )
            row.last_uid = some[-1]
            db.session.commit()


def _waiting(plan: Plan, uid_validity: int) -> Iterator[int]:
    """The rows of messages that are still to be fetched, oldest first, a page at a time."""
    last = 0
    while True:
        statement = (
            select(FetchedMessage.id, FetchedMessage.uid)
            .where(
                FetchedMessage.mailbox_id == plan.row_id,
                FetchedMessage.uid_validity == uid_validity,
                FetchedMessage.state == FetchState.FOUND,
                FetchedMessage.uid > last,
            )
            .order_by(FetchedMessage.uid)
            .limit(AT_ONCE)
        )
        found = db.session.execute(statement).all()
        db.session.rollback()
        if not found:
            return
        for row_id, uid in found:
            yield row_id
            last = uid


def _keep(plan: Plan, session: imap.Session, row_id: int, report: Report) -> None:
    """Fetch one message into the store, then write down that it is kept."""
    uid = _uid(row_id)
    try:
        size = session.size_of(uid)
        if size > LARGEST_MAIL:
            _write_down(plan, row_id, FetchState.TOO_LARGE, size)
            report.too_large += 1
            return
        with session.open(uid) as stream:
            stored = files().store(stream, limit=LARGEST_MAIL)
    except imap.GoneError:
        _write_down(plan, row_id, FetchState.GONE, None)
        return
    except TooLargeError:
        _write_down(plan, row_id, FetchState.TOO_LARGE, size)
        report.too_large += 1
        return
    with writing():
        _own(plan)
        message: FetchedMessage = lock(FetchedMessage, row_id)
        source = f"imap:{plan.mailbox.name}"
        incoming, is_new = operations.keep(stored, source=source, worker=plan.worker, at=now())
        if is_new:
            operations.release(incoming.id, worker=plan.worker)  # the worker understands it
        message.state, message.size, message.incoming = FetchState.KEPT, size, incoming
        after_commit("understand")
        db.session.commit()
    if not is_new:
        files().delete(stored.key)
    report.kept += int(is_new)
    log.info("mail_fetched", uid=uid, size=stored.size, new=is_new)


def _uid(row_id: int) -> int:
    uid = db.session.scalars(select(FetchedMessage.uid).where(FetchedMessage.id == row_id)).one()
    db.session.rollback()
    return uid


def _write_down(plan: Plan, row_id: int, state: FetchState, size: int | None) -> None:
    with writing():
        _own(plan)
        message: FetchedMessage = lock(FetchedMessage, row_id)
        message.state, message.size = state, size
        db.session.commit()
    log.warning("mail_not_fetched", message=row_id, state=state.value, size=size)


def _settle(plan: Plan, session: imap.Session) -> None:
    """Mark or move on the server what is kept here; again where that was not noted."""
    while True:
        statement = (
            select(FetchedMessage.id, FetchedMessage.uid)
            .where(
                FetchedMessage.mailbox_id == plan.row_id,
                FetchedMessage.uid_validity == session.uid_validity,
                FetchedMessage.state == FetchState.KEPT,
                FetchedMessage.settled_at.is_(None),
            )
            .order_by(FetchedMessage.uid)
            .limit(AT_ONCE)
        )
        found = db.session.execute(statement).all()
        db.session.rollback()
        if not found:
            return
        uids = [uid for _, uid in found]
        if plan.after is After.SEEN:
            session.mark_seen(uids)
        else:
            session.move(uids, plan.folder)
        with writing():
            _own(plan)
            db.session.execute(
                update(FetchedMessage)
                .where(FetchedMessage.id.in_([row_id for row_id, _ in found]))
                .values(settled_at=now())
            )
            db.session.commit()


def _release(plan: Plan, report: Report) -> None:
    """Give the mailbox back, with what went wrong and when to try again."""
    trouble = report.trouble
    with writing():
        row: IntakeMailbox = lock(IntakeMailbox, plan.row_id)
        if row.claimed_by != plan.worker:
            return
        row.claimed_by = row.claimed_until = None
        row.trouble = trouble
        if report.is_read:
            row.failures, row.read_at = int(bool(trouble)), now()
            row.next_at = now() + dt.timedelta(seconds=30)
        else:
            row.failures += 1
            row.next_at = now() + pause_after_failures(row.failures)
        db.session.commit()
    if trouble:
        log.warning("mailbox_unreadable", trouble=trouble)
