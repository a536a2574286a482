"""What the forms of candidates have in common."""

from urllib.parse import urlsplit

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, StringField, TelField
from wtforms.validators import DataRequired, Length, Optional, StopValidation

from tracker.accounts.rules import AddressError, clean_address
from tracker.notifications import headers

LONGEST_LINE = 300


class Deliverable:
    """An address that a receipt can be sent to; that of a mail that came may be of any host.

    What somebody types is looked at more closely: names that are no hosts of the Internet
    (RFC 6761) are slips there.
    """

    def __init__(self, *, any_host: bool = False) -> None:
        self._any_host = any_host

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        try:
            if not self._any_host:
                clean_address(field.data or "")
            headers.check_address(field.data or "")
        except (AddressError, headers.AddressError):
            raise StopValidation(
                gettext("That is not an e-mail address. Enter one like name@example.org.")
            ) from None


class WebAddress:
    """An address of the web; see `with_beginning`."""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        if not _is_address(field.data or ""):
            raise StopValidation(
                gettext("That is not a web address. Enter one like https://example.org/my-work.")
            )


def with_beginning(typed: str | None) -> str | None:
    """Give an address that was typed without its https:// what it lacks; leave all else alone."""
    address = (typed or "").strip()
    whole = address if "://" in address else f"https://{address}"
    return whole if _is_address(whole) else typed


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        is_port = parts.port is None or parts.port > 0  # asked for, since it is read only then
    except ValueError:
        return False
    plain = text.isprintable() and len(text.split()) == 1 and "@" not in parts.netloc
    return parts.scheme in {"http", "https"} and "." in host.strip(".") and plain and is_port


class OnlyAName:
    """A name without a web address: it stands in mail that we send, to whatever address."""

    def __init__(self, message: str | None = None) -> None:
        self._message = message

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        if headers.leads_away(field.data or ""):
            raise StopValidation(
                self._message or gettext("A name cannot hold a web address. Enter your name alone.")
            )


def own_name() -> StringField:
    """A candidate's name, which they have to give."""
    return StringField(
        lazy_gettext("Your name"),
        [
            DataRequired(lazy_gettext("Enter your name.")),
            Length(max=LONGEST_LINE, message=lazy_gettext("This is longer than a name can be.")),
            OnlyAName(),
        ],
    )


def own_address(*, any_host: bool = False) -> EmailField:
    """A candidate's address, which they have to give; `any_host` as in `Deliverable`."""
    return EmailField(
        lazy_gettext("E-mail address"),
        [
            DataRequired(lazy_gettext("Enter your e-mail address.")),
            Length(max=254, message=lazy_gettext("This is longer than an address can be.")),
            Deliverable(any_host=any_host),
        ],
    )


def telephone() -> TelField:
    """A telephone number, where there is one."""
    return TelField(
        lazy_gettext("Phone"),
        [
            Optional(),
            Length(max=60, message=lazy_gettext("This is longer than a phone number can be.")),
        ],
    )


def add_error(field: Field, sentence: str) -> None:
    """Put a sentence at a field, after the form's own."""
    field.errors = [*field.errors, sentence]
