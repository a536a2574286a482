"""A draft becomes an application, once."""

import base64
import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tracker.applications import queries
from tracker.applications.models import (
    Answer,
    Application,
    ApplicationDocument,
    Draft,
    SkillAnswer,
    StageChange,
)
from tracker.applications.operations.accommodation import request_accommodation
from tracker.applications.operations.doubles import offer_to_replace, wait_for_address
from tracker.applications.operations.drafts import digest_draft, discard
from tracker.applications.operations.lateness import check_taken
from tracker.applications.operations.links import add_link, send_receipt
from tracker.applications.rules import (
    ActorKind,
    Stage,
    clean_source,
)
from tracker.core.db import db
from tracker.core.errors import DomainError
from tracker.core.tokens import hash_token

NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that are taken for one another
NUMBER_LENGTH = 5


@dataclass(frozen=True)
class Submission:
    """What came of sending a draft: the application and the secret of its private page.

    `created` is false when the same submission had arrived before; `token` is the same then.
    """

    application: Application
    token: str
    created: bool


def submit(draft: Draft, *, at: dt.datetime) -> Submission:
    """Make the draft an application, once: a used token gives the application it made.

    The draft must be loaded under its lock. It is gone afterwards, its files belong to the
    application, and the receipt is in the outbox. Raises `ClosedError` for a posting that
    takes none, `DomainError` without a name and an address. The caller meets a race for the
    same token on PostgreSQL as an `IntegrityError`, and finds the winner by
    `queries.by_submission_token`.
    """
    known = made_before(draft)
    if known is not None:
        return known
    is_late = check_taken(draft, at)
    answers = filled_in(draft)
    if not answers.get("name") or not answers.get("email"):
        raise DomainError("An application needs a name and an e-mail address.")
    arrival = StageChange(at=at, by_kind=ActorKind.CANDIDATE, new_stage=Stage.RECEIVED)
    return become(draft, answers, arrival, is_late=is_late)


def made_before(draft: Draft) -> Submission | None:
    """Find what the draft's token has become already; the draft goes then."""
    secret = draft.submission_token
    known = queries.by_submission_token(secret)
    if known is None:
        return None
    discard(draft)  # the sweep finds its files
    return Submission(known, receipt_token(secret), created=False)


def filled_in(draft: Draft) -> dict[str, str]:
    """The draft's fields that hold anything, by name."""
    return {name: text.strip() for name, text in draft.answers.items() if text.strip()}


def become(
    draft: Draft,
    answers: Mapping[str, str],
    arrival: StageChange,
    *,
    further: Sequence[ApplicationDocument] = (),
    receipt: Callable[[Application], None] = send_receipt,
    has_page: bool = True,
    thread: Sequence[str] = (),
    **facts: Any,
) -> Submission:
    """Make the draft an application, with its first row of history and its receipt.

    `further` are documents that it came with though the posting asks for none like them;
    `receipt` mails the receipt. `has_page` is False where nobody sees the receipt's page,
    so that no secret opens it. `thread` are the Message-IDs of the mail it came by, which an
    offer to replace answers. `facts` are columns of the application beyond those that
    every draft gives.
    """
    secret, email = draft.submission_token, answers.get("email", "")
    wait_for_address(draft.posting_id, email.lower())
    application = Application(
        number=_new_number(arrival.at),
        posting=draft.posting,
        submission_token=hash_token(secret),
        content_sha256=digest_draft(draft),
        name=answers["name"],
        email=email,
        email_key=email.lower(),
        phone=answers.get("phone", ""),
        language=answers.get("language", "en"),
        submitted_at=arrival.at,
        stage=Stage.RECEIVED,
        is_demo=draft.posting.is_demo,
        source=clean_source(answers.get("source", "")),
        heard_from=answers.get("heard_from", ""),
        history=[arrival],
        **_taken_over(draft, answers, further),
        **facts,
    )
    db.session.add(application)
    if draft in db.session:
        db.session.delete(draft)
    db.session.flush()
    if has_page:
        add_link(application, receipt_token(secret), mailed=False)
    receipt(application)
    offer_to_replace(application, thread=thread)
    if answers.get("accommodation"):
        request_accommodation(application, answers["accommodation"], at=arrival.at)
    return Submission(application, receipt_token(secret), created=True)


def receipt_token(submission_token: str) -> str:
    """Derive the secret of the receipt's page: the same token opens the same page again."""
    digest = hashlib.sha256(f"receipt:{submission_token}".encode()).digest()
    return base64.urlsafe_b64encode(digest)[:32].decode("ascii")


def _new_number(at: dt.datetime) -> str:
    """Make a number that can be read out on the telephone: year and five letters."""
    year = at.astimezone(ZoneInfo(queries.time_zone())).year
    while True:
        letters = "".join(secrets.choice(NUMBER_LETTERS) for _ in range(NUMBER_LENGTH))
        number = f"{year}-{letters}"
        taken = select(Application.id).where(Application.number == number)
        if db.session.scalar(taken) is None:
            return number


def _taken_over(
    draft: Draft, answers: Mapping[str, str], further: Sequence[ApplicationDocument]
) -> dict[str, Any]:
    """Copy documents, answers and skills with the words of the posting as it is now.

    Made before the application is in the session: nothing of it is looked up then.
    """
    posting = draft.posting
    files = {each.requested_id: each.document for each in draft.files}
    documents = [
        ApplicationDocument(
            document=files[wanted.id],
            rank=wanted.rank,
            kind=wanted.kind,
            title=wanted.title,
            typed=bool(answers.get(f"text_{wanted.id}")),
        )
        for wanted in posting.documents
        if wanted.id in files
    ]
    answered = [
        Answer(rank=question.rank, question=question.text, text=text)
        for question in posting.questions
        if (text := answers.get(f"question_{question.id}", ""))
    ]
    skills = [
        SkillAnswer(rank=skill.rank, skill=skill.name, level=int(level))
        for skill in posting.skills
        if (level := answers.get(f"skill_{skill.id}", ""))
    ]
    return {"documents": [*documents, *further], "answers": answered, "skills": skills}
