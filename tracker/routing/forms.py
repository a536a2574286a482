"""What a contact fills in."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length, ValidationError

from tracker.applications.rules import REASONS_FOR, Outcome, Reason


class DeclineForm(FlaskForm):
    """A reason is mandatory; “other” has to say what it means."""

    reason = RadioField(
        _("Why is the application declined?"),
        choices=[
            SelectChoice(each.value, each.value.capitalize())
            for each in Reason
            if each in REASONS_FOR[Outcome.NOT_SELECTED]
        ],
        validators=[DataRequired(_("Choose a reason."))],
    )
    note = TextAreaField(
        _("Note for your colleagues (the candidate does not see it)"),
        validators=[Length(max=4000)],
    )
    mail = BooleanField(_("Send the mail below to the candidate now"), default=True)

    def validate_note(self, field: TextAreaField) -> None:
        """Ask for words where the reason is “other”."""
        if self.reason.data == Reason.OTHER.value and not (field.data or "").strip():
            raise ValidationError(_("Say here what “other” means."))


class ColleagueForm(FlaskForm):
    """Who asks for a link of their own."""

    name = StringField(
        _("Your name"),
        validators=[DataRequired(_("Enter your name.")), Length(max=200)],
    )
    email = EmailField(
        _("Your work e-mail address"),
        validators=[
            DataRequired(_("Enter your e-mail address.")),
            Email(_("Enter an address like name@example.org.")),
            Length(max=254),
        ],
    )
