"""A conversation with a candidate, as the staff's pages show it."""

from dataclasses import dataclass

from flask_login import current_user

from tracker.applications.models import Application
from tracker.applications.rules import Channel
from tracker.core.access import Action, allows
from tracker.intake import conversations
from tracker.intake import queries as incoming
from tracker.intake.conversations import Line
from tracker.intake.untaken import untaken


@dataclass(frozen=True)
class Conversation:
    """What was written with a candidate, and what the person signed in may do about it.

    `came_by` is the mail that the application came by, for whoever sorts mail; `untaken` are
    files that came with it and could not be taken.
    """

    lines: list[Line]
    waiting: list[Line]
    draft: str
    came_by: int | None
    untaken: list[tuple[str, str]]

    @classmethod
    def of(cls, application: Application) -> "Conversation":
        """Gather it for one application."""
        lines = conversations.conversation_with(application)
        draft = conversations.draft_of(application.id, current_user.id)
        return cls(
            lines,
            [each for each in lines if each.waits],
            draft.text if draft else "",
            _mail_of(application),
            untaken(application),
        )


def _mail_of(application: Application) -> int | None:
    """The mail that an application came by, for whoever may see it."""
    if application.channel is not Channel.MAIL or not allows(current_user.role, Action.SORT_MAIL):
        return None
    came = incoming.mail_made(application.id)
    return came.id if came is not None else None
