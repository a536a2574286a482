"""What candidates fill in on their own page."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, FileField
from wtforms.validators import DataRequired, Length

from tracker.applications.forms.fields import (
    Deliverable,
    own_name,
    telephone,
)


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
