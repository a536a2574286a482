"""The shape of an interview, as typed."""

import datetime as dt

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    ValidationError,
)

from tracker.core.errors import DomainError
from tracker.interviews import rules
from tracker.interviews.rules import KIND_WORDS, LENGTHS, InterviewKind


def length_words(minutes: int) -> str:
    """Write a length: 45 minutes, 1 hour 30 minutes."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} minutes"
    words = f"{hours} hour" + ("s" if hours > 1 else "")
    return words + (f" {rest} minutes" if rest else "")


class PlaceForm(FlaskForm):
    """How and where an interview is held, and what the candidate should know."""

    kind = RadioField(
        _("How is it held?"),
        choices=[SelectChoice(kind.value, KIND_WORDS[kind]) for kind in InterviewKind],
        default=InterviewKind.IN_PERSON.value,
    )
    place = StringField(_("Place, or who calls whom"), validators=[Length(max=500)])
    link = StringField(_("Link to the video meeting"), validators=[Length(max=1000)])
    notes_for_candidate = TextAreaField(
        _("What the candidate should know"), validators=[Length(max=4000)]
    )

    zone: str = "UTC"

    def validate_place(self, field: StringField) -> None:
        """Ask for a place where the kind needs one."""
        if self.kind.data != InterviewKind.VIDEO.value:
            self._check_place(field.data or "", "https://")

    def validate_link(self, field: StringField) -> None:
        """Ask for a link where the kind needs one, and for a web address anywhere."""
        if self.kind.data == InterviewKind.VIDEO.value or field.data:
            self._check_place("here", field.data or "")

    def _check_place(self, place: str, link: str) -> None:
        try:
            rules.check_place(InterviewKind(self.kind.data), place, link)
        except DomainError as error:
            raise ValidationError(error.message) from error
        except ValueError:
            return  # the kind's own field says what is wrong


class InterviewForm(PlaceForm):
    """Kind, round, start and length, place or link, panel. Times are the employer's."""

    round = IntegerField(
        _("Round"),
        default=1,
        validators=[
            InputRequired(_("Enter the round, 1 for the first.")),
            NumberRange(1, 20, _("Enter a number from 1 to 20.")),
        ],
    )
    day = DateField(_("Day"), validators=[DataRequired(_("Choose a day."))])
    time = TimeField(_("Begins at"), validators=[InputRequired(_("Choose a time."))])
    length = SelectField(
        _("Length"),
        choices=[SelectChoice(each, length_words(each)) for each in LENGTHS],
        coerce=int,
        default=45,
    )
    panel = SelectMultipleField(_("Panel"), coerce=int)
    version = HiddenField()

    def validate_panel(self, field: SelectMultipleField) -> None:
        """Ask for at least one person."""
        if not field.data:
            raise ValidationError(_("Choose at least one person."))

    def validate_time(self, field: TimeField) -> None:
        """Refuse a time that the clock skips, and one that has passed."""
        if self.day.data is None or field.data is None or self.length.data not in LENGTHS:
            return  # those fields say what is wrong
        try:
            start, end = self.span()
            rules.check_time(start, end, at=dt.datetime.now(dt.UTC))
        except DomainError as error:
            raise ValidationError(error.message) from error

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """Start and end as instants. Raises `DomainError` for a time the clock skips."""
        assert self.day.data is not None
        assert self.time.data is not None
        start = rules.instant(self.day.data, self.time.data, self.zone)
        return start, start + dt.timedelta(minutes=self.length.data)


class CancelForm(FlaskForm):
    """Why an interview is called off; kept for colleagues."""

    reason = StringField(_("Reason, for your colleagues"), validators=[Length(max=500)])
