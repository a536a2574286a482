"""Ask a colleague to look at an application, and hear what they think."""

from tracker.accounts import operations as accounts
from tracker.accounts.models import Person
from tracker.accounts.rules import AddressError, clean_address
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.notifications.models import OutgoingEmail
from tracker.routing import emails, queries, rules
from tracker.routing.models import Consultation
from tracker.routing.operations.deciding import deciding
from tracker.routing.operations.giving import add_assignment
from tracker.routing.operations.links import give_link
from tracker.routing.rules import Why


def consult(
    application: Application, *, name: str, email: str, note: str, by: Person
) -> Consultation:
    """Ask a colleague to look: a row, a link of their own, and the mail with it.

    Only somebody with a say may ask. The colleague reads and gives an opinion; they decide
    nothing and ask nobody else. Raises `NotAskedError` for an address that is not the
    employer's, one's own or of somebody asked already, and past a few.
    """
    if application.outcome is not None:
        raise DomainError("This application has ended, so nobody needs to look at it any more.")
    deciding(application, by)
    colleague = _colleague(application, name=name, email=email, by=by)
    token = give_link(application, colleague)
    mail = emails.opinion_asked(
        application,
        colleague,
        name=name.strip() or colleague.name,
        asker=by,
        note=applications.clean_text(note).strip(),
        token=token,
    )
    _let_read(application, colleague, by=by, mail=mail)
    asked = Consultation(
        application=application,
        asked_by=by,
        person=colleague,
        name=name.strip() or colleague.name,
        note=applications.clean_text(note).strip(),
        email=mail,
    )
    db.session.add(asked)
    db.session.flush()
    return asked


def _colleague(application: Application, *, name: str, email: str, by: Person) -> Person:
    """Find whom an address is, or add them; what is answered tells nobody who is known here."""
    try:
        address = clean_address(email)
    except AddressError as error:
        raise rules.NotAskedError(error.message) from None
    if address == by.email:
        raise rules.NotAskedError("That is your own address. Name a colleague.")
    if address.rpartition("@")[2] not in queries.own_domains(by):
        raise rules.NotAskedError(
            "That address is not one of the employer’s. An application is shown to colleagues"
            " only; write to the hiring team if somebody else has to read it."
        )
    asked = [each for each in queries.consultations_of(application.id) if each.asked_by_id == by.id]
    if len(asked) >= rules.MOST_CONSULTED:
        raise rules.NotAskedError(
            f"You have asked {rules.MOST_CONSULTED} colleagues about this application already."
            " Write to the hiring team if more have to read it."
        )
    if any(each.person.email == address and each.answered_at is None for each in asked):
        raise rules.NotAskedError("You have asked them already. Their answer comes to you by mail.")
    colleague = accounts.find_or_add(email=address, name=name, by=by, unconfirmed=True)
    if colleague.disabled_at is not None or queries.is_shut_out(application.id, colleague.id):
        raise rules.NotAskedError("Nobody can be asked at that address. Name somebody else.")
    return colleague


def _let_read(
    application: Application, colleague: Person, *, by: Person, mail: OutgoingEmail
) -> None:
    """Let a colleague read an application who does not yet; who has a say in it keeps it."""
    if queries.assignment_of(application.id, colleague.id) is None:
        add_assignment(
            application,
            colleague,
            why=Why.ASKED,
            reason="to look at it",
            by=by,
            email=mail,
            next_step_at=None,
        )


def answer(consultation: Consultation, *, opinion: str) -> Consultation:
    """Take a colleague's opinion, or ('') that they have looked; whoever asked is told.

    Raises `DomainError` once it was given: what colleagues have read stays as they read it.
    """
    if consultation.answered_at is not None:
        raise DomainError("You have said what you think already, and it was passed on.")
    if consultation.application.outcome is not None:
        raise DomainError("This application has ended, so an opinion is no longer needed.")
    at = now()
    consultation.looked_at = consultation.looked_at or at
    consultation.answered_at = at
    consultation.opinion = applications.clean_text(opinion).strip()
    asker = consultation.asked_by
    assignment = queries.assignment_of(consultation.application_id, asker.id)
    if assignment is not None and asker.disabled_at is None:
        emails.opinion_given(consultation, give_link(consultation.application, asker))
    db.session.flush()
    return consultation
