"""Calendar invitations: iTIP (RFC 5546) objects in iCalendar (RFC 5545), for iMIP mail.

Every recipient gets an object of their own that names only them as attendee, so that a
candidate learns no panelist's address and a panelist no more than they need. The UID is the
interview's and never changes. Pure: values in, text out.
"""

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Tracker//Interviews//EN"


@dataclass(frozen=True)
class Party:
    """A person in a calendar object: a name to show and an address."""

    name: str
    address: str


@dataclass(frozen=True)
class Meeting:
    """What an object says of an interview. Times are aware; `zone` is an IANA name.

    `stamp` is the moment of this revision (DTSTAMP); `sequence` as RFC 5546 §2.1.4.
    """

    uid: str
    sequence: int
    stamp: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    summary: str
    description: str
    location: str
    url: str
    organizer: Party


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.address}")
    # A quote or a line break cannot stand in a parameter (RFC 5545 §3.2, RFC 6868).
    name = " ".join(_plain(party.name).replace('"', "'").split())
    address.params["CN"] = vText(name or party.address)
    return address


def _plain(text: str) -> str:
    """Leave out what RFC 5545 §3.1 has no place for: control characters, lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        each for each in text if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}
    )


def _event(meeting: Meeting, attendees: Sequence[Party], *, cancelled: bool) -> Event:
    zone = ZoneInfo(meeting.zone)
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.stamp.astimezone(dt.UTC))
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", _plain(meeting.summary))
    event.add("description", _plain(meeting.description))
    event.add("location", _plain(meeting.location))
    if meeting.url:
        event.add("url", meeting.url)
    event.add("organizer", _address(meeting.organizer))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    for party in attendees:
        address = _address(party)
        address.params["CUTYPE"] = vText("INDIVIDUAL")
        address.params["ROLE"] = vText("REQ-PARTICIPANT")
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        address.params["RSVP"] = vText("TRUE")
        event.add("attendee", address)
    return event


def _calendar(event: Event, method: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    # TZID needs its VTIMEZONE in the same object (RFC 5545 §3.2.19).
    calendar.add_missing_timezones()
    return str(calendar.to_ical(), "utf-8")


def request(meeting: Meeting, attendee: Party) -> str:
    """Invite, or update an invitation: METHOD:REQUEST (RFC 5546 §3.2.2)."""
    return _calendar(_event(meeting, [attendee], cancelled=False), "REQUEST")


def cancel(meeting: Meeting, attendee: Party, *, whole: bool) -> str:
    """Cancel: METHOD:CANCEL (RFC 5546 §3.2.5).

    `whole` for an interview that is off; without it one attendee is taken off and the
    object carries no STATUS, since the interview itself still stands.
    """
    event = _event(meeting, [attendee], cancelled=whole)
    if not whole:
        del event["status"]
    return _calendar(event, "CANCEL")


def readdress(text: str, address: str) -> str:
    """Name another address as the attendee of an object that is mailed there instead."""
    calendar = Calendar.from_ical(text)
    for event in calendar.walk("VEVENT"):
        known = event["attendee"]
        attendee = vCalAddress(f"mailto:{address}")
        attendee.params = known.params
        event["attendee"] = attendee
    return str(calendar.to_ical(), "utf-8")


def publish(meeting: Meeting) -> str:
    """Write a file to add to a calendar by hand: METHOD:PUBLISH, no attendee (§3.2.1)."""
    return _calendar(_event(meeting, [], cancelled=False), "PUBLISH")
