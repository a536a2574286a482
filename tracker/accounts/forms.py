"""What people fill in about accounts."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    StringField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, ValidationError

from tracker.accounts import passwords
from tracker.core.access import Role

NO_ACCOUNT = "none"
ROLE_HINTS = {
    Role.ADMINISTRATOR.value: _("Everything, with people, the employer's profile and wording."),
    Role.COORDINATOR.value: _("All postings and applications."),
    Role.MANAGER.value: _("The postings they are on, and their applications."),
    Role.PANELIST.value: _("Only the applications they sit for."),
    NO_ACCOUNT: _("Gets mail about applications, with links that open them. Cannot sign in."),
}
_ROLES = [
    *(SelectChoice(role.value, role.value.capitalize()) for role in Role),
    SelectChoice(NO_ACCOUNT, _("No account")),
]


def one_line(text: str | None) -> str | None:
    """Make what was typed one line without stray space; databases refuse NUL."""
    return None if text is None else " ".join(text.replace("\x00", "").split())


def _address() -> EmailField:
    return EmailField(
        _("E-mail address"),
        filters=[one_line],
        validators=[
            DataRequired(_("Enter an e-mail address.")),
            Email(_("Enter an address like name@example.org.")),
            Length(max=254),
        ],
    )


def _name(label: Any) -> StringField:
    return StringField(
        label,
        filters=[one_line],
        validators=[DataRequired(_("Enter a name.")), Length(max=200)],
    )


class SignInForm(FlaskForm):
    """Address and password. What is wrong with them is not told apart."""

    email = EmailField(
        _("E-mail address"),
        filters=[one_line],
        validators=[DataRequired(_("Enter your e-mail address.")), Length(max=254)],
    )
    password = PasswordField(
        _("Password"), validators=[InputRequired(_("Enter your password.")), Length(max=2000)]
    )


class ForgottenForm(FlaskForm):
    """The address whose owner wants a new password."""

    email = EmailField(
        _("E-mail address"),
        filters=[one_line],
        validators=[
            DataRequired(_("Enter your e-mail address.")),
            Email(_("Enter an address like name@example.org.")),
            Length(max=254),
        ],
    )


class NewPasswordForm(FlaskForm):
    """A new password, typed once: it can be shown while typing, and reset when mistyped."""

    new_password = PasswordField(
        _("New password"), validators=[InputRequired(_("Enter a password."))]
    )

    def __init__(self, *, email: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.email = email

    def validate_new_password(self, field: PasswordField) -> None:
        """Refuse what is guessed first."""
        problem = passwords.weakness(field.data or "", email=self.email)
        if problem:
            raise ValidationError(problem)


class ChangePasswordForm(NewPasswordForm):
    """A new password, allowed by the old one."""

    current_password = PasswordField(
        _("Current password"), validators=[InputRequired(_("Enter your current password."))]
    )


class NameForm(FlaskForm):
    """One's own name."""

    name = _name(_("Your name"))


class InviteForm(FlaskForm):
    """Somebody who gets an account."""

    name = _name(_("Name"))
    email = _address()
    title = StringField(_("Job title"), filters=[one_line], validators=[Length(max=200)])
    role = RadioField(
        _("Role"),
        choices=_ROLES,
        validators=[InputRequired(_("Choose a role."))],
    )


class PersonForm(InviteForm):
    """Who somebody is and what they may do; `version` is what the page was drawn from."""

    version = HiddenField()
