"""Write down what a mail is, and do what follows: an application, a bounce, a reply."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm.attributes import set_committed_value

from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.operations import MailedIn
from tracker.core import formats
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.documents import operations as documents
from tracker.documents.models import Document
from tracker.intake import emails, queries
from tracker.intake.findings import Found
from tracker.intake.guessing import Candidate, Guess, Wanted, assign
from tracker.intake.models import CalendarAnswer, IncomingAttachment, IncomingEmail
from tracker.intake.operations import reports
from tracker.intake.operations.choices import count_use
from tracker.intake.operations.decisions import A_DAY, MANY_TODAY, Decision, OutdatedError
from tracker.intake.operations.invited import tell_of_answer
from tracker.intake.operations.notices import notify
from tracker.intake.operations.opened import Opened, Taken, language_in
from tracker.intake.operations.replies import receive_reply
from tracker.intake.rules import APPLICATIONS_A_DAY, Verdict, in_time
from tracker.intake.sameness import same_key
from tracker.notifications.headers import without_addresses
from tracker.notifications.queries import sender as letterhead
from tracker.postings import operations as publishing
from tracker.postings.models import Posting
from tracker.postings.queries import alerts
from tracker.postings.rules import DocumentKind, Taking
from tracker.routing import operations as routing

LEAST_WORDS = 5


def settle(email: IncomingEmail, opened: Opened, decision: Decision, *, at: dt.datetime) -> bool:
    """Write down what a mail is, once, and do what follows; returns whether its files are used.

    The mail must be loaded under its lock, without a verdict. The same message that came
    before another way is a duplicate, whatever was decided. Raises `OutdatedError` where its
    sender's application came in between, by another mail or by the form.
    """
    set_committed_value(email, "attachments", [])  # nothing was written down of it yet
    key = same_key(opened.found)
    first = queries.by_same_key(key, but=email.id)
    describe(email, opened.found, decision)
    if first is not None:
        email.duplicate_of_id = first.id
        email.application_id = first.application_id
        _end(email, Verdict.DUPLICATE, "The same message came before, another way.", at)
        email.posting_id = first.posting_id
        list_files(email, opened.taken, {})
        return False
    email.fingerprint = key
    if decision.verdict is Verdict.APPLICATION:
        _check_newest(decision)
        decision = _still_taken(email, opened, decision, at=at)
    if decision.verdict is Verdict.APPLICATION:
        make_application(email, opened, decision, at=at)
        return True
    list_files(email, opened.taken, {})
    _end(email, decision.verdict, decision.why, at)
    _follow(email, opened, decision, at=at)
    return False


def describe(email: IncomingEmail, found: Found, decision: Decision) -> None:
    """Copy into the row what pages and lists show of a mail."""
    outer, head = found.head, decision.head
    email.message_id = outer.message_id
    email.from_name, email.from_address = head.name, head.address
    email.recipients, email.reply_ids = list(outer.recipients), list(outer.reply_ids)
    email.subject, email.text = head.subject or outer.subject, head.text or outer.text
    email.sent_at, email.arrived_at = outer.sent_at, outer.arrived_at
    email.suggestions = [each.as_json() for each in decision.suggestions]
    email.forwarded_by_id, email.rule_id = decision.forwarded_by_id, decision.rule_id
    email.outgoing_email_id = decision.outgoing_email_id
    email.interview_id = decision.interview_id
    email.application_id, email.posting_id = decision.application_id, decision.posting_id


def _end(email: IncomingEmail, verdict: Verdict, why: str, at: dt.datetime) -> None:
    email.verdict, email.why, email.understood_at = verdict, why[:2_000], at
    email.claimed_by = email.claimed_until = None
    if verdict is not Verdict.APPLICATION:
        email.posting_id = None


def _follow(email: IncomingEmail, opened: Opened, decision: Decision, *, at: dt.datetime) -> None:
    """Do what a verdict brings with it, other than an application."""
    if decision.verdict is Verdict.CALENDAR:
        _keep_answer(email, opened.found, decision, at=at)
    if decision.outgoing_email_id is not None:
        reports.note_at(decision.outgoing_email_id, email, decision, at=at)
    if decision.verdict is Verdict.REPLY:
        assert decision.words is not None  # `fit_words` made them
        receive_reply(email, decision.words)
    if decision.ends and (link := alerts.subscription_link(decision.ends)) is not None:
        publishing.end_subscription(link, at=at)
    if decision.dismissal:
        email.dismissed_at, email.dismissal = at, decision.dismissal
    if decision.rule_id is not None:
        count_use(decision.rule_id)
    if decision.trouble and decision.answerable:
        notify(email, opened, decision, at=at)
    db.session.flush()


def _keep_answer(
    email: IncomingEmail, found: Found, decision: Decision, *, at: dt.datetime
) -> None:
    """Keep what a calendar answers to an invitation, and tell of it whom it concerns."""
    said = found.calendar
    if said is None:
        return
    answer = CalendarAnswer(
        email=email,
        interview_id=decision.interview_id,
        uid=said.uid,
        attendee=said.attendee,
        answer=said.answer,
        sequence=said.sequence,
        at=at,
    )
    db.session.add(answer)
    db.session.flush()
    assert decision.words is not None  # `fit_words` made them
    tell_of_answer(answer, decision.words.text, at=at)


# An application


def _check_newest(decision: Decision) -> None:
    """Look once more, now that nobody else makes one: what was decided by, does it still stand?"""
    assert decision.posting_id is not None
    address = decision.head.address
    applications.wait_for_address(0, address)  # another process may count its mails, too
    applications.wait_for_address(decision.posting_id, address)
    known = queries.open_applications_for(address, decision.posting_id)
    if next((each.id for each in known), None) != decision.newest:
        raise OutdatedError


def _still_taken(
    email: IncomingEmail, opened: Opened, decision: Decision, *, at: dt.datetime
) -> Decision:
    """Look once more, under the lock: is anything left of it, and is the posting still open?"""
    if not any(each.accepted and each.received for each in opened.taken) and not opened.letter:
        return replace(
            decision,
            verdict=Verdict.UNSORTED,
            why="None of its files could be taken, and it has no letter.",
            trouble=True,
        )
    if queries.taken_since(decision.head.address, at - A_DAY) >= APPLICATIONS_A_DAY:
        return replace(decision, verdict=Verdict.UNSORTED, why=MANY_TODAY)
    posting = db.session.get(Posting, decision.posting_id)
    if posting is not None and taking_of(posting, email, at) is not Taking.NOT:
        return decision
    return replace(decision, verdict=Verdict.UNSORTED, why=why_closed(posting, email))


def taking_of(posting: Posting, email: IncomingEmail, at: dt.datetime) -> Taking:
    """Tell how a posting takes a mail: by when it arrived, not by when it was read."""
    arrived = min(email.arrived_at or email.kept_at, at)
    return in_time(posting.closing, arrived_at=arrived, at=at)


def why_closed(posting: Posting | None, email: IncomingEmail) -> str:
    """Say in words that a posting took no applications when a mail arrived."""
    if posting is None:
        return "The posting that it was for is not there any more."
    zone = letterhead().time_zone
    arrived = formats.datetime(email.arrived_at or email.kept_at, zone)
    ends = [each for each in (posting.closes_at, posting.closed_at) if each is not None]
    closed = f" closed on {formats.datetime(min(ends), zone)}" if ends else " takes none"
    return (
        f"“{posting.label}”{closed}, and the mail arrived on {arrived}. File it as late, or"
        " dismiss it and tell its sender."
    )


def make_application(
    email: IncomingEmail,
    opened: Opened,
    decision: Decision,
    *,
    at: dt.datetime,
    by: Person | None = None,
    sender: tuple[str, str] | None = None,
    note: str = "",
) -> Application:
    """Make a mail an application for `decision.posting_id`, route it, and mail its receipt.

    `by` files it by hand, `sender` is then the name and address as they corrected them.
    Raises `DomainError` where that cannot be.
    """
    posting = db.session.get_one(Posting, decision.posting_id)
    name, address = sender or (_name(decision), decision.head.address)
    guesses, letter_for = _guess(opened, posting)
    answers = {"name": name, "email": address, "source": "mail"}
    answers["language"] = language_in(opened, decision)
    if letter_for is not None and opened.letter is not None:
        answers[f"text_{letter_for.id}"] = decision.head.text
    made, files, further = _record(opened, guesses, letter_for)
    late = taking_of(posting, email, at) in {Taking.LATE, Taking.NOT}
    facts = MailedIn(
        further=further,
        refused=[
            (without_addresses(each.file.name) or "–", *each.told)
            for each in opened.taken
            if each.told
        ]
        + emails.wrappings(opened.found),
        is_late=late,
        note=note or (why_closed(posting, email) if late else ""),
        by=by,
        # Whoever is written to elsewhere never had the mail that would be answered.
        thread=decision.head.thread if address.lower() == decision.head.address else (),
    )
    draft = applications.whole(posting, answers, files)
    application = routing.receive(draft, at=at, mailed_in=facts).application
    in_application = {each.document_id: each.id for each in application.documents}
    email.application_id, email.posting_id = application.id, posting.id
    if email.verdict is None:
        _end(email, Verdict.APPLICATION, decision.why, at)
    links = {
        rank: (guesses[rank].words, in_application.get(document.id))
        for rank, document in made.items()
    }
    list_files(email, opened.taken, links)
    if decision.rule_id is not None:
        count_use(decision.rule_id)
    db.session.flush()
    return application


def _name(decision: Decision) -> str:
    """Return a sender's name fit for mail of ours; without one, what stands before the @."""
    name = without_addresses(decision.head.name)[:300]
    return name or without_addresses(decision.head.address.partition("@")[0]) or "–"


