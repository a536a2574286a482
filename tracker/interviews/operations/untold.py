"""Who has not been told of an interview: what waits for a look has told nobody.

The outbox says so, mail by mail. Whoever was never told hears of neither a change nor an end.
"""

from collections.abc import Sequence

from tracker.accounts.models import Person
from tracker.core.db import db, lock
from tracker.interviews import queries
from tracker.interviews.models import Interview, Panelist
from tracker.interviews.rules import InterviewState
from tracker.notifications import operations as outbox
from tracker.notifications import queries as mails
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import OPEN, MailState

CALLED_OFF = "Dropped since the interview was called off before this was released."
CHANGED = "Dropped since the interview was changed before this was released."
OFF_PANEL = "Dropped since they left the panel before this was released."
NO_LONGER = (
    "The interview was called off before this was released. So the mail is not sent: drop it here."
)
NEWER = "A newer mail says how the interview stands. So this one is not sent: drop it here."


def withhold(interview: Interview, seat: Panelist | None, *, why: str, by: Person | None) -> bool:
    """Drop what invites somebody and still waits, where they have had nothing else; tell whether.

    `seat` is a panelist's, None for the candidate. Whoever lets such a mail go at this moment
    holds its row: either it counts as gone here, or they find it dropped.
    """
    had_any, untold = _had(interview, seat)
    if had_any or not untold:
        return False
    _drop(untold, why=why, by=by)
    return True


def replace(interview: Interview, seat: Panelist | None, *, by: Person | None) -> bool:
    """Drop what tells somebody how an interview stood; tell whether they have had nothing else.

    Then what tells how it stands now is the first that they hear of it.
    """
    had_any, untold = _had(interview, seat)
    _drop(untold, why=CHANGED, by=by)
    return bool(untold) and not had_any


def knows(interview: Interview, seat: Panelist | None) -> bool:
    """Tell whether somebody knows of an interview without being invited to it by mail.

    A candidate who has chosen its time read that it is booked, and whoever offered it was told.
    """
    proposal = queries.proposal_that_became(interview.id)
    return proposal is not None and (seat is None or seat.person_id == proposal.proposed_by_id)


def still_held(interview: Interview) -> int:
    """Count those whose invitation waits for a look, and who are told nothing without it."""
    seats = [None, *(seat for seat in interview.panelists if seat.active)]
    untold = [seat for seat in seats if not knows(interview, seat)]
    found = [_told(_invitations(interview, seat)) for seat in untold]
    return sum(not had_any and any(map(_waits, mine)) for had_any, mine in found)


def outdated(emails: Sequence[OutgoingEmail]) -> dict[int, str]:
    """Say of held invitations why they are not to be released any more, by the mail.

    That is so where nothing waits that would put right what they tell.
    """
    held = [
        each
        for each in emails
        if each.state is MailState.HELD
        and each.calendar_method == "REQUEST"
        and each.about_kind == "interview"
    ]
    ids = {each.about_id for each in held if each.about_id is not None}
    about = mails.about_each("interview", ids) if ids else []
    return {each.id: why for each in held if (why := _why_outdated(each, about))}


def _why_outdated(email: OutgoingEmail, about: Sequence[OutgoingEmail]) -> str:
    later = [
        each
        for each in about
        if each.id > email.id
        and each.calendar_method is not None
        and each.about_id == email.about_id
        and each.recipient_address.lower() == email.recipient_address.lower()
        and each.dropped_at is None
    ]
    interview = db.session.get_one(Interview, email.about_id)
    if not later:
        return NO_LONGER if interview.state is InterviewState.CANCELLED else ""
    waits = OPEN | {MailState.HELD}
    gone = any(each.state not in waits or outbox.in_hand(each) for each in later)
    invites_anew = later[0].message in {"interview_invitation", "panel_invitation"}
    return NEWER if gone or invites_anew else ""


def _had(interview: Interview, seat: Panelist | None) -> tuple[bool, Sequence[OutgoingEmail]]:
    """As `_told`, of the rows as they are now, which nobody can release meanwhile."""
    found = _invitations(interview, seat)
    return _told(
        [lock(OutgoingEmail, each.id) if each.state is MailState.HELD else each for each in found]
    )


def _told(found: Sequence[OutgoingEmail]) -> tuple[bool, Sequence[OutgoingEmail]]:
    """Tell whether somebody has had any of these mails, and which nobody ever let go."""
    untold = [each for each in found if outbox.has_told_nobody(each)]
    return len(untold) < len(found), untold


def _invitations(interview: Interview, seat: Panelist | None) -> Sequence[OutgoingEmail]:
    """What invites somebody to an interview, since they were last told that it is off; in order."""
    found: list[OutgoingEmail] = []
    for each in mails.about("interview", interview.id):
        if not _is_to(each, seat):
            continue
        if each.calendar_method == "CANCEL" and each.dropped_at is None:
            found = []
        elif each.calendar_method == "REQUEST":
            found.append(each)
    return found


def _is_to(email: OutgoingEmail, seat: Panelist | None) -> bool:
    if seat is None:
        return outbox.is_to_candidate(email)
    own = email.recipient_address.lower() == seat.person.email.lower()
    return own and not outbox.is_to_candidate(email)


def _waits(email: OutgoingEmail) -> bool:
    return email.state is MailState.HELD and email.dropped_at is None


def _drop(untold: Sequence[OutgoingEmail], *, why: str, by: Person | None) -> None:
    for email in untold:
        if _waits(email):
            outbox.drop(email, by=by, why=why)
