"""The questions of a posting alone, for who applied without its form."""

from flask_wtf import FlaskForm
from wtforms import Field

from tracker.applications.forms.applying import fields_of
from tracker.postings.models import Posting, Question


class CompleteForm(FlaskForm):
    """The questions and skills of one posting; `complete_form` adds them."""

    posting: Posting

    def questions(self) -> list[tuple[Question, Field]]:
        """Each question with its field."""
        return [(each, self[f"question_{each.id}"]) for each in self.posting.questions]

    def skills(self) -> list[Field]:
        """The field of each skill."""
        return [self[f"skill_{each.id}"] for each in self.posting.skills]

    def typed(self) -> dict[str, str]:
        """Everything typed or chosen, by field name, as text."""
        return {
            name: str(field.data or "")
            for name, field in self._fields.items()
            if name.startswith(("question_", "skill_"))
        }


def complete_form(posting: Posting) -> CompleteForm:
    """Build the form of one posting's questions."""
    parts = {
        name: field
        for name, field in fields_of(posting).items()
        if name.startswith(("question_", "skill_"))
    }
    form: CompleteForm = type("PostingCompleteForm", (CompleteForm,), parts)()
    form.posting = posting
    return form
