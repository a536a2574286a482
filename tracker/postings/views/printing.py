"""What is printed of a short link: its QR code, and the words of a flyer for the notice board."""

import io
from typing import Any

import segno
from flask_babel import gettext

from tracker.core import links
from tracker.organization import queries as organization
from tracker.postings import queries
from tracker.postings.exports.flyer import Flyer
from tracker.postings.models import Posting, ShortLink
from tracker.postings.views import facts


def address_of(link: ShortLink) -> str:
    """The address as it is printed and shared."""
    return links.absolute(f"/j/{link.code}")


def picture(address: str, form: str) -> bytes:
    """Draw an address as a QR code that a scratched poster still carries (a quarter restored)."""
    drawn = io.BytesIO()
    code = segno.make(address, error="q", micro=False)
    if form == "svg":
        code.save(drawn, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True)
    else:
        code.save(drawn, kind="png", border=4, scale=16)
    return drawn.getvalue()


def flyer_of(posting: Posting, link: ShortLink, language: str) -> Flyer:
    """Put a posting's facts into the words of the language that is spoken now."""
    employer = organization.employer()
    zone = queries.zone()
    town = ", ".join(filter(None, (employer.city, employer.region))) if employer else ""
    pay = ", ".join(filter(None, (facts.pay(posting), posting.pay_note)))
    said: list[tuple[Any, str]] = [
        (gettext("Pay"), pay[:1].upper() + pay[1:]),
        (gettext("Employment"), facts.types(posting)),
        (gettext("Hours"), facts.hours(posting)),
        (gettext("Schedule"), posting.schedule),
        (gettext("Place"), posting.location or town),
        (gettext("Closes"), facts.closing(posting, zone)),
    ]
    return Flyer(
        language=language,
        employer=employer.name if employer else "",
        accent=employer.accent_colour if employer else "#1f5f8b",
        call=gettext("We are hiring"),
        title=posting.title,
        summary=posting.summary,
        facts=tuple((str(label), words) for label, words in said if words),
        invitation=gettext("Read more and apply: point a phone's camera here, or type"),
        address=address_of(link),
        statement=posting.equal_opportunity_text
        or (employer.equal_opportunity_statement if employer else ""),
        reference=gettext("Reference %(reference)s", reference=posting.reference),
    )
