"""Everything that happened to one application, from every room, newest first."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from tracker.applications import queries
from tracker.applications.models import (
    AnswerByHand,
    Application,
    ApplicationNote,
    ContactChange,
    DocumentRequest,
    StageChange,
)
from tracker.applications.rules import ActorKind, Channel, Outcome
from tracker.core import formats
from tracker.core.access import Action, allows
from tracker.intake import invitations
from tracker.intake import queries as incoming
from tracker.intake.conversations import Line
from tracker.intake.invitations import Answered
from tracker.intake.rules import Writer
from tracker.interviews import queries as interviews
from tracker.interviews.models import InterviewChange
from tracker.interviews.rules import Change
from tracker.notifications import queries as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.routing.models import Assignment
from tracker.routing.rules import Step

TONES = {
    MailState.WAITING: "neutral",
    MailState.SENT: "success",
    MailState.DELAYED: "warning",
    MailState.FAILED: "danger",
    MailState.HELD: "warning",
    MailState.BOUNCED: "danger",
}


@dataclass(frozen=True)
class Event:
    """One line of the timeline; `body` is a text or safe HTML."""

    at: dt.datetime
    title: str
    by: str = ""
    body: str = ""
    tone: str = "neutral"
    url: str = ""

    def shown(self, zone: str) -> dict[str, Any]:
        """The line as the page's macro takes it."""
        when = formats.short_datetime(self.at, zone)
        return {**vars(self), "when": when, "datetime": self.at.isoformat()}


def timeline_of(
    application: Application,
    assignments: Sequence[Assignment],
    said: Sequence[Line],
    notes: Sequence[ApplicationNote],
    by_hand: Sequence[AnswerByHand],
    written: Sequence[OutgoingEmail],
    more: Iterable[Event] = (),
) -> list[dict[str, Any]]:
    """Gather moves, mail out and in, routing, interviews, notes and `more`, newest first.

    `said` is the conversation with the candidate: what came in, and the words of letters.
    `by_hand` is what was told to one who has no address, `written` every mail about the
    application itself.
    """
    zone = queries.time_zone()
    changes = interviews.changes_of(application.id)
    mails = [
        *written,
        *outbox.about_each("interview", {each.interview_id for each in changes}),
    ]
    answers = invitations.answers_to({each.interview for each in changes})
    letters = {each.email_id: each for each in said if each.email_id is not None and each.text}
    events = [
        *(_move(each) for each in application.history),
        *(line for each in assignments for line in _routing(each)),
        *(_mail(each, zone, letters.get(each.id)) for each in mails),
        *(_came(each) for each in said if each.reply_id is not None),
        *(_interview(each, zone) for each in changes),
        *(_answered(each) for each in answers),
        *(line for each in application.requests for line in _request(each)),
        *_added(application, said),
        *(_correction(each) for each in queries.contact_changes(application.id)),
        *(_by_hand(each) for each in by_hand),
        *(
            Event(each.at, gettext("Note"), each.by.name, lines(each.text), "info")
            for each in notes
        ),
        *more,
    ]
    # Lines of one moment keep the order in which they are gathered: the cause comes first.
    events.sort(key=lambda event: event.at)
    return [event.shown(zone) for event in reversed(events)]


def lines(text: str) -> str:
    """Set what somebody wrote as it was written."""
    return Markup('<p class="answer-text">{}</p>').format(text) if text else ""


def _who(change: StageChange) -> str:
    if change.by is not None:
        return change.by.name
    candidate = change.by_kind is ActorKind.CANDIDATE
    return str(gettext("the candidate") if candidate else gettext("Tracker"))


def _move(change: StageChange) -> Event:
    stage, outcome = change.new_stage.value, change.new_outcome
    if change.old_stage is None:
        return _arrival(change)
    if change.undoes_id is not None:
        title = gettext("Last move taken back: %(where)s", where=(outcome or stage).capitalize())
    elif outcome is not None:
        title = gettext("Ended: %(outcome)s", outcome=outcome.value)
    elif change.old_outcome is not None:
        title = gettext("Reopened: %(stage)s", stage=stage)
    else:
        title = gettext("Moved to %(stage)s", stage=stage)
    told = gettext("With a mail to the candidate.") if change.email_id else ""
    reason = gettext("Reason: %(reason)s.", reason=change.reason.value) if change.reason else ""
    sentence = " ".join(each for each in (reason, told) if each)
    body = (Markup("<p>{}</p>").format(sentence) if sentence else Markup("")) + lines(change.note)
    tone = "success" if outcome is Outcome.HIRED else "neutral" if outcome else "info"
    return Event(change.at, title, _who(change), body, tone)


