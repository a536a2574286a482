"""Decide what a mail is and where it belongs: reads, and changes nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace

from tracker.applications.models import Application
from tracker.intake import matching, queries, threads
from tracker.intake.findings import Found, FoundFile, Head
from tracker.intake.forwarding import Inner, inner_mail, passed_on
from tracker.intake.guessing import is_letter, kind_of
from tracker.intake.matching import Clues, Suggestion
from tracker.intake.operations.decisions import (
    A_DAY,
    MANY_TODAY,
    Decision,
    Earlier,
    Surroundings,
)
from tracker.intake.operations.reports import automatic, calendar_answer, report, tied
from tracker.intake.rules import APPLICATIONS_A_DAY, Verdict
from tracker.intake.sorting import Kind, Sorted, sort, why_forged, why_unanswerable
from tracker.notifications.headers import AddressError, check_address
from tracker.notifications.models import OutgoingEmail
from tracker.postings.emails import UNSUBSCRIBE
from tracker.postings.queries import alerts
from tracker.postings.rules import DocumentKind

_UNSUBSCRIBES = re.compile(rf"{UNSUBSCRIBE} ([A-Za-z0-9_-]{{20,60}})", re.IGNORECASE)


def decide(found: Found, around: Surroundings) -> Decision:
    """Decide what a mail is and where it belongs."""
    head = found.head
    if secret := _unsubscribes(head):
        why = "A subscriber to new openings ended their mail by it."
        return Decision(Verdict.AUTO_REPLY, why, head, ends=secret)
    named = {head.message_id, *head.reply_ids, *found.returned} - {""}
    own = queries.own_mail(named)
    sorted_ = sort(found, own_addresses=around.own_addresses, is_own_id=head.message_id in own)
    answers = next((own[each] for each in head.reply_ids if each in own), None)
    tagged = threads.by_tag(head.recipients) if answers is None else None
    match sorted_.kind:
        case Kind.LOOP:
            return Decision(Verdict.QUARANTINED, sorted_.why, head)
        case Kind.REPORT:
            return report(found, own, sorted_)
        case Kind.CALENDAR:
            return calendar_answer(found, sorted_, doubt=_doubt(head, around))
        case Kind.AUTOMATIC:
            return automatic(head, answers, sorted_)
        case Kind.PERSON if tagged is not None:
            if doubt := _doubt(head, around):
                return Decision(Verdict.UNSORTED, doubt, head)
            why = "It came to the address that our mail about an application asks replies to."
            return Decision(Verdict.REPLY, why, head, application_id=tagged.application.id)
        case Kind.BROKEN | Kind.LIST | Kind.PERSON:
            return _from_somebody(found, answers, sorted_, around)
    raise AssertionError(sorted_.kind)


def _doubt(head: Head, around: Surroundings) -> str:
    """Say why an answer cannot be taken for its sender's; '' where nothing speaks against it."""
    several = why_unanswerable(head) if len(head.senders) > 1 else ""
    return several or why_forged(head, authority=around.authority)


def _unsubscribes(head: Head) -> str:
    """Return the secret of the subscription that a mail ends; '' for every other mail.

    Whoever has the secret may, whoever they say they are: a mail program sends it for its owner.
    """
    found = _UNSUBSCRIBES.fullmatch(head.subject.strip())
    if found is None or alerts.subscription_link(found[1]) is None:
        return ""
    return found[1]


# From people, as far as one can tell


