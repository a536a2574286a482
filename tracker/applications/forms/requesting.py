"""What staff fill in to ask for a document, and to note what they told somebody by hand."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import FileField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from tracker.applications.forms.fields import LONGEST_LINE
from tracker.applications.rules import AnswerWay

LONGEST_INSTRUCTIONS, LONGEST_NOTE = 2000, 4000


class AskForm(FlaskForm):
    """Which document a candidate is asked for, and what to mind about it."""

    title = StringField(
        lazy_gettext("Which document?"),
        [
            DataRequired(lazy_gettext("Say which document is needed.")),
            Length(max=LONGEST_LINE, message=lazy_gettext("Say it in one line.")),
        ],
    )
    instructions = TextAreaField(
        lazy_gettext("What should the candidate mind about it?"),
        [Length(max=LONGEST_INSTRUCTIONS, message=lazy_gettext("This text is too long."))],
    )


class ScanForm(FlaskForm):
    """A document that came on paper: a scan, or photographs of its pages."""

    file = FileField(lazy_gettext("Scan or photographs"))


class AnswerByHandForm(FlaskForm):
    """How a candidate without an address was told something, and what."""

    way = RadioField(
        lazy_gettext("How were they told?"),
        choices=[SelectChoice(each.value, each.value.capitalize()) for each in AnswerWay],
        validators=[DataRequired(lazy_gettext("Choose how they were told."))],
    )
    note = TextAreaField(
        lazy_gettext("What were they told, and when?"),
        [
            DataRequired(lazy_gettext("Say what they were told, and when.")),
            Length(max=LONGEST_NOTE, message=lazy_gettext("This text is too long.")),
        ],
    )
