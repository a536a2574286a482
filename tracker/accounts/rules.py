"""What holds of accounts: kinds of links, lifetimes, passwords, the throttle's arithmetic."""

import datetime as dt
import enum


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
