"""Mail that has arrived and was understood, and a library whose replies come to an address."""

import hashlib
import itertools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from tracker.applications.models import Application
from tracker.core.db import db, now, writing
from tracker.core.tokens import new_token
from tracker.intake import operations, threads
from tracker.intake.models import IncomingAttachment, IncomingEmail, Reply
from tracker.intake.rules import Verdict
from tracker.notifications.models import OutgoingEmail

_numbers = itertools.count(1)
CANDIDATE, CONTACT = "sam@example.org", "ida.moreno@example.org"


def mails(message: str | None = None, *, to: str | None = None) -> list[OutgoingEmail]:
    """The outbox, oldest first: of one kind, to one address."""
    db.session.rollback()
    rows = db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id))
    return [
        each
        for each in rows
        if message in (None, each.message) and to in (None, each.recipient_address)
    ]


def came(
    answering: OutgoingEmail | None = None,
    *,
    address: str = CANDIDATE,
    by_tag: bool = False,
    text: str = "Tuesday suits me well.",
    files: Sequence[str] = (),
    **values: Any,
) -> int:
    """A mail that answers one of ours, by its Message-ID or only by the tag; returns its id."""
    number = next(_numbers)
    known: dict[str, Any] = {
        "file_key": f"aa/{number:032x}",
        "sha256": hashlib.sha256(new_token().encode()).hexdigest(),
        "size": 100,
        "message_id": f"<answer-{number}@mail.example.net>",
        "from_name": "Somebody",
        "from_address": address,
        "subject": f"Re: {answering.subject}" if answering else "Hello",
        "recipients": [],
        "reply_ids": [],
        "text": text,
        "understood_at": now(),
        "verdict": Verdict.REPLY,
    }
    if answering is not None and by_tag:
        known["recipients"] = ["else@example.net", str(answering.reply_to_address).upper()]
    elif answering is not None:
        known["reply_ids"] = ["<unknown@example.net>", answering.message_id]
    with writing():
        incoming = IncomingEmail(**(known | values))
        db.session.add(incoming)
        db.session.flush()
        for rank, name in enumerate(files):
            db.session.add(
                IncomingAttachment(
                    email_id=incoming.id,
                    rank=rank,
                    name=name,
                    size=10,
                    sha256="0" * 64,
                    accepted=True,
                )
            )
        incoming_id = incoming.id
        db.session.commit()
    return incoming_id


def receive(incoming_id: int) -> Reply | None:
    """Thread a mail into its application, as the pipeline does. Commits."""
    incoming = db.session.get_one(IncomingEmail, incoming_id)
    about = threads.find(incoming)
    words = operations.fit_message(incoming, about.application.id if about else 0)
    with writing():
        reply = operations.receive_reply(db.session.get_one(IncomingEmail, incoming_id), words)
        reply_id = reply.id if reply else None
        db.session.commit()
    return db.session.get(Reply, reply_id) if reply_id is not None else None


def answered(answering: OutgoingEmail | None = None, **values: Any) -> Reply:
    """A reply that came and was threaded."""
    reply = receive(came(answering, **values))
    assert reply is not None
    return reply


def stands(application: Application) -> tuple[object, ...]:
    """All that a forged mail must never change of an application."""
    db.session.rollback()
    db.session.refresh(application)
    return (
        application.stage,
        application.outcome,
        application.email,
        application.email_confirmed_at,
        len(application.history),
        application.version,
    )
