"""The shape of what staff type about postings."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from babel.numbers import is_currency
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from tracker.accounts.rules import AddressError, clean_address
from tracker.postings.content import DOCUMENT_TITLES, MOST_ROWS
from tracker.postings.forms.fields import Amount, Between, Clock, Count, Day, Hours, Moment, Rows
from tracker.postings.forms.rows import act_on_rows, kind_from
from tracker.postings.naming import HEADINGS
from tracker.postings.rules import (
    DocumentKind,
    EmploymentType,
    PayUnit,
    QuestionKind,
    SectionKind,
)
from tracker.postings.versions import Difference

NOBODY, SOMEBODY_NEW = "", "new"
LONGEST_LINE, LONGEST_NOTE, LONGEST_TEXT = 300, 1_000, 20_000
LARGEST_PAGE = 300_000
_LINE = Length(max=LONGEST_LINE, message=lazy_gettext("Keep this under %(max)d characters."))
_TEXT = Length(max=LONGEST_TEXT, message=lazy_gettext("Keep this under %(max)d characters."))
_NOTE = Length(max=LONGEST_NOTE, message=lazy_gettext("Keep this under %(max)d characters."))
_WORDS = Between(1, 5000, lazy_gettext("Between 1 and 5,000 words."))

TYPE_CHOICES = [
    SelectChoice(EmploymentType.FULL_TIME.value, lazy_gettext("Full-time")),
    SelectChoice(EmploymentType.PART_TIME.value, lazy_gettext("Part-time")),
    SelectChoice(EmploymentType.TEMPORARY.value, lazy_gettext("Temporary")),
    SelectChoice(EmploymentType.CONTRACTOR.value, lazy_gettext("Contractor")),
    SelectChoice(EmploymentType.INTERN.value, lazy_gettext("Internship")),
    SelectChoice(EmploymentType.VOLUNTEER.value, lazy_gettext("Volunteer")),
    SelectChoice(EmploymentType.PER_DIEM.value, lazy_gettext("Per diem")),
    SelectChoice(EmploymentType.OTHER.value, lazy_gettext("Other")),
]
UNIT_CHOICES = [
    SelectChoice("", lazy_gettext("Not stated")),
    SelectChoice(PayUnit.HOUR.value, lazy_gettext("an hour")),
    SelectChoice(PayUnit.DAY.value, lazy_gettext("a day")),
    SelectChoice(PayUnit.WEEK.value, lazy_gettext("a week")),
    SelectChoice(PayUnit.MONTH.value, lazy_gettext("a month")),
    SelectChoice(PayUnit.YEAR.value, lazy_gettext("a year")),
]
KIND_CHOICES = [SelectChoice(kind.value, title) for kind, title in DOCUMENT_TITLES.items()]
QUESTION_CHOICES = [
    SelectChoice(QuestionKind.SHORT_TEXT.value, lazy_gettext("A short text")),
    SelectChoice(QuestionKind.LONG_TEXT.value, lazy_gettext("A long text")),
    SelectChoice(QuestionKind.YES_NO.value, lazy_gettext("Yes or no")),
    SelectChoice(QuestionKind.CHOICE.value, lazy_gettext("One of several")),
    SelectChoice(QuestionKind.LINK.value, lazy_gettext("A link: a portfolio, a website")),
]
CLOSING_CHOICES = [
    SelectChoice("date", lazy_gettext("On a date")),
    SelectChoice("filled", lazy_gettext("It stays open until filled")),
    SelectChoice("unknown", lazy_gettext("Not decided")),
]


def _day(label: Any) -> Day:
    return Day(label, validators=[Optional()])


class SectionRow(Form):
    """A part of the text; a row left empty is none, and so is a named one without a text."""

    id = HiddenField()
    kind = HiddenField(default=SectionKind.OTHER.value)
    heading = StringField(lazy_gettext("Heading"), [_LINE])
    text = TextAreaField(lazy_gettext("Text"), [_TEXT])

    def is_empty(self) -> bool:
        """Tell whether nothing was typed here."""
        if (self.text.data or "").strip():
            return False
        return (self.heading.data or "").strip() in {"", HEADINGS.get(kind_from(self.kind.data))}


class DocumentRow(Form):
    """A document asked for; a row without a kind is none."""

    id = HiddenField()
    kind = SelectField(
        lazy_gettext("Kind"),
        choices=[SelectChoice("", lazy_gettext("None")), *KIND_CHOICES],
        default="",
    )
    title = StringField(lazy_gettext("Title"), [_LINE])
    instructions = TextAreaField(lazy_gettext("What to mind"), [_NOTE])
    word_limit = Count(lazy_gettext("Most words"), [Optional(), _WORDS])
    required = BooleanField(lazy_gettext("Required"))

    def is_empty(self) -> bool:
        """Tell whether no document was chosen."""
        return not self.kind.data and not (self.title.data or "").strip()

    def validate_kind(self, field: Field) -> None:
        """A document with a title has a kind."""
        if not field.data and (self.title.data or "").strip():
            raise ValidationError(gettext("Choose what kind of document this is."))

    def validate_title(self, field: Field) -> None:
        """A document of no common kind needs a title."""
        if self.kind.data == DocumentKind.OTHER and not (field.data or "").strip():
            raise ValidationError(gettext("Say what this document is."))


class QuestionRow(Form):
    """A question to candidates; a row without text is none."""

    id = HiddenField()
    text = StringField(lazy_gettext("Question"), [_LINE])
    kind = SelectField(lazy_gettext("Answered by"), choices=QUESTION_CHOICES)
    choices = TextAreaField(lazy_gettext("Choices, one a line"), [_TEXT])
    word_limit = Count(lazy_gettext("Most words"), [Optional(), _WORDS])
    required = BooleanField(lazy_gettext("Required"))

    def is_empty(self) -> bool:
        """Tell whether nothing is asked here."""
        return not (self.text.data or "").strip()

    def validate_choices(self, field: Field) -> None:
        """A choice offers at least two things."""
        if self.kind.data == QuestionKind.CHOICE and not self.is_empty() and len(lines(field)) < 2:
            raise ValidationError(gettext("Give at least two choices, one a line."))


def lines(field: Field) -> list[str]:
    """Return a text area's lines that are not empty."""
    return [line.strip() for line in (field.data or "").splitlines() if line.strip()]


