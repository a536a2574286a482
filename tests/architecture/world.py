"""Two of everything that an address can name: one that is mine, one that is somebody else's.

`build()` makes the world; `World.values` is the table that the tests of foreign ids read. A new
route with an argument that the table does not know fails them, and says so: make the thing in
`build`, once for each of the two halves, and add a line to `values`.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Flask, current_app
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from tests.applications import desk
from tests.applications.factories import draft
from tests.architecture.mailed import mail_that_came, reply_of
from tests.documents import samples
from tests.interviews import factories as interviews
from tests.interviews import proposing
from tests.postings import factories as postings
from tests.postings.subscribers import subscribe
from tracker.accounts.models import Person
from tracker.accounts.operations import issue_link
from tracker.accounts.rules import LinkKind
from tracker.applications import operations as applications
from tracker.applications.models import (
    Application,
    CandidateLink,
    Completion,
    Draft,
    DraftLink,
    Enquiry,
    NewAddress,
    ReplaceLink,
)
from tracker.applications.rules import Channel
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.core.jobs import run_now
from tracker.core.tokens import hash_token, new_token
from tracker.documents import operations as documents
from tracker.documents.models import OriginalFile
from tracker.interviews import operations as times
from tracker.notifications.models import OutgoingEmail
from tracker.organization.models import Badge, Leave, Position
from tracker.postings import operations as publishing
from tracker.postings.models import Posting
from tracker.records import operations as packets
from tracker.routing import operations as routing
from tracker.routing import queries as routing_queries
from tracker.routing.models import Consultation, ContactLink, LinkRequest

NO_NUMBER, NO_TEXT = "987654", "nothing-like-that"

# Addresses that name nothing of anybody's: a picture, a style sheet, by what is in them.
OF_NOBODY = {
    "static_files.send",
    "organization.accent",
    "organization.badge",
    "organization.logo",
}


@dataclass(frozen=True)
class Value:
    """What an argument is in addresses that begin so: mine, another's, and nobody's.

    `foreign` is None for what belongs to nobody; a `choice` is a word of the address itself.
    With an `owner`, mine is that role's alone, and whoever sees everything does not see it.
    """

    where: str
    name: str
    own: str
    foreign: str | None = None
    missing: str = NO_NUMBER
    choice: bool = False
    owner: Role | None = None


@dataclass
class Half:
    """One posting with its manager and an application, and all that hangs on them."""

    posting: Posting
    application: Application
    ids: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Mine and another's, and the people who look."""

    values: Sequence[Value]
    people: dict[Role, str]

    def value(self, rule: str, name: str) -> Value | None:
        """Find what an argument of a rule is; None where the table does not know."""
        known = (each for each in self.values if each.name == name and rule.startswith(each.where))
        return next(known, None)


def build(app: Flask) -> World:
    """Make both halves, and one person of each role: what is mine is theirs to see."""
    mine, other = _half("Mine"), _half("Another's")
    manager = desk.make_manager_of(mine.posting, "max.reed@example.org")
    panelist = desk.panelist("pat.bell@example.org", seat_on=mine.application)
    desk.make_manager_of(other.posting, "mia.lark@example.org")
    mia = postings.manager("mia.lark@example.org")
    for half, seated, asking, hour in ((mine, panelist, manager, 15), (other, mia, mia, 17)):
        _hang(half, seated, hour=hour)
        _ask_for_packets(half, asking)
    other.ids["slug"] = postings.draft_posting(title="Not published yet").slug
    people = {
        Role.PANELIST: panelist.email,
        Role.MANAGER: manager.email,
        Role.COORDINATOR: postings.coordinator().email,
        Role.ADMINISTRATOR: postings.person("ada.stone@example.org", role=Role.ADMINISTRATOR).email,
    }
    for name in ("previews", "packets"):
        run_now(name)
    db.session.rollback()
    mine.ids["alerts"] = subscribe()
    for half, person in ((mine, manager), (other, mia)):
        half.ids["leave"] = str(_leave(person))
        half.ids["words"] = str(_unsaved(half.posting, person))
        contact = half.posting.contact_person
        assert contact is not None
        half.ids["contact_leave"] = str(_leave(contact))
    return World(_values(mine.ids, other.ids, _things()), people)


def _unsaved(posting: Posting, person: Person) -> int:
    """Have somebody write about a posting, and not save it."""
    words = publishing.keep(
        new_token(), by=person, posting_id=posting.id, at=now(), typed={"title": ["Another"]}
    )
    db.session.commit()
    return words.id


def _leave(person: Person) -> int:
    """Write down leave that is still to come: it changes nothing today."""
    day = now().date() + dt.timedelta(days=60)
    leave = Leave(person_id=person.id, from_on=day, until_on=day)
    db.session.add(leave)
    db.session.commit()
    return leave.id


