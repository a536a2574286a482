"""The times that a contact offers, and the proposal that came of it."""

import datetime as dt

from sqlalchemy import select

from tests.interviews.factories import next_week
from tests.interviews.proposing import DAY
from tracker.core.db import db
from tracker.interviews.models import Proposal


def first_time() -> dt.datetime:
    """The first of the two times that `proposed` offers, unless told otherwise."""
    return next_week(15) + DAY


def second_time() -> dt.datetime:
    """The second of them."""
    return next_week(15) + 2 * DAY


def only() -> Proposal:
    """The only proposal, as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Proposal)).one()
