"""Small builders of those who want to hear of new openings. They commit."""

import re
from typing import Any

from sqlalchemy import select

from tracker.core.db import db, now, writing
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.postings import operations
from tracker.postings.models import Subscription
from tracker.postings.queries import alerts

ADDRESS = "rosa@example.org"


def ask(
    email: str = ADDRESS,
    *,
    words: str = "",
    kinds: tuple[str, ...] = (),
    language: str = "en",
) -> str:
    """Ask for mail to an address; returns the secret of the link that it is mailed."""
    with writing():
        asked = operations.ask_for_openings(
            email,
            words=words,
            kinds=kinds,
            kinds_in_words=kinds,
            language=language,
            at=now(),
        )
        assert asked is not None
        db.session.commit()
    return secret_in(mails(email)[-1])


def subscribe(email: str = ADDRESS, **wish: Any) -> str:
    """Ask for mail and confirm it; returns the secret of a link that changes it."""
    token = ask(email, **wish)
    with writing():
        link = alerts.subscription_link(token)
        assert link is not None
        operations.confirm_subscription(link, at=now())
        db.session.commit()
    return token


def mails(email: str = ADDRESS, message: str | None = None) -> list[OutgoingEmail]:
    """What was written to an address, oldest first; of one kind, or all."""
    statement = select(OutgoingEmail).where(OutgoingEmail.recipient_address == email)
    if message is not None:
        statement = statement.where(OutgoingEmail.message == message)
    return list(db.session.scalars(statement.order_by(OutgoingEmail.id)))


def news(email: str = ADDRESS) -> list[OutgoingEmail]:
    """The mails that told an address of openings."""
    return mails(email, alerts.NEWS)


def secret_in(mail: OutgoingEmail) -> str:
    """The secret of the link in a mail."""
    found = re.search(r"/alerts/([A-Za-z0-9_-]{32})", mail.text)
    assert found is not None, mail.text
    return found[1]


def tell() -> None:
    """Let the clock's job run once."""
    db.session.rollback()
    run_now("tell_of_openings")
    db.session.rollback()


def titles(mail: OutgoingEmail) -> list[str]:
    """The openings that a mail tells of, by the last part of their addresses."""
    return re.findall(r"/postings/(\S+)", mail.text)


def subscriptions() -> list[Subscription]:
    """Everybody who is kept, oldest first."""
    return list(db.session.scalars(select(Subscription).order_by(Subscription.id)))
