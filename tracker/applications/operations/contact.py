"""Correct what an application says of its candidate; every correction keeps what was before."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, select

from tracker.accounts.models import Person
from tracker.accounts.rules import PRESSED_AGAIN
from tracker.applications import emails, queries
from tracker.applications.models import Application, NewAddress
from tracker.applications.operations.drafts import clean_text
from tracker.applications.operations.links import (
    add_link,
    confirm,
    note_change,
    send_receipt,
    take_unproved,
)
from tracker.applications.queries import as_told
from tracker.applications.rules import SENT_THEMSELVES
from tracker.core.db import db, now
from tracker.core.errors import DomainError, GoneError, TooManyRequestsError
from tracker.core.tokens import hash_token, new_token
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail

ADDRESS_LIFETIME = dt.timedelta(days=7)
ADDRESSES_A_DAY = 3


def correct_contact(
    application: Application, *, name: str, phone: str, by: Person | None = None
) -> bool:
    """Correct the name and the telephone number; False where nothing differed.

    `by` is the colleague who does it, nobody for the candidate. Raises `DomainError` for an
    application that has ended (for the candidate: as far as they were told), and for an empty
    name.
    """
    ended = application.outcome is not None
    if ended if by is not None else not as_told(application).is_open:
        raise DomainError("The application has ended, so it stays as it was. Nothing was changed.")
    name, phone = (" ".join(clean_text(each).split()) for each in (name, phone))
    if not name:
        raise DomainError("Enter a name. Nothing was changed.")
    changed = False
    for field, new in (("name", name), ("phone", phone)):
        old = getattr(application, field)
        if old != new:
            note_change(application, field, old, new, by=by)
            setattr(application, field, new)
            changed = True
    db.session.flush()
    return changed


def can_change_address(application: Application) -> bool:
    """Tell whether mail may go elsewhere once a new address is confirmed.

    Before the first address is confirmed, only its correction on the receipt is open:
    whoever holds a link that was mailed to a mistyped one may be anybody.
    """
    return (application.email_confirmed_at is not None or not application.email) and as_told(
        application
    ).is_open


def ask_new_address(application: Application, email: str) -> NewAddress:
    """Mail a link to a new address; mail goes there once it is used, and not before.

    Raises `DomainError` where the address may not change, and `TooManyRequestsError` past a
    few a day.
    """
    email = email.strip()
    if not can_change_address(application):
        raise DomainError(
            "The address cannot be changed here now. Write to the contact of the posting instead."
        )
    if email.lower() == application.email_key:
        raise DomainError("That is the address we have. Nothing was changed.")
    again = queries.new_address_since(application.id, email, now() - PRESSED_AGAIN)
    if again is not None:
        return again
    asked = db.session.scalar(
        select(func.count()).where(
            NewAddress.application_id == application.id,
            NewAddress.asked_at > now() - dt.timedelta(days=1),
        )
    )
    if (asked or 0) >= ADDRESSES_A_DAY:
        raise TooManyRequestsError(
            "Several addresses were given today. Try again tomorrow, or write to the contact of"
            " the posting.",
            retry_after=86400,
        )
    token = new_token()
    wish = NewAddress(application=application, email=email, token_hash=hash_token(token))
    db.session.add(wish)
    db.session.flush()
    emails.new_address(application, email, token=token)
    return wish


def correct_keyed_in(application: Application, email: str, *, by: Person) -> bool:
    """Correct or add the address of an application that staff keyed in; False for the same.

    The receipt goes to it, and links mailed to the old one open nothing any more, as after a
    correction of the candidate's own. Raises `DomainError` once the candidate has confirmed
    the old one, and for an application that candidates sent themselves or that has ended.
    """
    email = email.strip()
    if email == application.email:
        return False
    if application.channel in SENT_THEMSELVES:
        raise DomainError("The candidate gave this address, so only they can change it.")
    if application.outcome is not None:
        raise DomainError("The application has ended, so it stays as it was. Nothing was changed.")
    if application.email_confirmed_at is not None:
        raise DomainError("The candidate confirmed this address, so only they can change it.")
    take_unproved(application, email, by=by)
    send_receipt(application)
    return True


def correct_failing(
    application: Application,
    mail: OutgoingEmail,
    *,
    before: str,
    by: Person,
    others: Collection[int] = (),
) -> bool:
    """Take the address that a failed mail is sent to now for all later mail to the candidate.

    False where it is the one that the application has.

    `before` is where the mail went, which has to be the application's own address. The new one
    is unconfirmed. Where the old one was confirmed it is told, else the receipt goes to the new
    one, unless it is this mail or one of `others` that are sent again with it. An application
    that has ended is corrected too: what fails is often the mail that says so. Raises
    `DomainError`.
    """
    email = mail.recipient_address
    if not outbox.is_to_candidate(mail) or before.lower() != application.email_key:
        raise DomainError(
            "This mail did not go to the address that the application has. Nothing was changed."
        )
    if email.lower() == application.email_key:
        return False
    confirmed, old = application.email_confirmed_at is not None, application.email
    again = {mail.id, *others}
    take_unproved(application, email, by=by)
    if confirmed:
        emails.address_changed(application, old)
    elif application.outcome is None and application.receipt_email_id not in again:
        send_receipt(application)
    return True


def check_new_address(wish: NewAddress, *, at: dt.datetime) -> None:
    """Raise `GoneError` where a link to a new address no longer does anything."""
    if wish.used_at is not None:
        raise GoneError("This link has been used. The address is confirmed.")
    if at >= wish.asked_at + ADDRESS_LIFETIME:
        raise GoneError("This link has run out. Give the new address again on your own page.")
    if not as_told(wish.application).is_open:
        raise GoneError("The application has ended, so its address stays as it was.")


def take_new_address(wish: NewAddress, *, at: dt.datetime) -> str:
    """Take a POST behind the link to a new address as proof of it; returns a link's secret.

    The old address, where there was one, is told; links that were mailed to it go on
    working, so that nobody can be shut out of their own application.
    """
    check_new_address(wish, at=at)
    application, old = wish.application, wish.application.email
    wish.used_at = at
    note_change(application, "email", old, wish.email)
    application.email, application.email_key = wish.email, wish.email.lower()
    application.email_confirmed_at = None
    confirm(application, at=at)
    if old:
        outbox.readdress_held(("application", application.id), old, application.email)
        emails.address_changed(application, old)
    token = new_token()
    add_link(application, token, mailed=True)
    if application.receipt_email_id is None:
        send_receipt(application)
    db.session.flush()
    return token
