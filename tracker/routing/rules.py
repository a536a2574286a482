"""Why an application is with somebody, and how long a private link opens it."""

import datetime as dt
import enum

LINK_LIFETIME = dt.timedelta(days=90)


class Why(enum.StrEnum):
    """Why an application was given to a person."""

    CONTACT = "contact of the posting"
    DEPUTY = "deputy of the contact"
    COPIED = "copied on the posting"
    ASKED = "asked by a colleague"
    BY_HAND = "reassigned by hand"