def _guess(opened: Opened, posting: Posting) -> tuple[dict[int, Guess], Wanted | None]:
    """Guess which file is what the posting asks for, and whether the text is the letter."""
    wanted = [Wanted(each.id, each.kind, each.title) for each in posting.documents]
    candidates = []
    seen: set[str] = set()
    for each in opened.taken:
        if each.received is not None and each.received.file_key not in seen:
            seen.add(each.received.file_key)
            candidates.append(Candidate(each.file.rank, each.file.name, each.received.text))
    guesses = assign(candidates, wanted)
    filled = {guess.wanted.id for guess in guesses.values() if guess.wanted is not None}
    letter = next(
        (
            each
            for each in wanted
            if each.kind is DocumentKind.COVER_LETTER and each.id not in filled
        ),
        None,
    )
    return guesses, letter


def with_letter(opened: Opened, decision: Decision) -> Opened:
    """Store a mail's text as the letter where no letter is among its files.

    All of the text is kept, quotes and signature too. Touches no file where it is not needed;
    no lock may be held.
    """
    text = applications.clean_text(decision.head.text).strip()
    posting = db.session.get(Posting, decision.posting_id)
    guesses, letter_for = _guess(opened, posting) if posting is not None else ({}, None)
    db.session.rollback()
    if not text or (letter_for is None and guesses) or len(text.split()) < LEAST_WORDS:
        return opened
    name = letter_for.title if letter_for is not None else emails.MESSAGE
    return replace(opened, letter=documents.receive_text(f"{text}\n", f"{name}.txt"))


