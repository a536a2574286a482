"""Sections that were written before they had names get them; nothing else of a posting moves."""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from tests.postings.factories import draft_posting
from tracker.core.db import db
from tracker.postings.content import QuestionValue, SectionValue
from tracker.postings.models import Posting
from tracker.postings.rules import QuestionKind, SectionKind

K = SectionKind


def before(revision: str) -> str:
    """The revision on which another one stands."""
    config = Config()
    config.set_main_option("script_location", current_app.extensions["migrate"].directory)
    found = ScriptDirectory.from_config(config).get_revision(revision)
    assert found is not None
    return str(found.down_revision)


@pytest.mark.both_databases
def test_old_sections_are_named_by_their_headings(app: Flask) -> None:
    headings = ["", "Duties & Responsibilities", "Skills", "Education", "Salary & Benefits"]
    posting_id = draft_posting(
        sections=[SectionValue(each, "Words.") for each in [*headings, "Equal Opportunity"]],
        questions=[QuestionValue("Your portfolio", QuestionKind.LINK)],
    ).id
    version = db.session.get_one(Posting, posting_id).version
    db.session.remove()
    downgrade(revision=before("0013"))
    upgrade()
    posting = db.session.get_one(Posting, posting_id)
    assert [each.kind for each in posting.sections] == [
        K.SUMMARY,
        K.DUTIES,
        K.QUALIFICATIONS,
        K.OTHER,
        K.PAY_AND_BENEFITS,
        K.OTHER,
    ]
    assert (posting.version, posting.is_template, posting.evenings) == (version, False, False)
    assert [each.kind for each in posting.questions] == [QuestionKind.SHORT_TEXT]
    changes = text("SELECT count(*) FROM page_change")
    noted = db.session.execute(changes).scalar_one()
    posting.title = posting.sections[0].text = posting.questions[0].text = "Another"
    db.session.flush()
    assert db.session.execute(changes).scalar_one() >= noted + 3