def _half(title: str) -> Half:
    contact = postings.person(f"contact.of.{title[:1].lower()}@example.org")
    posting_id = postings.open_posting(title=title, contact=contact).id
    wanted = [each.id for each in db.session.get_one(Posting, posting_id).documents]
    received = [
        documents.receive(io.BytesIO(samples.pdf(f"{title} {key}")), "a.pdf", limit=1 << 20)
        for key in wanted
    ]
    with writing():
        made = draft(posting_id, email=f"{title[:1].lower()}@example.org")
        for requested_id, each in zip(wanted, received, strict=True):
            applications.attach(made, requested_id, documents.record(each))
        application = routing.receive(made, at=now()).application
        db.session.commit()
    return Half(db.session.get_one(Posting, posting_id), application)


def _hang(half: Half, panelist: Person, *, hour: int) -> None:
    """Hang one of each thing on a half, and note its ids and secrets under short names."""
    application, posting = half.application, half.posting
    interview = interviews.scheduled(
        application.id, [panelist], starts_at=interviews.next_week(hour)
    )
    photograph = files().store(io.BytesIO(b"JFIF"), limit=10)
    document_id = application.documents[0].document_id
    with writing():
        owner = db.session.get_one(Application, application.id)
        by = db.session.get_one(Person, panelist.id)
        tokens = {name: new_token() for name in ("my", "draft", "address", "replace")}
        hashed = {name: hash_token(token) for name, token in tokens.items()}
        begun = applications.start(posting.id, browser_hash=new_token(), token=new_token())
        asked = applications.ask_document(owner, title="Degree", by=by)
        contact = routing.give_link(owner, owner.posting.contact_person or by)
        link = db.session.query(ContactLink).filter_by(token_hash=hash_token(contact)).one()
        request = LinkRequest(link_id=link.id, name="Lee Ash", email="lee.ash@example.org")
        enquiry = Enquiry(posting_id=posting.id, name="Jo", email="jo@example.org", text="When?")
        photo = OriginalFile(
            document_id=document_id,
            rank=1,
            file_key=photograph.key,
            file_name="page.jpg",
            media_type="image/jpeg",
            size=photograph.size,
            sha256=photograph.sha256,
        )
        db.session.add_all(
            [
                CandidateLink(application_id=owner.id, token_hash=hashed["my"], mailed=True),
                DraftLink(draft_id=begun.id, token_hash=hashed["draft"]),
                NewAddress(
                    application_id=owner.id, email="new@example.org", token_hash=hashed["address"]
                ),
                request,
                enquiry,
                photo,
                Completion(application_id=owner.id),
            ]
        )
        reply, attachment = reply_of(owner)
        short = publishing.make_link(owner.posting, source="poster", by=by)
        second = _second(owner, hashed["replace"], by=by)
        owned_by = owner.posting.contact_person or by
        consulted = Consultation(
            application=owner,
            asked_by_id=by.id,
            person_id=owned_by.id,
            name=owned_by.name,
            email_id=db.session.scalars(select(OutgoingEmail.id)).first(),
        )
        db.session.add(consulted)
        proposal = times.propose(owner, proposing.offer(hour=hour), by=owned_by)
        db.session.flush()
        mail = db.session.scalars(
            select(OutgoingEmail.id).where(
                OutgoingEmail.about_kind == "application", OutgoingEmail.about_id == owner.id
            )
        ).first()
        half.ids = {
            **tokens,
            "slug": owner.posting.slug,
            "posting": str(posting.id),
            "application": str(owner.id),
            "keyed_in": str(second.id),
            "document": str(owner.documents[0].id),
            "wanted": str(owner.posting.documents[0].id),
            "change": str(owner.history[0].id),
            "asked": str(asked.id),
            "interview": str(interview.id),
            "reply": str(reply.id),
            "attachment": str(attachment.id),
            "short_link": str(short.id),
            "short_code": short.code,
            "mail": str(mail),
            "told": str(routing_queries.routing_of(owner.id)[0].told_email_id),
            "contact": contact,
            "link_request": str(request.id),
            "consultation": str(consulted.id),
            "proposal": str(proposal.id),
            "contact_person": str(owned_by.id),
            "enquiry": _question_signer().dumps(enquiry.id),
            "sign_in": issue_link(by, LinkKind.SIGN_IN, by=None),
        }
        db.session.commit()


def _ask_for_packets(half: Half, person: Person) -> None:
    """Have a packet made for a colleague, and one for the contact behind their link."""
    contact = half.posting.contact_person
    assert contact is not None
    with writing():
        for key, asking in (("packet", person.id), ("contact_packet", contact.id)):
            of = db.session.get_one(Application, half.application.id)
            by = db.session.get_one(Person, asking)
            made = packets.ask(of, with_originals=False, by=by)
            half.ids[key] = str(made.id)
        db.session.commit()