def _record(
    opened: Opened, guesses: dict[int, Guess], letter_for: Wanted | None
) -> tuple[dict[int, Document], dict[int, Document], list[tuple[Document, str]]]:
    """Name the stored files in rows, and the letter.

    Returns the files by their place in the mail, those that are asked for by what asks for
    them, and those that are further with their names.
    """
    placed = [
        (each.file, guesses[each.file.rank].wanted, each.received)
        for each in opened.taken
        if each.received is not None and each.file.rank in guesses
    ]
    received = [each for _, _, each in placed]
    received += [opened.letter] if opened.letter is not None else []
    rows = documents.record_all(received)
    made: dict[int, Document] = {}
    files: dict[int, Document] = {}
    further: list[tuple[Document, str]] = []
    for (file, wanted, _), document in zip(placed, rows, strict=False):
        made[file.rank] = document
        if wanted is None:
            further.append((document, file.name))
        else:
            files[wanted.id] = document
    if opened.letter is not None and letter_for is not None:
        files[letter_for.id] = rows[-1]
    elif opened.letter is not None:
        further.append((rows[-1], emails.MESSAGE))
    return made, files, further


def list_files(
    email: IncomingEmail, taken: Sequence[Taken], made: dict[int, tuple[str, int | None]]
) -> None:
    """Name each file of a mail in a row: whether it was taken, and what it was taken for."""
    if email.attachments:
        for known in list(email.attachments):
            db.session.delete(known)
        db.session.flush()
    rows = []
    shared: dict[str, tuple[str, int | None]] = {}
    for each in taken:
        guess, document_id = made.get(each.file.rank, ("", None))
        if each.received is not None:
            guess, document_id = shared.setdefault(each.received.file_key, (guess, document_id))
        rows.append(
            IncomingAttachment(
                email_id=email.id,
                rank=each.file.rank,
                name=each.file.name,
                media_type=each.file.media_type,
                size=each.file.size,
                sha256=each.sha256,
                accepted=each.accepted,
                reason=each.reason,
                guess=guess,
                application_document_id=document_id,
            )
        )
    db.session.add_all(rows)
    db.session.flush()
    set_committed_value(email, "attachments", rows)


def check_unsettled(email: IncomingEmail) -> None:
    """Raise `DomainError` for a mail that is not in the tray any more."""
    if email.filed_at is not None or email.dismissed_at is not None:
        raise DomainError("Somebody has decided about this mail already. Nothing was changed.")
    if email.verdict not in {Verdict.UNSORTED, Verdict.QUARANTINED}:
        raise DomainError("This mail is not in the Unsorted tray. Nothing was changed.")
