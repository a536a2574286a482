"""A draft that goes on in another browser: the links to it, and the browsers it has left."""

from collections.abc import Iterable

from sqlalchemy import select

from tracker.applications import emails, queries
from tracker.applications.models import Draft, DraftLink, DraftMove
from tracker.applications.operations.drafts import discard
from tracker.applications.operations.links import end_unmailed
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
    draft.changed_at = now()
    db.session.flush()


def leave_browser(browser_hash: str, receipts: Iterable[str]) -> tuple[list[str], bool]:
    """Leave nothing in a browser: delete its drafts, and shut the receipts that it showed.

    A draft whose link was mailed stays for that link, and opens in no browser without it.
    Mailed links to receipts go on working. Returns the keys to forget, as `attach` does, and
    whether a draft was kept.
    """
    mine = select(Draft).where(Draft.browser_hash == browser_hash).order_by(Draft.id)
    keys, kept = [], False
    for draft in db.session.scalars(mine.with_for_update()).all():
        if queries.has_links(draft.id):
            draft.browser_hash, draft.submission_token = hash_token(new_token()), new_token()
            kept = True
        else:
            keys += discard(draft)
    end_unmailed(receipts)
    db.session.flush()
    return keys, kept
