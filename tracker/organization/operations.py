"""Changes to the employer, its badges and positions. Nothing here commits or stores a file."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.core.db import db, now
from tracker.core.errors import DomainError, StaleError
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.organization import emails, queries, rules
from tracker.organization.models import (
    Badge,
    ClosedDay,
    ContactMail,
    Employer,
    Leave,
    Position,
    Publishing,
    WorkingWeek,
)
from tracker.organization.rules import Profile

log = structlog.get_logger(__name__)
_STALE = (
    "Somebody else changed this while you had the page open. Nothing was overwritten."
    " Go back, reload the page, and make your change again."
)


def save_profile(
    profile: Profile,
    *,
    sender_name: str,
    sender_address: str,
    version: int | None,
    by: Person | None,
    is_demo: bool = False,
) -> Employer:
    """Write the employer's profile, and its letterhead with it; the first one creates both.

    `version` is the one that was edited, None where there was none yet. Raises `StaleError`,
    and notifications' `AddressError` for a sender that mail cannot come from.
    """
    employer = db.session.scalars(
        select(Employer).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if (employer.version if employer else None) != version:
        raise StaleError(_STALE)
    if employer is None:
        employer = Employer(id=1, is_demo=is_demo, name=profile.name)
        db.session.add(employer)
    for name, value in asdict(profile).items():
        setattr(employer, name, value)
    employer.changed_at = now()
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:  # two first profiles in the same moment
        raise StaleError(_STALE) from None
    outbox.write_letterhead(
        sender_name=sender_name,
        sender_address=sender_address,
        time_zone=profile.time_zone,
        accent_colour=profile.accent_colour,
        by=by,
    )
    log.info("profile_saved", by=by.id if by else None)
    return employer


def set_logo(employer: Employer, *, key: str | None, media_type: str | None) -> str | None:
    """Give the employer another logo, stored already, or none; returns the old one's key."""
    old = employer.logo_key
    employer.logo_key, employer.logo_type = key, media_type
    db.session.flush()
    return old


def set_contact_mail(*, attach_documents: bool, limit_mb: int, by: Person | None) -> ContactMail:
    """Say whether documents go with mail to contacts, and how large such a mail may become."""
    chosen = queries.contact_mail()
    chosen.attach_documents, chosen.limit_mb = attach_documents, limit_mb
    db.session.add(chosen)
    db.session.flush()
    log.info("contact_mail_set", by=by.id if by else None, attach=attach_documents, mb=limit_mb)
    return chosen


class AloneError(DomainError):
    """Nobody would be there to approve what the only one who publishes has written."""


def set_publishing(*, second_person: bool, by: Person | None) -> Publishing:
    """Say whether every posting is published by a second person.

    Raises `AloneError` where it would be turned on while only one person could publish.
    """
    chosen = queries.publishing()
    if second_person and not chosen.second_person and len(people.publishing_all()) < 2:
        raise AloneError(
            "Only one person here may publish every posting, so nobody could approve theirs."
            " Invite a second administrator or coordinator under People first. Nothing was saved."
        )
    chosen.second_person = second_person
    db.session.add(chosen)
    db.session.flush()
    log.info("publishing_set", by=by.id if by else None, second_person=second_person)
    return chosen


def add_badge(
    *,
    key: str,
    media_type: str,
    size: tuple[int, int],
    alternative_text: str,
    link: str,
    by: Person | None,
) -> Badge:
    """Add a badge, whose picture is stored already, as the last one."""
    last = db.session.scalar(select(func.max(Badge.rank))) or 0
    badge = Badge(
        rank=last + 1,
        file_key=key,
        media_type=media_type,
        width=size[0],
        height=size[1],
        link=link,
        alternative_text=alternative_text,
    )
    db.session.add(badge)
    db.session.flush()
    log.info("badge_added", by=by.id if by else None, badge=badge.id)
    return badge


def edit_badge(badge: Badge, *, alternative_text: str, link: str, by: Person) -> None:
    """Change what a badge says and where it leads."""
    badge.alternative_text, badge.link = alternative_text, link
    db.session.flush()
    log.info("badge_edited", by=by.id, badge=badge.id)


def move_badge(badge: Badge, *, earlier: bool, by: Person) -> None:
    """Swap a badge with its neighbour; at an end nothing moves."""
    row = queries.badges()
    at = next(place for place, each in enumerate(row) if each.id == badge.id)
    other = at - 1 if earlier else at + 1
    if 0 <= other < len(row):
        row[at], row[other] = row[other], row[at]
    for rank, each in enumerate(row, start=1):
        each.rank = rank
    db.session.flush()
    log.info("badge_moved", by=by.id, badge=badge.id)


