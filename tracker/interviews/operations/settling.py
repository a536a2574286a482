"""Keep interviews and offered times in step with the application that they are for."""

from collections.abc import Collection

from tracker.accounts.models import Person
from tracker.applications import queries as applications
from tracker.applications.models import Application
from tracker.core.db import db, now
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


def settle(application: Application, *, by: Person | None, let_go: bool = False) -> list[Interview]:
    """Call off what is still to come of an application that has ended; no-op for an open one.

    Whoever sets an outcome, or takes a withdrawal, calls this in the same transaction: no
    calendar may show an interview that nobody will come to, and no page offer times for one.
    While the mail about the end waits for a look, all of it stands: a cancellation would tell
    the candidate before the mail does. `settle_told` calls it off then. An interview that has
    begun by now stays as it was, and times that can no longer be chosen have lapsed. `by` is
    None for the candidate; `let_go` as in `cancel`.
    """
    if application.outcome is None or applications.as_told(application).is_open:
        return []
    at = now()
    waiting = queries.open_proposal(application.id)
    if waiting is not None:
        lapsed = waiting.expires_at <= at
        close(waiting, ProposalState.EXPIRED if lapsed else ProposalState.ENDED)
    ahead = queries.ahead_of([application.id], at)
    for each in ahead:
        reason = f"The application has ended: {application.outcome.value}."
        cancel(each, reason=reason, by=by, let_go=let_go)
    return ahead


def settle_told(
    email_ids: Collection[int], *, by: Person | None, let_go: bool = False
) -> list[Interview]:
    """Call off what stood until these mails told why: they were released, or dropped.

    Called in the same transaction, by whoever lets them go; the caller holds the locks of the
    applications that they are about. `let_go` as in `cancel`: who releases a decline has been
    told that its cancellations go with it.
    """
    called_off = []
    for application_id in sorted(applications.ends_told_by(email_ids)):
        application = db.session.get_one(Application, application_id)
        called_off += settle(application, by=by, let_go=let_go)
    return called_off
