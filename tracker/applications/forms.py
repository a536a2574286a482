"""The shape of what candidates and staff fill in."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    StopValidation,
    ValidationError,
)

from tracker.accounts.rules import AddressError, clean_address
from tracker.applications.rules import (
    FAMILIARITY_WORDS,
    REASONS_FOR,
    Outcome,
    Reason,
    Stage,
)
from tracker.notifications import headers
from tracker.postings.models import Posting, Question, RequestedDocument
from tracker.postings.rules import DocumentKind, QuestionKind

# The candidate's forms

LONGEST_LINE = 300
LONGEST_ANSWER = 20_000
LONGEST_LETTER = 60_000
MOST_RADIOS = 8
TYPED_KINDS = frozenset({DocumentKind.COVER_LETTER, DocumentKind.ESSAY, DocumentKind.REFERENCES})
"""What may be typed or pasted in place of a file."""


class Deliverable:
    """An address that a receipt can be sent to."""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        try:
            clean_address(field.data or "")
            headers.check_address(field.data or "")
        except (AddressError, headers.AddressError):
            raise StopValidation(
                gettext("That is not an e-mail address. Enter one like name@example.org.")
            ) from None


class WordLimit:
    """At most so many words; says how many there are."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        count = len((field.data or "").split())
        if count > self.limit:
            raise ValidationError(
                gettext(
                    "This answer has %(count)d words, and the limit is %(limit)d."
                    " Shorten it and send again.",
                    count=count,
                    limit=self.limit,
                )
            )


class ApplyForm(FlaskForm):
    """What every posting asks; `apply_form` adds what one posting asks besides."""

    submission_token = HiddenField()
    name = StringField(
        lazy_gettext("Your name"),
        [
            DataRequired(lazy_gettext("Enter your name.")),
            Length(max=LONGEST_LINE, message=lazy_gettext("This is longer than a name can be.")),
        ],
    )
    email = EmailField(
        lazy_gettext("E-mail address"),
        [
            DataRequired(lazy_gettext("Enter your e-mail address.")),
            Length(max=254, message=lazy_gettext("This is longer than an address can be.")),
            Deliverable(),
        ],
    )
    phone = TelField(
        lazy_gettext("Phone"),
        [
            Optional(),
            Length(max=60, message=lazy_gettext("This is longer than a phone number can be.")),
        ],
    )
    shared = BooleanField(lazy_gettext("This is a shared or public computer"))

    posting: Posting

    def documents(self) -> list[tuple[RequestedDocument, Field, Field | None]]:
        """Each document asked for, with its file field and, where it may be typed, its text."""
        return [
            (each, self[f"file_{each.id}"], self._fields.get(f"text_{each.id}"))
            for each in self.posting.documents
        ]

    def questions(self) -> list[tuple[Question, Field]]:
        """Each question with its field."""
        return [(each, self[f"question_{each.id}"]) for each in self.posting.questions]

    def skills(self) -> list[Field]:
        """The field of each skill."""
        return [self[f"skill_{each.id}"] for each in self.posting.skills]

    def typed(self) -> dict[str, str]:
        """Everything typed or chosen, by field name, as text; files are not part of it."""
        skipped = {"csrf_token", "submission_token"}
        return {
            name: "1" if field.data is True else str(field.data or "")
            for name, field in self._fields.items()
            if name not in skipped and not isinstance(field, FileField)
        }

    def check_documents(self, stored: Iterable[int]) -> bool:
        """Say at its field which document is missing, or is there twice; after `validate`."""
        whole, held = True, set(stored)
        for wanted, file, text in self.documents():
            typed = bool(text is not None and (text.data or "").strip())
            if wanted.id in held and typed:
                add_error(
                    file,
                    gettext(
                        "There is a file and a typed text. Remove the file, or empty the text:"
                        " one of them is sent."
                    ),
                )
                whole = False
            elif wanted.required and not typed and wanted.id not in held and not file.errors:
                add_error(file, gettext("Add this document: %(title)s.", title=wanted.title))
                whole = False
        return whole


def add_error(field: Field, sentence: str) -> None:
    """Put a sentence at a field, after the form's own."""
    field.errors = [*field.errors, sentence]


def apply_form(
    posting: Posting, answers: Mapping[str, str] | None = None, **kwargs: Any
) -> ApplyForm:
    """Build the form of one posting; filled with a draft's answers when nothing was sent."""
    parts: dict[str, Any] = {}
    for wanted in posting.documents:
        parts[f"file_{wanted.id}"] = FileField(wanted.title)
        if wanted.kind in TYPED_KINDS:
            parts[f"text_{wanted.id}"] = TextAreaField(
                gettext("Or type or paste it here"),
                [Length(max=LONGEST_LETTER, message=_too_long(LONGEST_LETTER))],
            )
    for question in posting.questions:
        parts[f"question_{question.id}"] = _question_field(question)
    levels = [
        SelectChoice(str(level.value), gettext(words)) for level, words in FAMILIARITY_WORDS.items()
    ]
    for skill in posting.skills:
        missing = gettext("Choose how well you know this: %(skill)s.", skill=skill.name)
        parts[f"skill_{skill.id}"] = RadioField(
            skill.name, [InputRequired(missing)], choices=levels
        )
    form: ApplyForm = type("PostingApplyForm", (ApplyForm,), parts)(data=answers, **kwargs)
    form.posting = posting
    form.shared.data = (answers or {}).get("shared") == "1" or form.shared.data is True
    return form


def _too_long(limit: int) -> str:
    return str(
        gettext("This text is too long: at most %(limit)d characters are taken.", limit=limit)
    )


def _question_field(question: Question) -> Field:
    missing = gettext("Answer this question: %(question)s", question=question.text)
    needed: list[Any] = [
        InputRequired(missing) if question.required else Optional(strip_whitespace=False)
    ]
    if question.kind is QuestionKind.YES_NO:
        choices = [SelectChoice("Yes", gettext("Yes")), SelectChoice("No", gettext("No"))]
        return RadioField(question.text, needed, choices=choices)
    if question.kind is QuestionKind.CHOICE:
        choices = [SelectChoice(each, each) for each in question.choices]
        if len(choices) <= MOST_RADIOS:
            return RadioField(question.text, needed, choices=choices)
        return SelectField(question.text, needed, choices=[SelectChoice("", ""), *choices])
    if question.required:
        needed = [DataRequired(missing)]
    if question.word_limit:
        needed.append(WordLimit(question.word_limit))
    if question.kind is QuestionKind.LONG_TEXT:
        needed.append(Length(max=LONGEST_ANSWER, message=_too_long(LONGEST_ANSWER)))
        return TextAreaField(question.text, needed)
    needed.append(Length(max=LONGEST_LINE, message=_too_long(LONGEST_LINE)))
    return StringField(question.text, needed)


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


# The employer's forms


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
