"""What a candidate asks: a question before applying, an accommodation after."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from tracker.applications.forms.fields import (
    own_address,
    own_name,
)

LONGEST_QUESTION = 4000
_TOO_LONG = Length(
    max=LONGEST_QUESTION,
    message=lazy_gettext("This text is too long: at most %(max)d characters are taken."),
)


class QuestionForm(FlaskForm):
    """A question about a posting, and where its answer goes."""

    name = own_name()
    email = own_address()
    text = TextAreaField(
        lazy_gettext("Your question"),
        [DataRequired(lazy_gettext("Write your question.")), _TOO_LONG],
    )


class AccommodationForm(FlaskForm):
    """What a candidate needs to take part."""

    text = TextAreaField(
        lazy_gettext("What do you need?"),
        [DataRequired(lazy_gettext("Say what you need.")), _TOO_LONG],
    )
