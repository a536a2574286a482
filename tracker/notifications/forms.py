"""What a person enters on the Messages page."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from tracker.notifications.headers import AddressError, check_address


class AddressForm(FlaskForm):
    """Another address for a mail that did not go."""

    address = StringField(_("E-mail address"), [InputRequired(_("Enter an e-mail address."))])

    def validate_address(self, field: StringField) -> None:
        """Refuse what no mail can be sent to, in the words of the rule itself."""
        try:
            field.data = check_address(field.data or "")
        except AddressError as error:
            raise ValidationError(error.message) from None
