"""Keep interviews and offered times in step with the application that they are for."""

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import now
from tracker.interviews import queries
from tracker.interviews.models import Interview
from tracker.interviews.operations.booking import Plan, cancel, schedule
from tracker.interviews.operations.proposing import close
from tracker.interviews.rules import ProposalState


def book(application: Application, plan: Plan, *, by: Person) -> Interview:
    """Book an interview by hand; times that still wait for the candidate's choice lapse.

    The invitation tells the candidate which time it is. Raises what `schedule` raises.
    """
    interview = schedule(application, plan, by=by)
    waiting = queries.open_proposal(application.id)
    if waiting is not None:
        close(waiting, ProposalState.REPLACED)
    return interview


def settle(application: Application, *, by: Person | None) -> list[Interview]:
    """Call off what is still to come of an application that has ended; no-op for an open one.

    Whoever sets an outcome, or takes a withdrawal, calls this in the same transaction: no
    calendar may show an interview that nobody will come to, and no page offer times for one.
    `by` is None for the candidate.
    """
    if application.outcome is None:
        return []
    waiting = queries.open_proposal(application.id)
    if waiting is not None:
        close(waiting, ProposalState.ENDED)
    ahead = [
        each
        for each in queries.of_application(application.id, with_cancelled=False)
        if each.starts_at > now()
    ]
    for each in ahead:
        cancel(each, reason=f"The application has ended: {application.outcome.value}.", by=by)
    return ahead
