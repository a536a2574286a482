"""Book interviews, offer times for them, and call off what nobody will come to."""

from tracker.interviews.operations.booking import Plan, cancel, change, schedule
from tracker.interviews.operations.choosing import TakenError, choose, refuse
from tracker.interviews.operations.correcting import correct_mail, others_that_failed
from tracker.interviews.operations.proposing import Offer, lapse, propose, withdraw
from tracker.interviews.operations.settling import book, settle, settle_told
from tracker.interviews.operations.untold import outdated, still_held

__all__ = [
    "Offer",
    "Plan",
    "TakenError",
    "book",
    "cancel",
    "change",
    "choose",
    "correct_mail",
    "lapse",
    "others_that_failed",
    "outdated",
    "propose",
    "refuse",
    "schedule",
    "settle",
    "settle_told",
    "still_held",
    "withdraw",
]
