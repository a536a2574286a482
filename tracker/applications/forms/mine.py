"""What candidates fill in on their own page."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, FileField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, ValidationError

from tracker.applications.forms.fields import (
    Deliverable,
    OnlyAName,
    own_name,
    telephone,
)
from tracker.core.errors import N_
from tracker.postings.content import DOCUMENT_TITLES
from tracker.postings.rules import DocumentKind

LONGEST_TITLE = 80


# What a candidate adds unasked: its kind, and what it is called unless they say otherwise.
ADDED_AS: dict[str, tuple[DocumentKind, str]] = {
    **{
        kind.value: (kind, DOCUMENT_TITLES[kind])
        for kind in (DocumentKind.RESUME, DocumentKind.COVER_LETTER, DocumentKind.REFERENCES)
    },
    "certificate": (DocumentKind.OTHER, N_("Certificate")),
    "other": (DocumentKind.OTHER, ""),
}


class ContactForm(FlaskForm):
    """The name and the telephone number that an application is to have."""

    name = own_name()
    phone = telephone()


class NewAddressForm(FlaskForm):
    """The address that mail is to go to, once it is confirmed there."""

    email = EmailField(
        lazy_gettext("New e-mail address"),
        [
            DataRequired(lazy_gettext("Enter the new e-mail address.")),
            Length(max=254, message=lazy_gettext("This is longer than an address can be.")),
            Deliverable(),
        ],
    )


class DocumentForm(FlaskForm):
    """A document that was asked for: one file, or photographs of its pages."""

    file = FileField(lazy_gettext("The document"))


class AddForm(FlaskForm):
    """A document that nobody asked for: what it is, and one file or photographs of its pages."""

    what = RadioField(
        lazy_gettext("What is it?"),
        choices=[
            SelectChoice(each, lazy_gettext(title) if title else lazy_gettext("Something else"))
            for each, (_kind, title) in ADDED_AS.items()
        ],
        validators=[AnyOf(ADDED_AS, message=lazy_gettext("Choose what it is."))],
        validate_choice=False,
    )
    name = StringField(
        lazy_gettext("Its name"),
        [
            Length(
                max=LONGEST_TITLE,
                message=lazy_gettext(
                    "Say it in at most %(count)s characters.", count=LONGEST_TITLE
                ),
            ),
            OnlyAName(
                lazy_gettext("A name cannot hold a web address. Name the document in plain words.")
            ),
        ],
    )
    file = FileField(lazy_gettext("The file"))

    def validate_name(self, field: Field) -> None:
        """Ask for a name where no other word says what the document is."""
        if self.what.data == "other" and not (field.data or "").strip():
            raise ValidationError(lazy_gettext("Say in a few words what it is."))

    @property
    def kind(self) -> DocumentKind:
        """What the document is, as postings know it."""
        return ADDED_AS[self.what.data][0]

    @property
    def title(self) -> str:
        """What the document is called: as the candidate says, else by what it is."""
        return (self.name.data or "").strip() or ADDED_AS[self.what.data][1]
