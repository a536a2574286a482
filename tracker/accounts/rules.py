"""What holds of accounts: addresses, kinds of links, passwords, who must remain."""

import datetime as dt
import enum

from email_validator import EmailNotValidError, validate_email

from tracker.core.errors import DomainError, GoneError


def N_(text: str) -> str:  # noqa: N802  the usual name of the mark for translators
    """Mark a sentence for translation; the page translates it."""
    return text


class LinkKind(enum.StrEnum):
    """What a secret link to an account is for."""

    INVITATION = "invitation"
    RESET = "reset"
    SIGN_IN = "sign in"


LIFETIMES = {
    LinkKind.INVITATION: dt.timedelta(days=7),
    LinkKind.RESET: dt.timedelta(hours=1),
    LinkKind.SIGN_IN: dt.timedelta(hours=12),
}
# These let their holder choose a password; a sign-in link only signs in.
SETS_PASSWORD = frozenset({LinkKind.INVITATION, LinkKind.RESET})
PRESSED_AGAIN = dt.timedelta(minutes=2)
"""What is sent again so soon, word for word, is one press too many and not asked again."""
SESSION_LIFETIME = dt.timedelta(days=14)


class AddressError(DomainError):
    """What was given is not an e-mail address."""

    status = 422


class LastAdministratorError(DomainError):
    """The house would be left without an administrator."""


def clean_address(text: str) -> str:
    """Return an address in the one form that persons are matched by: trimmed, lower case.

    Raises `AddressError`. Whether mail arrives there is not asked.
    """
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise AddressError(
            N_("That is not an e-mail address. Enter one like name@example.org.")
        ) from None
    return found.normalized.lower()


def match_address(text: str) -> str:
    """Return what a typed address is compared by; anything may have been typed."""
    return text.replace("\x00", "").strip().lower()


def check_link(
    *, expires_at: dt.datetime, used_at: dt.datetime | None, able: bool, at: dt.datetime
) -> None:
    """Raise `GoneError` where a link may no longer act: used, too old, or its person is out."""
    if used_at is not None:
        raise GoneError(N_("This link has been used. Each link works once."))
    if at >= expires_at:
        raise GoneError(N_("This link has run out."))
    if not able:
        raise GoneError(N_("The account that this link was made for is switched off."))


def check_administrator_remains(others: int) -> None:
    """Raise unless another active administrator remains; `others` counts them."""
    if others == 0:
        raise LastAdministratorError(
            N_(
                "This is the last administrator who can sign in, so they stay one."
                " Make somebody else an administrator first."
            )
        )
