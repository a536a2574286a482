"""What staff enter about a mail in the Unsorted tray."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from tracker.applications.forms.fields import own_address, own_name
from tracker.intake import matching
from tracker.intake.models import IncomingEmail
from tracker.intake.rules import Remember
from tracker.notifications.headers import without_addresses

LONGEST_REASON, LONGEST_ANSWER = 300, 10_000


def _remembering(email: IncomingEmail) -> list[SelectChoice]:
    """List what of a choice can be remembered for such mail."""
    choices = []
    if matching.subject_key(email.subject):
        choices.append(
            SelectChoice(Remember.SUBJECT.value, _("Mail with the same subject goes there, too"))
        )
    if email.from_address:
        choices.append(
            SelectChoice(Remember.SENDER.value, _("Mail from the same address goes there, too"))
        )
    choices.append(SelectChoice(Remember.NOTHING.value, _("This mail only")))
    return choices


class FileForm(FlaskForm):
    """Under which posting a mail is filed, and whose application it is."""

    posting = SelectField(
        _("Posting"), [InputRequired(_("Choose the posting."))], coerce=int, choices=[]
    )
    name = own_name()
    email = own_address(any_host=True)
    remember = RadioField(_("Remember this choice?"), choices=[])

    @classmethod
    def of(cls, email: IncomingEmail, openings: list[matching.Opening]) -> "FileForm":
        """Build the form for one mail, with what is known of it filled in."""
        suggested = [each["posting"] for each in email.suggestions]
        form = cls(
            data={
                "posting": suggested[0] if suggested else None,
                "name": without_addresses(email.from_name) or email.from_address.partition("@")[0],
                "email": email.from_address,
            }
        )
        ordered = sorted(openings, key=lambda each: (not each.is_open, each.title.casefold()))
        form.posting.choices = [
            SelectChoice(
                each.id,
                each.title if each.is_open else _("%(title)s (closed)", title=each.title),
            )
            for each in ordered
        ]
        form.remember.choices = _remembering(email)
        form.remember.data = form.remember.data or form.remember.choices[0].value
        form.name.label.text, form.email.label.text = _("Candidate’s name"), _("Their address")
        return form


class AttachForm(FlaskForm):
    """To which application a mail belongs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(prefix="attach-", **kwargs)

    number = StringField(
        _("Number of the application"), [DataRequired(_("Enter the application’s number."))]
    )


class AnswerForm(FlaskForm):
    """What is answered to the sender of a mail."""

    text = TextAreaField(
        _("Your answer"),
        [
            DataRequired(_("Write something first.")),
            Length(max=LONGEST_ANSWER, message=_("This text is too long.")),
        ],
    )


class MistakeForm(FlaskForm):
    """Why a mail that became an application is none."""

    reason = StringField(
        _("Why is it none?"),
        [
            DataRequired(_("Say why it is no application.")),
            Length(max=LONGEST_REASON, message=_("Say it in one line.")),
        ],
    )
    rule = RadioField(_("A remembered choice puts such mail there"), choices=[])

    @classmethod
    def of(cls, *, ruled: bool) -> "MistakeForm":
        """Build the form; `ruled` mail is asked about the choice that put it there."""
        form = cls(prefix="mistake-")
        if not ruled:
            del form.rule
            return form
        form.rule.choices = [
            SelectChoice("remove", _("Remove the choice: later mail like this waits in the tray")),
            SelectChoice("keep", _("Keep the choice: this mail only was wrong")),
        ]
        form.rule.data = form.rule.data or "remove"
        return form

    @property
    def forgets(self) -> bool:
        """Say whether the remembered choice is to be removed."""
        return "rule" in self and self.rule.data == "remove"


class DismissForm(FlaskForm):
    """Why a mail is no application and no message."""

    reason = StringField(
        _("Why?"),
        [
            DataRequired(_("Say why the mail is dismissed.")),
            Length(max=LONGEST_REASON, message=_("Say it in one line.")),
        ],
    )
    remember = RadioField(_("Remember this choice?"), choices=[])

    @classmethod
    def of(cls, email: IncomingEmail) -> "DismissForm":
        """Build the form for one mail; dismissing others like it is never the default."""
        form = cls(prefix="dismiss-")
        form.remember.choices = [
            SelectChoice(each.value, label)
            for each, label in (
                (Remember.NOTHING, _("This mail only")),
                (Remember.SENDER, _("Later mail from the same address is dismissed, too")),
            )
            if each is Remember.NOTHING or email.from_address
        ]
        form.remember.data = form.remember.data or Remember.NOTHING.value
        return form
