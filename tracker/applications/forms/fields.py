"""What the forms of candidates have in common."""

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import StopValidation

from tracker.accounts.rules import AddressError, clean_address
from tracker.notifications import headers

LONGEST_LINE = 300


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


class OnlyAName:
    """A name without a web address: it stands in mail that we send."""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        if "://" in (field.data or ""):
            raise StopValidation(
                gettext("A name cannot hold a web address. Enter your name alone.")
            )


def add_error(field: Field, sentence: str) -> None:
    """Put a sentence at a field, after the form's own."""
    field.errors = [*field.errors, sentence]
