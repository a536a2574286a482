"""What senders are told whose mail cannot be read, and what is passed on of a conversation:
a candidate's words to colleagues, theirs to a candidate.
"""

import enum
from collections.abc import Mapping, Sequence

from tracker.accounts.models import Person
from tracker.applications.models import Application
from tracker.core import formats, links
from tracker.core.errors import N_
from tracker.core.rendering import in_language, translated
from tracker.intake.conversations import by_address_alone
from tracker.intake.findings import Found
from tracker.intake.models import IncomingEmail, Reply
from tracker.notifications import operations as outbox
from tracker.notifications import queries as mail
from tracker.notifications.headers import without_addresses
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.operations import Rendered
from tracker.notifications.wording import LONGEST_SUBJECT, Message, declare

MESSAGE = N_("Message")
"""What the text of a mail is called among the documents of an application."""

MOST_NAMED = 5  # files that a mail names; their page lists all

OUTLOOK_FILE = N_(
    "This is how Outlook packs files for other Outlook users; other programs cannot open it."
    " Send the files anew as PDF, or add them on your page."
)
ENCRYPTED_PART = N_(
    "A part of your mail is encrypted and cannot be read here. Send it without encryption, or"
    " add it on your page."
)


class Unopened(enum.Enum):
    """Why a mail could not be read, in words for its sender."""

    LARGE = N_("It is larger than what can be opened here.")
    DAMAGED = N_("It is damaged, or its files are of kinds that cannot be read here.")
    ENCRYPTED = N_("It is encrypted, and cannot be read here.")
    OUTLOOK = N_("Its files are packed in a way that only Outlook opens (winmail.dat).")


UNOPENED = declare(
    Message(
        name="mail_unopened",
        audience="candidate",
        purpose="Goes to the sender of a mail that could not be read, once a day at most.",
        subject="We could not read your mail",
        body=(
            "Hello,\n\n"
            "A mail from your address came on {when}. It is kept, but it could not be read."
            " {reason}\n\n"
            "A colleague will look at it. If it is an application, please send it again with your"
            " documents as PDF files, or apply on the page of the posting. If you did not write to"
            " us, you need not do anything."
        ),
        samples={"when": "Friday 14 May 2027, 3:00 pm", "reason": N_(Unopened.LARGE.value)},
    )
)


def mail_unopened(
    email: IncomingEmail, kind: Unopened, *, thread: Sequence[str], language: str
) -> OutgoingEmail:
    """Tell a sender that their mail is kept and could not be read, and what to do.

    None of their own words are in it: whoever it goes to may have written none of them. `thread`
    are the Message-IDs of what it answers.
    """
    with in_language(language):
        reason = translated(kind.value)
        when = formats.datetime(email.arrived_at or email.kept_at, mail.sender().time_zone)
    return outbox.queue(
        UNOPENED.name,
        to=(without_addresses(email.from_name), email.from_address),
        values={"when": when, "reason": reason},
        once_key=f"unopened-{email.id}",
        thread=thread,
        language=language,
    )


def wrappings(found: Found) -> list[tuple[str, str, Mapping[str, str]]]:
    """Name for the sender what was packed so that nothing here opens it, and what to do."""
    if found.tnef:
        return [("winmail.dat", OUTLOOK_FILE, {})]
    name = without_addresses(found.encrypted) or "–"
    return [(name, ENCRYPTED_PART, {})] if found.encrypted else []


# Conversations

