"""Every calendar shows what Tracker shows: RFC 5545, 5546 and 6047."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from tracker.core.errors import DomainError
from tracker.interviews import calendar, rules
from tracker.interviews.calendar import Meeting, Party

ZONE = "America/New_York"
ROBIN = Party("Robin Vale", "robin.vale@example.org")
SAM = Party("Sam Rivera", "sam@example.org")


def meeting(**values: object) -> Meeting:
    """An interview on a summer afternoon."""
    start = dt.datetime(2027, 5, 14, 19, 0, tzinfo=dt.UTC)
    known: dict[str, object] = {
        "uid": "0b4c@example.org",
        "sequence": 2,
        "stamp": dt.datetime(2027, 5, 1, 12, 0, tzinfo=dt.UTC),
        "starts_at": start,
        "ends_at": start + dt.timedelta(minutes=45),
        "zone": ZONE,
        "summary": "Interview: Children's Librarian",
        "description": "Bring a picture book.",
        "location": "Main library, room 204",
        "url": "",
        "organizer": Party("Fernhollow Library", "jobs@example.org"),
    }
    return Meeting(**{**known, **values})  # type: ignore[arg-type]  # named as the fields are


def read(text: str) -> tuple[Calendar, Event]:
    """Parse an object with the real parser."""
    whole = Calendar.from_ical(text)
    (event,) = whole.walk("VEVENT")
    assert isinstance(event, Event)
    return whole, event


def test_a_request_names_method_uid_sequence_organizer_and_one_attendee() -> None:
    whole, event = read(calendar.request(meeting(), SAM))
    assert (whole["METHOD"], whole["VERSION"]) == ("REQUEST", "2.0")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (
        "0b4c@example.org",
        2,
        "CONFIRMED",
    )
    assert event["ORGANIZER"] == "mailto:jobs@example.org"
    assert event["ATTENDEE"] == "mailto:sam@example.org"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Sam Rivera",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }


def test_the_time_carries_its_zone_and_the_zone_comes_along() -> None:
    whole, event = read(calendar.request(meeting(), SAM))
    assert event["DTSTART"].params["TZID"] == ZONE
    assert event.start == dt.datetime(2027, 5, 14, 15, 0, tzinfo=ZoneInfo(ZONE))
    assert event.end == dt.datetime(2027, 5, 14, 15, 45, tzinfo=ZoneInfo(ZONE))
    (zone,) = whole.walk("VTIMEZONE")
    assert zone["TZID"] == ZONE


def test_a_cancelled_interview_keeps_its_uid_and_says_cancelled() -> None:
    whole, event = read(calendar.cancel(meeting(sequence=3), SAM, whole=True))
    assert whole["METHOD"] == "CANCEL"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (
        "0b4c@example.org",
        3,
        "CANCELLED",
    )


def test_who_is_taken_off_the_panel_gets_a_cancel_without_a_status() -> None:
    whole, event = read(calendar.cancel(meeting(), ROBIN, whole=False))
    assert whole["METHOD"] == "CANCEL"
    assert "STATUS" not in event
    assert event["ATTENDEE"] == "mailto:robin.vale@example.org"


def test_a_file_to_keep_names_no_attendee() -> None:
    whole, event = read(calendar.publish(meeting()))
    assert whole["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in event


def test_lines_are_folded_at_75_octets_and_end_in_crlf() -> None:
    text = calendar.request(meeting(description="Ünïcödé " * 60), SAM)
    lines = text.encode().split(b"\r\n")
    assert lines[-1] == b""
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)


@given(
    name=st.text(min_size=1, max_size=60),
    place=st.text(max_size=200),
    words=st.text(max_size=400),
)
def test_no_word_of_a_person_becomes_a_property(name: str, place: str, words: str) -> None:
    text = calendar.request(
        meeting(summary=name, location=place, description=words), Party(name, "sam@example.org")
    )
    whole, event = read(text)
    assert sorted(event.keys()) == sorted(
        [
            "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION",
            "LOCATION", "ORGANIZER", "STATUS", "TRANSP", "ATTENDEE",
        ]
    )  # fmt: skip
    assert event["ATTENDEE"] == "mailto:sam@example.org"
    assert [each.name for each in whole.subcomponents if each.name == "VEVENT"] == ["VEVENT"]


def test_a_wall_clock_time_becomes_an_instant_of_that_day() -> None:
    summer = rules.instant(dt.date(2027, 7, 1), dt.time(9, 0), ZONE)
    winter = rules.instant(dt.date(2027, 12, 1), dt.time(9, 0), ZONE)
    assert (summer.hour, winter.hour) == (13, 14)


def test_a_time_that_the_clock_skips_is_refused() -> None:
    with pytest.raises(DomainError, match="the clock skips this time"):
        rules.instant(dt.date(2027, 3, 14), dt.time(2, 30), ZONE)


def test_a_time_that_the_clock_shows_twice_is_the_first() -> None:
    moment = rules.instant(dt.date(2027, 11, 7), dt.time(1, 30), ZONE)
    assert moment == dt.datetime(2027, 11, 7, 5, 30, tzinfo=dt.UTC)
