"""What people type who want to hear of new openings."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation

from tracker.accounts.rules import AddressError, clean_address
from tracker.core.languages import LANGUAGES
from tracker.notifications import headers
from tracker.postings.forms import TYPE_CHOICES
from tracker.postings.rules import EmploymentType

LONGEST_WORDS = 300
LANGUAGE_CHOICES = [
    SelectChoice(code, name, render_kw={"lang": code}) for code, name in LANGUAGES.items()
]


class WishForm(FlaskForm):
    """What somebody wants to hear of; nothing chosen is every opening."""

    words = StringField(
        lazy_gettext("Words in the title"),
        [
            Length(
                max=LONGEST_WORDS,
                message=lazy_gettext("Keep this under %(max)d characters."),
            )
        ],
    )
    kinds = SelectMultipleField(lazy_gettext("Kinds of employment"))
    language = SelectField(lazy_gettext("Write to me in"), choices=LANGUAGE_CHOICES)

    def __init__(self, *args: Any, offered: Iterable[EmploymentType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {each.value for each in offered} | set(kwargs.get("data", {}).get("kinds", ()))
        self.kinds.choices = [each for each in TYPE_CHOICES if each.value in wanted]


class SubscribeForm(WishForm):
    """The same, and the address that it goes to."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        [
            DataRequired(lazy_gettext("Enter your e-mail address.")),
            Length(max=254, message=lazy_gettext("This is longer than an address can be.")),
        ],
    )

    def validate_email(self, field: Field) -> None:
        """Mail can be sent there."""
        try:
            clean_address(field.data or "")
            headers.check_address(field.data or "")
        except (AddressError, headers.AddressError):
            raise StopValidation(
                gettext("That is not an e-mail address. Enter one like name@example.org.")
            ) from None
