"""Answers to a posting's questions by a candidate who applied without its form."""

import datetime as dt
from collections.abc import Mapping

from tracker.applications.models import Answer, Application, Completion, SkillAnswer
from tracker.applications.operations.drafts import clean_text
from tracker.applications.queries import as_told
from tracker.core.db import db
from tracker.core.errors import DomainError


def is_missing(completion: Completion | None) -> bool:
    """Tell whether a candidate is still to answer the posting's questions."""
    return (
        completion is not None
        and completion.answered_at is None
        and as_told(completion.application).is_open
    )


def complete(completion: Completion, answers: Mapping[str, str], *, at: dt.datetime) -> Application:
    """Add a candidate's answers to their application, once; fields are named as the form's.

    The caller holds the application's lock. Raises `DomainError` where they are there already,
    and once the application has ended and they were told so.
    """
    application = completion.application
    if completion.answered_at is not None:
        raise DomainError("Your answers are here already. Nothing was changed.")
    if not as_told(application).is_open:
        raise DomainError("The application has ended, so nothing can be added any more.")
    posting = application.posting
    for question in posting.questions:
        text = clean_text(answers.get(f"question_{question.id}", "")).strip()
        if text:
            db.session.add(
                Answer(
                    application=application, rank=question.rank, question=question.text, text=text
                )
            )
    for skill in posting.skills:
        level = answers.get(f"skill_{skill.id}", "")
        if level:
            db.session.add(
                SkillAnswer(
                    application=application, rank=skill.rank, skill=skill.name, level=int(level)
                )
            )
    completion.answered_at = at
    db.session.flush()
    return application
