"""What contacts and their colleagues do behind private links, for staff; and ending such links."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.applications.views import bp
from tracker.applications.views.deciding import lock_to_decide
from tracker.applications.views.timeline import Event, lines
from tracker.core import formats
from tracker.core.access import Action, requires
from tracker.core.db import db, writing
from tracker.core.errors import NotFoundError
from tracker.interviews import queries as interviews
from tracker.interviews.models import Proposal
from tracker.interviews.rules import ProposalState
from tracker.routing import operations as routing_operations
from tracker.routing import queries as routing
from tracker.routing.models import Consultation, LinkAct, LinkRevocation, MoreTime


@dataclass(frozen=True)
class Behind:
    """Everything about one application that came of private links, oldest first."""

    wishes: list[MoreTime]
    consultations: list[Consultation]
    proposals: list[Proposal]
    revocations: list[LinkRevocation]
    as_other: list[LinkAct]

    @classmethod
    def of(cls, application: Application) -> "Behind":
        """Read it, in a fixed number of queries."""
        return cls(
            wishes=routing.more_time_on(application.id),
            consultations=routing.consultations_of(application.id),
            proposals=interviews.proposals_of(application.id),
            revocations=routing.revocations_of(application.id),
            as_other=routing.acts_as_other(application.id),
        )

    @property
    def shut_out(self) -> set[int]:
        """The people whose links have been ended, by id."""
        return {each.person_id for each in self.revocations if each.lifted_at is None}

    def events(self, zone: str) -> Iterator[Event]:
        """Lines for the timeline."""
        for wish in self.wishes:
            until = formats.short_datetime(wish.until, zone)
            title = gettext("Asked for more time, until %(until)s", until=until)
            yield Event(wish.asked_at, title, wish.assignment.person.name, lines(wish.note))
        for asked in self.consultations:
            yield from _consulted(asked)
        for proposal in self.proposals:
            yield from _proposed(proposal, zone)
        for ended in self.revocations:
            yield from _revoked(ended)
        for act in self.as_other:
            if act.signed_in is not None:
                title = gettext(
                    "Done as %(owner)s while %(other)s was signed in: %(what)s",
                    owner=act.link.person.name,
                    other=act.signed_in.name,
                    what=gettext(act.what.value),
                )
                yield Event(act.at, title, tone="warning")


def _consulted(asked: Consultation) -> Iterator[Event]:
    name = asked.person.name
    title = gettext("%(name)s was asked to look", name=name)
    yield Event(asked.asked_at, title, asked.asked_by.name, lines(asked.note))
    if asked.answered_at is not None:
        title = (
            gettext("Opinion of %(name)s", name=name)
            if asked.opinion
            else gettext("%(name)s has looked and has nothing to add", name=name)
        )
        yield Event(asked.answered_at, title, name, lines(asked.opinion), "info")
    elif asked.looked_at is not None:
        yield Event(asked.looked_at, gettext("%(name)s has looked", name=name), name)


def _proposed(proposal: Proposal, zone: str) -> Iterator[Event]:
    times = "; ".join(formats.datetime(each.starts_at, zone) for each in proposal.slots)
    by = proposal.proposed_by.name
    title = gettext("Interview times proposed")
    yield Event(proposal.proposed_at, title, by, lines(times), "info")
    if proposal.settled_at is None:
        return
    candidate = gettext("the candidate")
    words, who = {
        ProposalState.CHOSEN: (gettext("One of the interview times chosen"), candidate),
        ProposalState.NONE_FITS: (gettext("None of the interview times fits"), candidate),
        ProposalState.WITHDRAWN: (gettext("Interview times taken back"), ""),
        ProposalState.REPLACED: (gettext("Interview times replaced"), ""),
        ProposalState.EXPIRED: (gettext("Interview times lapsed, without an answer"), ""),
        ProposalState.ENDED: (gettext("Interview times lapsed with the application"), ""),
    }[proposal.state]
    yield Event(proposal.settled_at, words, who, lines(proposal.answer))


def _revoked(ended: LinkRevocation) -> Iterator[Event]:
    name = ended.person.name
    yield Event(
        ended.at,
        gettext("Private links of %(name)s ended", name=name),
        ended.by.name,
        tone="warning",
    )
    if ended.lifted_at is not None:
        by = ended.lifted_by.name if ended.lifted_by else ""
        yield Event(ended.lifted_at, gettext("New link sent to %(name)s", name=name), by)


# Ending a link, and sending a new one


@bp.post("/staff/applications/<int:application_id>/links/<int:person_id>/end")
@requires(Action.MOVE_APPLICATIONS)
def end_links(application_id: int, person_id: int) -> ResponseReturnValue:
    """End every private link of a person's to an application."""
    with writing():
        application, by = lock_to_decide(application_id)
        person = _given(application, person_id)
        routing_operations.shut_out(application, person, by=by)
        name = person.name
        db.session.commit()
    flash(gettext("The links of %(name)s to this application open nothing now.", name=name))
    return redirect(_url(application_id), 303)


@bp.post("/staff/applications/<int:application_id>/links/<int:person_id>/send")
@requires(Action.MOVE_APPLICATIONS)
def send_link(application_id: int, person_id: int) -> ResponseReturnValue:
    """Mail a person a new private link to an application that is with them."""
    with writing():
        application, by = lock_to_decide(application_id)
        person = _given(application, person_id)
        routing_operations.send_link(application, person, by=by)
        name = person.name
        db.session.commit()
    flash(gettext("A new link is on its way to %(name)s. Earlier ones open nothing.", name=name))
    return redirect(_url(application_id), 303)


def _given(application: Application, person_id: int) -> Person:
    """Load a person whom an application is or was with, else `NotFoundError`."""
    for each in routing.routing_of(application.id):
        if each.person_id == person_id:
            return each.person
    raise NotFoundError


def _url(application_id: int) -> str:
    return url_for("applications.staff_show", application_id=application_id, _anchor="routing")
