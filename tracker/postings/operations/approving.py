"""A second person publishes, where the employer wants it so: ask, approve, send back."""

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.organization import queries as organization
from tracker.postings import emails, queries
from tracker.postings.models import Posting, PostingChange
from tracker.postings.operations.door import ApprovalNeededError, move
from tracker.postings.rules import PostingState

S = PostingState


def ask_approval(posting: Posting, *, by: Person) -> PostingChange:
    """Ask a second person to publish a draft; whoever may is told by mail.

    Raises `BlockedError` for what would stop publishing, and `DomainError` where nobody
    else is there to approve.
    """
    if not organization.publishing().second_person:
        raise DomainError("Here whoever writes a posting may publish it: no approval is needed.")
    posting.asked_by_id, posting.edited_by_id, posting.approved_by_id = by.id, None, None
    asked = queries.who_may_approve(posting)
    if not asked:
        raise DomainError(
            "Nobody else may publish this posting, so nobody can approve it. Ask an administrator"
            " to invite a second administrator or coordinator, or to turn approval off under"
            " Organization."
        )
    entry = move(posting, S.AWAITING, by=by)
    db.session.expire(posting, ["asked_by"])
    for person in asked:
        emails.approval_asked(posting, to=person, by=by, change_id=entry.id)
    return entry


def needs_approval(posting: Posting, *, by: Person | None) -> bool:
    """Tell whether publishing a posting is an approval; who may not approve it is told why.

    It is none where one person is enough, or where somebody has approved already.
    """
    if posting.state not in {S.AWAITING, S.SCHEDULED} or posting.approved_by_id is not None:
        return False
    if not organization.publishing().second_person:
        return False
    if posting.state is S.SCHEDULED:
        raise ApprovalNeededError(
            "This posting was scheduled before a second person had to publish. It is published"
            " at its time; to publish it earlier, take it back to a draft and ask for approval."
        )
    if by is None:
        raise ApprovalNeededError("A second person publishes here, and signs in to do so.")
    if by.id == posting.asked_by_id:
        raise ApprovalNeededError(
            "You asked for approval, so somebody else publishes it. They have been told."
        )
    if by.id == posting.edited_by_id:
        raise ApprovalNeededError(
            "You edited this posting after approval was asked for, so somebody else publishes it."
        )
    return True


def tell_approved(posting: Posting, entry: PostingChange, *, by: Person) -> None:
    """Tell who asked that the posting is published, or scheduled."""
    asker = posting.asked_by
    if asker is not None and asker.disabled_at is None:
        emails.posting_approved(posting, to=asker, by=by, change_id=entry.id)


def send_back(posting: Posting, *, by: Person, reason: str) -> PostingChange:
    """Make a posting that awaits approval a draft again, with words for who asked."""
    if posting.state is not S.AWAITING:
        raise DomainError("Nobody waits for this posting to be approved. Nothing was changed.")
    asker = posting.asked_by
    entry = move(posting, S.DRAFT, by=by, reason=reason)
    if asker is not None and asker.id != by.id and asker.disabled_at is None:
        emails.posting_sent_back(posting, to=asker, by=by, words=entry.reason, change_id=entry.id)
    return entry
