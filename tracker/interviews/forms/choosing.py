"""What a candidate answers to the times that they are offered."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.interviews.slots import LONGEST_ANSWER


class ChooseForm(FlaskForm):
    """Which time the candidate chooses; give it the choices."""

    slot = RadioField(
        _("Which time suits you?"),
        coerce=int,
        validators=[InputRequired(_("Choose one of the times."))],
        validate_choice=False,
    )


class RefuseForm(FlaskForm):
    """That none of the times fits, in a few words."""

    answer = TextAreaField(
        _("When could you come, or what should we know?"),
        validators=[
            Length(
                max=LONGEST_ANSWER,
                message=_("Keep it to 1,000 characters, so that it is read."),
            )
        ],
    )
