"""Thread a received mail into its application, and pass on what somebody waits for.

Whoever a mail claims to be from is easily made up. So nothing here moves an application or
confirms an address; and a colleague's words go on to a candidate only when they answer a mail
that was sent to that very colleague, whose number or tag nobody else knows.
"""

from collections.abc import Mapping, Sequence

from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications import queries as applied
from tracker.applications.models import Application, ApplicationDocument
from tracker.core import links
from tracker.core.db import db, lock, now
from tracker.core.errors import DomainError
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.intake import conversations, emails, threads
from tracker.intake.models import IncomingAttachment, IncomingEmail, Letter, Reply
from tracker.intake.operations.exchange import answered_subject, thread_of_candidate
from tracker.intake.operations.fitting import are_too_many, fitted
from tracker.intake.operations.letters import AGAIN, NO_ADDRESS, decides, note_answered
from tracker.intake.rules import NO_DOCUMENTS, Verdict, Words, Writer
from tracker.intake.threads import Found
from tracker.interviews.models import Interview
from tracker.notifications.tags import Reaches
from tracker.postings.rules import MemberRole
from tracker.routing import operations as routing
from tracker.routing import queries as assignments
from tracker.routing.rules import MAY_DECIDE

SAME_WORDS = "The same words came from there before, so it was not passed on again."
TOO_MANY = "Too many mails about this application came within an hour."
NOT_WITH_THEM = (
    "Whoever wrote does not decide on the application, or no longer does, so others were told"
    " instead."
)


def receive_reply(incoming: IncomingEmail, words: Words) -> Reply | None:
    """Tie a mail to the application that it belongs to, and tell whoever waits for it.

    `words` are what was made fit before any lock was taken. Returns None for a mail that
    belongs to none. A second time nothing is done.
    """
    known = conversations.known_reply(incoming.id)
    if known is not None:
        return known
    found = _found(incoming)
    if found is None:
        return None
    application: Application = lock(Application, found.application.id)
    writer, person = _who(incoming, found)
    too_many = are_too_many(application.id, person)
    reply = Reply(
        incoming=incoming,
        application=application,
        writer=writer,
        person=person,
        text=words.text,
    )
    reply.held = _why_held(reply, found, too_many=too_many)
    incoming.application_id = application.id
    if found.email is not None and incoming.outgoing_email_id is None:
        incoming.outgoing_email_id = found.email.id
    db.session.add(reply)
    db.session.flush()
    _pass_on(reply, found, words)
    db.session.flush()
    return reply


def _found(incoming: IncomingEmail) -> Found | None:
    """What it answers; or what it was filed under by its sender alone, or by hand."""
    found = threads.find(incoming)
    if incoming.application_id is None or (
        found is not None and found.application.id == incoming.application_id
    ):
        return found
    application = db.session.get(Application, incoming.application_id)
    return Found(application, Reaches.HANDLERS) if application is not None else None


def _who(incoming: IncomingEmail, found: Found) -> tuple[Writer, Person | None]:
    """Decide who wrote, by address; of colleagues only those who were written to themselves."""
    address = incoming.from_address.strip().lower()
    if address and address == found.application.email_key:
        return Writer.CANDIDATE, None
    if not address or found.reaches is Reaches.HANDLERS:
        return Writer.STRANGER, None
    person = people.by_email(address)
    if person is None or person.disabled_at is not None or not found.went_to(address):
        return Writer.STRANGER, None
    return Writer.COLLEAGUE, person


def _why_held(reply: Reply, found: Found, *, too_many: bool) -> str:
    """Say why a mail is kept and not passed on; empty where it is."""
    application, at = reply.application, now()
    if conversations.said_before(application.id, reply.incoming, reply.text, since=at - AGAIN):
        return SAME_WORDS
    if too_many:
        return TOO_MANY
    if reply.person is not None and found.reaches is Reaches.CANDIDATE:
        if not decides(application, reply.person):
            return NOT_WITH_THEM
        if not application.email:
            return NO_ADDRESS
    return ""


def _pass_on(reply: Reply, found: Found, words: Words) -> None:
    if reply.held in {SAME_WORDS, TOO_MANY}:
        return  # perhaps two machines that answer each other
    if reply.held and reply.person is not None:
        emails.reply_not_passed_on(reply, reply.person)
        if reply.held == NO_ADDRESS:
            return
    if reply.person is not None and found.reaches is Reaches.CANDIDATE and not reply.held:
        _to_candidate(reply, reply.person, words)
        return
    _tell_handlers(reply, found, words)


def _to_candidate(reply: Reply, person: Person, words: Words) -> None:
    """Pass a colleague's answer on, from the employer's address; their own is not in it."""
    application = reply.application
    subject = answered_subject(application)
    known = words.answers
    if subject not in known:  # another mail came since the words were made fit
        known = fitted("", (), held=False, answers=subject).answers
    email = emails.to_candidate(
        application,
        reply.text,
        by=person,
        answers=known[subject],
        thread=thread_of_candidate(application),
        once_key=f"letter-of-reply-{reply.id}",
        automatic=True,
    )
    db.session.add(
        Letter(application=application, by=person, text=reply.text, reply_id=reply.id, email=email)
    )
    note_answered(application, person)
    _tell_of_files(reply, person, words)


