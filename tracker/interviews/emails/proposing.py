"""Times that a candidate may choose among, and what comes of them."""

from collections.abc import Mapping

from tracker.core import formats, links
from tracker.core.errors import N_
from tracker.core.rendering import in_language
from tracker.interviews.models import Interview, Proposal
from tracker.interviews.rules import KIND_WORDS, InterviewKind
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

_SAMPLES = {"candidate_name": "Sam Rivera", "posting_title": "Children's Librarian"}
_CONTACT = {**_SAMPLES, "contact_name": "Ida Moreno"}
_TIMES = (
    N_("Friday 14 May 2027, 3:00 pm (Eastern Daylight Time)"),
    N_("Tuesday 18 May 2027, 10:00 am (Eastern Daylight Time)"),
)
_WHERE: dict[str, object] = {
    "kind": KIND_WORDS[InterviewKind.IN_PERSON],
    "place": "Main library, second floor, room 204",
    "address": "",
}
declare(
    Message(
        name="times_proposed",
        audience="candidate",
        about="application",
        purpose="To the candidate, with times for an interview to choose among.",
        label="Interview times proposed",
        subject="Choose a time for your interview: {posting_title}",
        body=(
            "Dear {candidate_name},\n\n"
            "We would like to talk with you about {posting_title}. Please choose the time that"
            " suits you best, or tell us that none does."
        ),
        samples=_SAMPLES,
        context_samples={
            **_WHERE,
            "times": [(each, "") for each in _TIMES],
            "until": _TIMES[0],
            "notes": "Please bring a book that you like to read aloud.",
            "again": False,
            "link": "https://jobs.example.org/my/sample/times/1",
        },
    )
)
declare(
    Message(
        name="times_withdrawn",
        audience="candidate",
        about="application",
        purpose="To the candidate, when interview times that they had not chosen yet are off.",
        label="Interview times withdrawn",
        subject="The times for your interview no longer stand: {posting_title}",
        body=(
            "Dear {candidate_name},\n\n"
            "The times that we proposed for an interview about {posting_title} no longer stand."
            " You need not do anything: we will write to you about what comes next."
        ),
        samples=_SAMPLES,
        context_samples={"link": "https://jobs.example.org/my/sample"},
    )
)
declare(
    Message(
        name="time_chosen",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To a contact, when a candidate has chosen one of the times they proposed.",
        label="Interview time chosen",
        subject="{candidate_name} has chosen a time: {when}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} comes to the interview about {posting_title} on {when}. The"
            " invitation for your calendar is a mail of its own. The other times that you"
            " proposed are free again."
        ),
        samples={**_CONTACT, "when": _TIMES[0]},
        context_samples={"link": "https://jobs.example.org/for/sample"},
    )
)
declare(
    Message(
        name="times_none_fits",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To a contact, when none of the times they proposed suits the candidate.",
        label="No interview time fits",
        subject="None of the times suits {candidate_name}: {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "None of the times that you proposed for the interview about {posting_title} suits"
            " {candidate_name}. All of them are free again. You can propose others."
        ),
        samples=_CONTACT,
        context_samples={
            "answer": "I work until five on weekdays. Could it be later, or on a Saturday?",
            "link": "https://jobs.example.org/for/sample/times",
        },
    )
)
declare(
    Message(
        name="times_unanswered",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To a contact, when a candidate has not chosen any of the times in time.",
        label="Interview times not answered",
        subject="No answer to your interview times: {candidate_name} for {posting_title}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} has not chosen any of the times that you proposed for the interview"
            " about {posting_title}, and they have lapsed. You can propose others, or call."
        ),
        samples=_CONTACT,
        context_samples={
            "phone": "(555) 010-0100",
            "link": "https://jobs.example.org/for/sample/times",
        },
    )
)


def times_proposed(proposal: Proposal, *, token: str, again: bool) -> OutgoingEmail:
    """Ask the candidate to choose; `again` where these times replace earlier ones."""
    application = proposal.application
    with in_language(application.language):
        times = [
            (
                formats.datetime(each.starts_at, proposal.time_zone, with_zone=True),
                formats.time(each.ends_at, proposal.time_zone),
            )
            for each in proposal.slots
        ]
        until = formats.datetime(proposal.expires_at, proposal.time_zone, with_zone=True)
    return _to_candidate(
        "times_proposed",
        proposal,
        {
            "times": times,
            "until": until,
            "kind": KIND_WORDS[proposal.kind],
            "place": proposal.place,
            "address": proposal.link,
            "notes": proposal.notes_for_candidate,
            "again": again,
            "link": links.candidate_times(token, proposal.id),
        },
    )


def times_withdrawn(proposal: Proposal, *, token: str) -> OutgoingEmail:
    """Tell the candidate that the times are off, before they choose one."""
    return _to_candidate("times_withdrawn", proposal, {"link": links.candidate_page(token)})


def _to_candidate(message: str, proposal: Proposal, context: dict[str, object]) -> OutgoingEmail:
    application = proposal.application
    return outbox.queue(
        message,
        to=(application.name, application.email),
        values={
            "candidate_name": application.name,
            "posting_title": application.posting.title,
        },
        context=context,
        about=("application", application.id),
        language=application.language,
    )


def time_chosen(proposal: Proposal, interview: Interview, *, token: str) -> OutgoingEmail:
    """Tell the contact which time the candidate has chosen."""
    with in_language("en"):  # it is the candidate who chooses, in a language of their own
        when = formats.datetime(interview.starts_at, interview.time_zone, with_zone=True)
    return _to_contact(
        "time_chosen", proposal, {"link": links.contact_page(token)}, values={"when": when}
    )


def times_none_fits(proposal: Proposal, *, token: str) -> OutgoingEmail:
    """Tell the contact that no time suits, in the candidate's words."""
    context = {"answer": proposal.answer, "link": links.contact_times(token)}
    return _to_contact("times_none_fits", proposal, context)


def times_unanswered(proposal: Proposal, *, token: str) -> OutgoingEmail:
    """Tell the contact that the candidate has not answered."""
    context = {"phone": proposal.application.phone, "link": links.contact_times(token)}
    return _to_contact("times_unanswered", proposal, context)


def _to_contact(
    message: str,
    proposal: Proposal,
    context: Mapping[str, object],
    *,
    values: dict[str, str] | None = None,
) -> OutgoingEmail:
    application, contact = proposal.application, proposal.proposed_by
    return outbox.queue(
        message,
        to=(contact.name, contact.email),
        values={
            "contact_name": contact.name,
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            **(values or {}),
        },
        context=context,
        about=("application", application.id),
        once_key=f"{message}-{proposal.id}",
        reply_to=(application.name, application.email),
    )
