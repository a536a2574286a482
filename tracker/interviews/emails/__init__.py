"""Invitations with their calendar objects, and the times that candidates choose among."""

from tracker.interviews.emails.answering import CANNOT, invitation_answered
from tracker.interviews.emails.inviting import (
    are_cancellations_held,
    cancel_candidate,
    cancel_panelist,
    for_candidate,
    for_panel,
    invite_candidate,
    invite_panelist,
    meeting,
    release_panelist,
    where,
)
from tracker.interviews.emails.proposing import (
    time_chosen,
    times_none_fits,
    times_proposed,
    times_unanswered,
    times_withdrawn,
)

__all__ = [
    "CANNOT",
    "are_cancellations_held",
    "cancel_candidate",
    "cancel_panelist",
    "for_candidate",
    "for_panel",
    "invitation_answered",
    "invite_candidate",
    "invite_panelist",
    "meeting",
    "release_panelist",
    "time_chosen",
    "times_none_fits",
    "times_proposed",
    "times_unanswered",
    "times_withdrawn",
    "where",
]
