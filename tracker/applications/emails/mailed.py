"""The receipt of an application that came by mail, and what else its sender may be told."""

from collections.abc import Mapping, Sequence

from tracker.applications.models import Application
from tracker.core import formats, links
from tracker.core.errors import N_
from tracker.core.rendering import in_language, translated
from tracker.notifications import operations as outbox
from tracker.notifications.headers import without_addresses
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import sender
from tracker.notifications.wording import Message, declare

BY_MAIL = declare(
    Message(
        name="application_by_mail",
        audience="candidate",
        about="application",
        purpose="Goes to the candidate when an application came by mail: their receipt.",
        subject="We have your application: {posting_title} ({number})",
        body=(
            "Dear {candidate_name},\n\n"
            "Thank you for applying for {posting_title}. Your mail has arrived and is your"
            " application.\n\n"
            "Please open your own page with the link below, and confirm there that this is your"
            " address. You can see what we stored, add what is missing, and follow where your"
            " application stands."
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
            "refused": [],
            "missing": [],
            "has_questions": True,
        },
    )
)


def application_by_mail(
    application: Application,
    *,
    refused: Sequence[tuple[str, str, Mapping[str, str]]],
    missing: Sequence[str],
    has_questions: bool,
    token: str,
    thread: Sequence[str],
) -> OutgoingEmail:
    """Queue the receipt: what was stored, what was not and why, what is missing, and a link.

    `refused` holds names of files, reasons (untranslated) and what fills them in. `thread` are
    the Message-IDs of the mail that it acknowledges.
    """
    with in_language(application.language):
        context = {
            "number": application.number,
            "received_at": formats.datetime(
                application.submitted_at, sender().time_zone, with_zone=True
            ),
            "is_late": application.is_late,
            "link": links.candidate_page(token),
            "files": [
                {
                    "title": translated(each.title),
                    "name": without_addresses(each.document.file_name) or "–",
                    "size": formats.filesize(each.document.size),
                    "sha256": each.document.sha256,
                }
                for each in application.documents
            ],
            "refused": [
                {"name": name, "why": translated(why) % values} for name, why, values in refused
            ],
            "missing": [translated(each) for each in missing],
            "has_questions": has_questions,
        }
    return outbox.queue(
        BY_MAIL.name,
        to=(application.name, application.email),
        values={
            "candidate_name": application.name,
            "posting_title": application.posting.title,
            "number": application.number,
        },
        context=context,
        about=("application", application.id),
        thread=thread,
        language=application.language,
    )
