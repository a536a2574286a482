"""What must be looked at before a posting is published: findings, each with its name.

Pure. Every module beside this one that has `RULES` is a family: rules as data, looked up by
code. What they look at is `facts.Facts`; its words, cut once, are a `manuscript.Manuscript`.
"""

import datetime as dt

from tracker.postings.checks import (
    applying,
    conditions,
    contacts,
    dates,
    equality,
    exclusions,
    forbidden,
    links,
    physical,
    structure,
    whole,
    wording,
)
from tracker.postings.checks.applying import asks_for_mail
from tracker.postings.checks.facts import Facts
from tracker.postings.checks.findings import SEVERITIES, Check, Place, Rule, Severity
from tracker.postings.checks.manuscript import Manuscript
from tracker.postings.checks.plain import STRAIGHT, plain_words, same_words

__all__ = [
    "RULES",
    "STRAIGHT",
    "Check",
    "Facts",
    "Place",
    "Rule",
    "Severity",
    "asks_for_mail",
    "check",
    "plain_words",
    "same_words",
]

FAMILIES = (
    whole,
    contacts,
    conditions,
    dates,
    equality,
    forbidden,
    exclusions,
    physical,
    applying,
    links,
    structure,
    wording,
)
RULES: dict[str, Rule] = {rule.code: rule for family in FAMILIES for rule in family.RULES}
"""Every rule by its code, in the order in which findings are shown."""


def check(facts: Facts, *, at: dt.datetime) -> list[Check]:
    """List what is missing or odd: what blocks first, then what must be confirmed, then advice."""
    manuscript = Manuscript(facts, at)
    found = [each for rule in RULES.values() if (each := rule.applied(manuscript))]
    return sorted(found, key=lambda each: SEVERITIES.index(each.severity))
