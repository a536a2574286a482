"""What must be looked at before a posting is published: findings, each with its name."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Severity = Literal["blocks", "confirm", "advice"]


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate later"
    """Mark a sentence for translation; the page translates it."""
    return text


@dataclass(frozen=True, slots=True)
class Check:
    """A finding on a posting. blocks: cannot be published so; confirm: a person must tick it."""

    code: str
    severity: Severity
    field: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at. `statement` is the employer's, `own_statement` the posting's."""

    title: str
    has_contact: bool
    contact_reachable: bool
    pay_min: Decimal | None
    pay_max: Decimal | None
    benefits: str
    closes_at: dt.datetime | None
    open_until_filled: bool
    statement: str
    own_statement: str
    has_text: bool
    text: str


CHECKS: dict[str, tuple[Severity, str, str, str]] = {
    "no-title": (
        "blocks",
        "title",
        N_("No title"),
        N_("The posting has no title. Candidates look for one: give it the name of the job."),
    ),
    "no-contact": (
        "blocks",
        "contact",
        N_("No contact"),
        N_("Nobody is named to get the applications. Choose a contact."),
    ),
    "contact-unreachable": (
        "blocks",
        "contact",
        N_("Contact cannot be reached"),
        N_(
            "The contact cannot get applications now: the person is disabled, or the position"
            " has neither a holder nor a deputy, and nobody is next in line. Choose somebody"
            " else."
        ),
    ),
    "closing-past": (
        "blocks",
        "closes_on",
        N_("Closing date is past"),
        N_("The closing date is past, so the posting would be closed at once. Give a later one."),
    ),
    "pay-missing": (
        "confirm",
        "pay_min",
        N_("No pay"),
        N_(
            "The posting gives no pay. Many places require a wage or a range on every posting,"
            " and candidates look for it first. Ask counsel if you are unsure."
        ),
    ),
    "no-benefits": (
        "confirm",
        "benefits",
        N_("No benefits"),
        N_(
            "The posting says nothing about benefits. Some places require a general description"
            " of them on every posting. If there are none, say so."
        ),
    ),
    "no-closing-rule": (
        "confirm",
        "closing_rule",
        N_("No closing rule"),
        N_(
            "The posting says neither when applications close nor that it stays open until"
            " filled. It would stay open until somebody closes it."
        ),
    ),
    "equal-opportunity-differs": (
        "confirm",
        "equal_opportunity_text",
        N_("Equal-opportunity statement differs"),
        N_(
            "The posting has an equal-opportunity statement of its own that differs from the"
            " employer's. Empty the field to show the employer's words."
        ),
    ),
    "equal-opportunity-missing": (
        "confirm",
        "equal_opportunity_text",
        N_("No equal-opportunity statement"),
        N_(
            "Neither the posting nor the employer's profile has an equal-opportunity statement."
            " Add it to the profile, and every posting shows it."
        ),
    ),
    "no-text": (
        "confirm",
        "sections",
        N_("No description"),
        N_("The posting has no text, so candidates cannot tell what the job is. Add a section."),
    ),
    "asks-for-mail": (
        "confirm",
        "sections",
        N_("The text asks for applications by mail"),
        N_(
            "The text still tells candidates to mail their application, beside a button that"
            " takes it here. Who mails it gets no receipt and is on no list. Take the sentence"
            " out, or say in it that this is for those who cannot use the form."
        ),
    ),
}

_PAPERS = r"(?:applications?|resum[eé]s?|résum[eé]s?|cvs?|cover letters?|letters? of interest)"
_SENDING = r"(?:apply|e-?mail(?:ed)?|send|sent|submit(?:ted)?|forward(?:ed)?|mail(?:ed)?)"
_ADDRESS = r"(?:[\w.+-]+@[\w-]+\.[\w.-]+|\bby (?:e-?)?mail\b|\bvia (?:e-?)?mail\b|mailto:)"
_MAILED = re.compile(
    rf"\b{_SENDING}\b[^.!?\n]*\b{_PAPERS}\b(?:[^!?\n]|\n(?!\n))*?{_ADDRESS}"
    rf"|\b{_PAPERS}\b[^!?\n]*\b{_SENDING}\b(?:[^!?\n]|\n(?!\n))*?{_ADDRESS}"
    rf"|\be-?mail\s+(?:your|an?|the|us|me|him|her)\b[^.!?\n]*\b{_PAPERS}\b",
    re.IGNORECASE,
)


def asks_for_mail(text: str) -> bool:
    """Tell whether a text asks that an application be mailed: a verb, a paper, an address."""
    return any(_MAILED.search(paragraph) for paragraph in re.split(r"\n\s*\n", text))


def finding(code: str) -> Check:
    """Return the check of that code."""
    severity, field, name, message = CHECKS[code]
    return Check(code, severity, field, name, message)


def check(facts: Facts, *, at: dt.datetime) -> list[Check]:
    """List what is missing or odd, blocking ones first, in the order of a posting's fields."""
    found = {
        "no-title": not facts.title.strip(),
        "no-contact": not facts.has_contact,
        "contact-unreachable": facts.has_contact and not facts.contact_reachable,
        "closing-past": facts.closes_at is not None and facts.closes_at <= at,
        "pay-missing": facts.pay_min is None and facts.pay_max is None,
        "no-benefits": not facts.benefits.strip(),
        "no-closing-rule": facts.closes_at is None and not facts.open_until_filled,
        "equal-opportunity-differs": bool(facts.own_statement.strip() and facts.statement.strip())
        and not same_words(facts.own_statement, facts.statement),
        "equal-opportunity-missing": not facts.own_statement.strip()
        and not facts.statement.strip(),
        "no-text": not facts.has_text,
        "asks-for-mail": asks_for_mail(facts.text),
    }
    return [finding(code) for code, holds in found.items() if holds]


def same_words(one: str, other: str) -> bool:
    """Tell whether two statements say the same, whatever their spaces, quotes and marks-up."""
    return plain_words(one) == plain_words(other)


STRAIGHT = str.maketrans("’‘“”–—", "''\"\"--")


def plain_words(text: str) -> str:
    """Reduce a text to its words: no mark-up, one kind of quotes and dashes, lower case."""
    text = unicodedata.normalize("NFKC", text).translate(STRAIGHT)
    return " ".join(re.sub(r"[*_#>`]", "", text).split()).casefold()
