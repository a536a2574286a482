"""Writes of drafts and applications. Each is called inside `writing()`, and flushes."""

import base64
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from tracker.accounts.models import Person, SignInAttempt
from tracker.applications import emails, queries
from tracker.applications.models import (
    Answer,
    Application,
    ApplicationDocument,
    ApplicationNote,
    Candidate,
    CandidateLink,
    Draft,
    DraftFile,
    Reader,
    SkillAnswer,
    StageChange,
)
from tracker.applications.rules import (
    ActorKind,
    Outcome,
    Reason,
    Stage,
    Standing,
    check_move,
)
from tracker.core.db import db, now
from tracker.core.errors import DomainError, GoneError, StaleError, TooManyRequestsError
from tracker.core.tokens import hash_token, new_token
from tracker.documents import operations as documents
from tracker.documents.models import Document
from tracker.notifications.models import OutgoingEmail

NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that are taken for one another
NUMBER_LENGTH = 5
CORRECTIONS = 3
DRAFT_LIFETIME = dt.timedelta(days=7)
LOST_LINK = "lost link"


class ClosedError(GoneError):
    """The posting takes no applications any more."""


class SentError(DomainError):
    """The submission token has made an application already."""


@dataclass(frozen=True)
class Submission:
    """What came of sending a draft: the application and the secret of its private page.

    `created` is false when the same submission had arrived before; `token` is the same then.
    """

    application: Application
    token: str
    created: bool


# Drafts


def start(posting_id: int, *, browser_hash: str, token: str) -> Draft:
    """Find or begin the draft of a submission token, under its lock.

    Raises `SentError` when the token has made an application already.
    """
    draft = _lock_draft(browser_hash, token)
    if draft is not None:
        return draft
    if queries.by_submission_token(token) is not None:
        raise SentError("This application was sent already.")
    draft = Draft(
        posting_id=posting_id, browser_hash=browser_hash, submission_token=token, answers={}
    )
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:  # begun by another click in the same moment
        found = _lock_draft(browser_hash, token)
        if found is None:
            raise
        return found
    return draft


