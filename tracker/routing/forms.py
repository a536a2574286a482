"""What a contact fills in."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    Email,
    Length,
    ValidationError,
)

from tracker.applications.rules import REASONS_FOR, Outcome, Reason
from tracker.routing.rules import LONGEST_OPINION

ON_A_DAY, SOMEBODY_ELSE = "day", "else"
LONGEST_NOTE = 2000


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


class MoreTimeForm(FlaskForm):
    """Until when a contact is not to be reminded; give it the choices."""

    until = RadioField(
        _("How much time do you need?"), validators=[DataRequired(_("Choose until when."))]
    )
    day = DateField(_("Until which day"))
    note = TextAreaField(
        _("Note for your colleagues (the candidate does not see it)"),
        validators=[Length(max=LONGEST_NOTE)],
    )

    def validate_day(self, field: DateField) -> None:
        """Ask for a day where one was to be chosen."""
        wrong = self.until.data == ON_A_DAY and field.data is None
        field.errors = [_("Choose a day.")] if wrong else []


class AskForm(FlaskForm):
    """Which colleague should look, and at what; give it the choices."""

    person = RadioField(_("Who should look?"), validators=[DataRequired(_("Choose somebody."))])
    name = StringField(_("Their name"), validators=[Length(max=200)])
    email = StringField(_("Their work e-mail address"), validators=[Length(max=254)])
    note = TextAreaField(_("What would you like to know?"), validators=[Length(max=LONGEST_NOTE)])

    def validate_name(self, field: StringField) -> None:
        """Ask for a name where nobody was chosen."""
        if self.person.data == SOMEBODY_ELSE and not (field.data or "").strip():
            raise ValidationError(_("Enter their name."))

    def validate_email(self, field: StringField) -> None:
        """Ask for an address where nobody was chosen."""
        if self.person.data == SOMEBODY_ELSE and not (field.data or "").strip():
            raise ValidationError(_("Enter their e-mail address."))


class OpinionForm(FlaskForm):
    """What a colleague thinks, in a few words."""

    opinion = TextAreaField(
        _("What do you think?"),
        validators=[
            Length(
                max=LONGEST_OPINION,
                message=_("Keep it to 2,000 characters, so that it is read."),
            )
        ],
    )


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
