"""What administrators fill in about the employer."""

import datetime as dt
from typing import Any

from babel import Locale
from babel.numbers import is_currency
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.validators import (
    DataRequired,
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from tracker.core import colours
from tracker.organization import rules

_TERRITORIES = Locale("en").territories


def one_line(text: str | None) -> str:
    """Make what was typed one line without stray space; databases refuse NUL."""
    return " ".join((text or "").replace("\x00", "").split())


def many_lines(text: str | None) -> str:
    """Tidy a longer text: line breaks of one kind, nothing around it."""
    return (text or "").replace("\x00", "").replace("\r\n", "\n").strip()


def _capitals(text: str | None) -> str:
    return one_line(text).upper()


def _line(label: Any, *, longest: int = 200, required: Any = None) -> StringField:
    validators = [DataRequired(required)] if required else []
    return StringField(label, filters=[one_line], validators=[*validators, Length(max=longest)])


def _long(label: Any, *, longest: int) -> TextAreaField:
    return TextAreaField(label, filters=[many_lines], validators=[Length(max=longest)])


def web_address(_form: FlaskForm, field: Field) -> None:
    """Refuse what is not a complete web address."""
    if field.data and not rules.is_web_address(field.data):
        raise ValidationError(_("Enter a complete address, like https://www.example.org."))


def _email(label: Any, *extra: Any) -> EmailField:
    shape = Email(_("Enter an address like name@example.org."))
    return EmailField(label, filters=[one_line], validators=[*extra, shape, Length(max=254)])


class ProfileForm(FlaskForm):
    """The employer's profile and who its mail is from."""

    name = _line(_("Name of the employer"), required=_("Enter the employer's name."))
    street = _line(_("Street and number"))
    city = _line(_("Town or city"))
    region = _line(_("State or region"))
    postal_code = _line(_("Postal code"), longest=20)
    country = StringField(
        _("Country"), default="US", filters=[_capitals], validators=[DataRequired(), Length(max=2)]
    )
    website = URLField(_("Website"), filters=[one_line], validators=[web_address, Length(max=500)])
    time_zone = SelectField(_("Time zone"), default="America/New_York", choices=rules.time_zones)
    currency = StringField(
        _("Currency"), default="USD", filters=[_capitals], validators=[DataRequired()]
    )
    accent_colour = StringField(_("Accent colour"), default=colours.DEFAULT, filters=[one_line])
    logo = FileField(_("Logo"))
    remove_logo = BooleanField(_("Remove the logo"))
    introduction = _long(_("Introduction"), longest=20_000)
    film_url = URLField(_("Film"), filters=[one_line], validators=[Length(max=500)])
    equal_opportunity_statement = _long(_("Equal-opportunity statement"), longest=5_000)
    accommodation_name = _line(_("Who helps applicants with a disability"))
    accommodation_email = _email(_("Their e-mail address"), Optional())
    accommodation_phone = TelField(
        _("Their telephone number"), filters=[one_line], validators=[Length(max=50)]
    )
    privacy_notice = _long(_("Privacy notice"), longest=50_000)
    second_person = BooleanField(_("A second person publishes every posting"))
    sender_name = _line(_("Sender's name"), required=_("Enter the name that mail is from."))
    sender_address = _email(
        _("Sender's address"), DataRequired(_("Enter the address that mail is from."))
    )
    attach_documents = BooleanField(_("Attach the documents to mail for hiring contacts"))
    attach_limit_mb = IntegerField(
        _("Largest mail with documents"),
        default=10,
        validators=[
            InputRequired(_("Enter a size in MB.")),
            NumberRange(1, 50, _("Enter a number from 1 to 50.")),
        ],
    )
    version = HiddenField()

    def validate_country(self, field: StringField) -> None:
        """Take only codes of ISO 3166-1."""
        if len(field.data or "") != 2 or field.data not in _TERRITORIES:
            raise ValidationError(_("Enter the country's code of two letters, like US or CA."))

    def validate_currency(self, field: StringField) -> None:
        """Take only codes of ISO 4217."""
        if not is_currency(field.data or "", locale="en"):
            raise ValidationError(_("Enter the currency's code of three letters, like USD."))

    def validate_accent_colour(self, field: StringField) -> None:
        """Take a colour in its usual form."""
        normal = colours.normalize(field.data or "")
        if normal is None:
            raise ValidationError(_("Enter a colour like #1f5f8b: six digits, 0–9 and a–f."))
        field.data = normal

    def validate_film_url(self, field: URLField) -> None:
        """Take films from the two sites whose players pages can show."""
        if field.data and not rules.is_film_address(field.data):
            raise ValidationError(_("Enter the https address of a film on Vimeo or YouTube."))

    def profile(self) -> rules.Profile:
        """What was filled in."""
        names = rules.Profile.__dataclass_fields__
        return rules.Profile(**{name: self[name].data or "" for name in names})


class BadgeForm(FlaskForm):
    """What a badge says and where it leads."""

    alternative_text = _line(
        _("Alternative text"),
        required=_("Say in words what the badge shows, for those who cannot see it."),
    )
    link = URLField(_("Link"), filters=[one_line], validators=[web_address, Length(max=500)])


class NewBadgeForm(BadgeForm):
    """A badge with its picture."""

    picture = FileField(_("Picture"), validators=[FileRequired(_("Choose a picture."))])


class PositionForm(FlaskForm):
    """A position and its people; give it the choices."""

    title = _line(_("Title"), required=_("Enter the position's title."))
    holder = SelectField(_("Holder"))
    deputy = SelectField(_("Deputy"))
    next_in_line = SelectField(_("Next in line"))
    version = HiddenField()

    def offer(self, people: list[SelectChoice], positions: list[SelectChoice]) -> None:
        """Offer these people and positions, and nobody."""
        self.next_in_line.choices = [SelectChoice("", _("No other position")), *positions]
        self.holder.choices = [
            SelectChoice("", _("Nobody: the position is vacant")),
            *people,
        ]
        self.deputy.choices = [SelectChoice("", _("Nobody")), *people]

    def validate_deputy(self, field: SelectField) -> None:
        """Refuse a deputy of oneself."""
        if field.data and field.data == self.holder.data:
            raise ValidationError(_("The deputy must be another person than the holder."))


class LeaveForm(FlaskForm):
    """From which day to which somebody is away."""

    from_on = DateField(_("First day away"), validators=[DataRequired(_("Enter a date."))])
    until_on = DateField(_("Last day away"), validators=[DataRequired(_("Enter a date."))])

    def days(self) -> dict[str, dt.date]:
        """What was filled in."""
        return {"from_on": self.from_on.data, "until_on": self.until_on.data}


class ClosedDayForm(FlaskForm):
    """A date on which nobody works."""

    on = DateField(_("Date"), validators=[DataRequired(_("Enter a date."))])
    name = _line(_("What it is"))


class WordingForm(FlaskForm):
    """A message's words."""

    subject = StringField(_("Subject"))
    body = TextAreaField(_("Text"))
    version = HiddenField()
