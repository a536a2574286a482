"""The application form: what every posting asks, and what one asks besides."""

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
    ValidationError,
)

from tracker.applications.forms.fields import LONGEST_LINE, Deliverable, add_error
from tracker.applications.rules import (
    FAMILIARITY_WORDS,
)
from tracker.postings.models import Posting, Question, RequestedDocument
from tracker.postings.rules import DocumentKind, QuestionKind

LONGEST_ANSWER = 20_000
LONGEST_LETTER = 60_000
MOST_RADIOS = 8
TYPED_KINDS = frozenset({DocumentKind.COVER_LETTER, DocumentKind.ESSAY, DocumentKind.REFERENCES})
"""What may be typed or pasted in place of a file."""


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