def _second(application: Application, hashed: str, *, by: Person) -> Application:
    """Key in a second one of the same address, with a link of before the first one was read."""
    made: Draft = draft(application.posting_id, email=application.email)
    newer = routing.receive(made, at=now()).application
    week = dt.timedelta(days=7)
    link = ReplaceLink(
        earlier=application,
        newer=newer,
        token_hash=hashed,
        created_at=newer.submitted_at,
        expires_at=newer.submitted_at + week,
    )
    db.session.add(link)
    newer.channel, newer.entered_by_id, newer.received_on = Channel.PAPER, by.id, now().date()
    return newer


def _question_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="question")


def _things() -> dict[str, str]:
    """Make what belongs to no posting: a position, a badge, a person."""
    position = Position(title="Head of Reader Services")
    stored = files().store(io.BytesIO(b"picture"), limit=10)
    badge = Badge(
        file_key=stored.key, alternative_text="An award", media_type="image/png", width=1, height=1
    )
    db.session.add_all([position, badge])
    db.session.commit()
    person = postings.person("lee.ash@example.org")
    return {
        "position": str(position.id),
        "badge": str(badge.id),
        "person": str(person.id),
        **mail_that_came(person),
        "leave": str(_leave(person)),
    }


def _values(mine: dict[str, str], other: dict[str, str], thing: dict[str, str]) -> list[Value]:
    """List what stands for each argument; the first line whose beginning fits is taken."""

    def of(where: str, name: str, key: str, missing: str = NO_NUMBER) -> Value:
        return Value(where, name, mine[key], other[key], missing)

    def link(where: str, key: str, another_kind: str = "contact") -> Value:
        return Value(where, "token", mine[key], other[another_kind], NO_TEXT)

    return [
        of("/postings/", "slug", "slug", NO_TEXT),
        of("/postings/", "requested_id", "wanted"),
        link("/postings/question/", "enquiry"),
        of("/api/v1/postings/", "slug", "slug", NO_TEXT),
        Value("/j/", "code", mine["short_code"], missing=NO_TEXT),
        Value("/j/", "form", "svg", choice=True),
        link("/drafts/", "draft"),
        link("/new-address/", "address"),
        link("/alerts/", "alerts"),
        Value("/alerts/", "act", "change", choice=True),
        link("/sign-in/", "sign_in"),
        link("/my/replace/", "replace"),
        link("/my/", "my"),
        of("/my/", "number", "document"),
        Value("/my/", "place", "1", missing="99"),
        of("/my/", "interview_id", "interview"),
        of("/my/", "request_id", "asked"),
        of("/my/", "proposal_id", "proposal"),
        link("/for/", "contact", "my"),
        of("/for/", "number", "document"),
        of("/for/", "request_id", "link_request"),
        of("/for/", "attachment_id", "attachment"),
        of("/for/", "consultation_id", "consultation"),
        of("/for/", "proposal_id", "proposal"),
        of("/for/", "packet_id", "contact_packet"),
        of("/for/", "leave_id", "contact_leave"),
        Value("/for/", "page", "1", missing="99"),
        Value("/for/", "answer", "give", choice=True),
        # What staff do for those who applied on paper, and for nobody else.
        of("/staff/applications/<int:application_id>/contact", "application_id", "keyed_in"),
        of("/staff/applications/<int:application_id>/receipt", "application_id", "keyed_in"),
        of("/staff/applications/<int:application_id>/contact", "application_id", "keyed_in"),
        of("/staff/applications/", "application_id", "application"),
        of("/staff/applications/", "number", "document"),
        of("/staff/applications/", "change_id", "change"),
        of("/staff/applications/", "request_id", "asked"),
        of("/staff/applications/", "person_id", "contact_person"),
        of("/staff/applications/", "reply_id", "reply"),
        of("/staff/applications/", "told_id", "told"),
        of("/staff/applications/", "attachment_id", "attachment"),
        Value("/staff/applications/", "page", "1", missing="99"),
        Value(
            "/staff/postings/words/", "words_id", mine["words"], other["words"], owner=Role.MANAGER
        ),
        of("/staff/postings/", "posting_id", "posting"),
        of("/staff/postings/", "link_id", "short_link"),
        Value("/staff/postings/", "verb", "close", choice=True),
        of("/staff/interviews/", "interview_id", "interview"),
        Value("/staff/interviews/day/", "day", "2026-11-24", missing=NO_TEXT),
        Value("/staff/packets/", "packet_id", mine["packet"], other["packet"], owner=Role.MANAGER),
        of("/staff/messages/", "email_id", "mail"),
        Value("/staff/incoming/", "incoming_id", thing["incoming"]),
        Value("/staff/incoming/", "rule_id", thing["rule"]),
        Value("/staff/organization/", "badge_id", thing["badge"]),
        Value("/staff/organization/", "position_id", thing["position"]),
        Value("/staff/organization/", "name", "application_received", missing=NO_TEXT),
        Value("/staff/organization/", "day", "2030-12-25", missing=NO_TEXT),
        Value("/staff/people/", "person_id", thing["person"]),
        Value("/staff/people/", "leave_id", thing["leave"], mine["leave"]),
        Value("/staff/account/", "leave_id", mine["leave"], other["leave"], owner=Role.MANAGER),
    ]
