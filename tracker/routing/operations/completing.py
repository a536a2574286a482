"""Tell everybody an application is with that its candidate has answered the questions."""

import datetime as dt
from collections.abc import Mapping

from tracker.applications import operations as applications
from tracker.applications.models import Application, Completion
from tracker.routing import emails, queries
from tracker.routing.operations.links import give_link


def complete(completion: Completion, answers: Mapping[str, str], *, at: dt.datetime) -> Application:
    """Add a candidate's answers, and tell whoever has the application.

    Raises what `applications.operations.complete` raises.
    """
    application = applications.complete(completion, answers, at=at)
    for each in queries.routing_of(application.id):
        if each.ended_at is None and each.person.disabled_at is None:
            token = give_link(application, each.person)
            emails.answers_added(application, each.person, token)
    return application