_HOURS = Between(0, 168, lazy_gettext("Hours a week are between 0 and 168."))
_PAY = Between(0, 10**9, lazy_gettext("Pay is a positive amount."))


class ReasonFields(FlaskForm):
    """Why a public posting changes in what matters to candidates; shown when it is asked for.

    Whoever edits sees it once a save was refused for want of it (`ask_reason`).
    """

    reason = TextAreaField(lazy_gettext("Why it changes"), [_TEXT])
    material: tuple[Difference, ...] = ()

    def ask_reason(self, changes: Iterable[Difference]) -> None:
        """Show the field, with what is material about the change, as what must be mended."""
        self.material = tuple(changes)
        self.reason.errors = [
            *self.reason.errors,
            gettext("Say why: those who have applied went by what changes here."),
        ]


class PostingForm(ReasonFields):
    """Everything about a posting. A draft may lack anything; what is typed must be possible."""

    version = HiddenField()
    base = HiddenField()
    words = HiddenField()
    title = StringField(lazy_gettext("Title"), [_LINE])
    summary = TextAreaField(lazy_gettext("For the list of openings"), [_TEXT])
    employment_types = SelectMultipleField(lazy_gettext("Kind of employment"), choices=TYPE_CHOICES)
    openings = Count(
        lazy_gettext("Number of openings"),
        [
            Optional(),
            Between(1, 500, lazy_gettext("Between 1 and 500 openings.")),
        ],
    )
    hours_min = Hours(lazy_gettext("Least hours a week"), [Optional(), _HOURS])
    hours_max = Hours(lazy_gettext("Most hours a week"), [Optional(), _HOURS])
    schedule = TextAreaField(lazy_gettext("Schedule"), [_TEXT])
    evenings = BooleanField(lazy_gettext("Evening work"))
    weekends = BooleanField(lazy_gettext("Weekend work"))
    pay_min = Amount(lazy_gettext("Pay from"), [Optional(), _PAY])
    pay_max = Amount(lazy_gettext("Pay to"), [Optional(), _PAY])
    pay_unit = SelectField(lazy_gettext("Pay is for"), choices=UNIT_CHOICES)
    currency = StringField(lazy_gettext("Currency"), [_LINE])
    pay_note = StringField(lazy_gettext("Note on pay"), [_LINE])
    benefits = TextAreaField(lazy_gettext("Benefits"), [_TEXT])
    location = StringField(lazy_gettext("Place"), [_LINE])
    reports_to = StringField(lazy_gettext("Reports to"), [_LINE])
    contact = SelectField(lazy_gettext("Contact"), validate_choice=False)
    contact_name = StringField(lazy_gettext("Name"), [_LINE])
    contact_title = StringField(lazy_gettext("Job title"), [_LINE])
    contact_email = StringField(lazy_gettext("E-mail address"), [_LINE])
    managers = SelectMultipleField(lazy_gettext("Managers of this posting"))
    copied = SelectMultipleField(lazy_gettext("Copied on its mail"))
    closing_rule = RadioField(
        lazy_gettext("When do applications close?"), choices=CLOSING_CHOICES, default="unknown"
    )
    closes_on = _day(lazy_gettext("Closing date"))
    closes_time = Clock(lazy_gettext("Closing time"), validators=[Optional()])
    publish_at = Moment(
        lazy_gettext("Publish at"), format="%Y-%m-%dT%H:%M", validators=[Optional()]
    )
    first_review_on = _day(lazy_gettext("Applications are read from"))
    interviews_begin_on = _day(lazy_gettext("Interviews begin"))
    answer_by_on = _day(lazy_gettext("Candidates hear from us by"))
    subject_keyword = StringField(lazy_gettext("Word for the subject line of mail"), [_LINE])
    unlisted = BooleanField(lazy_gettext("Unlisted: only those with the link find it"))
    listed_on = _day(lazy_gettext("Listed for everybody from"))
    accepting = BooleanField(lazy_gettext("Takes applications"))
    accepts_late = BooleanField(lazy_gettext("Takes late applications, marked late"))
    equal_opportunity_text = TextAreaField(
        lazy_gettext("Equal-opportunity statement of its own"), [_TEXT]
    )
    skills = TextAreaField(lazy_gettext("Skills, one a line"), [_TEXT])
    sections = Rows(FormField(SectionRow), max_entries=MOST_ROWS)
    documents = Rows(FormField(DocumentRow), max_entries=MOST_ROWS)
    questions = Rows(FormField(QuestionRow), max_entries=MOST_ROWS)

    def validate(self, extra_validators: Any = None) -> bool:
        """Look at each field, then at those that must agree, empty ones among them."""
        whole = bool(super().validate(extra_validators))
        lower = gettext("This is lower than the figure before it.")
        pairs: list[tuple[Any, Any]] = [
            (self.hours_min, self.hours_max),
            (self.pay_min, self.pay_max),
        ]
        for low, high in pairs:
            if low.data is not None and high.data is not None and low.data > high.data:
                whole = _add_error(high, lower)
        paid = self.pay_min.data is not None or self.pay_max.data is not None
        if paid and not self.pay_unit.data:
            whole = _add_error(self.pay_unit, gettext("Say what the pay is for: an hour, a year."))
        dated = self.closing_rule.data == "date"
        if dated and self.closes_on.data is None and not self.closes_on.errors:
            said = gettext("Give the date on which applications close.")
            whole = _add_error(self.closes_on, said)
        if self.listed_on.data is not None and not self.unlisted.data:
            said = gettext(
                "Tick “Unlisted” too, or leave the day out: it is listed from the start."
            )
            whole = _add_error(self.listed_on, said)
        return whole

    def validate_currency(self, field: Field) -> None:
        """A currency is a code of three letters; left empty, it is the employer's."""
        field.data = (field.data or "").strip().upper()
        if field.data and not is_currency(field.data, locale="en"):
            raise ValidationError(
                gettext("Enter the currency's code of three letters, for example USD.")
            )

    def validate_contact(self, field: Field) -> None:
        """The contact is one of those offered."""
        if field.data not in {choice.value for choice in field.choices or ()}:
            raise ValidationError(gettext("Choose a contact from the list."))

    def validate_contact_email(self, field: Field) -> None:
        """A new contact can be written to."""
        if self.contact.data != SOMEBODY_NEW:
            return
        try:
            field.data = clean_address(field.data or "")
        except AddressError as error:
            raise ValidationError(gettext(error.message)) from error

    def act_on_rows(self, act: str) -> str:
        """Do what a row's button says; see `rows.act_on_rows`."""
        return act_on_rows(self, act)


