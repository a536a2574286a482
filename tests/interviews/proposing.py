"""Times that are offered to candidates. They commit."""

import datetime as dt
from typing import Any

from tests.interviews.factories import ZONE, next_week
from tests.routing.factories import mails, path_in
from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core.db import db, lock, writing
from tracker.interviews import operations
from tracker.interviews.models import Proposal
from tracker.interviews.operations import Offer
from tracker.interviews.rules import InterviewKind

CONTACT = "ida.moreno@example.org"
DAY = dt.timedelta(days=1)


def offer(*starts: dt.datetime, hour: int = 15, **values: Any) -> Offer:
    """An offer of 45 minutes each; unset, two days of next week."""
    begin = starts or (next_week(hour) + DAY, next_week(hour) + 2 * DAY)
    known: dict[str, Any] = {
        "kind": InterviewKind.IN_PERSON,
        "slots": [(each, each + dt.timedelta(minutes=45)) for each in begin],
        "time_zone": ZONE,
        "place": "Main library, room 204",
        "link": "",
        "notes_for_candidate": "Bring a picture book.",
    }
    return Offer(**{**known, **values})


def proposed(application_id: int, *starts: dt.datetime, **values: Any) -> int:
    """Times offered by the posting's contact; the id of the proposal."""
    with writing():
        by = db.session.query(Person).filter_by(email=CONTACT).one()
        application = lock(Application, application_id)
        proposal_id = operations.propose(application, offer(*starts, **values), by=by).id
        db.session.commit()
    return proposal_id


def chosen(proposal_id: int, rank: int = 1) -> int:
    """The candidate's choice, as their page makes it; the id of the interview."""
    with writing():
        found = db.session.get_one(Proposal, proposal_id)
        lock(Application, found.application_id)
        proposal: Proposal = lock(Proposal, proposal_id)
        slot = next(each for each in proposal.slots if each.rank == rank)
        interview_id = operations.choose(proposal, slot).id
        db.session.commit()
    return interview_id


def page_of_contact(place: int = 0) -> str:
    """The path that the contact's mail opens."""
    return path_in(mails("application_arrived")[place])


def page_of_candidate(message: str = "times_proposed", place: int = -1) -> str:
    """The path that a mail to the candidate opens."""
    return "/my/" + mails(message)[place].text.split("/my/")[1].split()[0]


def proposal(proposal_id: int) -> Proposal:
    """A proposal as it is now."""
    db.session.rollback()
    return db.session.get_one(Proposal, proposal_id, populate_existing=True)
