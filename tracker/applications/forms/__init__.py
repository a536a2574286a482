"""The shape of what candidates and staff fill in."""

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from tracker.applications.forms.applying import ApplyForm, apply_form
from tracker.applications.forms.asking import AccommodationForm, QuestionForm
from tracker.applications.forms.fields import LONGEST_LINE, Deliverable, add_error
from tracker.applications.rules import REASONS_FOR, Outcome, Reason, Stage

__all__ = [
    "AccommodationForm",
    "AddressForm",
    "ApplyForm",
    "HandOverForm",
    "MoveForm",
    "NoteForm",
    "QuestionForm",
    "WithdrawForm",
    "add_error",
    "apply_form",
    "move_form",
]


class AddressForm(FlaskForm):
    """An e-mail address and nothing else: a lost link, a corrected address."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        [DataRequired(lazy_gettext("Enter your e-mail address.")), Deliverable()],
    )


class WithdrawForm(FlaskForm):
    """A candidate's withdrawal, with a reason if they care to give one."""

    note = TextAreaField(
        lazy_gettext("Why, if you would like to say"),
        [Optional(), Length(max=2000, message=lazy_gettext("This text is too long."))],
    )


# The staff's forms

LONGEST_NOTE = 4000


class MoveForm(FlaskForm):
    """Where applications are moved to, why, and whether the candidate hears of it by mail.

    `move_form` makes it for one target: a reason is asked for with an outcome only.
    """

    to = HiddenField()
    version = HiddenField()
    back = HiddenField()
    note = TextAreaField(
        lazy_gettext("Note for your colleagues (the candidate does not see it)"),
        validators=[Length(max=LONGEST_NOTE)],
    )
    mail = BooleanField(lazy_gettext("Send the mail below to the candidate"))

    target: Stage | Outcome

    def validate_note(self, field: Field) -> None:
        """Ask for words where the reason is “other”."""
        reason = getattr(self, "reason", None)
        if reason is not None and reason.data == Reason.OTHER and not (field.data or "").strip():
            raise ValidationError(lazy_gettext("Say here what “other” means."))

    @property
    def seen_version(self) -> int:
        """The version of the application that the page showed; 0 fits none."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def values(self) -> dict[str, Any]:
        """What `operations.move` is told."""
        outcome = isinstance(self.target, Outcome)
        return {
            "to_stage": None if outcome else self.target,
            "outcome": self.target if outcome else None,
            "reason": Reason(self["reason"].data) if outcome else None,
            "note": (self.note.data or "").strip(),
            "mail": bool(self.mail.data),
        }


def move_form(target: Stage | Outcome, **options: Any) -> MoveForm:
    """Make the form for one target; a mail is proposed with an outcome, not with a stage."""
    fields: dict[str, Field] = {}
    if isinstance(target, Outcome):
        fields["reason"] = RadioField(
            lazy_gettext("Why?"),
            choices=[
                SelectChoice(each.value, each.value.capitalize())
                for each in Reason
                if each in REASONS_FOR[target]
            ],
            validators=[DataRequired(lazy_gettext("Choose a reason."))],
        )
    kind = type("MoveToForm", (MoveForm,), fields)
    form: MoveForm = kind(data={"to": target.value, "mail": isinstance(target, Outcome)}, **options)
    form.target = target
    return form


class NoteForm(FlaskForm):
    """Something for colleagues to know."""

    text = TextAreaField(
        lazy_gettext("Note for your colleagues"),
        validators=[
            DataRequired(lazy_gettext("Write something first.")),
            Length(max=LONGEST_NOTE),
        ],
    )


class HandOverForm(FlaskForm):
    """Who is to answer an application from now on, and why."""

    person = SelectField(lazy_gettext("Give it to"), coerce=int)
    reason = StringField(
        lazy_gettext("Why"),
        validators=[
            DataRequired(lazy_gettext("Say why, in a few words.")),
            Length(max=LONGEST_LINE),
        ],
    )
