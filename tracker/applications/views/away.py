"""What machines answered in a contact's name, for the line of their assignment."""

from collections.abc import Sequence

from flask import url_for
from flask_login import current_user

from tracker.core.access import Action, allows
from tracker.intake import conversations
from tracker.intake import queries as incoming
from tracker.intake.models import IncomingEmail
from tracker.intake.rules import PERSONAL
from tracker.routing.models import Assignment


def automatic_answers(assignments: Sequence[Assignment]) -> dict[int, list[IncomingEmail]]:
    """Read what was answered automatically to the mail of each assignment, in one query."""
    mails = {each.id: _mails(each) for each in assignments}
    found = incoming.automatic_answers(
        {each.application_id for each in assignments}, set().union(*mails.values())
    )
    return {
        each.id: [answer for answer in found if _is_to(answer, each, mails[each.id])]
        for each in assignments
    }


def _mails(assignment: Assignment) -> set[int]:
    """The mails that told or reminded the person of an assignment."""
    reminded = {
        notice.email_id
        for step in assignment.steps
        for notice in step.notices
        if notice.person_id == assignment.person_id
    }
    return reminded | ({assignment.told_email_id} if assignment.told_email_id else set())


def _is_to(answer: IncomingEmail, assignment: Assignment, mails: set[int]) -> bool:
    """Tell whether an answer came for the person of an assignment, while it was theirs."""
    if answer.outgoing_email_id in mails:
        return True
    ours = answer.outgoing_email
    until = assignment.ended_at
    return (
        ours is not None
        and answer.application_id == assignment.application_id
        and ours.recipient_address.lower() == assignment.person.email
        and ours.created_at >= assignment.created_at
        and (until is None or ours.created_at < until)
    )


def words_of(answer: IncomingEmail) -> str:
    """The subject of an answer, as the person signed in may read it; '' where they may not."""
    ours = answer.outgoing_email
    if ours is not None and ours.about_kind in PERSONAL:
        return ""
    return conversations.shown(answer.subject)


def page_of(answer: IncomingEmail) -> str:
    """The page of an answer, for whoever sorts mail."""
    if not allows(current_user.role, Action.SORT_MAIL):
        return ""
    return url_for("intake.mail", incoming_id=answer.id)
