"""The application form: what every posting asks, and what one asks besides."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
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

from tracker.applications.forms.fields import (
    LONGEST_LINE,
    WebAddress,
    add_error,
    own_address,
    own_name,
    telephone,
    with_beginning,
)
from tracker.applications.rules import FAMILIARITY_WORDS, Step, clean_source, step_of
from tracker.core.languages import own_words
from tracker.postings.models import Posting, Question, RequestedDocument
from tracker.postings.rules import DocumentKind, QuestionKind

LONGEST_ANSWER = 20_000
LONGEST_LETTER = 60_000
LONGEST_REQUEST = 4_000
LONGEST_LINK = 2_000
MOST_RADIOS = 8
TYPED_KINDS = frozenset({DocumentKind.COVER_LETTER, DocumentKind.ESSAY, DocumentKind.REFERENCES})
"""What may be typed or pasted in place of a file."""


class WordLimit:
    """At most so many words; says how many there are."""

    def __init__(self, limit: int, sentence: Any) -> None:
        self.limit, self.sentence = limit, sentence

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        count = len((field.data or "").split())
        if count > self.limit:
            raise ValidationError(self.sentence % {"count": count, "limit": self.limit})


class ApplyForm(FlaskForm):
    """What every posting asks; `apply_form` adds what one posting asks besides."""

    submission_token = HiddenField()
    name = own_name()
    email = own_address()
    phone = telephone()
    shared = BooleanField(lazy_gettext("I’m on a shared computer"))
    source = HiddenField()
    heard_from = StringField(
        lazy_gettext("Where did you hear of this position?"),
        [Optional(), Length(max=LONGEST_LINE, message=lazy_gettext("This text is too long."))],
    )
    accommodation = TextAreaField(
        lazy_gettext("Do you need an accommodation, in the interview for example?"),
        [Optional(), Length(max=LONGEST_REQUEST, message=lazy_gettext("This text is too long."))],
    )

    posting: Posting

    def documents(self) -> list[tuple[RequestedDocument, Field, Field | None]]:
        """Each document asked for, with its file field and, where it may be typed, its text.

        None, and so with questions and skills, on a step that does not ask for them.
        """
        return [
            (each, self[name], self._fields.get(f"text_{each.id}"))
            for each in self.posting.documents
            if (name := f"file_{each.id}") in self
        ]

    def questions(self) -> list[tuple[Question, Field]]:
        """Each question with its field."""
        asked = [(each, f"question_{each.id}") for each in self.posting.questions]
        return [(each, self[name]) for each, name in asked if name in self]

    def skills(self) -> list[Field]:
        """The field of each skill."""
        names = [f"skill_{each.id}" for each in self.posting.skills]
        return [self[name] for name in names if name in self]

    def typed(self) -> dict[str, str]:
        """Everything typed or chosen, by field name, as text; files are not part of it."""
        skipped = {"csrf_token", "submission_token", "shared", "source"}
        typed = {
            name: str(field.data or "")
            for name, field in self._fields.items()
            if name not in skipped and not isinstance(field, FileField)
        }
        tag = clean_source(self.source.data or "")
        return {**typed, "source": tag} if tag else typed

    def wrong(self) -> list[tuple[Field, str]]:
        """Each thing that was said at a field, with the field, in the form's order."""
        return [(field, str(each)) for field in self for each in field.errors]

    def check_documents(self, stored: Iterable[int], infected: Collection[int] = ()) -> bool:
        """Say at its field which document is missing, or is there twice; after `validate`.

        `infected` are those of the stored ones in which a virus was found meanwhile.
        """
        whole, held = True, set(stored)
        for wanted, file, text in self.documents():
            typed = bool(text is not None and (text.data or "").strip())
            if wanted.id in infected:
                add_error(
                    file,
                    gettext(
                        "The virus scanner found something harmful in this file. Remove it, and"
                        " add a clean copy: save the document anew, if you can on another"
                        " device and as a PDF."
                    ),
                )
                whole = False
            elif wanted.id in held and typed:
                add_error(
                    file,
                    gettext(
                        "There is a file and a typed text. Remove the file, or empty the text:"
                        " one of them is sent."
                    ),
                )
                whole = False
            elif wanted.required and not typed and wanted.id not in held and not file.errors:
                add_error(
                    file, gettext("Add this document: %(title)s.", title=own_words(wanted.title))
                )
                whole = False
        return whole


def apply_form(
    posting: Posting,
    answers: Mapping[str, str] | None = None,
    *,
    step: Step | None = None,
    **kwargs: Any,
) -> ApplyForm:
    """Build the form of one posting; filled with a draft's answers when nothing was sent.

    With a step it holds that step's fields alone, so that it says nothing of the others.
    """
    parts = fields_of(posting)
    form: ApplyForm = type("PostingApplyForm", (ApplyForm,), parts)(data=answers, **kwargs)
    form.posting = posting
    if step is not None:
        others = [name for name in form._fields if step_of(name) not in {None, step}]
        for name in others:
            del form[name]
    return form


def fields_of(posting: Posting) -> dict[str, Any]:
    """Make the fields that one posting asks for besides: documents, questions, skills."""
    parts: dict[str, Any] = {}
    for wanted in posting.documents:
        parts[f"file_{wanted.id}"] = FileField(own_words(wanted.title))
        if wanted.kind in TYPED_KINDS:
            parts[f"text_{wanted.id}"] = _letter_field(wanted)
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
    return parts


def _letter_field(wanted: RequestedDocument) -> Field:
    checks: list[Any] = [Length(max=LONGEST_LETTER, message=_too_long(LONGEST_LETTER))]
    if wanted.word_limit:
        sentence = gettext(
            "This text has %(count)d words, and the limit is %(limit)d. Shorten it and send again."
        )
        checks.append(WordLimit(wanted.word_limit, sentence))
    return TextAreaField(gettext("Or type or paste it here"), checks)


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
        sentence = gettext(
            "This answer has %(count)d words, and the limit is %(limit)d. Shorten it and send"
            " again."
        )
        needed.append(WordLimit(question.word_limit, sentence))
    if question.kind is QuestionKind.LONG_TEXT:
        needed.append(Length(max=LONGEST_ANSWER, message=_too_long(LONGEST_ANSWER)))
        return TextAreaField(question.text, needed)
    if question.kind is QuestionKind.LINK:
        longest = Length(max=LONGEST_LINK, message=_too_long(LONGEST_LINK))
        return StringField(
            question.text,
            [*needed, longest, WebAddress()],
            filters=[with_beginning],
            render_kw={"inputmode": "url"},
        )
    needed.append(Length(max=LONGEST_LINE, message=_too_long(LONGEST_LINE)))
    return StringField(question.text, needed)