def _from_somebody(
    found: Found, answers: OutgoingEmail | None, sorted_: Sorted, around: Surroundings
) -> Decision:
    outer = found.head
    colleague = queries.colleague_at(outer.address) if outer.address else None
    if answers is not None and sorted_.kind is Kind.PERSON:
        about = queries.application_about(answers)
        if doubt := _doubt(outer, around):
            return Decision(Verdict.UNSORTED, doubt, outer)
        if about is not None:
            why = f"It answers our mail “{answers.subject}”."
            return tied(Verdict.REPLY, why, outer, answers)
    inner = inner_mail(found) if _passes_on(found, colleague is not None, around) else None
    head = passed_on(found, inner) if inner is not None else outer
    rule = queries.rule_for(head.address, matching.subject_key(head.subject))
    clues = Clues(
        subject=f"{head.subject} {outer.subject}" if inner is not None else head.subject,
        text=head.text,
        recipients=(*outer.recipients, *head.recipients),
        passed_on_by=(outer.address,) if inner is not None else (),
        ruled=(rule.posting_id, "A choice that staff made for such mail.")
        if rule is not None and rule.posting_id is not None
        else None,
    )
    decision = Decision(
        Verdict.UNSORTED,
        "",
        head,
        suggestions=tuple(matching.suggest(clues, around.openings, mailbox=around.mailbox)),
        forwarded_by_id=colleague.id if colleague is not None and inner is not None else None,
        rule_id=rule.id if rule is not None else None,
        within=inner.within if inner is not None else 0,
    )
    if rule is not None and rule.posting_id is None:
        return replace(
            decision,
            why="Set aside: staff chose so for such mail.",
            dismissal="Mail like this is dismissed by a remembered choice.",
        )
    return _weighed(found, decision, sorted_, around, inner, is_colleague=colleague is not None)


def _passes_on(found: Found, is_colleague: bool, around: Surroundings) -> bool:
    """Tell whether whoever sent a mail may have passed on somebody else's."""
    return is_colleague or found.head.address in around.own_addresses


def _weighed(
    found: Found,
    decision: Decision,
    sorted_: Sorted,
    around: Surroundings,
    inner: Inner | None,
    *,
    is_colleague: bool,
) -> Decision:
    """Say why a mail cannot be filed by itself, or for which posting it is an application."""
    head = decision.head
    if sorted_.kind is Kind.BROKEN:
        return replace(
            decision, verdict=Verdict.QUARANTINED, why=sorted_.why, trouble=True,
            answerable=not doubts(head, found.head, around),
        )  # fmt: skip
    doubt = sorted_.why or doubts(head, found.head, around)
    if not doubt and is_colleague and inner is None:
        doubt = "It comes from a colleague and passes no mail on."
    sure = matching.certain(decision.suggestions, around.openings)
    files = files_of(found, decision.within)
    if not doubt and not is_colleague:
        known = _own_application(head.address, sure.posting_id if sure else None, files)
        if known is not None:
            return replace(
                decision,
                verdict=Verdict.REPLY,
                application_id=known,
                why="It comes from an address that has applied, and brings no document.",
            )
    decision = replace(decision, answerable=not doubt)
    if doubt:
        return replace(decision, why=doubt)
    return _application(found, decision, sure, around, files)


def _application(
    found: Found,
    decision: Decision,
    sure: Suggestion | None,
    around: Surroundings,
    files: Sequence[FoundFile],
) -> Decision:
    head = decision.head
    sealed = why_sealed(found)
    if sealed and not files:
        return replace(decision, why=sealed, trouble=True)
    if sure is None:
        why = "No posting is named clearly."
        if decision.suggestions and decision.suggestions[0].confidence >= matching.CERTAIN:
            why = "It may be for more than one posting."
        return replace(decision, why=why)
    asked_so = sure.prescribed
    if not files and not is_letter(head.text, asked_so=asked_so):
        return replace(
            decision,
            why=f"{' '.join(sure.why)} But it brings no document and no letter: a question?",
        )
    known = queries.open_applications_for(head.address, sure.posting_id)
    # What is sealed may be a resume; of several, a colleague who passes a mail on may mean each.
    is_clear = not sealed and (decision.forwarded_by_id is None or len(known) == 1)
    earlier = _earlier(known) if is_clear else None
    many = queries.taken_since(head.address, around.at - A_DAY) >= APPLICATIONS_A_DAY
    if earlier is None and many:
        return replace(decision, answerable=False, why=MANY_TODAY)
    return replace(
        decision,
        verdict=Verdict.APPLICATION,
        posting_id=sure.posting_id,
        asked_so=asked_so,
        earlier=earlier,
        newest=known[0].id if known else None,
        why=f"{sure.confidence} of 100: {' '.join(sure.why)}",
    )


