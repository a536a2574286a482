"""Reads of mail that arrived, and of what it may belong to."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import contains_eager, defer, joinedload, load_only, selectinload

from tracker.accounts.models import Person
from tracker.applications.models import Application, StageChange
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.intake import limits, matching
from tracker.intake.matching import Opening
from tracker.intake.models import FilingRule, IncomingEmail
from tracker.intake.rules import NOTICES_A_DAY, NOTICES_AN_HOUR, WAITING, RuleKind, Verdict
from tracker.interviews.models import Interview
from tracker.notifications import queries as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import MOST_COUNTED
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

PAGE_SIZE = 30
ENDED_FOR = dt.timedelta(days=365)
MOST_OPENINGS = 500
MOST_ANSWERS = 500


def own_addresses() -> set[str]:
    """Every address that Tracker itself writes from or takes mail at."""
    return {each for each in (outbox.sender().address.lower(), limits.mailbox()) if each}


def by_sha256(sha256: str) -> IncomingEmail | None:
    """Find the mail with exactly these bytes."""
    return db.session.scalars(
        select(IncomingEmail).where(IncomingEmail.sha256 == sha256)
    ).one_or_none()


def by_same_key(key: str | None, *, but: int) -> IncomingEmail | None:
    """Find the mail that is the same message, other than this row."""
    if key is None:
        return None
    return db.session.scalars(
        select(IncomingEmail).where(IncomingEmail.fingerprint == key, IncomingEmail.id != but)
    ).one_or_none()


def pending(*, after: int = 0, limit: int = 50) -> Sequence[int]:
    """List mails that are kept and not understood yet, oldest first."""
    return db.session.scalars(
        select(IncomingEmail.id)
        .where(IncomingEmail.verdict.is_(None), IncomingEmail.id > after)
        .order_by(IncomingEmail.id)
        .limit(limit)
    ).all()


def own_mail(message_ids: Collection[str]) -> dict[str, OutgoingEmail]:
    """Find the mails of ours that these Message-IDs name."""
    if not message_ids:
        return {}
    rows = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message_id.in_(message_ids))
    )
    return {each.message_id: each for each in rows}


def application_about(email: OutgoingEmail) -> int | None:
    """Tell which application a mail of ours is about: itself, or through its interview."""
    if email.about_kind == "application":
        return email.about_id
    if email.about_kind == "interview":
        return db.session.scalar(
            select(Interview.application_id).where(Interview.id == email.about_id)
        )
    return None


def interview_by_uid(uid: str) -> Interview | None:
    """Find the interview that a calendar speaks of."""
    return db.session.scalars(select(Interview).where(Interview.uid == uid)).one_or_none()


def openings(at: dt.datetime) -> list[Opening]:
    """List what mail may be for: open postings, and those that have ended within a year."""
    ended = Posting.state.in_((PostingState.CLOSED, PostingState.FILLED, PostingState.CANCELLED))
    rows = db.session.scalars(
        select(Posting)
        .where(
            or_(
                Posting.state == PostingState.OPEN,
                and_(ended, Posting.published_at > at - ENDED_FOR),
            )
        )
        .options(
            load_only(
                Posting.slug, Posting.reference, Posting.title, Posting.subject_keyword,
                Posting.state, Posting.closes_at, Posting.closed_at, Posting.accepting,
                Posting.accepts_late, Posting.contact_person_id, Posting.contact_position_id,
            ),
            joinedload(Posting.contact_person),
            joinedload(Posting.contact_position),
        )
        .order_by(Posting.id.desc())
        .limit(MOST_OPENINGS)
    )  # fmt: skip
    return [_opening(each, at) for each in rows]


def _opening(posting: Posting, at: dt.datetime) -> Opening:
    contact = postings.contact_of(posting)
    return Opening(
        id=posting.id,
        slug=posting.slug,
        reference=posting.reference,
        title=posting.title,
        keyword=posting.subject_keyword,
        contacts=frozenset({contact.email} if contact else ()),
        is_open=posting.state_at(at) is PostingState.OPEN,
    )


def rule_for(sender: str, subject: str) -> FilingRule | None:
    """Find the remembered choice that a mail follows: its subject's before its sender's."""
    if not sender and not subject:
        return None
    found = db.session.scalars(
        select(FilingRule).where(
            FilingRule.removed_at.is_(None),
            or_(
                and_(FilingRule.kind == RuleKind.SENDER, FilingRule.value == sender),
                and_(FilingRule.kind == RuleKind.SUBJECT, FilingRule.value == subject),
            ),
            FilingRule.value != "",
        )
    ).all()
    return min(found, key=lambda each: each.kind is not RuleKind.SUBJECT, default=None)


def rule_that_filed(email: IncomingEmail) -> FilingRule | None:
    """Find the remembered choice by which such mail goes where this one went, if one stands."""
    rule = rule_for(email.from_address, matching.subject_key(email.subject))
    return rule if rule is not None and rule.posting_id == email.posting_id else None


def open_applications_of(address: str) -> Sequence[Application]:
    """List the open applications of an address, newest first: what it may write about."""
    return db.session.scalars(
        select(Application)
        .where(Application.email_key == address, Application.outcome.is_(None))
        .order_by(Application.id.desc())
        .limit(10)
    ).all()


def open_applications_for(address: str, posting_id: int) -> Sequence[Application]:
    """List the open applications of an address for one posting, newest first."""
    return db.session.scalars(
        select(Application)
        .where(
            Application.email_key == address,
            Application.posting_id == posting_id,
            Application.outcome.is_(None),
        )
        .order_by(Application.id.desc())
        .limit(10)
    ).all()


def taken_since(address: str, since: dt.datetime) -> int:
    """Count the applications that one address has sent by mail since a time."""
    count = select(func.count()).where(
        IncomingEmail.from_address == address,
        IncomingEmail.verdict == Verdict.APPLICATION,
        IncomingEmail.understood_at > since,
    )
    return db.session.scalar(count) or 0


def told_since(message: str, address: str, since: dt.datetime) -> int:
    """Count the mails of one kind that went to an address since a time."""
    count = select(func.count()).where(
        OutgoingEmail.message == message,
        func.lower(OutgoingEmail.recipient_address) == address,
        OutgoingEmail.created_at > since,
    )
    return db.session.scalar(count) or 0


def may_notify(message: str, address: str, at: dt.datetime) -> bool:
    """Tell whether one more notice of a kind may go to an address that nobody has proved."""
    told = select(func.count()).where(OutgoingEmail.message == message)
    to_all = told.where(OutgoingEmail.created_at > at - dt.timedelta(hours=1))
    to_them = told.where(
        func.lower(OutgoingEmail.recipient_address) == address,
        OutgoingEmail.created_at > at - dt.timedelta(days=1),
    )
    return (
        db.session.scalars(to_them).one() < NOTICES_A_DAY
        and db.session.scalars(to_all).one() < NOTICES_AN_HOUR
    )


def answers_to(incoming_id: int) -> Sequence[OutgoingEmail]:
    """List what colleagues answered to a mail of the tray, oldest first."""
    return outbox.about("incoming", incoming_id)


# The Unsorted tray


def waits() -> ColumnElement[bool]:
    """Make the condition for mail that waits in the Unsorted tray.

    In the words of the index over just that mail, or SQLite would not see that it fits.
    """
    kinds = sorted(WAITING, reverse=True)
    return and_(
        IncomingEmail.verdict.in_(
            bindparam("waiting", kinds, expanding=True, literal_execute=True)
        ),
        IncomingEmail.filed_at.is_(None),
        IncomingEmail.dismissed_at.is_(None),
    )


def count_waiting() -> int:
    """Count the mails that wait in the Unsorted tray; `MOST_COUNTED` and one for more."""
    some = select(IncomingEmail.id).where(waits()).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


@dataclass(frozen=True)
class IncomingPage:
    """A page of mails, newest first; `newer` and `older` are ids to continue from."""

    emails: Sequence[IncomingEmail]
    newer: int | None
    older: int | None


def page_of_incoming(
    *,
    waiting: bool,
    verdict: Verdict | None = None,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> IncomingPage:
    """A page of mail that arrived, newest first, by key: `before` an id, or `after` one."""
    statement = select(IncomingEmail).options(
        selectinload(IncomingEmail.attachments),
        selectinload(IncomingEmail.application),
        selectinload(IncomingEmail.posting),
        defer(IncomingEmail.text),
    )
    if waiting:
        statement = statement.where(waits())
    if verdict is not None:
        statement = statement.where(IncomingEmail.verdict == verdict)
    if after is not None:
        newer = statement.where(IncomingEmail.id > after).order_by(IncomingEmail.id)
        found = list(db.session.scalars(newer.limit(size + 1)))
        more, rows = len(found) > size, found[:size][::-1]
        return IncomingPage(rows, rows[0].id if more else None, rows[-1].id if rows else None)
    if before is not None:
        statement = statement.where(IncomingEmail.id < before)
    found = list(db.session.scalars(statement.order_by(IncomingEmail.id.desc()).limit(size + 1)))
    more, rows = len(found) > size, found[:size]
    newest = rows[0].id if rows and before is not None else None
    return IncomingPage(rows, newest, rows[-1].id if more else None)


def one_mail(email_id: int) -> IncomingEmail:
    """One mail that arrived, with all its page shows. Raises `NotFoundError`."""
    email = db.session.scalars(
        select(IncomingEmail)
        .where(IncomingEmail.id == email_id)
        .options(
            selectinload(IncomingEmail.attachments),
            joinedload(IncomingEmail.application),
            joinedload(IncomingEmail.posting),
            joinedload(IncomingEmail.outgoing_email),
            joinedload(IncomingEmail.forwarded_by),
            joinedload(IncomingEmail.filed_by),
            joinedload(IncomingEmail.dismissed_by),
            joinedload(IncomingEmail.mistaken).joinedload(StageChange.application),
            joinedload(IncomingEmail.mistaken).joinedload(StageChange.by),
        )
    ).one_or_none()
    if email is None:
        raise NotFoundError
    return email


def count_by_verdict() -> dict[Verdict, int]:
    """Count the mail that arrived by what it was found to be; none is nought.

    `MOST_COUNTED` and one for more, so that the page costs the same with a hundred thousand.
    """
    each: list[Any] = []
    for verdict in Verdict:
        some = select(IncomingEmail.id).where(IncomingEmail.verdict == verdict)
        counted = some.limit(MOST_COUNTED + 1).subquery()
        each.append(
            select(literal(verdict.value).label("verdict"), func.count()).select_from(counted)
        )
    return {Verdict(row[0]): row[1] for row in db.session.execute(union_all(*each))}


def active_rules() -> Sequence[FilingRule]:
    """List the remembered choices, newest first, with who made them."""
    return db.session.scalars(
        select(FilingRule)
        .where(FilingRule.removed_at.is_(None))
        .options(joinedload(FilingRule.posting), joinedload(FilingRule.created_by))
        .order_by(FilingRule.id.desc())
        .limit(500)
    ).all()


def automatic_answers(
    application_ids: Collection[int], mail_ids: Collection[int]
) -> Sequence[IncomingEmail]:
    """List what machines answered to our mail about applications, or to these mails of ours."""
    if not application_ids:
        return []
    return db.session.scalars(
        select(IncomingEmail)
        .join(IncomingEmail.outgoing_email)
        .where(
            IncomingEmail.verdict == Verdict.AUTO_REPLY,
            or_(
                IncomingEmail.application_id.in_(application_ids),
                IncomingEmail.outgoing_email_id.in_(mail_ids),
            ),
        )
        .options(contains_eager(IncomingEmail.outgoing_email), defer(IncomingEmail.text))
        .order_by(IncomingEmail.id)
        .limit(MOST_ANSWERS)
    ).all()


def mail_made(application_id: int) -> IncomingEmail | None:
    """Find the mail that an application was made of, also where that was a mistake."""
    return db.session.scalars(
        select(IncomingEmail)
        .outerjoin(IncomingEmail.mistaken)
        .where(
            or_(
                IncomingEmail.application_id == application_id,
                StageChange.application_id == application_id,
            ),
            IncomingEmail.verdict != Verdict.DUPLICATE,
        )
        .order_by(IncomingEmail.id)
        .limit(1)
    ).first()


def mistaken_for(application_id: int) -> IncomingEmail | None:
    """Find the mail that was made this application by mistake, if it was."""
    return db.session.scalars(
        select(IncomingEmail)
        .join(IncomingEmail.mistaken)
        .where(StageChange.application_id == application_id)
        .order_by(IncomingEmail.id)
    ).first()


def ended_by_mistake(application: Application) -> bool:
    """Tell whether an application stands ended because its mail was none; reopened it does not."""
    if application.outcome is None:
        return False
    mail = mistaken_for(application.id)
    return mail is not None and mail.mistaken_id == application.history[-1].id


def colleague_at(address: str) -> Person | None:
    """Find the person of the employer who writes from an address, if they still work there."""
    return db.session.scalars(
        select(Person).where(Person.email == address, Person.disabled_at.is_(None))
    ).one_or_none()