def remove_badge(badge: Badge, *, by: Person) -> str:
    """Remove a badge; returns the key of its picture, for when this has committed."""
    key = badge.file_key
    log.info("badge_removed", by=by.id, badge=badge.id)
    db.session.delete(badge)
    db.session.flush()
    return key


def add_position(
    *,
    title: str,
    holder: Person | None,
    deputy: Person | None,
    next_in_line: Position | None = None,
    by: Person | None,
) -> Position:
    """Add a position. Raises `DomainError` where there is one of this title."""
    position = Position(title=title)
    db.session.add(position)
    _fill(position, title, holder, deputy, next_in_line)
    log.info("position_added", by=by.id if by else None, position=position.id)
    return position


def edit_position(
    position: Position,
    *,
    title: str,
    holder: Person | None,
    deputy: Person | None,
    next_in_line: Position | None = None,
    version: int,
    by: Person,
) -> None:
    """Change a position's title and people; None leaves it vacant.

    What was given to an old holder follows by `routing.operations.change_position`, which
    calls this. Raises `StaleError`, and `DomainError` for a line that leads back here.
    """
    if position.version != version:
        raise StaleError(_STALE)
    _check_line(position, next_in_line)
    _fill(position, title, holder, deputy, next_in_line)
    log.info("position_edited", by=by.id, position=position.id)


def _check_line(position: Position, next_in_line: Position | None) -> None:
    """Refuse a circle; every position is locked, so that two changes cannot close one."""
    if next_in_line is None or next_in_line.id == position.next_id:
        return
    rows = db.session.scalars(
        select(Position).order_by(Position.id).with_for_update(of=Position)
    ).all()
    posts = {each.id: rules.Post(next_id=each.next_id) for each in rows}
    titles = {each.id: each.title for each in rows}
    rules.check_line(position.id, next_in_line.id if next_in_line else None, posts, titles)


def vacate(position: Position, *, by: Person) -> None:
    """Take the holder out; whoever is next in line, or the deputy, answers from now on."""
    position.holder = None
    db.session.flush()
    log.info("position_vacated", by=by.id, position=position.id)


def _fill(
    position: Position,
    title: str,
    holder: Person | None,
    deputy: Person | None,
    next_in_line: Position | None,
) -> None:
    if holder is not None and deputy is not None and holder.id == deputy.id:
        raise DomainError("The deputy must be another person than the holder.")
    try:
        with db.session.begin_nested():
            position.title, position.holder, position.deputy = title, holder, deputy
            position.next_id = next_in_line.id if next_in_line else None
            db.session.flush()
    except IntegrityError:
        raise DomainError("There is a position of this title already.") from None


def add_leave(person: Person, *, from_on: dt.date, until_on: dt.date, by: Person | None) -> Leave:
    """Write down from which day to which a person is away. Raises `DomainError`."""
    rules.check_leave(from_on, until_on, today=queries.today())
    leave = Leave(person=person, from_on=from_on, until_on=until_on, by_id=by.id if by else None)
    db.session.add(leave)
    db.session.flush()
    log.info("leave_added", by=by.id if by else None, person=person.id)
    return leave


def remove_leave(leave: Leave, *, by: Person | None) -> None:
    """Strike leave out: it was called off, or written down by mistake."""
    log.info("leave_removed", by=by.id if by else None, person=leave.person_id)
    db.session.delete(leave)
    db.session.flush()


def save_week(weekdays: Collection[int], *, by: Person) -> None:
    """Say which days of the week are worked (ISO: Monday is 1). Raises `DomainError` for none."""
    days = "".join(str(each) for each in sorted(set(weekdays) & set(range(1, 8))))
    if not days:
        raise DomainError("Choose at least one day of the week on which you work.")
    week = db.session.get(WorkingWeek, 1)
    if week is None:
        db.session.add(WorkingWeek(id=1, days=days))
    else:
        week.days = days
    db.session.flush()
    log.info("week_saved", by=by.id, days=days)


def add_closed_day(on: dt.date, name: str, *, by: Person) -> None:
    """Close a date for everybody: a holiday. One that is closed already gets the new name."""
    known = db.session.get(ClosedDay, on)
    if known is None:
        db.session.add(ClosedDay(on=on, name=name))
    else:
        known.name = name
    db.session.flush()
    log.info("day_closed", by=by.id, on=on.isoformat())


def remove_closed_day(on: dt.date, *, by: Person) -> None:
    """Work on that date after all; nothing happens where it was not closed."""
    known = db.session.get(ClosedDay, on)
    if known is not None:
        db.session.delete(known)
        db.session.flush()
        log.info("day_opened", by=by.id, on=on.isoformat())


def send_test(person: Person) -> OutgoingEmail:
    """Queue a mail to whoever tries out whether mail works."""
    return emails.test_mail(person)
