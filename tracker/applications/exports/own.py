"""Everything held about a candidate's application, as a ZIP file for the candidate.

Their files byte for byte, and the rest twice: as JSON for machines and as HTML to read. Mail
between the candidate and the employer is there a third time, each as a text of its own. What
colleagues note, score and say among themselves is theirs and not in it.
"""

import datetime as dt
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask_babel import gettext

from tracker.applications.models import Application, ApplicationDocument, StageChange
from tracker.applications.queries import as_told
from tracker.applications.rules import FAMILIARITY_WORDS, ActorKind, Familiarity
from tracker.core import formats
from tracker.core.errors import N_
from tracker.core.files import FileStore
from tracker.core.rendering import render
from tracker.documents.filenames import safe_download_name
from tracker.documents.scanning import CLEARED

WORDS = (
    *(N_("received"), N_("under review"), N_("shortlisted"), N_("interview"), N_("references")),
    *(N_("offer"), N_("hired"), N_("not selected"), N_("withdrawn"), N_("declined offer")),
    *(N_("position cancelled"), N_("scheduled"), N_("cancelled")),
    *(N_("waiting"), N_("sent"), N_("delayed"), N_("failed"), N_("held"), N_("bounced")),
    *(N_("by letter"), N_("by telephone"), N_("in person")),
    *(N_("name"), N_("phone"), N_("email")),
)
"""What rows say of stages, ends, interviews, mail, ways and fields, as the page translates it."""


@dataclass(frozen=True)
class Held:
    """A stored file under its name in the ZIP; size in bytes."""

    name: str
    key: str
    size: int


def files_of(application: Application) -> list[Held]:
    """Name every file that the candidate sent, photographs too, in the ZIP's folders.

    What the virus scanner has not cleared is left out, and the record says so.
    """
    return [
        held
        for number, each in enumerate(application.documents, 1)
        if each.document.scan_state in CLEARED
        for held in _files(number, each)
    ]


def _files(number: int, item: ApplicationDocument) -> Iterator[Held]:
    document = item.document
    folder = f"files/{number:02}"
    name = safe_download_name(document.file_name, f"document.{document.kind}")
    yield Held(f"{folder}/{name}", document.file_key, document.size)
    for place, original in enumerate(document.originals, 1):
        kind = original.media_type.rpartition("/")[2]
        name = safe_download_name(original.file_name, f"photograph.{kind}")
        yield Held(f"{folder}/photographs/{place:02} {name}", original.file_key, original.size)


def record_of(
    application: Application,
    *,
    messages: Sequence[Mapping[str, Any]],
    interviews: Sequence[Mapping[str, Any]],
    corrections: Sequence[Mapping[str, Any]],
    accommodations: Sequence[Mapping[str, Any]],
    told_by_hand: Sequence[Mapping[str, Any]],
    news_of_openings: Mapping[str, Any] | None,
    zone: str,
) -> dict[str, Any]:
    """Put down all but the files: what was sent, what was said, how it stands, as far as told.

    `zone` is the employer's, in whose days the files of the mail are named.
    """
    told = as_told(application)
    return {
        "number": application.number,
        "posting": application.posting.title,
        "name": application.name,
        "email": application.email,
        "email_confirmed_at": application.email_confirmed_at,
        "phone": application.phone,
        "language": application.language,
        "came_in": application.channel.value,
        "came_in_on": application.received_on,
        "stored_at": application.submitted_at,
        "late": application.is_late,
        "link_source": application.source,
        "heard_from": application.heard_from,
        "stage": told.stage.value,
        "outcome": told.outcome.value if told.outcome else None,
        "ended_at": told.ended_at,
        "documents": [
            _document(number, each) for number, each in enumerate(application.documents, 1)
        ],
        "answers": [{"question": each.question, "text": each.text} for each in application.answers],
        "skills": [
            {"skill": each.skill, "level": FAMILIARITY_WORDS[Familiarity(each.level)]}
            for each in application.skills
        ],
        "history": [_move(each) for each in told.history],
        "corrections": corrections,
        "requests": [
            {
                "title": each.title,
                "instructions": each.instructions,
                "asked_at": each.asked_at,
                "answered_at": each.answered_at,
                "withdrawn_at": each.withdrawn_at,
            }
            for each in application.requests
        ],
        "accommodation_requests": accommodations,
        "interviews": interviews,
        "messages": _numbered(messages, zone),
        "told_by_hand": told_by_hand,
        "news_of_openings": news_of_openings,
    }


