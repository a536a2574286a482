"""Ask for a packet, see how far it is, download it: for staff, and behind a private link.

It is made by the worker and not in the request, one application's too: its documents may have
hundreds of pages, and whoever asks for many at once must not hold up the pages of others.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core import languages
from tracker.core.access import Action, requires, signed_link
from tracker.core.db import db, load, writing
from tracker.core.errors import GoneError, NotFoundError
from tracker.documents.exports import send_made
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.records import operations, queries
from tracker.records.models import Packet
from tracker.routing import queries as routing

bp = Blueprint("records", __name__)
languages.keep_english(bp)  # staff and contacts are colleagues
blueprints = (bp,)


def _ask(of: Application | Posting, person_id: int) -> int:
    """Ask for a packet in the name of a person, and commit; returns its id."""
    model, key = type(of), of.id
    with writing():
        packet = operations.ask(
            load(model, key),
            with_originals=request.form.get("originals") == "y",
            by=db.session.get_one(Person, person_id),
        )
        packet_id = packet.id
        db.session.commit()
    return packet_id


@bp.post("/staff/applications/<int:application_id>/packet")
@requires(Action.SEE_APPLICATIONS)
def ask_for_application(application_id: int) -> ResponseReturnValue:
    """Have a packet of one application made."""
    application = applications.get_visible(current_user, application_id)
    packet_id = _ask(application, current_user.id)
    return redirect(url_for(".show", packet_id=packet_id), 303)


@bp.post("/staff/postings/<int:posting_id>/packet")
@requires(Action.SEE_POSTINGS)
def ask_for_posting(posting_id: int) -> ResponseReturnValue:
    """Have a packet made of all applications for a posting that the person may see."""
    posting = postings.get_visible(current_user, posting_id)
    packet_id = _ask(posting, current_user.id)
    return redirect(url_for(".show", packet_id=packet_id), 303)


@bp.get("/staff/packets/<int:packet_id>")
@requires(Action.SEE_APPLICATIONS)
def show(packet_id: int) -> ResponseReturnValue:
    """Say how far a packet is, or lead to its file."""
    packet = queries.own_packet(current_user, packet_id)
    return render_template("records/show.html", packet=packet, zone=applications.time_zone())


@bp.get("/staff/packets/<int:packet_id>/file")
@requires(Action.SEE_APPLICATIONS)
def download(packet_id: int) -> ResponseReturnValue:
    """Send a packet's file, as an attachment."""
    return _send(queries.own_packet(current_user, packet_id))


def _send(packet: Packet) -> ResponseReturnValue:
    if packet.file_key is None:
        raise NotFoundError
    # Since it was asked for, and not since it was made: what was read in between counts too.
    if queries.infected_since(packet, packet.asked_at):
        raise GoneError(
            "A virus was found in one of its files after this packet was made. Ask for a new one,"
            " which leaves that file out."
        )
    return send_made(packet.file_key, packet.size, packet.media_type, packet.file_name)


# Behind a contact's private link


@bp.get("/for/<token>/packet")
@signed_link
def offer_by_link(token: str) -> ResponseReturnValue:
    """Offer to put all documents together; a mail leads here whose files were too large for it."""
    link = routing.open_link(token)
    return render_template("records/offer_by_link.html", application=link.application, token=token)


@bp.post("/for/<token>/packet")
@signed_link
def ask_by_link(token: str) -> ResponseReturnValue:
    """Have a packet made of the application that a link opens."""
    link = routing.open_link(token)
    packet_id = _ask(link.application, link.person_id)
    return redirect(url_for(".show_by_link", token=token, packet_id=packet_id), 303)


@bp.get("/for/<token>/packets/<int:packet_id>")
@signed_link
def show_by_link(token: str, packet_id: int) -> ResponseReturnValue:
    """Say to a link's owner how far their packet is."""
    link = routing.open_link(token)
    packet = queries.packet_for(link.person_id, link.application_id, packet_id)
    return render_template(
        "records/show_by_link.html",
        packet=packet,
        application=link.application,
        token=token,
        zone=applications.time_zone(),
    )


@bp.get("/for/<token>/packets/<int:packet_id>/file")
@signed_link
def download_by_link(token: str, packet_id: int) -> ResponseReturnValue:
    """Send a packet's file to a link's owner, as an attachment."""
    link = routing.open_link(token)
    return _send(queries.packet_for(link.person_id, link.application_id, packet_id))
