"""What staff fill in for a candidate whose application came on paper or at the desk."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from tracker.applications.forms.applying import ApplyForm, fields_of
from tracker.applications.forms.fields import LONGEST_LINE, Deliverable, OnlyAName, telephone
from tracker.applications.rules import Channel
from tracker.core.languages import LANGUAGES
from tracker.postings.models import Posting

WAYS = {
    Channel.PAPER: lazy_gettext("By post, on paper"),
    Channel.DESK: lazy_gettext("Handed in at the desk"),
}


def _name() -> StringField:
    """The candidate's name, as it stands on the paper."""
    return StringField(
        lazy_gettext("Name"),
        [
            DataRequired(lazy_gettext("Enter the candidate's name.")),
            Length(max=LONGEST_LINE, message=lazy_gettext("This is longer than a name can be.")),
            OnlyAName(),
        ],
    )


def _address() -> EmailField:
    """The candidate's address, if they have one."""
    return EmailField(
        lazy_gettext("E-mail address"),
        [
            Optional(),
            Length(max=254, message=lazy_gettext("This is longer than an address can be.")),
            Deliverable(),
        ],
    )


class KeyForm(ApplyForm):
    """An application as it came; what it lacks stays empty, and nothing is invented."""

    name = _name()
    email = _address()
    channel = RadioField(
        lazy_gettext("How did it come?"),
        choices=[SelectChoice(each.value, words) for each, words in WAYS.items()],
        validators=[DataRequired(lazy_gettext("Choose how it came."))],
    )
    received_on = DateField(
        lazy_gettext("Came in on"),
        [DataRequired(lazy_gettext("Enter the day on which it came in."))],
    )
    heard_from = StringField(
        lazy_gettext("Where they heard of it"),
        [Optional(), Length(max=LONGEST_LINE, message=lazy_gettext("This text is too long."))],
    )
    language = SelectField(
        lazy_gettext("Write to them in"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
    )
    shared = None
    source = None
    accommodation = None

    def typed(self) -> dict[str, str]:
        """Everything typed or chosen, by field name, as text; files are not part of it."""
        skipped = {"csrf_token", "submission_token"}
        return {
            name: str(field.data or "")
            for name, field in self._fields.items()
            if name not in skipped and not name.startswith("file_")
        }


class KeyedContactForm(FlaskForm):
    """What was read off the paper of a candidate, to be mended."""

    name = _name()
    email = _address()
    phone = telephone()


def key_form(posting: Posting, answers: Mapping[str, Any] | None = None, **kwargs: Any) -> KeyForm:
    """Build the form of one posting; nothing that paper may lack is required."""
    parts = fields_of(posting)
    form: KeyForm = type("PostingKeyForm", (KeyForm,), parts)(data=answers, **kwargs)
    form.posting = posting
    for name, field in form._fields.items():
        if name.startswith(("question_", "skill_", "text_")):
            field.validators = [each for each in field.validators if isinstance(each, Length)]
            field.validators.insert(0, Optional(strip_whitespace=False))
            field.flags.required = False
    return form