def _lock_draft(browser_hash: str, token: str) -> Draft | None:
    return db.session.scalars(
        select(Draft)
        .where(Draft.submission_token == token, Draft.browser_hash == browser_hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def save(draft: Draft, answers: Mapping[str, str]) -> None:
    """Keep what was typed, as it was typed, over what the draft held of the same fields."""
    kept = {name: clean_text(text) for name, text in answers.items()}
    draft.answers = {**draft.answers, **kept}
    draft.changed_at = now()
    db.session.flush()


def attach(draft: Draft, requested_id: int, document: Document) -> list[str]:
    """Make a recorded document the draft's file for a requested one.

    Returns the keys of the replaced file, for `documents.operations.forget_files` once this
    is committed.
    """
    keys = detach(draft, requested_id)
    db.session.add(DraftFile(draft=draft, requested_id=requested_id, document=document))
    draft.changed_at = now()
    db.session.flush()
    return keys


def detach(draft: Draft, requested_id: int) -> list[str]:
    """Take a file out of a draft; returns the keys to forget, as `attach` does."""
    found = [each for each in draft.files if each.requested_id == requested_id]
    removed = [each.document for each in found]
    for each in found:
        draft.files.remove(each)
    db.session.flush()
    return documents.remove(removed)


def discard(draft: Draft) -> list[str]:
    """Delete a draft with its files; returns the keys to forget, as `attach` does."""
    removed = [each.document for each in draft.files]
    db.session.delete(draft)
    db.session.flush()
    return documents.remove(removed)


def expire_drafts(*, at: dt.datetime, limit: int = 100) -> list[str]:
    """Delete drafts that nobody touched for a week; returns the keys to forget."""
    old = db.session.scalars(
        select(Draft).where(Draft.changed_at < at - DRAFT_LIFETIME).limit(limit).with_for_update()
    ).all()
    return [key for draft in old for key in discard(draft)]


def clean_text(text: str) -> str:
    """Make typed text storable: line ends as \\n, no control characters but tab and newline."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in text if each in "\n\t" or each.isprintable() or each > "\x9f")


# Submission


def submit(draft: Draft, *, at: dt.datetime) -> Submission:
    """Make the draft an application, once: a used token gives the application it made.

    The draft must be loaded under its lock. It is gone afterwards, its files belong to the
    application, and the receipt is in the outbox. Raises `ClosedError` for a posting that
    takes none, `DomainError` without a name and an address. The caller meets a race for the
    same token on PostgreSQL as an `IntegrityError`, and finds the winner by
    `queries.by_submission_token`.
    """
    secret = draft.submission_token
    known = queries.by_submission_token(secret)
    if known is not None:
        discard(draft)  # the sweep finds its files
        return Submission(known, receipt_token(secret), created=False)
    if not draft.posting.is_accepting(at):
        raise ClosedError(
            "This posting takes no more applications. What you wrote is kept, and was not sent."
        )
    answers = {name: text.strip() for name, text in draft.answers.items() if text.strip()}
    if not answers.get("name") or not answers.get("email"):
        raise DomainError("An application needs a name and an e-mail address.")
    application = Application(
        number=_new_number(at),
        posting=draft.posting,
        submission_token=hash_token(secret),
        content_sha256=digest_draft(draft),
        name=answers["name"],
        email=answers["email"],
        email_key=answers["email"].lower(),
        phone=answers.get("phone", ""),
        language=answers.get("language", "en"),
        submitted_at=at,
        stage=Stage.RECEIVED,
        is_demo=draft.posting.is_demo,
    )
    db.session.add(application)
    _take_over(application, draft, answers)
    application.history.append(
        StageChange(at=at, by_kind=ActorKind.CANDIDATE, new_stage=Stage.RECEIVED)
    )
    db.session.delete(draft)
    db.session.flush()
    _add_link(application, receipt_token(secret), mailed=False)
    _send_receipt(application)
    return Submission(application, receipt_token(secret), created=True)


def receipt_token(submission_token: str) -> str:
    """Derive the secret of the receipt's page: the same token opens the same page again."""
    digest = hashlib.sha256(f"receipt:{submission_token}".encode()).digest()
    return base64.urlsafe_b64encode(digest)[:32].decode("ascii")


def digest_draft(draft: Draft) -> str:
    """Digest everything that a draft would submit."""
    ranks = {each.id: each.rank for each in draft.posting.documents}
    files = {
        ranks[each.requested_id]: each.document.sha256
        for each in draft.files
        if each.requested_id in ranks
    }
    return digest_content(draft.answers, files)


def digest_content(answers: Mapping[str, str], files: Mapping[int, str]) -> str:
    """Digest typed fields and files (rank of the requested document to SHA-256)."""
    typed = {
        name: clean_text(text).strip()
        for name, text in answers.items()
        if text.strip() and name.startswith(("name", "email", "phone", "question_", "skill_"))
    }
    whole = {"typed": typed, "files": {str(rank): sha for rank, sha in files.items()}}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode("utf-8")).hexdigest()


def _new_number(at: dt.datetime) -> str:
    """Make a number that can be read out on the telephone: year and five letters."""
    year = at.astimezone(ZoneInfo(queries.time_zone())).year
    while True:
        letters = "".join(secrets.choice(NUMBER_LETTERS) for _ in range(NUMBER_LENGTH))
        number = f"{year}-{letters}"
        taken = select(Application.id).where(Application.number == number)
        if db.session.scalar(taken) is None:
            return number


def _take_over(application: Application, draft: Draft, answers: Mapping[str, str]) -> None:
    """Copy documents, answers and skills with the words of the posting as it is now."""
    posting = draft.posting
    files = {each.requested_id: each.document for each in draft.files}
    for wanted in posting.documents:
        if wanted.id in files:
            application.documents.append(
                ApplicationDocument(
                    document=files[wanted.id],
                    rank=wanted.rank,
                    kind=wanted.kind,
                    title=wanted.title,
                    typed=bool(answers.get(f"text_{wanted.id}")),
                )
            )
    for question in posting.questions:
        text = answers.get(f"question_{question.id}", "")
        if text:
            application.answers.append(
                Answer(rank=question.rank, question=question.text, text=text)
            )
    for skill in posting.skills:
        level = answers.get(f"skill_{skill.id}", "")
        if level:
            application.skills.append(
                SkillAnswer(rank=skill.rank, skill=skill.name, level=int(level))
            )


def _add_link(application: Application, token: str, *, mailed: bool) -> None:
    db.session.add(
        CandidateLink(application=application, token_hash=hash_token(token), mailed=mailed)
    )
    db.session.flush()


def _send_receipt(application: Application) -> None:
    token = new_token()
    _add_link(application, token, mailed=True)
    application.receipt_email = emails.application_received(application, token=token)
    db.session.flush()


# Links and addresses


def confirm_address(link: CandidateLink, *, at: dt.datetime) -> None:
    """Take a POST behind a mailed link as proof that the address is the candidate's.

    Applications by one confirmed address join into one candidate. A link that was only
    shown proves nothing and changes nothing.
    """
    application = link.application
    if not link.mailed or application.email_confirmed_at is not None:
        return
    candidate = db.session.scalars(
        select(Candidate).where(Candidate.email == application.email_key)
    ).one_or_none()
    if candidate is None:
        candidate = Candidate(email=application.email_key)
        db.session.add(candidate)
        db.session.flush()
    application.candidate_id = candidate.id
    application.email_confirmed_at = at
    db.session.flush()


def can_correct_address(application: Application) -> bool:
    """Tell whether a mistyped address can still be corrected by the candidate alone."""
    return (
        application.email_confirmed_at is None
        and application.outcome is None
        and application.stage is Stage.RECEIVED
        and all(change.by_kind is not ActorKind.PERSON for change in application.history)
    )


def correct_address(application: Application, email: str) -> None:
    """Send the receipt to a corrected address; links mailed to the old one open nothing now.

    Raises `DomainError` once somebody answered or the address was confirmed, and
    `TooManyRequestsError` after three corrections.
    """
    email = email.strip()
    if not can_correct_address(application):
        raise DomainError(
            "The address can no longer be changed here, because it was confirmed or your"
            " application was already answered. Write to the contact of the posting instead."
        )
    if email.lower() == application.email_key:
        raise DomainError("That is the address we have. Nothing was changed.")
    sent = db.session.scalar(
        select(func.count()).where(
            OutgoingEmail.message == emails.RECEIVED.name,
            OutgoingEmail.about_kind == "application",
            OutgoingEmail.about_id == application.id,
        )
    )
    if (sent or 0) > CORRECTIONS:
        raise TooManyRequestsError(
            "The address was corrected several times. Write to the contact of the posting.",
            retry_after=3600,
        )
    db.session.execute(
        update(CandidateLink)
        .where(
            CandidateLink.application_id == application.id,
            CandidateLink.mailed,
            CandidateLink.revoked_at.is_(None),
        )
        .values(revoked_at=now())
    )
    application.email, application.email_key = email, email.lower()
    application.candidate_id = None
    _send_receipt(application)


def new_link(email: str) -> OutgoingEmail | None:
    """Mail new links for all applications made with an address; None where there are none.

    Does about the same work in both cases, and the caller answers the same.
    """
    known = queries.by_email(email)
    if not known:
        emails.draw_link_mail()
        return None
    opened = []
    for application in known:
        token = new_token()
        _add_link(application, token, mailed=True)
        opened.append((application, token))
    return emails.application_link(known[0].email, opened, language=known[0].language)


def note_request(
    key: str, client_address: str, *, most_for_key: int, most_for_address: int, since: dt.datetime
) -> None:
    """Count a request for a lost link, known address or not.

    Raises `TooManyRequestsError` past the limits for one address asked for, or one asker.
    """
    asked = select(func.count()).where(SignInAttempt.purpose == LOST_LINK, SignInAttempt.at > since)
    for_key = db.session.scalar(asked.where(SignInAttempt.account_key == key)) or 0
    from_here = db.session.scalar(asked.where(SignInAttempt.client_address == client_address)) or 0
    if for_key >= most_for_key or from_here >= most_for_address:
        raise TooManyRequestsError(
            "Links were asked for several times in the last hour. Look into your mail, also"
            " where unwanted mail goes, and try again in an hour.",
            retry_after=3600,
        )
    db.session.add(SignInAttempt(account_key=key, client_address=client_address, purpose=LOST_LINK))
    db.session.flush()


# The candidate's own moves


def withdraw(application: Application, note: str = "") -> None:
    """End an application because its candidate says so; a second time changes nothing."""
    if application.outcome is Outcome.WITHDRAWN:
        return
    note = clean_text(note).strip()
    new = Standing(application.stage, Outcome.WITHDRAWN, Reason.CANDIDATE_DECISION, note)
    check_move(standing_of(application), new, actor=ActorKind.CANDIDATE)
    _stand(application, new, note=note, by=None, actor=ActorKind.CANDIDATE, mail=True)


def admit(application: Application, person: Person, because: str) -> Reader:
    """Let a person see an application; `because` is 'assigned', 'panel' or 'asked'."""
    found = db.session.scalars(
        select(Reader).where(
            Reader.application_id == application.id,
            Reader.person_id == person.id,
            Reader.because == because,
        )
    ).one_or_none()
    if found is None:
        found = Reader(application_id=application.id, person_id=person.id, because=because)
        db.session.add(found)
        db.session.flush()
    return found


def dismiss(application: Application, person: Person, because: str) -> None:
    """Take back what `admit` gave for that reason; other reasons to see it stay."""
    db.session.execute(
        delete(Reader).where(
            Reader.application_id == application.id,
            Reader.person_id == person.id,
            Reader.because == because,
        )
    )
    db.session.flush()


# The employer's moves


def mailed_link(application: Application) -> str:
    """Make one more link to the candidate's page, for a mail that goes to them."""
    token = new_token()
    _add_link(application, token, mailed=True)
    return token


def standing_of(application: Application) -> Standing:
    """Stage, outcome and reason as they are now."""
    return Standing(
        application.stage,
        application.outcome,
        application.disposition_reason,
        application.disposition_note,
    )


def check_version(application: Application, version: int | None) -> None:
    """Raise `StaleError` unless an application is still as the page showed it (None: no page)."""
    if version is not None and application.version != version:
        raise StaleError(
            "Somebody else moved this application while you had the page open."
            " Nothing was changed by you."
        )


def move(
    application: Application,
    *,
    to_stage: Stage | None = None,
    outcome: Outcome | None = None,
    reason: Reason | None = None,
    note: str = "",
    by: Person | None,
    actor: ActorKind = ActorKind.PERSON,
    mail: bool,
    version: int | None = None,
) -> StageChange:
    """Move an application; the one door to its stage, outcome and reason.

    Either to a stage (which reopens an ended one) or to an outcome, with a reason. Writes a
    row of history always, and queues the mail to the candidate when `mail` says so. The
    caller holds the application's lock. Raises `DomainError` where a rule forbids it, and
    `StaleError` where the application is no longer at the `version` that a page showed.
    """
    check_version(application, version)
    new = Standing(to_stage or application.stage, outcome, reason, note.strip() if outcome else "")
    check_move(standing_of(application), new, actor=actor)
    return _stand(application, new, note=note.strip(), by=by, actor=actor, mail=mail)


def _stand(
    application: Application,
    new: Standing,
    *,
    note: str,
    by: Person | None,
    actor: ActorKind,
    mail: bool,
    undoes: StageChange | None = None,
) -> StageChange:
    change = StageChange(
        application=application,
        at=now(),
        by_kind=actor,
        by_id=by.id if by and actor is ActorKind.PERSON else None,
        old_stage=application.stage,
        old_outcome=application.outcome,
        new_stage=new.stage,
        new_outcome=new.outcome,
        reason=new.reason,
        note=note,
        undoes_id=undoes.id if undoes else None,
    )
    application.stage = new.stage
    application.outcome = new.outcome
    application.disposition_reason = new.reason
    application.disposition_note = new.note
    application.ended_at = change.at if new.outcome else None
    db.session.add(change)
    db.session.flush()
    if mail:
        token = mailed_link(application)
        change.email_id = emails.answer(application, change=change, token=token).id
        db.session.flush()
    return change


def undo(
    application: Application, change: StageChange, *, by: Person, version: int | None = None
) -> StageChange:
    """Take back the latest move by a move of its own; nothing is deleted, no mail goes.

    Raises `DomainError` unless `change` is the application's latest and was not the
    arrival itself, and `StaleError` as `move` does.
    """
    check_version(application, version)
    latest = application.history[-1]
    if change is not latest or change.old_stage is None:
        raise DomainError("Only the latest move can be taken back. Nothing was changed.")
    old = Standing(change.old_stage, change.old_outcome)
    if change.old_outcome is not None:
        before = next(
            each
            for each in reversed(application.history[:-1])
            if each.new_outcome is change.old_outcome
        )
        old = Standing(change.old_stage, change.old_outcome, before.reason, before.note)
    return _stand(
        application, old, note="", by=by, actor=ActorKind.PERSON, mail=False, undoes=change
    )


def note(application: Application, text: str, *, by: Person) -> ApplicationNote:
    """Write down something for colleagues. Raises `DomainError` where there is nothing to."""
    text = clean_text(text).strip()
    if not text:
        raise DomainError("The note is empty. Nothing was added.")
    row = ApplicationNote(application=application, by=by, text=text)
    db.session.add(row)
    db.session.flush()
    return row
