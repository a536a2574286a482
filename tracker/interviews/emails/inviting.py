"""Invitations, changes and cancellations, each with its calendar object."""

from collections.abc import Callable
from functools import partial

from tracker.applications.models import Application
from tracker.applications.rules import ActorKind, Outcome
from tracker.core import formats, links
from tracker.core.db import now
from tracker.core.errors import N_
from tracker.core.rendering import in_language, translated
from tracker.interviews import calendar
from tracker.interviews.calendar import Meeting, Party
from tracker.interviews.models import Interview, Panelist
from tracker.interviews.rules import KIND_WORDS, InterviewKind
from tracker.notifications import operations as outbox
from tracker.notifications import queries as outbox_queries
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare
from tracker.organization import queries as organization

_SAMPLES = {
    "candidate_name": "Sam Rivera",
    "person_name": "Robin Vale",
    "posting_title": "Children's Librarian",
    "employer_name": "Maple Hollow Public Library",
    "when": N_("Friday 14 May 2027, 3:00 pm (Eastern Daylight Time)"),
    "where": "Main library, second floor, room 204",
}
_SHOWN: dict[str, object] = {
    "kind": KIND_WORDS[InterviewKind.IN_PERSON],
    "when": _SAMPLES["when"],
    "until": N_("3:45 pm"),
    "link": "https://jobs.example.org/my/sample",
    "interview": {
        "place": _SAMPLES["where"],
        "link": "",
        "notes_for_candidate": "Please bring a book that you like to read aloud.",
    },
}
_CANDIDATE = {key: _SAMPLES[key] for key in _SAMPLES if key != "person_name"}
for _name, _audience, _purpose, _subject, _body in (
    (
        "interview_invitation",
        "candidate",
        "To the candidate, when an interview is scheduled.",
        "Interview for {posting_title}: {when}",
        "Dear {candidate_name},\n\nWe would like to talk with you about {posting_title}."
        " Please answer the invitation in your calendar, or reply to this mail if the time"
        " does not suit you.",
    ),
    (
        "interview_changed",
        "candidate",
        "To the candidate, when the time or place of an interview changes.",
        "Changed: interview for {posting_title}, now {when}",
        "Dear {candidate_name},\n\nYour interview for {posting_title} has changed."
        " This is how it stands now.",
    ),
    (
        "interview_cancelled",
        "candidate",
        "To the candidate, when an interview is cancelled.",
        "Cancelled: interview for {posting_title} on {when}",
        "Dear {candidate_name},\n\nYour interview for {posting_title} on {when} will not take"
        " place. Your page says how your application stands.",
    ),
    (
        "interview_withdrawn",
        "candidate",
        "To the candidate, when they withdraw and an interview was still to come.",
        "Cancelled: interview for {posting_title} on {when}",
        "Dear {candidate_name},\n\nYou have withdrawn your application for {posting_title}, so"
        " your interview on {when} will not take place. You need not do anything.",
    ),
    (
        "panel_invitation",
        "panel",
        "To each panelist, when an interview is scheduled.",
        "Interview with {candidate_name} for {posting_title}: {when}",
        "Dear {person_name},\n\nYou are asked to take part in the interview of"
        " {candidate_name} for {posting_title}.",
    ),
    (
        "panel_changed",
        "panel",
        "To each panelist, when the time or place of an interview changes.",
        "Changed: interview with {candidate_name}, now {when}",
        "Dear {person_name},\n\nThe interview with {candidate_name} for {posting_title} has"
        " changed. This is how it stands now.",
    ),
    (
        "panel_cancelled",
        "panel",
        "To each panelist, when an interview is cancelled.",
        "Cancelled: interview with {candidate_name} on {when}",
        "Dear {person_name},\n\nThe interview with {candidate_name} for {posting_title} on"
        " {when} will not take place.",
    ),
    (
        "panel_released",
        "panel",
        "To a panelist who is taken off a panel while the interview stands.",
        "You are no longer on the panel: {candidate_name}, {when}",
        "Dear {person_name},\n\nYou need not come to the interview with {candidate_name} for"
        " {posting_title}. It takes place without you.",
    ),
):
    declare(
        Message(
            name=_name,
            audience=_audience,
            about="interview",
            purpose=_purpose,
            subject=_subject,
            body=_body,
            samples=_CANDIDATE if _audience == "candidate" else _SAMPLES,
            context_samples=_SHOWN,
        )
    )


def where(interview: Interview) -> str:
    """Place and link as one line."""
    return " · ".join(part for part in (interview.place, interview.link) if part)


def _when(interview: Interview) -> str:
    return formats.datetime(interview.starts_at, interview.time_zone, with_zone=True)


def _values(interview: Interview, language: str = "en") -> dict[str, str]:
    employer = organization.employer()
    with in_language(language):
        when = _when(interview)
    return {
        "candidate_name": interview.application.name,
        "posting_title": interview.application.posting.title,
        "employer_name": employer.name if employer else "",
        "when": when,
        "where": where(interview),
    }


