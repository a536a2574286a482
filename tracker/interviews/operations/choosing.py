"""A candidate chooses one of the times that they were offered, or says that none fits."""

from tracker.applications import operations as applications
from tracker.core.db import db, now
from tracker.core.errors import DomainError, GoneError
from tracker.interviews import emails, queries
from tracker.interviews.models import Interview, Proposal, ProposedSlot
from tracker.interviews.operations.booking import Plan, schedule_chosen
from tracker.interviews.rules import ProposalState
from tracker.interviews.slots import last_answer
from tracker.routing import operations as routing


class TakenError(DomainError):
    """A time that was offered is no longer to be had; others may be."""


def choose(proposal: Proposal, slot: ProposedSlot) -> Interview:
    """Book the interview that a candidate has chosen; everybody is invited, the contact told.

    The caller holds the locks of the application and the proposal. The contact's name stands
    for the booking: they have offered it. Raises `GoneError` where the times no longer stand,
    and `TakenError` where this one is taken: another may be free.
    """
    _check_stands(proposal)
    at, contact = now(), proposal.proposed_by
    if last_answer(slot.starts_at) <= at:
        raise TakenError("It is too late for that time. Choose another one.")
    application = proposal.application
    queries.lock_people([contact.id])
    if _is_taken(proposal, slot):
        raise TakenError("That time has been taken in the meantime. Choose another one.")
    try:
        interview = schedule_chosen(application, _plan(proposal, slot), by=contact)
    except DomainError as error:  # its words are for colleagues
        raise TakenError(
            "That time could not be booked just now. Choose another one, or say that none fits."
        ) from error
    slot.interview_id = interview.id
    proposal.state, proposal.settled_at = ProposalState.CHOSEN, at
    proposal.interview_id = interview.id
    db.session.flush()
    emails.time_chosen(proposal, interview, token=routing.give_link(application, contact))
    return interview


def _is_taken(proposal: Proposal, slot: ProposedSlot) -> bool:
    busy = queries.busy([proposal.proposed_by_id], slot.starts_at, slot.ends_at)
    application = proposal.application
    other = queries.candidate_busy(application, slot.starts_at, slot.ends_at)
    return bool(busy) or other is not None


def _plan(proposal: Proposal, slot: ProposedSlot) -> Plan:
    return Plan(
        kind=proposal.kind,
        round=proposal.round,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        time_zone=proposal.time_zone,
        place=proposal.place,
        link=proposal.link,
        notes_for_candidate=proposal.notes_for_candidate,
        panel=[proposal.proposed_by],
    )


def refuse(proposal: Proposal, *, answer: str) -> None:
    """Take the candidate's word that none of the times fits, and pass it on.

    Raises `GoneError` as `choose` does.
    """
    _check_stands(proposal)
    proposal.state, proposal.settled_at = ProposalState.NONE_FITS, now()
    proposal.answer = applications.clean_text(answer).strip()
    db.session.flush()
    token = routing.give_link(proposal.application, proposal.proposed_by)
    emails.times_none_fits(proposal, token=token)


def _check_stands(proposal: Proposal) -> None:
    if not queries.stands(proposal, now()):
        raise GoneError("These times no longer stand. Your page says what comes next.")