def _arrival(change: StageChange) -> Event:
    application, title, url = change.application, gettext("Arrived"), ""
    if application.channel is Channel.MAIL:
        title, url = gettext("Arrived by mail"), _mail_of(application)
    if application.received_on is not None:
        day = formats.date(application.received_on)
        title = (
            gettext("Keyed in; it came on paper on %(day)s", day=day)
            if application.channel is Channel.PAPER
            else gettext("Keyed in; it was handed in on %(day)s", day=day)
        )
    return Event(change.at, title, _who(change), lines(change.note), "accent", url)


def _mail_of(application: Application) -> str:
    """The page of the mail that an application came by, for whoever may see it."""
    if not allows(current_user.role, Action.SORT_MAIL):
        return ""
    came = incoming.mail_made(application.id)
    return url_for("intake.mail", incoming_id=came.id) if came is not None else ""


def _request(asked: DocumentRequest) -> Iterator[Event]:
    title = gettext("Asked for a document: %(title)s", title=asked.title)
    by = asked.asked_by.name if asked.asked_by else gettext("Tracker")
    yield Event(asked.asked_at, title, by, lines(asked.instructions))
    if asked.answered_at is not None:
        scanned = asked.answer.added_by if asked.answer else None
        by = scanned.name if scanned else gettext("the candidate")
        title = gettext("The document came: %(title)s", title=asked.title)
        yield Event(asked.answered_at, title, by, tone="success")
    if asked.withdrawn_at is not None:
        title = gettext("No longer asked for: %(title)s", title=asked.title)
        yield Event(asked.withdrawn_at, title)


def _added(application: Application, said: Sequence[Line]) -> Iterator[Event]:
    """What the candidate added unasked; what came by mail stands there as their mail."""
    known = {each.application_document_id for each in application.requests}
    known |= {file.application_document_id for line in said for file in line.files}
    for item in application.documents:
        if item.added_at is not None and item.id not in known:
            title = gettext("The candidate added a document: %(title)s", title=item.title)
            yield Event(item.added_at, title, gettext("the candidate"), tone="success")


def _correction(change: ContactChange) -> Event:
    title = {
        "name": gettext("Name corrected"),
        "phone": gettext("Telephone number corrected"),
        "email": gettext("E-mail address changed"),
    }[change.field]
    by = change.by.name if change.by else gettext("the candidate")
    body = Markup("<p>{} → {}</p>").format(change.old or gettext("none"), change.new or "–")
    return Event(change.at, title, by, body, "info")


def _by_hand(answer: AnswerByHand) -> Event:
    title = gettext("Told %(way)s", way=gettext(answer.way.value))
    return Event(answer.at, title, answer.by.name, lines(answer.note), "info")


def _routing(assignment: Assignment) -> Iterator[Event]:
    name = assignment.person.name
    why = gettext(assignment.why.value)
    if assignment.reason:
        why = f"{why}: {assignment.reason}"
    by = assignment.by.name if assignment.by else gettext("Tracker")
    title = gettext("Given to %(name)s", name=name)
    yield Event(assignment.created_at, title, by, Markup("<p>{}</p>").format(why))
    for at, words in (
        (assignment.fetched_at, gettext("Link for %(name)s fetched", name=name)),
        (assignment.seen_at, gettext("Seen by %(name)s", name=name)),
        (assignment.acknowledged_at, gettext("Acknowledged by %(name)s", name=name)),
        (assignment.ended_at, gettext("No longer with %(name)s", name=name)),
    ):
        if at is not None:
            yield Event(at, words)
    for step in assignment.steps:
        names = ", ".join(each.person.name for each in step.notices)
        title = (
            gettext("%(name)s reminded", name=name)
            if step.step is Step.REMINDER
            else gettext("Not seen by %(name)s: %(names)s told", name=name, names=names)
        )
        if not step.notices:
            title = gettext("Not seen by %(name)s, and nobody to tell", name=name)
        yield Event(step.at, title, body=lines(step.note), tone="warning")


