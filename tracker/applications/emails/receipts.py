"""Receipts, and the links that candidates have lost."""

from collections.abc import Sequence
from typing import Any

from tracker.applications.models import Application
from tracker.core import formats, links
from tracker.core.errors import N_
from tracker.core.rendering import in_language, translated
from tracker.notifications import operations as outbox
from tracker.notifications.headers import without_addresses
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import sender
from tracker.notifications.wording import Message, declare

RECEIVED = declare(
    Message(
        name="application_received",
        audience="candidate",
        about="application",
        purpose="Goes to the candidate when an application has arrived: their receipt.",
        subject="We have your application: {posting_title} ({number})",
        body=(
            "Dear {candidate_name},\n\n"
            "Thank you for applying for {posting_title}. Your application has arrived and is"
            " stored exactly as you sent it.\n\n"
            "Please keep this mail. The link below opens your own page, where you can see where"
            " your application stands, look at what you sent, and withdraw it."
        ),
        samples={
            "candidate_name": "Marisol Quennell",
            "posting_title": "Children's Librarian",
            "number": "2026-K7Q4M",
        },
        context_samples={
            "number": "2026-K7Q4M",
            "received_at": N_("Monday 23 November 2026, 10:00 am (Eastern Standard Time)"),
            "is_late": False,
            "link": "https://jobs.example.org/my/sample",
            "files": [
                {
                    "title": "Resume",
                    "name": "resume.pdf",
                    "size": "214 KB",
                    "sha256": "5f2b51ca2fdc5baa31ec02e002f69aec3da7a0d1b2e1c5d1a0c7c3a4c6a9d5f0",
                }
            ],
        },
    )
)

LINK = declare(
    Message(
        name="application_link",
        audience="candidate",
        waited_for=True,
        purpose="Goes to a candidate who asked for the links to their applications.",
        subject="The links to your applications",
        body=(
            "Hello,\n\n"
            "Somebody, probably you, asked for the links to the applications that were made with"
            " this address. Each link opens one application; treat it like a key."
        ),
        samples={},
        context_samples={
            "applications": [
                {
                    "title": "Children's Librarian",
                    "number": "2026-K7Q4M",
                    "link": "https://jobs.example.org/my/sample",
                }
            ]
        },
    )
)


def application_received(application: Application, *, token: str) -> OutgoingEmail | None:
    """Queue the receipt: number, time, files with their checksums, and a new private link.

    None for a candidate without an address: theirs is printed and handed over.
    """
    if not application.email:
        return None
    with in_language(application.language):
        context = _receipt_lines(application, token)
    return outbox.queue(
        RECEIVED.name,
        to=(application.name, application.email),
        values={
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
        },
        context=context,
        about=("application", application.id),
        language=application.language,
    )


def _receipt_lines(application: Application, token: str) -> dict[str, Any]:
    zone = sender().time_zone
    return {
        "number": application.number,
        "received_at": formats.datetime(application.submitted_at, zone, with_zone=True),
        "link": links.candidate_page(token),
        "is_late": application.is_late,
        "files": [
            {
                "title": translated(each.title),
                "name": without_addresses(each.document.file_name) or "–",
                "size": formats.filesize(each.document.size),
                "sha256": each.document.sha256,
            }
            for each in application.documents
            if each.added_at is None
        ],
    }


def application_link(
    email: str, opened: Sequence[tuple[Application, str]], *, language: str = "en"
) -> OutgoingEmail:
    """Queue one mail with a link for each application made with an address.

    With several it is about none of them: who runs one posting learns nothing of the others.
    """
    newest = opened[0][0]
    return outbox.queue(
        LINK.name,
        to=(newest.name, email),
        values={},
        context={"applications": [_link_lines(each, token) for each, token in opened]},
        about=("application", newest.id) if len(opened) == 1 else None,
        language=language,
    )


def _link_lines(application: Application, token: str) -> dict[str, Any]:
    return {
        "title": application.posting.title,
        "number": application.number,
        "link": links.candidate_page(token),
    }
