"""Reads of applications: who may see which, the staff's list, what a private link opens."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, desc, false, func, or_, select, true, tuple_
from sqlalchemy.orm import joinedload, selectinload

from tracker.accounts.models import Person
from tracker.applications.models import (
    Application,
    ApplicationDocument,
    ApplicationNote,
    CandidateLink,
    Draft,
    Reader,
    StageChange,
)
from tracker.applications.rules import Outcome, Stage
from tracker.core.access import Role
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.core.tokens import hash_token
from tracker.notifications.queries import sender
from tracker.organization import queries as organization
from tracker.postings.models import Posting, PostingMember
from tracker.postings.rules import MemberRole

SEES_ALL = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
PAGE_SIZE = 50
MOST_ON_BOARD = 300
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def visible_to(person: Person) -> ColumnElement[bool]:
    """Make the condition on `Application` that holds for what a person may see.

    Administrators and coordinators see all. A manager sees those of postings that they
    manage or are the contact of. Everybody sees those they were made a `Reader` of.
    """
    if person.role in SEES_ALL:
        return true()
    part = Application.id.in_(select(Reader.application_id).where(Reader.person_id == person.id))
    if person.role is Role.MANAGER:
        return or_(part, Application.posting_id.in_(_postings_managed_by(person.id)))
    return part if person.id is not None else false()


def _postings_managed_by(person_id: int) -> Select[int]:
    """Select the ids of postings whose manager or contact a person is today."""
    member = select(PostingMember.posting_id).where(
        PostingMember.person_id == person_id, PostingMember.role == MemberRole.MANAGER
    )
    return select(Posting.id).where(
        or_(
            Posting.contact_person_id == person_id,
            Posting.contact_position_id.in_(organization.answered_by(person_id)),
            Posting.id.in_(member),
        )
    )


def get_visible(person: Person, application_id: int) -> Application:
    """Load an application that a person may see; `NotFoundError` for any other."""
    statement = select(Application).where(Application.id == application_id, visible_to(person))
    application = db.session.scalars(statement).one_or_none()
    if application is None:
        raise NotFoundError
    return application


def get_whole(person: Person, application_id: int) -> Application:
    """Load an application that a person may see, with all that its page shows of it."""
    application = db.session.scalars(
        select(Application)
        .where(Application.id == application_id, visible_to(person))
        .options(
            joinedload(Application.posting).defer(Posting.source_text),
            selectinload(Application.answers),
            selectinload(Application.skills),
            selectinload(Application.documents).joinedload(ApplicationDocument.document),
            selectinload(Application.history).joinedload(StageChange.by),
        )
    ).one_or_none()
    if application is None:
        raise NotFoundError
    return application


def is_run_by(person: Person, application: Application) -> bool:
    """Tell whether a person decides on an application by their place on its posting.

    Administrators and coordinators do on all. Seeing one is not enough: a manager may sit
    on the panel of a colleague's posting.
    """
    if person.role in SEES_ALL:
        return True
    if person.role is not Role.MANAGER:
        return False
    managed = _postings_managed_by(person.id).where(Posting.id == application.posting_id)
    return db.session.scalar(managed) is not None


# The staff's list


@dataclass(frozen=True)
class Filters:
    """What the staff's list is narrowed to; words are looked for in the room `search`."""

    posting_id: int | None = None
    standing: Stage | Outcome | None = None
    only_open: bool = False
    source: str = ""


@dataclass(frozen=True)
class ApplicationPage:
    """A page of the list in its order; `earlier` and `later` are places to go on from."""

    applications: Sequence[Application]
    earlier: str | None
    later: str | None

    @property
    def ids(self) -> list[int]:
        """The applications' ids, to look up what other rooms know of them."""
        return [each.id for each in self.applications]


