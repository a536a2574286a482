"""Answers: what a candidate is told when their application moves."""

from tracker.applications.models import Application, StageChange
from tracker.applications.rules import Outcome, Stage
from tracker.core import links
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.operations import Rendered
from tracker.notifications.queries import is_held
from tracker.notifications.wording import Message, declare
from tracker.organization import queries as organization

_ANSWER_SAMPLES = {
    "candidate_name": "Sam Rivera",
    "posting_title": "Children's Librarian",
    "number": "2027-K7Q4M",
    "employer_name": "Maple Hollow Public Library",
}
_ANSWERS: dict[Stage | Outcome, tuple[str, str, str]] = {
    Stage.RECEIVED: (
        "moved_received",
        "Your application is open again: {posting_title}",
        "Your application for {posting_title} is open again and waits to be read.",
    ),
    Stage.UNDER_REVIEW: (
        "moved_under_review",
        "We are reading your application: {posting_title}",
        "We have begun to read your application for {posting_title}."
        " You do not have to do anything.",
    ),
    Stage.SHORTLISTED: (
        "moved_shortlisted",
        "You are on the shortlist: {posting_title}",
        "Your application for {posting_title} is on our shortlist."
        " We will write again about the next step.",
    ),
    Stage.INTERVIEW: (
        "moved_interview",
        "We would like to meet you: {posting_title}",
        "We would like to talk with you about {posting_title}."
        " An invitation with the time and place follows.",
    ),
    Stage.REFERENCES: (
        "moved_references",
        "Next step: references for {posting_title}",
        "Thank you for talking with us about {posting_title}."
        " As the next step we would like to speak with your references.",
    ),
    Stage.OFFER: (
        "moved_offer",
        "We would like you to join us: {posting_title}",
        "We would like to offer you the position of {posting_title}."
        " We will call or write to you about the details.",
    ),
    Outcome.HIRED: (
        "outcome_hired",
        "Welcome: {posting_title}",
        "Thank you for accepting our offer. We look forward to working with you"
        " as {posting_title}.",
    ),
    Outcome.NOT_SELECTED: (
        "outcome_not_selected",
        "Your application for {posting_title}",
        "Thank you for applying for {posting_title}, and for the work you put into it."
        " We have decided to go on with other candidates.\n\n"
        "This is about this one position. We would be glad to hear from you again.",
    ),
    Outcome.WITHDRAWN: (
        "outcome_withdrawn",
        "Your application is withdrawn: {posting_title}",
        "Your application for {posting_title} is withdrawn, and nobody will read it further."
        " Thank you for your interest.",
    ),
    Outcome.DECLINED_OFFER: (
        "outcome_declined_offer",
        "Your decision about {posting_title}",
        "We have noted that you do not take up our offer for {posting_title}."
        " Thank you for telling us, and for your interest.",
    ),
    Outcome.POSITION_CANCELLED: (
        "outcome_position_cancelled",
        "The position was cancelled: {posting_title}",
        "We are sorry: we will not fill the position of {posting_title}."
        " This says nothing about your application.",
    ),
}
for _target, (_name, _subject, _words) in _ANSWERS.items():
    declare(
        Message(
            name=_name,
            audience="candidate",
            about="application",
            label=f"{'Moved to' if isinstance(_target, Stage) else 'Ended:'} {_target.value}",
            purpose=f"To the candidate, when their application is now “{_target.value}”.",
            subject=_subject,
            body="Dear {candidate_name},\n\n" + _words,
            samples=_ANSWER_SAMPLES,
            context_samples={"link": "https://jobs.example.org/my/sample"},
        )
    )


def _answer_values(application: Application) -> dict[str, str]:
    employer = organization.employer()
    return {
        "candidate_name": application.name,
        "posting_title": application.posting.title,
        "number": application.number,
        "employer_name": employer.name if employer else "",
    }


def answer(application: Application, *, change: StageChange, token: str) -> OutgoingEmail | None:
    """Tell the candidate where a move has taken their application, with a link to its page.

    None for a candidate without an address, whom somebody has to tell by hand.
    """
    if not application.email:
        return None
    target = change.new_outcome or change.new_stage
    return outbox.queue(
        _ANSWERS[target][0],
        to=(application.name, application.email),
        values=_answer_values(application),
        context={"link": links.candidate_page(token)},
        about=("application", application.id),
        language=application.language,
    )


def is_answer_held(target: Stage | Outcome) -> bool:
    """Tell whether the mail about a move to there waits for a look before it goes."""
    return is_held(_ANSWERS[target][0])


def preview_answer(
    application: Application, *, to_stage: Stage | None = None, outcome: Outcome | None = None
) -> Rendered:
    """Render the mail that a move would send, to be shown before it goes."""
    target = outcome or to_stage or application.stage
    return outbox.foresee(
        _ANSWERS[target][0],
        to=(application.name, application.email),
        values=_answer_values(application),
        context={"link": links.candidate_page("…")},
        about=("application", application.id),
        language=application.language,
    )
