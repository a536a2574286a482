"""What a contact fills in."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    Email,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.applications.rules import REASONS_FOR, Outcome, Reason
from tracker.core.web import whole_number
from tracker.routing.rules import LONGEST_OPINION, LONGEST_WAIT, Step

ON_A_DAY, SOMEBODY_ELSE = "day", "else"
LONGEST_NOTE = 2000


class DecideForm(FlaskForm):
    """What decides on an application as its page showed it."""

    shown = HiddenField()
    mail = BooleanField(_("Also send the mail below to the candidate now"))

    def show(self, latest_move: int) -> None:
        """Keep which move was the latest when the page was drawn."""
        self.shown.data = str(latest_move)

    @property
    def seen(self) -> int:
        """The latest move as the page knew it, by id; 0 for a page that did not say."""
        return whole_number(self.shown.data) or 0


class DeclineForm(DecideForm):
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

    @property
    def has_typed(self) -> bool:
        """Say whether somebody else was typed, by name or address."""
        return bool((self.name.data or "").strip() or (self.email.data or "").strip())

    def validate_person(self, field: RadioField) -> None:
        """Ask which one is meant where one was chosen and another typed."""
        if field.data != SOMEBODY_ELSE and self.has_typed:
            raise ValidationError(
                _("You chose one and typed another. Choose “Somebody else”, or empty the fields.")
            )

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


AT_ONCE = "now"


def _hour_named(hour: int) -> Any:
    return _("Once a day at %(hour)d:00 %(half)s", hour=hour % 12 or 12, half=_HALF[hour >= 12])


_HALF = {False: "am", True: "pm"}


class MailChoiceForm(FlaskForm):
    """How somebody hears of new applications."""

    hour = SelectField(
        _("New applications"),
        choices=[
            SelectChoice(AT_ONCE, _("A mail for each, at once")),
            *(SelectChoice(str(hour), _hour_named(hour)) for hour in range(24)),
        ],
    )

    @classmethod
    def of(cls, hours: Mapping[int, int]) -> "MailChoiceForm":
        """Make the form as one person's choice stands; `hours` is theirs, or empty."""
        chosen = next(iter(hours.values()), None)
        return cls(formdata=None, hour=AT_ONCE if chosen is None else str(chosen))

    @property
    def chosen(self) -> int | None:
        """The hour of the day; None for at once."""
        return None if self.hour.data == AT_ONCE else int(self.hour.data)

    @property
    def said(self) -> str:
        """What was chosen, in a sentence."""
        if self.chosen is None:
            return str(gettext("Saved. Each new application is mailed at once."))
        return str(gettext("Saved. New applications are mailed together, once each working day."))


def _wait(label: Any) -> IntegerField:
    return IntegerField(label, validators=[Optional(), NumberRange(1, LONGEST_WAIT)])


class PolicyForm(FlaskForm):
    """Which days are worked, and what is done while nobody looks at an application."""

    weekdays = SelectMultipleField(
        _("Days on which you work"),
        coerce=int,
        choices=[
            SelectChoice(1, _("Monday")),
            SelectChoice(2, _("Tuesday")),
            SelectChoice(3, _("Wednesday")),
            SelectChoice(4, _("Thursday")),
            SelectChoice(5, _("Friday")),
            SelectChoice(6, _("Saturday")),
            SelectChoice(7, _("Sunday")),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[DataRequired(_("Choose at least one day of the week on which you work."))],
    )
    reminder = _wait(_("Remind the contact after"))
    deputy = _wait(_("Then tell the deputy after"))
    coordinators = _wait(_("Then tell the coordinators after"))

    @property
    def waits(self) -> dict[Step, int | None]:
        """The working days of each step; None leaves it out."""
        return {each: self[each.value].data for each in Step}
