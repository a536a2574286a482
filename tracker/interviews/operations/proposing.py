"""Offer a candidate times for an interview, take them back, let them lapse."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.accounts.models import Person
from tracker.accounts.rules import PRESSED_AGAIN
from tracker.applications import operations as applications
from tracker.applications import queries as applied
from tracker.applications.models import Application
from tracker.core import formats
from tracker.core.db import db, lock, now
from tracker.core.errors import DomainError
from tracker.interviews import emails, queries, rules, slots
from tracker.interviews.models import Proposal, ProposedSlot
from tracker.interviews.rules import InterviewKind, ProposalState
from tracker.interviews.slots import TimesError
from tracker.routing import operations as routing


@dataclass(frozen=True)
class Offer:
    """What a contact offers: times as (start, end), aware, and all that they have in common.

    `answer_by` is until when the candidate may choose; unset, as long as there is a time left.
    """

    kind: InterviewKind
    slots: Sequence[tuple[dt.datetime, dt.datetime]]
    time_zone: str
    place: str
    link: str
    notes_for_candidate: str
    answer_by: dt.datetime | None = None


def propose(application: Application, offer: Offer, *, by: Person) -> Proposal:
    """Offer a candidate times to choose among, by mail; they replace any that still stand.

    Pressed twice they are mailed once: a second mail would end the times of the first.
    The caller holds the application's lock, and has seen that `by` has a say. Raises
    `TimesError` where a time cannot be offered, and `DomainError` where nothing can.
    """
    if application.outcome is not None:
        raise DomainError("This application has ended, so there is nobody to talk with.")
    if not application.email:
        raise DomainError(
            "The candidate has no e-mail address. Agree on a time by telephone, and have the"
            " hiring team enter it."
        )
    at, earlier = now(), queries.open_proposal(application.id)
    if earlier is not None and _is_pressed_again(earlier, offer, by=by, at=at):
        return earlier
    if queries.count_proposals(application.id, by.id) >= slots.MOST_PROPOSALS:
        raise DomainError(
            f"You have proposed times {slots.MOST_PROPOSALS} times already. Call the candidate,"
            " or write to the hiring team."
        )
    _check(application, offer, by=by, at=at)
    if earlier is not None:
        close(earlier, ProposalState.REPLACED)
    offered = sorted(offer.slots)
    last = slots.last_answer(offered[-1][0])
    proposal = Proposal(
        application=application,
        proposed_by=by,
        proposed_at=at,
        kind=offer.kind,
        round=queries.next_round(application.id),
        time_zone=offer.time_zone,
        place=offer.place,
        link=offer.link,
        notes_for_candidate=offer.notes_for_candidate,
        expires_at=min(offer.answer_by or last, last),
        slots=[
            ProposedSlot(rank=rank, starts_at=start, ends_at=end)
            for rank, (start, end) in enumerate(offered, start=1)
        ],
    )
    db.session.add(proposal)
    db.session.flush()
    proposal.email = emails.times_proposed(
        proposal, token=applications.mailed_link(application), again=earlier is not None
    )
    db.session.flush()
    return proposal


def _is_pressed_again(earlier: Proposal, offer: Offer, *, by: Person, at: dt.datetime) -> bool:
    """Tell whether the same was offered a moment ago."""
    last = slots.last_answer(max(start for start, _ in offer.slots)) if offer.slots else at
    return (
        earlier.proposed_by_id == by.id
        and earlier.proposed_at > at - PRESSED_AGAIN
        and [(each.starts_at, each.ends_at) for each in earlier.slots] == sorted(offer.slots)
        and earlier.expires_at == min(offer.answer_by or last, last)
        and (earlier.kind, earlier.place, earlier.link, earlier.notes_for_candidate)
        == (offer.kind, offer.place, offer.link, offer.notes_for_candidate)
    )


def _check(application: Application, offer: Offer, *, by: Person, at: dt.datetime) -> None:
    slots.check_slots(offer.slots, at=at)
    rules.check_place(offer.kind, offer.place, offer.link)
    if offer.answer_by is not None and offer.answer_by <= at:
        raise TimesError("The day by which you want an answer has passed.")
    for start, end in offer.slots:
        when = formats.datetime(start, offer.time_zone)
        if queries.busy([by.id], start, end):
            raise TimesError(f"You already sit in an interview at that time: {when}.")
        if queries.candidate_busy(application, start, end) is not None:
            raise TimesError(f"The candidate already has an interview at that time: {when}.")


def close(proposal: Proposal, state: ProposalState) -> None:
    """End a proposal that stands open; its times are free again."""
    proposal.state, proposal.settled_at = state, now()
    db.session.flush()


def withdraw(proposal: Proposal) -> None:
    """Take times back before the candidate has chosen one, and tell them.

    Raises `DomainError` once they have, or the times are over.
    """
    if proposal.state is not ProposalState.OPEN:
        raise DomainError(
            "These times are no longer open: the candidate has answered, or they have lapsed."
        )
    close(proposal, ProposalState.WITHDRAWN)
    application = proposal.application
    emails.times_withdrawn(proposal, token=applications.mailed_link(application))


def lapse(*, at: dt.datetime, limit: int = 50) -> int:
    """Close proposals whose time is over or whose contact has no say any more; tells who waits.

    Called by the clock, and harmless at any time: what it finds late was not to be chosen since.
    """
    due = queries.lapsed_proposals(at, limit=limit)
    for proposal_id in due:
        proposal: Proposal = lock(Proposal, proposal_id)
        if proposal.state is not ProposalState.OPEN:
            continue  # chosen while this waited for the lock
        application = proposal.application
        if not applied.is_open_as_told(application):
            close(proposal, ProposalState.ENDED)
        elif not queries.has_say(proposal):
            withdraw(proposal)
        elif proposal.expires_at <= at:
            close(proposal, ProposalState.EXPIRED)
            if application.outcome is not None:
                continue  # ended, and the candidate has yet to be told: nobody waits for them
            token = routing.give_link(application, proposal.proposed_by)
            emails.times_unanswered(proposal, token=token)
    return len(due)
