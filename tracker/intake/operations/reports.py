"""Decide what mail from machines is: delivery reports, automatic and calendar answers."""

import datetime as dt
import re
from dataclasses import replace

from tracker.core.db import lock
from tracker.intake import mime, queries
from tracker.intake.findings import Found, Head
from tracker.intake.models import IncomingEmail
from tracker.intake.operations.decisions import Decision
from tracker.intake.redaction import redact
from tracker.intake.rules import PERSONAL, Verdict
from tracker.intake.sorting import Sorted
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail

_OWN_ID = re.compile(r"<[0-9a-f]{32}@[^<>\s]{1,200}>")
PASSED_ON = {"delivered", "relayed", "expanded"}


def report(found: Found, own: dict[str, OutgoingEmail], sorted_: Sorted) -> Decision:
    """Say which mail of ours a report is about, and whether it came back or is late."""
    about = next((own[each] for each in found.returned if each in own), None)
    if about is None:
        # No report as it should be: our Message-ID stands somewhere in the words.
        texts = [found.head.text, *(each.text for each in found.nested)]
        ids = {each for text in texts for each in _OWN_ID.findall(text)}
        about = next(iter(queries.own_mail(ids).values()), None)
    actions = {each.action for each in found.statuses}
    words = "; ".join(
        " ".join(part for part in (each.recipient, each.status, each.words) if part)
        for each in found.statuses
    )
    if found.report_type == "feedback-report":
        return tied(Verdict.AUTO_REPLY, "Somebody marked a mail as unwanted.", found.head, about)
    if actions and "failed" not in actions:
        return _no_bounce(found, about, actions, words)
    if about is None:
        why = f"{sorted_.why} It is about no mail of ours. {words}".strip()
        return Decision(Verdict.BOUNCE, why, found.head)
    why = f"The mail “{about.subject}” to {about.recipient_address} came back. {words}".strip()
    decision = tied(Verdict.BOUNCE, why, found.head, about)
    return replace(
        decision,
        bounced=words or _said(found.head, about) or sorted_.why,
        reported_for=_named(found, about),
    )


def _no_bounce(
    found: Found, about: OutgoingEmail | None, actions: set[str], words: str
) -> Decision:
    """Say what a report of a mail that is late, was delivered or was passed on brings with it.

    Relayed and expanded (RFC 3464 §2.3.3) say that no further report comes, not that it arrived.
    """
    said = "is delayed; its server still tries"
    if actions <= PASSED_ON:
        said = "was delivered" if "delivered" in actions else "was passed on to another server"
    why = f"A mail server says that a mail {said}. {words}".strip()
    decision = tied(Verdict.AUTO_REPLY, why, found.head, about)
    if not actions <= PASSED_ON:
        return replace(decision, delayed=words or why)
    if "delivered" not in actions or about is None:
        return decision
    return replace(decision, delivered=words or why, reported_for=_named(found, about))


def note_at(about_id: int, email: IncomingEmail, decision: Decision, *, at: dt.datetime) -> None:
    """Note at a mail of ours what was decided that a report says of it."""
    if not (decision.bounced or decision.delayed or decision.delivered):
        return
    about: OutgoingEmail = lock(OutgoingEmail, about_id)
    when = email.sent_at if email.sent_at is not None and email.sent_at < at else at
    if decision.bounced:
        outbox.bounce(about, words=decision.bounced, at=when, recipient=decision.reported_for)
    if decision.delayed:
        outbox.report_delay(about, words=decision.delayed, at=at)
    if decision.delivered:
        words, to = decision.delivered, decision.reported_for
        outbox.report_delivery(about, words=words, at=when, recipient=to)


def _named(found: Found, about: OutgoingEmail) -> str | None:
    """Whom a report names as not reached; None where it names nobody.

    A list or a rule of theirs may have passed our mail on: then it is about our mail, whoever
    is named, unless it is whom the mail went to before its address was corrected.
    """
    named = {each.recipient for each in found.statuses if each.recipient}
    now_at = about.recipient_address.lower()
    before = {each.before.lower() for each in about.changes if each.before} - {now_at}
    return next(iter(sorted(named & before)), None) if now_at not in named else None


def _said(head: Head, about: OutgoingEmail) -> str:
    """What a report says that has no form: nothing that was for the reader of our mail alone."""
    if about.about_kind in PERSONAL:
        return ""
    return redact(mime.visible(head.text))[:500]


def tied(verdict: Verdict, why: str, head: Head, about: OutgoingEmail | None) -> Decision:
    """Tie what a machine says to the mail of ours that it is about."""
    return Decision(
        verdict,
        why,
        head,
        outgoing_email_id=about.id if about else None,
        application_id=queries.application_about(about) if about else None,
    )


def automatic(head: Head, answers: OutgoingEmail | None, sorted_: Sorted) -> Decision:
    """Tie an automatic answer to the mail of ours that it answers."""
    return tied(Verdict.AUTO_REPLY, sorted_.why, head, answers)


def calendar_answer(found: Found, sorted_: Sorted, *, doubt: str) -> Decision:
    """Tie the answer of a calendar program to the interview that it is about.

    `doubt` is what speaks against its sender. What somebody wrote to their answer is the mail's
    text: programs say in the body of the mail what the answer says anyway.
    """
    said = found.calendar
    assert said is not None
    interview = queries.interview_by_uid(said.uid)
    why = [sorted_.why, doubt]
    if interview is None:
        why.append("No interview of ours has its UID.")
    elif said.attendee != found.head.address:
        why.append(
            f"It is the answer of {said.attendee or 'nobody'} and came from another address, so"
            " nobody was told."
        )
    return Decision(
        Verdict.CALENDAR,
        " ".join(filter(None, why)),
        replace(found.head, text=said.comment or found.head.text),
        interview_id=interview.id if interview else None,
        application_id=interview.application_id if interview else None,
    )
