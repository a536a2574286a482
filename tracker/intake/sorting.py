"""What a mail is by its head: written by a person, or sent by a machine. Pure.

Machines are known by what they say of themselves (RFC 3834, RFC 3464, RFC 2369), and by the
words of a subject only when nothing else speaks. What a machine sent is never answered.
"""

import enum
import re
from collections.abc import Collection
from dataclasses import dataclass

from tracker.intake.authentication import results_of
from tracker.intake.findings import Found, Head

MOST_HOPS = 50
_REPORT = {"delivery-status", "feedback-report"}
_DAEMONS = re.compile(r"(mailer-daemon|postmaster|mail-daemon|bounce[s]?)([+_=.-].*)?@")
_NOBODY = re.compile(r"(no[._-]?reply|do[._-]?not[._-]?reply|bounces?|mailer-daemon|postmaster)")
_UNDELIVERED = re.compile(
    r"(undeliver|delivery (status notification|failure|has failed)|failure notice|returned mail"
    r"|mail delivery (failed|system)|could not be delivered|message not delivered)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\s*((re|aw|sv)\s*:\s*)?(automatic reply|automatic response|auto[- ]?(reply|response)"
    r"|autoreply|out of (the )?office|away from (the |my )?office|i am (currently )?away"
    r"|on vacation|vacation (reply|notice)|respuesta autom[aá]tica|fuera de (la )?oficina"
    r"|r[eé]ponse automatique|absence du bureau|automatische antwort|abwesenheit(snotiz)?"
    r"|risposta automatica|resposta autom[aá]tica)\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"\s*((re|fw|fwd|aw|wg|sv|vs|tr|rv|enc|antw|ref)\s*(\[\d{1,3}\])?\s*:|\[[^\[\]]{1,30}\])\s*",
    re.IGNORECASE,
)
_ANSWERS = {"REPLY", "COUNTER"}
CALENDAR_ANSWERS = "A calendar answers an invitation."


class Kind(enum.Enum):
    """What a mail is by its head alone."""

    PERSON = "person"
    LOOP = "loop"
    REPORT = "report"
    AUTOMATIC = "automatic"
    CALENDAR = "calendar"
    LIST = "list"
    BROKEN = "broken"


@dataclass(frozen=True)
class Sorted:
    """What a mail is, and why one thinks so, in words for staff."""

    kind: Kind
    why: str = ""


def sort(found: Found, *, own_addresses: Collection[str], is_own_id: bool) -> Sorted:
    """Tell what a mail is.

    `own_addresses` are those that Tracker itself sends from; `is_own_id` says that the mail's
    own Message-ID is one that Tracker gave out.
    """
    head = found.head
    if is_own_id:
        return Sorted(Kind.LOOP, "It is a mail of our own that came back: a loop. Not answered.")
    if head.received > MOST_HOPS:
        return Sorted(
            Kind.LOOP, f"It went through {head.received} servers, as a mail in a loop does."
        )
    if found.statuses or (found.kind == "multipart/report" and found.report_type in _REPORT):
        return Sorted(Kind.REPORT, "A mail server reports on a mail (RFC 3464).")
    if _is_daemon(head) and (_UNDELIVERED.search(head.subject) or is_null_sender(head)):
        return Sorted(Kind.REPORT, "A mail server says that a mail did not arrive.")
    if found.calendar is not None and found.calendar.method in _ANSWERS:
        return Sorted(Kind.CALENDAR, CALENDAR_ANSWERS)
    automatic = _why_automatic(found)
    if automatic:
        return Sorted(Kind.AUTOMATIC, automatic)
    if head.address in own_addresses and not found.nested:
        return Sorted(Kind.LOOP, "It claims to be from our own address. Not answered.")
    if head.is_list or head.precedence in {"bulk", "list", "junk"}:
        return Sorted(Kind.LIST, "It came over a mailing list or in bulk, so it is not answered.")
    if found.trouble:
        return Sorted(Kind.BROKEN, found.trouble)
    return Sorted(Kind.PERSON)


def _why_automatic(found: Found) -> str:
    head = found.head
    if found.report_type == "disposition-notification":
        return "A mail program says that a mail was opened. Nothing to answer."
    if head.auto_submitted and not head.auto_submitted.startswith("no"):
        return "An automatic answer: its own header says so (RFC 3834). Not answered."
    if head.autoreply or head.precedence in {"auto_reply", "auto-reply", "autoreply"}:
        return "An automatic answer: its own header says so. Not answered."
    if is_null_sender(head):
        return "Sent by a machine that takes no answer (null sender). Not answered."
    if _AWAY.match(head.subject):
        return "An automatic answer, by its subject. Not answered."
    return ""


def is_null_sender(head: Head) -> bool:
    """Tell whether a mail's envelope had no sender, as machines send (RFC 5321 §4.5.5)."""
    return head.return_path is not None and head.return_path.strip() in {"<>", ""}


def _is_daemon(head: Head) -> bool:
    return bool(_DAEMONS.match(head.address))


def why_unanswerable(head: Head) -> str:
    """Say why no mail may go to a sender though a person may have written; '' where one may."""
    if not head.senders:
        return "It has no sender."
    if len({address for _, address in head.senders}) > 1:
        shown = ", ".join(address for _, address in head.senders[:3])
        return f"It has more than one sender ({shown}), so nobody can tell whose it is."
    if _NOBODY.match(head.address.partition("@")[0]):
        return "Its sender's address takes no answers."
    return ""


def why_forged(head: Head, *, authority: str) -> str:
    """Say why a sender's address is not believed; '' where nothing speaks against it.

    Only the employer's own server is believed, by the name that it writes first in
    Authentication-Results (RFC 8601 §2.2): anybody can write such a header. Without that name
    in the settings nothing is concluded.
    """
    if not authority:
        return ""
    found = results_of(head.results, authority=authority)
    if "fail" in found.get("dmarc", ()):
        return (
            "The employer's own mail server could not prove that it comes from"
            f" {head.address} (DMARC failed): the sender may be forged."
        )
    if (
        "dmarc" not in found
        and "fail" in found.get("spf", ())
        and "pass" not in found.get("dkim", ())
    ):
        return (
            "The employer's own mail server says that the sending server may not send for"
            f" {head.address} (SPF failed): the sender may be forged."
        )
    return ""


def bare_subject(subject: str) -> str:
    """Return a subject without what replies, forwards and gateways put before it."""
    while (match := _PREFIX.match(subject)) is not None and match.end() > 0:
        subject = subject[match.end() :]
    return " ".join(subject.split())
