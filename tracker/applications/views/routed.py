"""An application's routing as a line: who was told when, by which mail, and what came of it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from flask_login import current_user

from tracker.applications.views.away import automatic_answers, page_of, words_of
from tracker.core import formats
from tracker.core.access import SCOPED, Action, allows
from tracker.intake.models import IncomingEmail
from tracker.interviews import queries as interviews
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.routing import queries as routing
from tracker.routing.clock import Policy, following
from tracker.routing.models import Assignment, Escalation
from tracker.routing.rules import Step, Why


@dataclass(frozen=True)
class Mark:
    """A point on the line; `url` leads to the message that told somebody.

    `urls` are those of several people, each under a name.
    """

    words: str
    at: dt.datetime | None = None
    tone: str = "neutral"
    url: str = ""
    note: str = ""
    urls: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Routed:
    """One assignment: whose it is and why, and its line."""

    assignment: Assignment
    why: str
    marks: list[Mark]


def routed(assignments: Sequence[Assignment], policy: Policy, zone: str) -> list[Routed]:
    """Write the line of each assignment; `policy` says what comes next while nobody looks."""
    running = routing.still_waited_for(assignments, interviews.bookings_of)
    answers = automatic_answers(assignments)
    return [
        Routed(
            each,
            _why(each),
            list(_marks(each, answers[each.id], policy if each.id in running else None, zone)),
        )
        for each in assignments
    ]


def _why(assignment: Assignment) -> str:
    if assignment.why is Why.ASKED and assignment.by is None:
        return str(gettext("asked for a link of their own"))
    why = gettext(assignment.why.value)
    if not assignment.reason:
        return str(why)
    by = f" ({assignment.by.name})" if assignment.by else ""
    return f"{why}{by}: {assignment.reason}"


def _marks(
    assignment: Assignment, answers: Sequence[IncomingEmail], policy: Policy | None, zone: str
) -> Iterator[Mark]:
    yield from _told(assignment, zone)
    happened = [
        (assignment.fetched_at, Mark(gettext("link fetched"), assignment.fetched_at)),
        (assignment.seen_at, Mark(gettext("seen"), assignment.seen_at, "success")),
        (
            assignment.acknowledged_at,
            Mark(gettext("acknowledged"), assignment.acknowledged_at, "success"),
        ),
        *((step.at, _step(step, assignment)) for step in assignment.steps),
        *((each.arrived_at or each.kept_at, _answered(each)) for each in answers),
    ]
    passed = [(at, mark) for at, mark in happened if at is not None]
    for _at, mark in sorted(passed, key=lambda each: each[0]):
        yield mark
    if assignment.later_until is not None:
        until = formats.short_datetime(assignment.later_until, zone)
        yield Mark(gettext("asked for more time until %(until)s", until=until), tone="info")
    if assignment.ended_at is not None:
        yield Mark(gettext("no longer with them"), assignment.ended_at)
    elif policy is not None and assignment.told_email is not None:
        yield from _next(assignment, policy, zone)


def _answered(answer: IncomingEmail) -> Mark:
    """Say that a machine answered in somebody's name: on leave until, or left."""
    subject = words_of(answer)
    words = gettext("an automatic answer came")
    if subject:
        words = gettext("an automatic answer came: %(subject)s", subject=subject)
    return Mark(words, answer.arrived_at or answer.kept_at, "warning", page_of(answer))


def _told(assignment: Assignment, zone: str) -> Iterator[Mark]:
    email = assignment.told_email
    if email is None:
        if assignment.ended_at is not None:
            yield Mark(gettext("not told"))
        elif assignment.next_step_at is not None:
            when = formats.short_datetime(assignment.next_step_at, zone)
            yield Mark(gettext("to be told in the digest of %(when)s", when=when), tone="info")
        return
    words = gettext("told in a daily digest") if assignment.digest_id else gettext("told")
    yield Mark(words, email.created_at, url=_message(email, assignment))
    yield delivery(email)


def delivery(email: OutgoingEmail) -> Mark:
    """Say what is known of a mail, with the server's words.

    That our mail server has taken it over says nothing of its arrival; only a report does.
    """
    if email.delivered_at is not None:
        return Mark(gettext("mail delivered"), email.delivered_at, "success")
    if email.state is MailState.SENT:
        words = gettext("mail taken by the mail server for %(domain)s", domain=email.domain)
        return Mark(words, email.sent_at, "success")
    words, tone = {
        MailState.WAITING: (gettext("mail waits to be sent"), "neutral"),
        MailState.DELAYED: (gettext("mail delayed"), "warning"),
        MailState.HELD: (gettext("mail held back"), "warning"),
        MailState.FAILED: (gettext("mail failed"), "danger"),
        MailState.BOUNCED: (gettext("mail came back"), "danger"),
    }.get(email.state, (gettext("mail %(state)s", state=email.state.value), "danger"))
    return Mark(words, tone=tone, note=email.last_answer or "")


def _step(step: Escalation, assignment: Assignment) -> Mark:
    names = ", ".join(each.person.name for each in step.notices)
    words = {
        Step.REMINDER: gettext("reminded"),
        Step.DEPUTY: gettext("escalated to %(names)s", names=names),
        Step.COORDINATORS: gettext("escalated to %(names)s", names=names),
    }[step.step]
    if not step.notices:
        words = gettext("nobody told (%(step)s)", step=gettext(step.step.value))
    undone = [
        gettext("the mail to %(name)s: %(state)s", name=each.person.name, state=each.email.state)
        for each in step.notices
        if each.email.state not in {MailState.SENT, MailState.WAITING}
    ]
    mails = tuple((each.person.name, _message(each.email, assignment)) for each in step.notices)
    url, urls = (mails[0][1], ()) if len(mails) == 1 else ("", mails)
    tone = "danger" if undone else "warning"
    note = "; ".join(each for each in (step.note, *undone) if each)
    return Mark(words, step.at, tone, url, note, urls)


def _next(assignment: Assignment, policy: Policy, zone: str) -> Iterator[Mark]:
    """Say what happens if nobody looks, for one that is waited for."""
    last = assignment.steps[-1].step if assignment.steps else None
    step = following(last, policy)
    if step is None or assignment.next_step_at is None:
        return
    words = {
        Step.REMINDER: gettext("reminder"),
        Step.DEPUTY: gettext("to the deputy"),
        Step.COORDINATORS: gettext("to the coordinators"),
    }[step]
    when = formats.short_datetime(assignment.next_step_at, zone)
    yield Mark(gettext("next, if nobody looks: %(what)s on %(when)s", what=words, when=when))


def _message(email: OutgoingEmail, assignment: Assignment) -> str:
    """Lead to a message; who sees only their own gets no words that list others' applications."""
    role = current_user.role
    shown = role not in SCOPED or email.about_kind == "application"
    if shown and allows(role, Action.SEE_MESSAGES):
        return url_for("notifications.message", email_id=email.id)
    return url_for(
        "applications.told_by", application_id=assignment.application_id, told_id=email.id
    )
