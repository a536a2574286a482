"""What somebody invited has answered in their calendar, told to whoever plans the interview."""

from collections.abc import Sequence

from tracker.accounts.models import Person
from tracker.core import formats
from tracker.core.errors import N_
from tracker.interviews.models import Interview
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare

CANNOT = {
    "DECLINED": "has declined",
    "TENTATIVE": "has accepted only tentatively",
}
"""Answers that somebody has to hear of, in words for a sentence to colleagues."""

_SAMPLES = {
    "contact_name": "Ida Moreno",
    "candidate_name": "Sam Rivera",
    "posting_title": "Children's Librarian",
    "when": N_("Friday 14 May 2027, 3:00 pm (Eastern Daylight Time)"),
    "said": CANNOT["DECLINED"],
}
_SHOWN: dict[str, object] = {
    "text": "I work until five on Fridays. Could it be later?",
    "doubt": "",
    "earlier": False,
    "link": "https://jobs.example.org/staff/interviews/12",
}
CANDIDATE = declare(
    Message(
        name="candidate_answered",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people who handle an application and who scheduled its interview, when"
        " the candidate's calendar declines the invitation or accepts it only tentatively.",
        label="Invitation answered by the candidate",
        subject="{candidate_name} {said} the interview: {when}",
        body=(
            "Dear {contact_name},\n\n"
            "{candidate_name} {said} the interview about {posting_title} on {when}. Nothing was"
            " changed: the interview stands until somebody moves it or calls it off."
        ),
        samples=_SAMPLES,
        context_samples=_SHOWN,
    )
)
PANEL = declare(
    Message(
        name="panelist_answered",
        audience="contact",
        about="application",
        purpose="To the people who handle an application and who scheduled its interview, when"
        " a panelist's calendar declines the invitation or accepts it only tentatively.",
        label="Invitation answered by a panelist",
        subject="{person_name} {said} the interview with {candidate_name}: {when}",
        body=(
            "Dear {contact_name},\n\n"
            "{person_name}, who is on the panel, {said} the interview with {candidate_name} about"
            " {posting_title} on {when}. Nothing was changed: the interview stands until somebody"
            " moves it, calls it off or changes the panel."
        ),
        samples={**_SAMPLES, "person_name": "Robin Vale"},
        context_samples={**_SHOWN, "text": "I am on leave that week."},
    )
)


def invitation_answered(
    interview: Interview,
    person: Person,
    *,
    answer: str,
    panelist: Person | None,
    text: str,
    doubt: str,
    earlier: bool,
    link: str,
    once_key: str,
    thread: Sequence[str],
) -> OutgoingEmail:
    """Tell somebody that the candidate, or a panelist, may not come.

    `text` is what they wrote to it, fit to be passed on; `doubt` what speaks against its sender.
    `earlier`: it answers an invitation that another one has replaced since.
    """
    application = interview.application
    values = {
        "contact_name": person.name,
        "candidate_name": application.name,
        "posting_title": application.posting.title,
        "when": formats.datetime(interview.starts_at, interview.time_zone, with_zone=True),
        "said": CANNOT[answer],
    }
    if panelist is not None:
        values["person_name"] = panelist.name
    return outbox.queue(
        (PANEL if panelist is not None else CANDIDATE).name,
        to=(person.name, person.email),
        values=values,
        context={"text": text, "doubt": doubt, "earlier": earlier, "link": link},
        about=("application", application.id),
        once_key=once_key,
        reply_to=None if panelist is not None else (application.name, application.email),
        thread=thread,
    )
