"""A draft that goes on in another browser: the links to it, and the browsers it has left."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select, update

from tracker.applications import emails, queries
from tracker.applications.models import CandidateLink, Draft, DraftLink, DraftMove
from tracker.applications.operations.drafts import discard
from tracker.applications.operations.links import end_unmailed
from tracker.applications.rules import LEFT_ALONE
from tracker.core.db import db, now
from tracker.core.tokens import hash_token, new_token
from tracker.notifications.models import OutgoingEmail

DRAFT_LINK = "draft link"


def mail_draft_link(draft: Draft, email: str) -> OutgoingEmail:
    """Mail one more link to a draft; all of them open it until it is sent or deleted."""
    token = new_token()
    db.session.add(DraftLink(draft=draft, token_hash=hash_token(token)))
    draft.changed_at = now()
    db.session.flush()
    return emails.draft_link(draft, email, token=token)


def move_draft(draft: Draft, *, browser_hash: str, token: str) -> None:
    """Tie a draft to another browser, under a submission token that is signed for it.

    One browser writes at a time, so that a page that stayed open nowhere overwrites newer
    words; what the browser that was left still sends is known by its token. The caller
    holds the draft's lock. Nothing happens in the browser that has it already.
    """
    if draft.browser_hash == browser_hash:
        return
    db.session.add(
        DraftMove(
            draft=draft,
            browser_hash=draft.browser_hash,
            token_hash=hash_token(draft.submission_token),
        )
    )
    draft.browser_hash, draft.submission_token = browser_hash, token
    draft.shared_at = None  # until the new browser says so of itself
    draft.changed_at = now()
    db.session.flush()


def leave_browser(browser_hash: str, receipts: Iterable[str]) -> tuple[list[str], bool]:
    """Leave nothing in a browser: delete its drafts, and shut the receipts that it showed.

    A draft whose link was mailed stays for that link, and opens in no browser without it.
    Mailed links to receipts go on working. Returns the keys to forget, as `attach` does, and
    whether a draft was kept.
    """
    mine = select(Draft).where(Draft.browser_hash == browser_hash).order_by(Draft.id)
    keys: list[str] = []
    kept = False
    for draft in db.session.scalars(mine.with_for_update()).all():
        kept = _let_go(draft, keys) or kept
    end_unmailed(receipts)
    db.session.flush()
    return keys, kept


def _let_go(draft: Draft, keys: list[str]) -> bool:
    """Take a draft from its browser; whether it stays, for its link. Adds the keys to forget."""
    if not queries.has_links(draft.id):
        keys += discard(draft)
        return False
    draft.browser_hash, draft.submission_token = hash_token(new_token()), new_token()
    draft.shared_at = None
    return True


def note_use(browser_hash: str, receipts: Iterable[str], *, at: dt.datetime | None) -> None:
    """Note that a shared computer is in use, on all that it holds and has shown.

    None for `at`: others do not use it after all.
    """
    db.session.execute(update(Draft).where(Draft.browser_hash == browser_hash).values(shared_at=at))
    db.session.execute(
        update(CandidateLink)
        .where(
            CandidateLink.token_hash.in_([hash_token(each) for each in receipts]),
            CandidateLink.mailed.is_(False),
            CandidateLink.revoked_at.is_(None),
        )
        .values(shared_at=at)
    )


def wipe_left_alone(*, at: dt.datetime, limit: int = 100) -> list[str]:
    """Do what `leave_browser` does for shared computers that nobody has used for ten minutes.

    Some drafts at a time. Returns the keys to forget, as `attach` does.
    """
    keys: list[str] = []
    old = select(Draft).where(Draft.shared_at < at - LEFT_ALONE).order_by(Draft.id).limit(limit)
    for draft in db.session.scalars(old.with_for_update()).all():
        _let_go(draft, keys)
    db.session.execute(
        update(CandidateLink)
        .where(
            CandidateLink.shared_at < at - LEFT_ALONE,
            CandidateLink.mailed.is_(False),
            CandidateLink.revoked_at.is_(None),
        )
        .values(revoked_at=at)
    )
    db.session.flush()
    return keys