_SAMPLES = {
    "contact_name": "Robin Vale",
    "candidate_name": "Sam Rivera",
    "posting_title": "Children's Librarian",
    "number": "2027-K7Q4M",
}
_WORDS: dict[str, object] = {
    "text": "Thank you for your mail. Tuesday at three suits me well.",
    "files": ["certificate.pdf"],
    "link": "https://jobs.example.org/for/sample",
}
declare(
    Message(
        name="candidate_replied",
        audience="contact",
        about="application",
        reply_sample=("Sam Rivera", "sam.rivera@example.org"),
        purpose="To the people who handle an application, when its candidate answers a mail.",
        subject="Re: Application for {posting_title}: {candidate_name}",
        body="Dear {contact_name},\n\n{candidate_name} writes about {posting_title}:",
        samples=_SAMPLES,
        context_samples={**_WORDS, "by_address": False, "passed_on_by": ""},
    )
)
declare(
    Message(
        name="colleague_replied",
        audience="contact",
        about="application",
        purpose="To the people who handle an application, when a colleague or somebody unknown"
        " answers a mail about it. The candidate does not get it.",
        subject="About the application for {posting_title}: {candidate_name}",
        body=(
            "Dear {contact_name},\n\n"
            "{writer} writes about the application of {candidate_name} for {posting_title}."
            " The candidate was not written to."
        ),
        samples={**_SAMPLES, "writer": "Alex Moreno (alex.moreno@example.org)"},
        context_samples={**_WORDS, "unknown": False},
    )
)
declare(
    Message(
        name="reply_not_passed_on",
        audience="contact",
        about="application",
        purpose="To a colleague whose reply could not be passed on to the candidate, with why.",
        subject="Not passed on: your mail about {candidate_name}",
        body=(
            "Dear {contact_name},\n\n"
            "Your mail about the application of {candidate_name} for {posting_title} is kept"
            " with it, and was not passed on to the candidate. {why}"
        ),
        samples={
            **_SAMPLES,
            "why": "The candidate has no e-mail address: answer by letter or telephone.",
        },
    )
)
declare(
    Message(
        name="answer_without_files",
        audience="contact",
        about="application",
        among_colleagues=True,
        purpose="To a colleague whose mailed answer goes to the candidate without the files that"
        " came with it.",
        subject="Only your words go to {candidate_name}",
        body=(
            "Dear {contact_name},\n\n"
            "Your answer goes to {candidate_name} without {files}: of a mailed answer only the"
            " words go. What came with it is kept beside your answer with the application for"
            " {posting_title}, where your colleagues find it.\n\n"
            "To send it to {candidate_name} as well, write to them from your own mail program:"
            " their address stands on the page of the application."
        ),
        samples={**_SAMPLES, "files": "the file “plan.pdf”"},
        context_samples={"link": _WORDS["link"]},
    )
)
LETTER = declare(
    Message(
        name="answer_to_candidate",
        audience="candidate",
        about="application",
        purpose="What a colleague writes to a candidate: on the application's page, or by"
        " answering a mail.",
        label="A colleague's own words",
        subject="{subject}",
        body="{text}",
        samples={
            "subject": "Your application for Children's Librarian",
            "text": "Dear Sam,\n\nthank you for asking. The Saturday shift is every other week.",
        },
    )
)
ANSWER = declare(
    Message(
        name="answer_to_sender",
        audience="candidate",
        purpose="What a colleague answers to a mail in the Unsorted tray that is no application.",
        label="An answer to a mail in the tray",
        subject="{subject}",
        body="{text}",
        samples={
            "subject": "Re: Saturdays",
            "text": "Dear Sam,\n\nthank you for asking. We are open on Saturdays until four.",
        },
    )
)


def _values(application: Application, person: Person) -> dict[str, str]:
    return {
        "contact_name": person.name,
        "candidate_name": application.name,
        "posting_title": application.posting.title,
        "number": application.number,
    }


def candidate_replied(
    reply: Reply, person: Person, *, link: str, files: Sequence[str], thread: Sequence[str]
) -> OutgoingEmail:
    """Pass a candidate's words on to somebody who handles the application."""
    application, passed_on_by = reply.application, reply.incoming.forwarded_by
    return outbox.queue(
        "candidate_replied",
        to=(person.name, person.email),
        values=_values(application, person),
        context={
            "text": reply.text,
            "files": files,
            "link": link,
            "by_address": by_address_alone(reply.incoming),
            "passed_on_by": passed_on_by.name if passed_on_by is not None else "",
        },
        about=("application", application.id),
        once_key=f"reply-{reply.id}-{person.id}",
        reply_to=(application.name, application.email),
        thread=thread,
    )


