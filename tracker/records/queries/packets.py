"""Reads of packets, and of what goes into them."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application, ApplicationDocument
from tracker.core.db import db, now
from tracker.core.errors import NotFoundError
from tracker.documents.models import Document
from tracker.documents.scanning import CLEARED, INFECTED
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.records.models import Packet
from tracker.records.rules import PacketState


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was sent."""

    file_key: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that goes into a packet; one that is not cleared is named there, no more."""

    title: str
    file_name: str
    kind: str
    file_key: str
    cleared: bool
    text: str
    html: str
    originals: tuple[Original, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What an application's packet says. Nothing that its readers must not see is in it."""

    number: str
    name: str
    posting: str
    email: str
    phone: str
    standing: str
    submitted_at: dt.datetime
    answers: tuple[tuple[str, str], ...]
    skills: tuple[tuple[str, int], ...]
    papers: tuple[Paper, ...]


def own_packet(person: Person, packet_id: int) -> Packet:
    """Load a packet that a person asked for and whose subject they may still see.

    Raises `NotFoundError` for any other, and for one whose day is over.
    """
    packet = _kept(packet_id, person.id)
    if packet.application_id is not None:
        applications.get_visible(person, packet.application_id)
    elif packet.posting_id is not None:
        postings.get_visible(person, packet.posting_id)
    return packet


def packet_for(person_id: int, application_id: int, packet_id: int) -> Packet:
    """Load a packet of one application that a private link's person asked for."""
    packet = _kept(packet_id, person_id)
    if packet.application_id != application_id:
        raise NotFoundError
    return packet


def _kept(packet_id: int, person_id: int) -> Packet:
    packet = db.session.scalars(
        select(Packet)
        .where(Packet.id == packet_id, Packet.asked_by_id == person_id, Packet.expires_at > now())
        .options(
            joinedload(Packet.posting).load_only(Posting.title),
            joinedload(Packet.application),
        )
    ).one_or_none()
    if packet is None:
        raise NotFoundError
    return packet


def waiting_of(person: Person) -> list[Packet]:
    """List the packets that are being made for a person."""
    return list(
        db.session.scalars(
            select(Packet).where(
                Packet.asked_by_id == person.id, Packet.state == PacketState.WAITING
            )
        )
    )


def unclaimed(at: dt.datetime) -> Select[Packet]:
    """Select the packet that has waited longest and that no worker has."""
    claimed = Packet.claimed_until
    return (
        select(Packet)
        .where(Packet.state == PacketState.WAITING, or_(claimed.is_(None), claimed <= at))
        .order_by(Packet.id)
        .limit(1)
    )


def applications_in(packet: Packet) -> list[int]:
    """List the ids of a packet's applications, in the order in which they arrived.

    Of a posting, all that whoever asked may see, without those that a newer one replaced.
    """
    if packet.posting_id is None:
        return [packet.application_id] if packet.application_id is not None else []
    return list(db.session.scalars(_of_posting(packet.asked_by, packet.posting_id)))


def count_in(person: Person, posting_id: int) -> int:
    """Count the applications that a posting's packet would have for a person."""
    statement = select(func.count()).select_from(_of_posting(person, posting_id).subquery())
    return db.session.scalar(statement) or 0


def _of_posting(person: Person, posting_id: int) -> Select[int]:
    replaced = select(Application.replaces_id).where(Application.replaces_id.is_not(None))
    return (
        select(Application.id)
        .where(
            Application.posting_id == posting_id,
            Application.id.not_in(replaced),
            applications.visible_to(person),
        )
        .order_by(Application.id)
    )


def contents_of(application_id: int) -> Contents | None:
    """Read all that a packet says of one application; None for one that is gone."""
    application = db.session.scalars(
        select(Application)
        .where(Application.id == application_id)
        .options(
            joinedload(Application.posting).load_only(Posting.title),
            selectinload(Application.answers),
            selectinload(Application.skills),
            selectinload(Application.documents)
            .joinedload(ApplicationDocument.document)
            .options(joinedload(Document.text), selectinload(Document.originals)),
        )
    ).one_or_none()
    if application is None:
        return None
    return Contents(
        number=application.number,
        name=application.name,
        posting=application.posting.title,
        email=application.email,
        phone=application.phone,
        standing=(application.outcome or application.stage).value,
        submitted_at=application.submitted_at,
        answers=tuple((each.question, each.text) for each in application.answers),
        skills=tuple((each.skill, each.level) for each in application.skills),
        papers=tuple(_paper(each) for each in application.documents),
    )


def _paper(item: ApplicationDocument) -> Paper:
    document = item.document
    originals = [Original(document.file_key, document.file_name)]
    originals += [Original(each.file_key, each.file_name) for each in document.originals]
    return Paper(
        title=item.title,
        file_name=document.file_name,
        kind=document.kind,
        file_key=document.file_key,
        cleared=document.scan_state in CLEARED,
        text=document.text.text if document.text else "",
        html=document.text.html if document.text else "",
        originals=tuple(originals),
    )


def infected_since(packet: Packet, at: dt.datetime) -> bool:
    """Tell whether a virus was found in a document that may stand in the packet."""
    subject = (
        Application.id == packet.application_id
        if packet.posting_id is None
        else Application.posting_id == packet.posting_id
    )
    statement = (
        select(Document.id)
        .join(ApplicationDocument, ApplicationDocument.document_id == Document.id)
        .join(Application, Application.id == ApplicationDocument.application_id)
        .where(subject, Document.scan_state == INFECTED, Document.scanned_at >= at)
        .limit(1)
    )
    return db.session.scalar(statement) is not None


def expired(at: dt.datetime) -> list[Packet]:
    """List packets whose day is over."""
    return list(db.session.scalars(select(Packet).where(Packet.expires_at <= at)))
