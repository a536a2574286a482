"""What staff write to a candidate."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

LONGEST_LETTER = 10_000


class LetterForm(FlaskForm):
    """A letter to a candidate; `token` makes one that is sent twice one letter."""

    token = HiddenField(validators=[Length(max=100)])
    text = TextAreaField(
        lazy_gettext("Your letter"),
        validators=[
            DataRequired(lazy_gettext("Write something first.")),
            Length(max=LONGEST_LETTER, message=lazy_gettext("This text is too long.")),
        ],
    )