def colleague_replied(
    reply: Reply, person: Person, *, link: str, files: Sequence[str], thread: Sequence[str]
) -> OutgoingEmail:
    """Tell somebody who handles an application what a colleague or a stranger wrote about it."""
    application, incoming = reply.application, reply.incoming
    if reply.person is not None:
        writer = reply.person.name
    else:
        name = incoming.from_name or incoming.from_address
        writer = f"{name} ({incoming.from_address})" if incoming.from_address else "Somebody"
    return outbox.queue(
        "colleague_replied",
        to=(person.name, person.email),
        values={**_values(application, person), "writer": writer},
        context={
            "text": reply.text,
            "files": files,
            "link": link,
            "unknown": reply.person is None,
        },
        about=("application", application.id),
        once_key=f"reply-{reply.id}-{person.id}",
        thread=thread,
    )


def reply_not_passed_on(reply: Reply, person: Person) -> OutgoingEmail:
    """Tell a colleague that the candidate did not get their mail; once for one reason."""
    application = reply.application
    return outbox.queue(
        "reply_not_passed_on",
        to=(person.name, person.email),
        values={**_values(application, person), "why": reply.held},
        about=("application", application.id),
        once_key=f"not-passed-on-{application.id}-{person.id}-{reply.held}",
        thread=reply.incoming.thread,
    )


def answer_without_files(
    reply: Reply, person: Person, *, link: str, files: Sequence[str]
) -> OutgoingEmail:
    """Tell a colleague that only the words of their mail go to the candidate; once for a mail.

    It goes to their own address, to which the mail that they answer had gone.
    """
    return outbox.queue(
        "answer_without_files",
        to=(person.name, person.email),
        values={**_values(reply.application, person), "files": _named(files)},
        context={"link": link},
        about=("application", reply.application.id),
        once_key=f"without-files-{reply.id}",
        thread=reply.incoming.thread,
    )


def _named(files: Sequence[str]) -> str:
    """Name the files of a mail in a sentence, and count those that are too many for one."""
    shown = [f"“{each}”" for each in files[:MOST_NAMED]]
    if len(files) > MOST_NAMED:
        shown.append(f"{len(files) - MOST_NAMED} more")
    if len(shown) == 1:
        return f"the file {shown[0]}"
    return f"the files {', '.join(shown[:-1])} and {shown[-1]}"


def to_candidate(
    application: Application,
    text: str,
    *,
    by: Person,
    answers: str,
    thread: Sequence[str],
    once_key: str,
    automatic: bool,
) -> OutgoingEmail:
    """Send a colleague's words to a candidate, from the employer's address in their name.

    `answers` is the subject of what is answered; empty where a conversation begins.
    """
    return outbox.queue(
        LETTER.name,
        to=(application.name, application.email),
        values={"subject": _subject(application, answers), "text": text},
        about=("application", application.id),
        once_key=once_key,
        thread=thread,
        language=application.language,
        automatic=automatic,
        from_name=f"{by.name}, {mail.sender().name}",
    )


def preview_letter(application: Application, text: str, *, answers: str) -> Rendered:
    """Render that mail, to be shown before it goes."""
    return outbox.foresee(
        LETTER,
        to=(application.name, application.email),
        values={"subject": _subject(application, answers), "text": text},
        about=("application", application.id),
        language=application.language,
    )


def _subject(application: Application, answers: str) -> str:
    if answers:
        return f"Re: {answers}"[:LONGEST_SUBJECT]
    with in_language(application.language):
        words = translated(N_("Your application for %(posting)s"))
    return words % {"posting": application.posting.title}


def staff_link(application: Application) -> str:
    """The page on which somebody with an account reads the whole conversation."""
    return links.staff_application(application.id)


def answer_to_sender(
    email: IncomingEmail,
    text: str,
    *,
    by: Person,
    subject: str,
    thread: Sequence[str],
    once_key: str,
    language: str,
) -> OutgoingEmail:
    """Answer a mail of the tray, from the employer's address in a colleague's name."""
    return outbox.queue(
        ANSWER.name,
        to=(email.from_name, email.from_address),
        values={"subject": f"Re: {subject or '–'}"[:LONGEST_SUBJECT], "text": text},
        about=("incoming", email.id),
        once_key=once_key,
        thread=thread,
        language=language,
        automatic=False,
        from_name=f"{by.name}, {mail.sender().name}",
    )