def meeting(interview: Interview, *, summary: str, description: str, url: str = "") -> Meeting:
    """Say of an interview what a calendar object says."""
    return Meeting(
        uid=interview.uid,
        sequence=interview.sequence,
        stamp=now(),
        starts_at=interview.starts_at,
        ends_at=interview.ends_at,
        zone=interview.time_zone,
        summary=summary,
        description=description,
        location=where(interview),
        url=url,
        organizer=Party(interview.organizer_name, interview.organizer_address),
    )


def for_candidate(interview: Interview) -> Meeting:
    """The interview as the candidate's calendar shows it, in the language they applied in."""
    employer = organization.employer()
    title = interview.application.posting.title
    with in_language(interview.application.language):
        word = translated(N_("Interview"))
    return meeting(
        interview,
        summary=f"{word}: {title}" + (f", {employer.name}" if employer else ""),
        description=interview.notes_for_candidate,
    )


def for_panel(interview: Interview, *, with_page: bool = True) -> Meeting:
    """The interview as a panelist's calendar shows it.

    With the page for who signs in; never with a private link, since calendars are shared.
    """
    application = interview.application
    return meeting(
        interview,
        summary=f"Interview with {application.name}: {application.posting.title}",
        description=f"Round {interview.round}, {interview.kind.value}.",
        url=links.staff_application(application.id) if with_page else "",
    )


def _send(
    message: str,
    interview: Interview,
    *,
    to: Party,
    values: dict[str, str],
    context: dict[str, object],
    body: str,
    method: str,
    language: str = "en",
) -> OutgoingEmail:
    with in_language(language):
        until = formats.time(interview.ends_at, interview.time_zone)
    return outbox.queue(
        message,
        to=(to.name, to.address),
        values=values,
        context={
            "interview": interview,
            "kind": KIND_WORDS[interview.kind],
            "when": values["when"],
            "until": until,
            **context,
        },
        about=("interview", interview.id),
        calendar=body,
        calendar_method=method,
        language=language,
    )


def invite_candidate(interview: Interview, *, changed: bool, token: str) -> OutgoingEmail | None:
    """Invite the candidate, or tell them how the interview stands now.

    None for one without an address, whom somebody has to tell by hand.
    """
    application = interview.application
    if not application.email:
        return None
    party = Party(application.name, application.email)
    return _send(
        "interview_changed" if changed else "interview_invitation",
        interview,
        to=party,
        values=_values(interview, application.language),
        context={"link": links.candidate_page(token)},
        body=calendar.request(for_candidate(interview), party),
        method="REQUEST",
        language=application.language,
    )


def cancel_candidate(interview: Interview, *, token: str) -> OutgoingEmail | None:
    """Tell the candidate that the interview is off; None as `invite_candidate` does."""
    application = interview.application
    if not application.email:
        return None
    party = Party(application.name, application.email)
    return _send(
        "interview_withdrawn" if has_withdrawn(application) else "interview_cancelled",
        interview,
        to=party,
        values=_values(interview, application.language),
        context={"link": links.candidate_page(token)},
        body=calendar.cancel(for_candidate(interview), party, whole=True),
        method="CANCEL",
        language=application.language,
    )


def has_withdrawn(application: Application) -> bool:
    """Tell whether an application has ended because its candidate said so themselves."""
    latest = application.history[-1]
    return application.outcome is Outcome.WITHDRAWN and latest.by_kind is ActorKind.CANDIDATE


def _to_panelist(
    seat: Panelist, message: str, link: str, make: Callable[[Meeting, Party], str], method: str
) -> OutgoingEmail:
    """Mail a panelist; `link` is the page that they may open, '' for none."""
    party = Party(seat.person.name, seat.person.email)
    meeting = for_panel(seat.interview, with_page=seat.person.role is not None and bool(link))
    return _send(
        message,
        seat.interview,
        to=party,
        values={**_values(seat.interview), "person_name": seat.person.name},
        context={
            "link": link,
            "for_panel": True,
            "withdrawn": has_withdrawn(seat.interview.application),
        },
        body=make(meeting, party),
        method=method,
    )


def invite_panelist(seat: Panelist, *, changed: bool, link: str) -> OutgoingEmail:
    """Invite a panelist, or tell them how the interview stands now."""
    message = "panel_changed" if changed else "panel_invitation"
    return _to_panelist(seat, message, link, calendar.request, "REQUEST")


def are_cancellations_held() -> bool:
    """Tell whether a mail that calls an interview off waits for a look before it goes."""
    return bool(outbox_queries.held_kinds() & {"interview_cancelled", "panel_cancelled"})


def cancel_panelist(seat: Panelist, *, link: str) -> OutgoingEmail:
    """Tell a panelist that the interview is off."""
    make = partial(calendar.cancel, whole=True)
    return _to_panelist(seat, "panel_cancelled", link, make, "CANCEL")


def release_panelist(seat: Panelist, *, link: str) -> OutgoingEmail:
    """Tell a panelist that they are off the panel; the interview stands."""
    make = partial(calendar.cancel, whole=False)
    return _to_panelist(seat, "panel_released", link, make, "CANCEL")