def _own_application(
    address: str, posting_id: int | None, files: Sequence[FoundFile]
) -> int | None:
    """Find the open application that somebody writes about, without a new document."""
    if files or not address:
        return None
    known = queries.open_applications_of(address)
    for each in known:
        if each.posting_id == posting_id:
            return each.id
    return known[0].id if len(known) == 1 and posting_id is None else None


def _earlier(known: Sequence[Application]) -> Earlier | None:
    """Say of the newest of somebody's open applications for a posting what it lacks."""
    return Earlier(known[0].id, known[0].number, _lacking(known[0])) if known else None


def _lacking(application: Application) -> frozenset[DocumentKind]:
    """What an application has not, of what the posting asks for, or was asked for since."""
    wanted = application.posting.documents
    titles = {each.title: each.kind for each in wanted}
    has = {
        each.kind
        if each.kind is not DocumentKind.OTHER
        else titles.get(each.title) or kind_of(each.title) or kind_of(each.document.file_name)
        for each in application.documents
    }
    asked = {
        titles.get(each.title) or kind_of(each.title)
        for each in application.requests
        if each.is_open
    }
    missing = {each.kind for each in wanted} - has
    return frozenset(each for each in missing | asked if each is not None)


def doubts(head: Head, outer: Head, around: Surroundings) -> str:
    """Say why nobody may be answered, or it is not clear who that is; '' where all is well."""
    why = why_unanswerable(head) or why_forged(outer, authority=around.authority)
    if why:
        return why
    if head.address in around.own_addresses:
        return "It claims to be from our own address."
    try:
        check_address(head.address)
    except AddressError:
        return f"No mail can be sent to its sender ({head.address})."
    return ""


def why_no_answer(found: Found, around: Surroundings) -> str:
    """Say why a colleague may not answer a mail of the tray; '' where its sender is not in doubt.

    Mail of machines and lists is never answered, nor what may come from somebody else than it says.
    """
    sorted_ = sort(found, own_addresses=around.own_addresses, is_own_id=False)
    if sorted_.kind is not Kind.PERSON:
        return sorted_.why
    return doubts(decide(found, around).head, found.head, around)


def why_sealed(found: Found) -> str:
    """Say what to do about a mail that only its recipient's mail program can open."""
    if found.encrypted:
        return (
            f"It is encrypted ({found.encrypted}) and cannot be read here. Open it where the key"
            " is, or ask its sender for a mail without encryption."
        )
    if found.tnef:
        return (
            "Its files are packed in winmail.dat, which only Outlook opens. Download the mail and"
            " open it with Outlook, or ask its sender to send the files as PDF."
        )
    return ""


def files_of(found: Found, within: int) -> list[FoundFile]:
    """List the files that may be documents: those of the mail that was passed on, if one was."""
    mails = {within}
    for place, each in enumerate(found.nested, 1):
        if each.within in mails:
            mails.add(place)
    return [
        each
        for each in found.files
        if each.within in mails
        and not each.decoration
        and not each.signature
        and not is_sealed(each)
    ]


def is_sealed(file: FoundFile) -> bool:
    """Tell whether a file is a wrapping that nothing here opens."""
    return (
        file.sealed
        or file.name.lower() == "winmail.dat"
        or file.media_type in {"application/ms-tnef", "application/vnd.ms-tnef"}
        or file.name.lower().endswith((".p7m", ".asc"))
        or file.media_type in {"application/pkcs7-mime", "application/x-pkcs7-mime"}
    )


def decided_by_hand(decision: Decision, posting_id: int) -> Decision:
    """Make a mail an application for a posting since a colleague says so."""
    return replace(
        decision,
        verdict=Verdict.APPLICATION,
        posting_id=posting_id,
        rule_id=None,
        why="Filed by hand.",
    )


def unsorted(decision: Decision, why: str) -> Decision:
    """Leave a mail to staff after all, and say why."""
    return replace(decision, verdict=Verdict.UNSORTED, why=why)
