"""A draft becomes an application, once."""

import base64
import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
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
from tracker.applications.operations.drafts import digest_draft, discard
from tracker.applications.operations.links import add_link, send_receipt
from tracker.applications.rules import (
    ActorKind,
    Stage,
)
from tracker.core.db import db
from tracker.core.errors import DomainError, GoneError
from tracker.core.tokens import hash_token

NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that are taken for one another
NUMBER_LENGTH = 5


class ClosedError(GoneError):
    """The posting takes no applications any more."""


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
    add_link(application, receipt_token(secret), mailed=False)
    send_receipt(application)
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