def _document(number: int, item: ApplicationDocument) -> dict[str, Any]:
    document = item.document
    cleared = document.scan_state in CLEARED
    text = document.text.text if document.text is not None and cleared else ""
    return {
        "title": item.title,
        "files": [each.name for each in _files(number, item)] if cleared else [],
        "file_name": document.file_name,
        "size": document.size,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "pages": document.pages,
        "typed": item.typed,
        "added_at": item.added_at,
        "virus_scan": document.scan_state,
        "text_as_read": text,
    }


def _numbered(messages: Sequence[Mapping[str, Any]], zone: str) -> list[dict[str, Any]]:
    """Put mail in order, oldest first, and name the file that each is written to."""
    ordered = sorted(messages, key=lambda each: each["at"])
    return [
        {**each, "file": _letter_name(number, each, zone)} for number, each in enumerate(ordered, 1)
    ]


def _letter_name(number: int, message: Mapping[str, Any], zone: str) -> str:
    day = message["at"].astimezone(ZoneInfo(zone)).date().isoformat()
    by = gettext("by you") if message["by"] == "you" else gettext("by the employer")
    name = safe_download_name(
        f"{number:03} {day} {by}, {message['subject'][:60].strip()}", f"{number:03}"
    )
    return f"mail/{name}.txt"


def _letter(message: Mapping[str, Any], *, employer: str, zone: str) -> str:
    """Write one mail as a text to read, with a head as mail has it."""
    you, them = message["address"], employer
    sender, recipient = (you, them) if message["by"] == "you" else (them, you)
    head = [
        gettext("From: %(name)s", name=sender),
        gettext("To: %(name)s", name=recipient),
        gettext("Date: %(when)s", when=formats.datetime(message["at"], zone, with_zone=True)),
        gettext("Subject: %(subject)s", subject=message["subject"]),
    ]
    head += [
        gettext(
            "Attached: %(name)s, %(size)s, SHA-256 %(sum)s",
            name=each["name"],
            size=formats.filesize(each["size"]),
            sum=each["sha256"],
        )
        for each in message["attachments"]
    ]
    return "\n".join([*(" ".join(line.split()) for line in head), "", message["text"], ""])


def _move(change: StageChange) -> dict[str, Any]:
    own = change.by_kind is ActorKind.CANDIDATE
    return {
        "at": change.at,
        "stage": change.new_stage.value,
        "outcome": change.new_outcome.value if change.new_outcome else None,
        "by": "you" if own else "the employer",
        "note": change.note if own else "",
    }


def write(
    target: IO[bytes],
    *,
    record: Mapping[str, Any],
    texts: Mapping[str, str],
    held: Sequence[Held],
    store: FileStore,
    at: dt.datetime,
) -> None:
    """Write the ZIP, a chunk of a file at a time. Raises what the store raises."""
    moment = at.timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**texts, "application.json": _json(record)}.items():
            archive.writestr(_info(name, moment), text, zipfile.ZIP_DEFLATED)
        for each in held:
            info = _info(each.name, moment)
            info.file_size = each.size
            with archive.open(info, "w") as member:
                for chunk in store.chunks(each.key):
                    member.write(chunk)


def _info(name: str, moment: tuple[int, ...]) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = moment
    info = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
    info.compress_type = zipfile.ZIP_STORED  # documents are compressed already
    return info


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, dt.date):  # and times, which are dates
        return value.isoformat()
    raise TypeError(type(value))


def draw(record: Mapping[str, Any], *, employer: str, zone: str, at: dt.datetime) -> dict[str, str]:
    """Write the record as a page that needs nothing but itself, and its mail; texts by name."""
    page = render("applications/own_copy.html", record=record, employer=employer, zone=zone, at=at)
    letters = {
        each["file"]: _letter(each, employer=employer, zone=zone) for each in record["messages"]
    }
    return {"application.html": page, **letters}
