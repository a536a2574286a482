"""Mails of several applications at once: digests, reminders, and what passes on to others."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.applications.rules import Outcome
from tracker.core import links
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare
from tracker.routing.rules import Why


@dataclass(frozen=True)
class Line:
    """An application as a list in a mail shows it, with the private link that opens it."""

    application_id: int
    candidate: str
    posting: str
    number: str
    arrived_at: dt.datetime
    link: str = ""
    why: str = ""
    note: str = ""
    untaken: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(
        cls,
        application: Application,
        token: str,
        why: Why,
        note: str = "",
        *,
        untaken: Sequence[tuple[str, str]] = (),
    ) -> "Line":
        """Write a line for an application; what its candidate has withdrawn says so.

        `untaken` are files that came by mail and could not be taken, with why.
        """
        if application.outcome is Outcome.WITHDRAWN:
            note = "withdrawn since by the candidate"
        return cls(
            application_id=application.id,
            candidate=application.name,
            posting=application.posting.title,
            number=application.number,
            arrived_at=application.submitted_at,
            link=links.contact_page(token),
            why=why.value if why in _UNUSUAL else "",
            note=note,
            untaken=untaken,
        )


_UNUSUAL = frozenset({Why.DEPUTY, Why.NEXT_IN_LINE, Why.MANAGER, Why.COPIED})
_NOON = dt.datetime(2027, 5, 14, 16, 0, tzinfo=dt.UTC)
_SAMPLES = {"contact_name": "Robin Vale", "applications": "2 applications"}
_LINES = [
    Line(
        application_id=1,
        candidate="Sam Rivera",
        posting="Children's Librarian",
        number="2027-K7Q4M",
        arrived_at=_NOON,
        link="https://jobs.example.org/for/sample",
        note="",
    ),
    Line(
        application_id=2,
        candidate="Jo Fenwick",
        posting="Shelver",
        number="2027-B3W8T",
        arrived_at=_NOON,
        link="https://jobs.example.org/for/another",
        why="deputy during leave",
        note="withdrawn since by the candidate",
    ),
]


def _declare(
    name: str, *, purpose: str, label: str, subject: str, body: str, lines: Sequence[Line] = _LINES
) -> None:
    declare(
        Message(
            name=name,
            audience="contact",
            purpose=purpose,
            label=label,
            subject=subject,
            body=f"Dear {{contact_name}},\n\n{body}",
            samples=_SAMPLES,
            context_samples={"lines": lines},
        )
    )


_declare(
    "applications_digest",
    purpose="To a contact who chose one mail a day, with the applications that are new.",
    label="Daily digest for a contact",
    subject="New: {applications}",
    body="New since the last mail of this kind: {applications}.",
)
_declare(
    "applications_reminder",
    purpose="To a contact who has not looked at an application for some working days.",
    label="Reminder to a contact",
    subject="Not looked at yet: {applications}",
    body=(
        "Still waiting for your first look: {applications}. If nobody looks, others are told, so"
        " that no candidate is forgotten. Opening a link is not enough: acknowledge the"
        " application on its page, or do whatever comes next."
    ),
)
_declare(
    "applications_escalated",
    purpose="To the deputy, and then to coordinators, when a contact does not look.",
    label="Escalation: a contact does not look",
    subject="Nobody has looked yet: {applications}",
    body=(
        "Nobody has looked yet: {applications}. So you are told too, and may answer. Whoever"
        " was told first may as well."
    ),
)
_declare(
    "applications_taken_over",
    purpose="To whoever answers from now on, when a position changes hands or somebody leaves.",
    label="Applications pass to a new contact",
    subject="Now with you: {applications}",
    body=(
        "With you from now on: {applications} without an answer so far. The candidates know"
        " nothing of the change."
    ),
)
_declare(
    "applications_passed_on",
    purpose="To whoever answered until now, when a position changes hands.",
    label="Applications passed to somebody else",
    subject="No longer with you: {applications}",
    body=(
        "With somebody else from now on: {applications} without an answer so far. You no longer"
        " answer for the position, and your links have stopped working."
    ),
    lines=[replace(_LINES[0], link="", note="now with Alex Moreno")],
)


def _mail(message: str, person: Person, lines: Sequence[Line]) -> OutgoingEmail:
    """Queue a mail with a list; of a single application it is about that one."""
    count = len(lines)
    return outbox.queue(
        message,
        to=(person.name, person.email),
        values={
            "contact_name": person.name,
            "applications": "1 application" if count == 1 else f"{count} applications",
        },
        context={"lines": lines},
        about=("application", lines[0].application_id) if count == 1 else None,
    )


def digest(person: Person, lines: Sequence[Line]) -> OutgoingEmail:
    """Tell a person of what is new, in one mail."""
    return _mail("applications_digest", person, lines)


def reminder(person: Person, lines: Sequence[Line]) -> OutgoingEmail:
    """Remind a person of what they have not looked at."""
    return _mail("applications_reminder", person, lines)


def escalated(person: Person, lines: Sequence[Line]) -> OutgoingEmail:
    """Tell somebody else of what a contact has not looked at."""
    return _mail("applications_escalated", person, lines)


def taken_over(person: Person, lines: Sequence[Line]) -> OutgoingEmail:
    """Tell a person what they have to answer from now on, in place of somebody."""
    return _mail("applications_taken_over", person, lines)


def passed_on(person: Person, taken: Sequence[tuple[Application, str]]) -> OutgoingEmail:
    """Tell a person what is no longer with them, and with whom it is; links they get none."""
    lines = [
        Line(
            application_id=application.id,
            candidate=application.name,
            posting=application.posting.title,
            number=application.number,
            arrived_at=application.submitted_at,
            note=f"now with {names}" if names else "",
        )
        for application, names in taken
    ]
    return _mail("applications_passed_on", person, lines)
