"""Tell whoever handles an application that somebody cannot come to its interview.

A calendar answers by itself or as a person pressed; a mail that claims to be one is easily made.
So an answer moves nothing: it is told among colleagues, with what speaks against its sender,
and never to whoever it is from, so no two machines can answer each other.
"""

import datetime as dt

from tracker.accounts.models import Person
from tracker.applications import queries as applied
from tracker.applications.models import Application
from tracker.core import links
from tracker.core.db import lock
from tracker.intake import conversations, invitations
from tracker.intake.models import CalendarAnswer
from tracker.intake.operations.replies import handlers, link_for, who_scheduled
from tracker.interviews import emails
from tracker.interviews.emails import CANNOT
from tracker.interviews.models import Interview
from tracker.interviews.rules import InterviewState

AN_HOUR = 20  # answers about one interview that are told of


def tell_of_answer(answer: CalendarAnswer, text: str, *, at: dt.datetime) -> None:
    """Mail a decline, or a tentative answer, to whom it concerns; each once.

    `text` is what was written to it, made fit before any lock was taken. Nobody hears of an
    answer that changes nothing, is about what is over or off, or that nobody invited gave; of
    one to an invitation that was replaced since only where it declines.
    """
    interview = answer.interview
    if interview is None or answer.answer not in CANNOT or not _stands(interview, at):
        return
    application: Application = lock(Application, interview.application_id)
    panelist = invitations.person_invited(interview, answer.attendee)
    is_candidate = answer.attendee == application.email_key
    if answer.email.from_address.lower() != answer.attendee or not (panelist or is_candidate):
        return
    newest = invitations.newest_sequences([interview.id])
    earlier = invitations.is_earlier(answer, newest)
    if (earlier and answer.answer != "DECLINED") or _is_known(answer):
        return
    if invitations.answers_since(interview.id, at - dt.timedelta(hours=1)) > AN_HOUR:
        return
    for person in _concerned(interview, application, but=answer.attendee):
        before = conversations.mails_between(application, person.email)
        emails.invitation_answered(
            interview,
            person,
            answer=answer.answer,
            panelist=None if is_candidate else panelist,
            text=text,
            doubt=invitations.doubt_in(answer.email),
            earlier=earlier,
            link=_page_for(application, interview, person),
            once_key=f"calendar-answer-{answer.id}-{person.id}",
            thread=[each.message_id for each in before],
        )


def _stands(interview: Interview, at: dt.datetime) -> bool:
    return interview.state is InterviewState.SCHEDULED and interview.ends_at > at


def _is_known(answer: CalendarAnswer) -> bool:
    """Tell whether the same was said before, with the same words and the same doubt."""
    before = invitations.answer_before(answer)
    return (
        before is not None
        and before.answer == answer.answer
        and before.email.text == answer.email.text
        and before.email.why == answer.email.why
    )


def _concerned(interview: Interview, application: Application, *, but: str) -> list[Person]:
    told = handlers(application)
    if (planner := who_scheduled(interview)) is not None:
        told.append(planner)
    once = {each.id: each for each in told}
    return [each for each in once.values() if each.email.lower() != but]


def _page_for(application: Application, interview: Interview, person: Person) -> str:
    """The interview's page for who opens it by their account; else the application's, by link."""
    if person.role is not None and applied.visible_among(person, [application.id]):
        return links.staff_interview(interview.id)
    return link_for(application, person)
