"""What was written last between a candidate and the employer: what an answer to it answers."""

from collections.abc import Sequence

from tracker.applications.models import Application
from tracker.intake import conversations, emails
from tracker.intake.models import Reply
from tracker.intake.sorting import bare_subject
from tracker.notifications.models import OutgoingEmail


def answered_subject(application: Application) -> str:
    """The subject of what an answer to a candidate answers; empty where nothing was written yet.

    As it came: it has yet to be made fit to be passed on.
    """
    last = _last_of_candidate(application)
    if last is not None:
        return bare_subject(last.incoming.subject)
    mails = _mails_to_candidate(application)
    letters = [each for each in mails if each.message == emails.LETTER.name]
    return bare_subject(letters[-1].subject) if letters else ""


def thread_of_candidate(application: Application) -> list[str]:
    """The Message-IDs of the conversation as the candidate has it: none of a colleague's mail."""
    last = _last_of_candidate(application)
    mails = _mails_to_candidate(application)
    if last is None:
        return [each.message_id for each in mails[-1:]]
    before = [each.message_id for each in mails]
    answered = [each for each in last.incoming.reply_ids if each in before][:1]
    later = [
        each.message_id
        for each in mails
        if each.message == emails.LETTER.name and each.created_at > last.at
    ]
    return [*answered, last.incoming.message_id, *later]


def _last_of_candidate(application: Application) -> Reply | None:
    written = conversations.written_by_candidate(application.id)
    return written[-1] if written else None


def _mails_to_candidate(application: Application) -> Sequence[OutgoingEmail]:
    return conversations.mails_between(application, application.email)