def _tell_of_files(reply: Reply, person: Person, words: Words) -> None:
    """Tell a colleague which files of their mail the candidate does not get.

    Not where somebody filed the mail by hand: then its sender was in doubt, and they saw them.
    """
    stayed = [each.name for each in reply.incoming.attachments if _is_meant(each)]
    if not stayed or reply.incoming.verdict is not Verdict.REPLY:
        return
    known = _shown_names(stayed, words)
    emails.answer_without_files(
        reply,
        person,
        link=link_for(reply.application, person),
        files=[known[each] for each in stayed],
    )


def _is_meant(attachment: IncomingAttachment) -> bool:
    """Tell whether whoever wrote meant to send a file: no logo, no key, nothing of another mail."""
    if attachment.media_type == "application/pgp-keys":
        return False
    return attachment.accepted or attachment.reason not in NO_DOCUMENTS


def _shown_names(names: Sequence[str], words: Words) -> Mapping[str, str]:
    """The names of files as they may be shown."""
    if words.files.keys() >= set(names):
        return words.files
    return fitted("", names, held=False).files  # an hour ended since the words were made fit


def _tell_handlers(reply: Reply, found: Found, words: Words) -> None:
    """Tell everybody who handles an application, but who wrote; each in a thread of their own.

    And who scheduled the interview that the mail is about: it may say that somebody cannot come.
    """
    application = reply.application
    write = (
        emails.candidate_replied if reply.writer is Writer.CANDIDATE else emails.colleague_replied
    )
    names = [each.name for each in reply.incoming.attachments]
    known = _shown_names(names, words)
    files = [known[each] for each in names]
    told = [*handlers(application), *_consulted_with(application, reply.person)]
    told += _planners(found)
    for person in {each.id: each for each in told}.values():
        if reply.person is not None and person.id == reply.person.id:
            continue
        before = conversations.mails_between(application, person.email)
        write(
            reply,
            person,
            link=link_for(application, person),
            files=files,
            thread=[each.message_id for each in before],
        )


def _consulted_with(application: Application, person: Person | None) -> list[Person]:
    """Whom a colleague asked for an opinion, or who asked them: they answer each other."""
    if person is None:
        return []
    asked = assignments.consultations_of(application.id)
    others = [each.person for each in asked if each.asked_by_id == person.id]
    others += [each.asked_by for each in asked if each.person_id == person.id]
    return [each for each in others if each.disabled_at is None]


def _planners(found: Found) -> list[Person]:
    """Who scheduled the interview whose mail is answered."""
    interview = db.session.get(Interview, found.interview_id) if found.interview_id else None
    planner = who_scheduled(interview) if interview is not None else None
    return [planner] if planner is not None else []


def who_scheduled(interview: Interview) -> Person | None:
    """Who scheduled an interview, as long as they may see its application; else None."""
    person = db.session.get(Person, interview.created_by_id) if interview.created_by_id else None
    if person is None or person.disabled_at is not None:
        return None
    if person.role is not None and applied.visible_among(person, [interview.application_id]):
        return person
    given = assignments.assignment_of(interview.application_id, person.id)
    if given is None or assignments.is_shut_out(interview.application_id, person.id):
        return None
    return person


def handlers(application: Application) -> list[Person]:
    """Whoever handles an application: with whom it is, and who manages its posting.

    Failing them, whoever stands in for the posting's contact: nobody's words may wait unread.
    """
    found = [
        each.person
        for each in assignments.routing_of(application.id)
        if each.ended_at is None
        and each.why in MAY_DECIDE
        and each.person.disabled_at is None
        and not assignments.is_shut_out(application.id, each.person_id)
    ]
    found += [
        each.person
        for each in application.posting.members
        if each.role is MemberRole.MANAGER and each.person.is_active
    ]
    if not found:
        found = [person for person, _why in routing.answering(application.posting)]
    return list({person.id: person for person in found}.values())


def link_for(application: Application, person: Person) -> str:
    """The page on which a person reads it all: their own link, or the staff's page."""
    if assignments.assignment_of(application.id, person.id) is not None:
        return links.contact_page(routing.give_link(application, person))
    return emails.staff_link(application)


def check_take_over(reply: Reply, attachment: IncomingAttachment) -> None:
    """Raise `DomainError` for a file that cannot be added to the application.

    A candidate reads every document of their application, on their page and in their copy: what
    a colleague mailed, a letter in confidence perhaps, is for colleagues.
    """
    if reply.writer is not Writer.CANDIDATE:
        raise DomainError(
            "Only what the candidate sent can be added to their application: they read all that"
            " stands there."
        )
    if not attachment.accepted:
        raise DomainError(f"This file was not taken: {attachment.reason}")
    if attachment.application_document_id is not None:
        raise DomainError("This file stands with the application already.")


def take_over(
    reply: Reply, attachment: IncomingAttachment, received: Received, *, title: str
) -> ApplicationDocument:
    """Add a file that a candidate mailed to their application; what came before stays.

    `title` is its name, made fit before any lock was taken. The caller holds the application's
    lock. Raises `DomainError` as `check_take_over`.
    """
    check_take_over(reply, attachment)
    added = applications.add_document(
        reply.application,
        documents.record(received),
        title=title,
        at=now(),
        by=None,
    )
    attachment.application_document_id = added.id
    db.session.flush()
    return added
