"""Who gets the applications, and whom the job reports to."""

import difflib
from collections.abc import Iterator

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Manuscript
from tracker.postings.reading.terms import read_reports_to
from tracker.postings.reading.words import letters


def _no_contact(manuscript: Manuscript) -> Iterator[Place]:
    if not manuscript.facts.has_contact:
        yield Place()


def _unreachable(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    if facts.has_contact and not facts.contact_reachable:
        yield Place(facts.contact, "Contact")


def _away(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    until = facts.contact_away_until
    if facts.contact_reachable and until is not None and until >= facts.today:
        yield Place(facts.contact, "Contact", f"Away until {until.day} {until:%B %Y}.")


def _unconfirmed(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    if facts.contact_reachable and facts.contact_unconfirmed:
        yield Place(facts.contact, "Contact", facts.contact_email)


def _reports_to_nobody(manuscript: Manuscript) -> Iterator[Place]:
    """A post that the organization does not have. One that lists none is not asked."""
    facts = manuscript.facts
    if not facts.positions:
        return
    known = {letters(title): title for title in (*facts.positions, *facts.people) if title}
    said, _ = read_reports_to(manuscript.outline)
    for words, section in ((facts.reports_to, "Reports to"), (said or "", "Text")):
        wanted = letters(words)
        if not wanted or any(wanted in each or each in wanted for each in known):
            continue
        near = difflib.get_close_matches(wanted[:200], known, n=1, cutoff=0.75)
        yield Place(words, section, f"Do you mean “{known[near[0]]}”?" if near else "")


RULES = (
    Rule(
        "no-contact",
        "blocks",
        "contact",
        "No contact",
        "Nobody is named to get the applications.",
        "Choose a contact.",
        _no_contact,
    ),
    Rule(
        "contact-unreachable",
        "blocks",
        "contact",
        "Contact cannot be reached",
        "The contact cannot get applications now: the person has left or is disabled, or the"
        " position has neither a holder nor a deputy.",
        "Choose somebody else.",
        _unreachable,
    ),
    Rule(
        "contact-away",
        "confirm",
        "contact",
        "Contact is away",
        "The contact is on leave, and nobody stands in: applications would wait unread.",
        "Name a deputy, choose somebody else, or publish when the contact is back.",
        _away,
    ),
    Rule(
        "contact-unconfirmed",
        "advice",
        "contact",
        "Contact is unconfirmed",
        "The contact is known only from a page that was read in, and a slip in its address"
        " would send every application astray.",
        "Check the name and the address; a coordinator or an administrator confirms them, from"
        " the desk.",
        _unconfirmed,
    ),
    Rule(
        "reports-to-unknown",
        "advice",
        "reports_to",
        "Reports to an unknown position",
        "The job reports to a position that is not among the organization's.",
        "Check its title, or add it under Organization, Positions.",
        _reports_to_nobody,
    ),
)