def page_of(
    person: Person,
    filters: Filters | None = None,
    *,
    oldest_first: bool = False,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> ApplicationPage:
    """Read a page of what a person may see, with postings, in one query.

    `after` and `before` are places from an earlier page (`earlier`, `later`); anything else
    in their stead begins at the beginning.
    """
    place = _read_place(before or after)
    backwards = bool(before) and place is not None
    rising = oldest_first is not backwards
    key = tuple_(Application.submitted_at, Application.id)
    statement = _filtered(person, filters or Filters())
    if place is not None:
        statement = statement.where(key > place if rising else key < place)
    order = (Application.submitted_at, Application.id)
    statement = statement.order_by(*(order if rising else map(desc, order)))
    found = list(db.session.scalars(statement.limit(size + 1)))
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
        return ApplicationPage(rows, _place(rows[0]) if more else None, _last(rows))
    return ApplicationPage(
        rows,
        _place(rows[0]) if rows and place is not None else None,
        _place(rows[-1]) if more else None,
    )


def _filtered(person: Person, filters: Filters) -> Select[Application]:
    return (
        select(Application)
        .where(visible_to(person), *conditions(filters))
        .options(joinedload(Application.posting).load_only(Posting.title, Posting.slug))
    )


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Make the conditions on `Application` that hold for what a list is narrowed to."""
    found: list[ColumnElement[bool]] = []
    if filters.posting_id is not None:
        found.append(Application.posting_id == filters.posting_id)
    if filters.only_open or isinstance(filters.standing, Stage):
        found.append(Application.outcome.is_(None))
    if isinstance(filters.standing, Stage):
        found.append(Application.stage == filters.standing)
    elif filters.standing is not None:
        found.append(Application.outcome == filters.standing)
    if filters.source:
        found.append(Application.source == filters.source)
    return found


def _place(application: Application) -> str:
    """Write a row's place in the order: microseconds since 1970, and its id."""
    micros = (application.submitted_at - _EPOCH) // dt.timedelta(microseconds=1)
    return f"{micros}-{application.id}"


def _last(rows: Sequence[Application]) -> str | None:
    return _place(rows[-1]) if rows else None


def _read_place(text: str) -> tuple[dt.datetime, int] | None:
    micros, _, number = text.partition("-")
    if not (micros.isascii() and micros.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(micros) > 16 or len(number) > 9:  # beyond them neither a time nor a row
        return None
    return _EPOCH + dt.timedelta(microseconds=int(micros)), int(number)


def counts(person: Person, filters: Filters) -> dict[Stage | Outcome, int]:
    """Count what a person may see by where it stands: each stage (open ones), each outcome.

    Only the filter's posting narrows the count.
    """
    narrowed = Filters(posting_id=filters.posting_id)
    rows = db.session.execute(
        select(Application.stage, Application.outcome, func.count())
        .where(visible_to(person), *conditions(narrowed))
        .group_by(Application.stage, Application.outcome)
    )
    found: dict[Stage | Outcome, int] = dict.fromkeys([*Stage, *Outcome], 0)
    for stage, outcome, count in rows:
        found[outcome or stage] += count
    return found


def on_board(person: Person, posting_id: int) -> dict[Stage, list[Application]]:
    """Read a posting's open applications by stage, longest waiting first, a few hundred at most."""
    statement = (
        _filtered(person, Filters(posting_id=posting_id, only_open=True))
        .order_by(Application.submitted_at, Application.id)
        .limit(MOST_ON_BOARD)
    )
    columns: dict[Stage, list[Application]] = {stage: [] for stage in Stage}
    for application in db.session.scalars(statement):
        columns[application.stage].append(application)
    return columns


def postings_with_any(person: Person) -> list[tuple[int, str]]:
    """List the postings (id and title) that have applications which a person may see."""
    mine = select(Application.posting_id).where(visible_to(person))
    rows = db.session.execute(
        select(Posting.id, Posting.title).where(Posting.id.in_(mine)).order_by(Posting.id.desc())
    )
    return [(row.id, row.title) for row in rows]


def visible_among(person: Person, ids: Collection[int]) -> list[Application]:
    """Load those of these applications that a person may see, oldest first."""
    statement = (
        select(Application)
        .where(Application.id.in_(ids), visible_to(person))
        .options(joinedload(Application.posting).defer(Posting.source_text))
        .order_by(Application.submitted_at, Application.id)
    )
    return list(db.session.scalars(statement))


def others_of(person: Person, application: Application) -> list[Application]:
    """List the same confirmed candidate's other applications that a person may see."""
    if application.candidate_id is None:
        return []
    return list(
        db.session.scalars(
            select(Application)
            .where(
                Application.candidate_id == application.candidate_id,
                Application.id != application.id,
                visible_to(person),
            )
            .options(joinedload(Application.posting).load_only(Posting.title))
            .order_by(Application.id.desc())
            .limit(20)
        )
    )


def notes_of(application_id: int) -> list[ApplicationNote]:
    """Read what colleagues wrote down about an application, oldest first."""
    return list(
        db.session.scalars(
            select(ApplicationNote)
            .where(ApplicationNote.application_id == application_id)
            .order_by(ApplicationNote.id)
        )
    )


# Links and drafts


def candidate_link(token: str) -> CandidateLink | None:
    """Find the link that a secret opens; None when unknown or revoked."""
    return db.session.scalars(
        select(CandidateLink).where(
            CandidateLink.token_hash == hash_token(token), CandidateLink.revoked_at.is_(None)
        )
    ).one_or_none()


def by_candidate_token(token: str) -> Application | None:
    """Find the application that a candidate's private link opens."""
    link = candidate_link(token)
    return link.application if link else None


def by_submission_token(token: str) -> Application | None:
    """Find what a submission token has become; only its hash is kept."""
    return db.session.scalars(
        select(Application).where(Application.submission_token == hash_token(token))
    ).one_or_none()


def by_email(email: str) -> list[Application]:
    """List the applications made with an address, newest first; none for no address."""
    if not email.strip():
        return []
    return list(
        db.session.scalars(
            select(Application)
            .where(Application.email_key == email.strip().lower())
            .order_by(Application.id.desc())
            .limit(20)
        )
    )


def draft_of(browser_hash: str, posting_id: int) -> Draft | None:
    """Find the draft that a browser worked on last for a posting."""
    return db.session.scalars(
        select(Draft)
        .where(Draft.browser_hash == browser_hash, Draft.posting_id == posting_id)
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
        .limit(1)
    ).one_or_none()


def time_zone() -> str:
    """The employer's time zone, in which candidates read times in pages and mail alike."""
    return sender().time_zone
