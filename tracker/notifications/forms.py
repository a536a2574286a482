"""What a person enters on the Messages page."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired

from tracker.notifications.headers import AddressError, check_address


class AddressForm(FlaskForm):
    """Another address for a mail that did not go."""

    address = StringField(_("E-mail address"), [InputRequired(_("Enter an e-mail address."))])
    lasting = BooleanField(
        _("Use this address for later mail to this candidate as well"), default=True
    )

    others = BooleanField(_("Send the other messages that failed as well"), default=True)

    def validate_address(self, field: StringField) -> None:
        """Refuse what no mail can be sent to, in the words of the rule itself."""
        try:
            field.data = check_address(field.data or "")
        except AddressError as error:
            raise ValidationError(error.message) from None


class HeldForm(FlaskForm):
    """The words of one held mail; `shown` is what was there when it was opened."""

    subject = StringField(_("Subject"), [InputRequired(_("Enter a subject."))])
    body = TextAreaField(_("Text"), [InputRequired(_("Enter the text of the mail."))])
    shown = HiddenField()
