"""Mail to those who want to hear of new openings."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask_babel import gettext, ngettext

from tracker.core import links
from tracker.core.errors import N_
from tracker.core.rendering import in_language, render
from tracker.notifications import operations as outbox
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.wording import Message, declare
from tracker.organization import queries as organization
from tracker.postings.models import Posting, Subscription
from tracker.postings.queries import zone
from tracker.postings.queries.alerts import ABOUT, NEWS

MOST_LISTED = 25
UNSUBSCRIBE = "unsubscribe"
"""The first word of a subject by which a mail ends a subscription; a secret follows."""

_PAGES = {
    "link": "https://jobs.example.org/alerts/sample",
    "end_link": "https://jobs.example.org/alerts/sample/end",
}

ASKED = declare(
    Message(
        name="openings_asked_for",
        label="News of openings: confirm",
        audience="candidate",
        waited_for=True,
        purpose="Goes to an address for which somebody asked to be told of new openings.",
        subject="Confirm that you want to hear of new openings",
        body=(
            "Hello,\n\n"
            "Somebody, probably you, asked us to write to this address when new positions open"
            " at {employer}. We do so only once you confirm it on the page below.\n\n"
            "If it was not you, do nothing: in three days the request and this address are"
            " erased."
        ),
        samples={"employer": "Fernhollow Library"},
        context_samples={
            "link": _PAGES["link"],
            "words": True,
            "kinds": N_("Part-time"),
        },
    )
)

NEW = declare(
    Message(
        name=NEWS,
        label="News of openings",
        audience="candidate",
        waited_for=True,  # held for a look, it would tell of what has closed meanwhile
        purpose="Goes at most once a day to those who asked to be told of new openings.",
        subject="New at {employer}: {openings}",
        body="Hello,\n\nThis is new since we last wrote to you:",
        samples={
            "employer": "Fernhollow Library",
            "openings": "Children's Librarian",
        },
        context_samples={
            "openings": [
                {
                    "title": "Children's Librarian",
                    "link": "https://jobs.example.org/postings/childrens-librarian",
                    "facts": "Full-time · 37.5 hours a week · $52,000–$61,000 a year",
                    "closes": "Closes in 12 days: Saturday 5 December 2026, end of the day",
                }
            ],
            "more": 0,
            "careers": "https://jobs.example.org/",
            **_PAGES,
        },
    )
)


def openings_asked_for(
    subscription: Subscription, *, token: str, kinds: Sequence[str]
) -> OutgoingEmail:
    """Queue the mail whose link confirms; `kinds` are the kinds of employment in words."""
    return outbox.queue(
        ASKED.name,
        to=("", subscription.email),
        values={"employer": _employer()},
        context={
            "link": links.subscription(token),
            # Anybody may have typed them, and this goes to somebody who may not have asked.
            "words": bool(subscription.words),
            "kinds": ", ".join(kinds),
        },
        about=(ABOUT, subscription.id),
        language=subscription.language,
    )


def new_openings(
    subscription: Subscription, openings: Sequence[Posting], *, token: str, day: dt.date
) -> OutgoingEmail:
    """Queue the day's mail with the openings that are new and wanted."""
    with in_language(subscription.language):
        listed = [_lines(each) for each in openings[:MOST_LISTED]]
        named = openings[0].title
        if len(openings) > 1:
            named = ngettext(
                "%(title)s and %(num)d more",
                "%(title)s and %(num)d more",
                len(openings) - 1,
                title=named,
            )
    return outbox.queue(
        NEW.name,
        to=("", subscription.email),
        values={"employer": _employer(), "openings": named},
        context={
            "openings": listed,
            "more": len(openings) - len(listed),
            "careers": links.absolute("/"),
            "link": links.subscription(token),
            "end_link": links.subscription_end(token),
        },
        about=(ABOUT, subscription.id),
        once_key=f"{NEWS} {subscription.id} {day.isoformat()}",
        language=subscription.language,
        unsubscribe=links.subscription_end(token),
        unsubscribe_by_mail=_by_mail(token),
    )


def _lines(posting: Posting) -> dict[str, Any]:
    facts, closes = (
        render(f"emails/_opening_{each}.txt", posting=posting, zone=zone()).strip()
        for each in ("facts", "closes")
    )
    return {
        "title": posting.title,
        "link": links.posting(posting.slug),
        "facts": facts,
        "closes": closes,
    }


def _employer() -> str:
    employer = organization.employer()
    return employer.name if employer else gettext("Careers")


def _by_mail(token: str) -> str | None:
    address = links.intake_address()
    return f"mailto:{address}?subject={quote(f'{UNSUBSCRIBE} {token}')}" if address else None
