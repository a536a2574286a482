"""What a candidate asks: a question before applying, an accommodation after."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from tracker.applications.forms.fields import LONGEST_LINE, Deliverable, OnlyAName

LONGEST_QUESTION = 4000
_TOO_LONG = Length(
    max=LONGEST_QUESTION,
    message=lazy_gettext("This text is too long: at most %(max)d characters are taken."),
)


class QuestionForm(FlaskForm):
    """A question about a posting, and where its answer goes."""

    name = StringField(
        lazy_gettext("Your name"),
        [
            DataRequired(lazy_gettext("Enter your name.")),
            Length(max=LONGEST_LINE, message=lazy_gettext("This is longer than a name can be.")),
            OnlyAName(),
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