def _came(line: Line) -> Event:
    """A mail that came in; who wrote is what its address says."""
    if line.who == Writer.CANDIDATE and line.passed_on_by:
        title = gettext(
            "%(name)s passed on what the candidate wrote: %(subject)s",
            name=line.passed_on_by,
            subject=line.subject,
        )
    elif line.who == Writer.CANDIDATE:
        title = gettext("The candidate wrote: %(subject)s", subject=line.subject)
    else:
        title = gettext("Mail came: %(subject)s", subject=line.subject)
    known = line.who != Writer.STRANGER
    by = line.name if known else gettext("%(name)s (not known here)", name=line.name)
    held = Markup("<p>{}</p>").format(line.held) if line.held else Markup("")
    return Event(line.at, title, by, lines(line.text) + held, "accent" if known else "warning")


def _mail(email: OutgoingEmail, zone: str, letter: Line | None = None) -> Event:
    words = {
        MailState.WAITING: gettext("Waits to be sent."),
        MailState.SENT: gettext("Sent."),
        MailState.DELAYED: gettext("Delayed; it is tried again."),
        MailState.FAILED: gettext("Failed: it did not go."),
        MailState.HELD: gettext("Held back."),
        MailState.BOUNCED: gettext("Came back: it did not arrive."),
    }[email.state]
    if email.delivered_at is not None:
        when = formats.short_datetime(email.delivered_at, zone)
        words = gettext("Delivered %(when)s.", when=when)
    elif email.state is MailState.SENT and email.sent_at is not None:
        words = gettext("Sent %(when)s.", when=formats.short_datetime(email.sent_at, zone))
    elif email.dropped_at is not None:
        words = gettext("Dropped: it does not go.")
    elif email.last_answer:
        words = f"{words} {email.last_answer}"
    reads_mail = allows(current_user.role, Action.SEE_MESSAGES)
    return Event(
        email.created_at,
        gettext("Mail: %(subject)s", subject=email.subject),
        _sent_to(email, letter),
        Markup("<p>{}</p>").format(words) + lines(letter.text if letter else ""),
        TONES[email.state],
        url_for("notifications.message", email_id=email.id) if reads_mail else "",
    )


def _sent_to(email: OutgoingEmail, letter: Line | None) -> str:
    """To whom a mail went; of a letter, who wrote it too."""
    to = str(gettext("to %(name)s", name=email.recipient_name or email.recipient_address))
    return f"{letter.name} {to}" if letter else to


def _interview(change: InterviewChange, zone: str) -> Event:
    title = {
        Change.SCHEDULED: gettext("Interview scheduled"),
        Change.CHANGED: gettext("Interview changed"),
        Change.CANCELLED: gettext("Interview cancelled"),
    }[change.what]
    when = escape(formats.datetime(change.starts_at, zone))
    by = change.by.name if change.by else gettext("Tracker")
    body = Markup("<p>{}</p>").format(when) + lines(change.note)
    tone = "warning" if change.what is Change.CANCELLED else "info"
    url = url_for("interviews.show", interview_id=change.interview_id)
    return Event(change.at, title, by, body, tone, url)


def _answered(answer: Answered) -> Event:
    """What a calendar answered to an invitation, with what speaks against its sender."""
    title = gettext("Invitation answered: %(answer)s", answer=gettext(answer.word))
    hints = [answer.doubt]
    if answer.earlier:
        hints.append(gettext("To an earlier invitation: the interview has been changed since."))
    said = " ".join(filter(None, hints))
    body = (Markup("<p>{}</p>").format(said) if said else Markup("")) + lines(answer.text)
    tone = "warning" if answer.doubt else answer.tone
    url = url_for("interviews.show", interview_id=answer.interview_id)
    return Event(answer.at, title, answer.name, body, tone, url)
