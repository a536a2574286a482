"""Private links to the candidate's own page, and the address that they are mailed to."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import func, select, true, update

from tracker.accounts.models import Person, SignInAttempt
from tracker.accounts.rules import PRESSED_AGAIN, match_address
from tracker.applications import emails, queries
from tracker.applications.models import (
    Application,
    Candidate,
    CandidateLink,
    ContactChange,
    LostLink,
)
from tracker.applications.rules import (
    ActorKind,
    Stage,
)
from tracker.core.db import db, now
from tracker.core.errors import DomainError, TooManyRequestsError
from tracker.core.jobs import after_commit
from tracker.core.tokens import hash_token, new_token
from tracker.notifications import operations as outbox
from tracker.notifications import queries as mails
from tracker.notifications.models import OutgoingEmail

CORRECTIONS = 3
LOST_LINK = "lost link"


def add_link(application: Application, token: str, *, mailed: bool) -> None:
    """Let a secret open an application; a `mailed` one proves the address when it is used."""
    db.session.add(
        CandidateLink(application=application, token_hash=hash_token(token), mailed=mailed)
    )
    db.session.flush()


def send_receipt(application: Application) -> None:
    """Mail the receipt, with a link of its own, to the address that the application has."""
    token = mailed_link(application)
    application.receipt_email = emails.application_received(application, token=token)
    db.session.flush()


def mailed_link(application: Application) -> str:
    """Make one more link to the candidate's page, for a mail that goes to them.

    '' where there is no address and so no mail.
    """
    if not application.email:
        return ""
    token = new_token()
    add_link(application, token, mailed=True)
    return token


def confirm_address(link: CandidateLink, *, at: dt.datetime) -> None:
    """Take a POST behind a mailed link as proof that the address is the candidate's.

    Applications by one confirmed address join into one candidate. A link that was only
    shown, or was mailed to an earlier address, proves nothing and changes nothing.
    """
    if queries.proves_address(link):
        confirm(link.application, at=at)


def confirm(application: Application, *, at: dt.datetime) -> None:
    """Join an application to the candidate of its address, which this has proved to be theirs."""
    if application.email_confirmed_at is not None:
        return
    candidate = db.session.scalars(
        select(Candidate).where(Candidate.email == application.email_key)
    ).one_or_none()
    if candidate is None:
        candidate = Candidate(email=application.email_key)
        db.session.add(candidate)
        db.session.flush()
    application.candidate_id = candidate.id
    application.email_confirmed_at = at
    db.session.flush()


def can_correct_address(application: Application) -> bool:
    """Tell whether a mistyped address can still be corrected by the candidate alone."""
    if application.email_confirmed_at is not None:
        return False
    told = queries.as_told(application)
    return (
        told.is_open
        and told.stage is Stage.RECEIVED
        and all(
            change.by_kind is not ActorKind.PERSON or change.old_stage is None
            for change in told.changes
        )
    )


def correct_address(application: Application, email: str) -> None:
    """Send the receipt to a corrected address; links mailed to the old one open nothing now.

    Raises `DomainError` once somebody answered or the address was confirmed, and
    `TooManyRequestsError` after three corrections.
    """
    email = email.strip()
    if not can_correct_address(application):
        raise DomainError(
            "The address can no longer be changed here, because it was confirmed or your"
            " application was already answered. Write to the contact of the posting instead."
        )
    if email.lower() == application.email_key:
        raise DomainError("That is the address we have. Nothing was changed.")
    sent = db.session.scalar(
        select(func.count()).where(
            OutgoingEmail.message == emails.RECEIVED.name,
            OutgoingEmail.about_kind == "application",
            OutgoingEmail.about_id == application.id,
        )
    )
    if (sent or 0) > CORRECTIONS:
        raise TooManyRequestsError(
            "The address was corrected several times. Write to the contact of the posting.",
            retry_after=3600,
        )
    take_unproved(application, email)
    send_receipt(application)


def take_unproved(application: Application, email: str, *, by: Person | None = None) -> None:
    """Let mail go to an address that nobody has proved to be the candidate's; '' for none.

    Links that were mailed to an address which nobody proved either, perhaps a stranger's, open
    nothing any more. Those mailed to a proved one go on opening, so that nobody is shut out of
    their own application; they prove nothing of the new one (`queries.proves_address`).
    """
    if application.email_confirmed_at is None:
        revoke_mailed(application)
    old = application.email
    note_change(application, "email", old, email, by=by)
    application.email, application.email_key = email, email.lower()
    application.candidate_id = application.email_confirmed_at = None
    db.session.flush()
    if old and email:
        about = ("application", application.id)
        for held in outbox.readdress_held(about, old, email, by=by):
            renew_links(held, application)


def end_unmailed(tokens: Iterable[str]) -> None:
    """See that these links open nothing now, but for those that were mailed to the candidate."""
    db.session.execute(
        update(CandidateLink)
        .where(
            CandidateLink.token_hash.in_([hash_token(each) for each in tokens]),
            CandidateLink.mailed.is_(False),
            CandidateLink.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )


def renew_links(mail: OutgoingEmail, application: Application) -> None:
    """Give a mail that goes to another address links of its own to the candidate's page.

    One that does not go to the application's address proves nothing of it, and opens nothing
    any more once the mail goes on to another address.
    """
    to_own = mail.recipient_address.lower() == application.email_key
    fresh = {each: new_token() for each in queries.tokens_in(mail.text, application.id)}
    end_unmailed(fresh)
    for token in fresh.values():
        add_link(application, token, mailed=to_own)
    outbox.put_secrets(mail, fresh)


def revoke_mailed(application: Application) -> None:
    """See that links which were mailed to the present address open nothing now.

    It is perhaps somebody else's. What was mailed to an earlier one was decided on when that
    changed.
    """
    since = db.session.scalar(
        select(func.max(ContactChange.at)).where(
            ContactChange.application_id == application.id, ContactChange.field == "email"
        )
    )
    db.session.execute(
        update(CandidateLink)
        .where(
            CandidateLink.application_id == application.id,
            CandidateLink.mailed,
            CandidateLink.revoked_at.is_(None),
            true() if since is None else CandidateLink.created_at >= since,
        )
        .values(revoked_at=now())
    )


def note_change(
    application: Application, field: str, old: str, new: str, *, by: Person | None = None
) -> None:
    """Keep what a corrected name, telephone number or address was before."""
    db.session.add(
        ContactChange(
            application_id=application.id,
            field=field,
            old=old,
            new=new,
            by_id=by.id if by else None,
        )
    )
    db.session.flush()


def ask_links(email: str) -> None:
    """Take a wish for lost links: the same row for any address; the worker does the rest."""
    db.session.add(LostLink(email=match_address(email)))
    db.session.flush()
    after_commit("lost_links")


def answer_lost_links() -> int:
    """Mail links for each wish whose address has applications; returns how many were mailed."""
    wishes = db.session.scalars(
        select(LostLink).order_by(LostLink.id).with_for_update(skip_locked=True)
    ).all()
    mailed = 0
    for wish in wishes:
        mailed += _mail_links(wish.email) is not None
        db.session.delete(wish)
    db.session.flush()
    return mailed


def _mail_links(email: str) -> OutgoingEmail | None:
    """Mail new links for all applications made with an address; None where there are none.

    Nor are there any for a second press: the mail of the first has them.
    """
    known = queries.by_email(email)
    since = now() - PRESSED_AGAIN
    if not known or mails.was_written(emails.LINK.name, known[0].email, since=since):
        return None
    opened = []
    for application in known:
        token = new_token()
        add_link(application, token, mailed=True)
        opened.append((application, token))
    return emails.application_link(known[0].email, opened, language=known[0].language)


def note_request(
    key: str,
    client_address: str,
    *,
    most_for_key: int,
    most_for_address: int,
    since: dt.datetime,
    purpose: str = LOST_LINK,
) -> None:
    """Count a request for a link of one kind, known address or not.

    Raises `TooManyRequestsError` past the limits for one address asked for, or one asker.
    """
    asked = select(func.count()).where(SignInAttempt.purpose == purpose, SignInAttempt.at > since)
    for_key = db.session.scalar(asked.where(SignInAttempt.account_key == key)) or 0
    from_here = db.session.scalar(asked.where(SignInAttempt.client_address == client_address)) or 0
    if for_key >= most_for_key or from_here >= most_for_address:
        raise TooManyRequestsError(
            "Links were asked for several times in the last hour. Check your mail, also"
            " where unwanted mail goes, and try again in an hour.",
            retry_after=3600,
        )
    db.session.add(SignInAttempt(account_key=key, client_address=client_address, purpose=purpose))
    db.session.flush()


def write_in(application: Application, language: str) -> None:
    """Write mail about an application in this language from now on."""
    application.language = language
    db.session.flush()
