"""Choices of the Unsorted tray that later mail follows: made, counted, taken back."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.intake import matching
from tracker.intake.models import FilingRule, IncomingEmail
from tracker.intake.rules import Remember, RuleKind


def remember_choice(
    email: IncomingEmail,
    remember: Remember,
    *,
    posting_id: int | None,
    by: Person,
    at: dt.datetime,
) -> None:
    """Keep a choice as a rule for later mail; a newer choice takes an older one's place."""
    if remember is Remember.SUBJECT:
        kind, value = RuleKind.SUBJECT, matching.subject_key(email.subject)
    elif remember is Remember.SENDER:
        kind, value = RuleKind.SENDER, email.from_address
    else:
        return
    if not value:
        return
    active = select(FilingRule).where(
        FilingRule.kind == kind, FilingRule.value == value, FilingRule.removed_at.is_(None)
    )
    for known in db.session.scalars(active.with_for_update()):
        if known.posting_id == posting_id:
            return
        known.removed_at, known.removed_by_id = at, by.id
    db.session.flush()
    rule = FilingRule(
        kind=kind, value=value, posting_id=posting_id, created_at=at, created_by_id=by.id
    )
    try:
        with db.session.begin_nested():
            db.session.add(rule)
    except IntegrityError:  # another colleague has just chosen for the same mail
        raise DomainError(
            "Somebody else has just made a choice for such mail. Nothing was changed."
        ) from None


def remove_rule(rule: FilingRule, *, by: Person, at: dt.datetime) -> None:
    """Let later mail no longer follow a choice; what followed it stays where it is."""
    if rule.removed_at is None:
        rule.removed_at, rule.removed_by_id = at, by.id
        db.session.flush()


def count_use(rule_id: int) -> None:
    """Count that a mail followed a remembered choice."""
    db.session.execute(
        update(FilingRule).where(FilingRule.id == rule_id).values(used=FilingRule.used + 1)
    )