def _add_error(field: Field, said: str) -> bool:
    """Say at a field what must be mended; returns that the form is not whole."""
    field.errors = [*field.errors, said]
    return False


class MoveForm(FlaskForm):
    """Why a posting closes, is filled, is cancelled or goes back to a draft."""

    reason = TextAreaField(lazy_gettext("Reason"), [_TEXT])


class ExtendForm(MoveForm):
    """Why a posting stays open longer, and until when."""

    closes_on = _day(lazy_gettext("New closing date"))
    open_until_filled = BooleanField(lazy_gettext("It stays open until filled"))

    def validate_open_until_filled(self, field: Field) -> None:
        """A closing date and none do not go together."""
        if field.data and self.closes_on.data:
            raise ValidationError(gettext("Give a closing date or tick this, not both."))


class ReopenForm(ExtendForm):
    """Why a posting opens again, when, and until when."""

    opens_at = Moment(
        lazy_gettext("Open again at"), format="%Y-%m-%dT%H:%M", validators=[Optional()]
    )


class ShortLinkForm(FlaskForm):
    """Where a short link will hang: "poster", a mailing list's name."""

    source = StringField(
        lazy_gettext("Where people will find it"),
        [
            InputRequired(lazy_gettext("Say where people will find it: poster, a list's name.")),
            Length(max=60, message=lazy_gettext("Keep this under %(max)d characters.")),
        ],
    )


class PageForm(FlaskForm):
    """A page to read a posting from: pasted, or as a file."""

    text = TextAreaField(lazy_gettext("Paste the page"))
    file = FileField(lazy_gettext("Or choose its file"))
    as_of = Day(lazy_gettext("The page is from"), validators=[Optional()])

    def validate_text(self, field: Field) -> None:
        """One of the two is given."""
        if not (field.data or "").strip() and not self.file.data:
            raise ValidationError(gettext("Paste the page's text, or choose its file."))


class ConfirmForm(PostingForm):
    """What was read from a page, to be confirmed; the page itself travels along."""

    source_name = HiddenField()
    source_data = HiddenField()
    source_as_of = HiddenField()

    def as_of(self) -> dt.date | None:
        """Return the day that the page was said to be from. Raises `ValueError`."""
        text = self.source_as_of.data or ""
        return dt.date.fromisoformat(text) if text else None


class PublishForm(FlaskForm):
    """The warnings that a person confirms by name."""

    version = HiddenField()
    confirmed = SelectMultipleField(lazy_gettext("I have seen, and publish it so"))
