"""A conversation with a candidate, as the staff's pages show it."""

from dataclasses import dataclass

from flask_login import current_user

from tracker.applications.models import Application
from tracker.intake import conversations
from tracker.intake.conversations import Line


@dataclass(frozen=True)
class Conversation:
    """What was written with a candidate, and what the person signed in may do about it."""

    lines: list[Line]
    waiting: list[Line]
    draft: str

    @classmethod
    def of(cls, application: Application) -> "Conversation":
        """Gather it for one application."""
        lines = conversations.conversation_with(application)
        draft = conversations.draft_of(application.id, current_user.id)
        return cls(lines, [each for each in lines if each.waits], draft.text if draft else "")
