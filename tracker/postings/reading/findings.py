"""What a reader should know about a page: codes, how grave each is, and its sentence."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocks", "confirm", "advice"]
"""blocks: cannot be published so; confirm: a person must confirm it by name; advice."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing missing, contradictory or odd. ``line`` counts from 1, as in an editor."""

    code: str
    severity: Severity
    field: str | None
    line: int
    message: str

    def as_json(self) -> dict[str, object]:
        """Return the finding as the import command prints it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "field": self.field,
            "line": self.line,
            "message": self.message,
        }


# Every code: how grave, and a sentence saying what, why it matters, and how to mend it.
CODES: dict[str, tuple[Severity, str]] = {
    # Bytes and markup
    "mojibake-repaired": (
        "advice",
        "Some characters were damaged by an earlier program and were repaired, such as “{text}”. "
        "Read the text once to see that it says what was meant.",
    ),
    "encoding-guessed": (
        "confirm",
        "The file does not say how its letters are stored, and this line is not UTF-8, so it was "
        "read as Windows text. Check accents and quotes, or save the file as UTF-8.",
    ),
    "hidden-characters": (
        "advice",
        "The line held characters that cannot be seen. They were taken out, since they can make "
        "a page show something else than it says.",
    ),
    "characters-lost": (
        "confirm",
        "Some letters on this line could not be read and show as “�”. "
        "Type them again from the original.",
    ),
    "link-malformed": (
        "confirm",
        "The link “{text}” is written wrongly, so it may not work on the page. {mend}",
    ),
    "link-unsafe": (
        "confirm",
        "The link on “{text}” would run a program or open something other than a page, so it was "
        "taken out and its words kept. Give a web or mail address instead.",
    ),
    "link-insecure": (
        "advice",
        "The link “{text}” starts with http and is not private on the way. "
        "Use its https address if it has one.",
    ),
    "duplicate-heading": (
        "advice",
        "The heading “{text}” stands twice. Readers who jump by headings cannot tell the two "
        "apart. Rename or join them.",
    ),
    # Title and matching
    "no-title": (
        "blocks",
        "The page does not name the job. Candidates look for a title, so give it one.",
    ),
    "title-differs": (
        "confirm",
        "The list calls this opening “{text}”, its own page “{other}”. The list's was taken. "
        "Use one title in both places.",
    ),
    "second-title": (
        "confirm",
        "A second title, “{text}”, stands on this page. If it is another opening, give it a "
        "page of its own.",
    ),
    "list-match-unclear": (
        "confirm",
        "More than one entry of the list starts like this page, so none was taken. "
        "Give the title yourself.",
    ),
    "list-entry-without-page": (
        "advice",
        "No page read with the list starts like its entry “{text}”. Import that page as well, "
        "or take the entry off the list.",
    ),
    "list-empty": ("advice", "The list names no openings, so nothing was read from it."),
    # Conditions
    "no-employment-type": (
        "confirm",
        "The page does not say whether the job is full-time, part-time or temporary. "
        "Candidates search by this, so choose one.",
    ),
    "no-hours": (
        "advice",
        "The page does not say how many hours a week the job is. Add them if they are known.",
    ),
    "hours-contradictory": (
        "confirm",
        "The page gives different hours a week ({text}), so none was taken. Say which is right.",
    ),
    "pay-missing": (
        "confirm",
        "The page gives no pay. Many places require it on every posting, and candidates ask for "
        "it first. Give a figure or a range.",
    ),
    "pay-range-single": (
        "confirm",
        "The page speaks of a range but gives one figure, {text}. It was taken as both ends. "
        "Give the other end, or call it a salary.",
    ),
    "pay-unit-unclear": (
        "confirm",
        "The pay “{text}” does not say for how long. Say whether it is for an hour or a year.",
    ),
    "pay-unit-unsupported": (
        "confirm",
        "The pay “{text}” is neither for an hour nor for a year. "
        "Give it in one of the two, so that openings can be compared.",
    ),
    "pay-contradictory": (
        "confirm",
        "The page gives different pay ({text}), so none was taken. Say which is right.",
    ),
    "pay-reversed": (
        "confirm",
        "The pay “{text}” ends lower than it begins, so it was not taken. Check both figures.",
    ),
    "no-benefits": (
        "confirm",
        "The page says nothing about benefits. Some places require it on every posting. "
        "Name them, or say that there are none.",
    ),
    "asks-salary-history": (
        "confirm",
        "The page asks what candidates earned before. Some places forbid asking. "
        "Ask counsel, or take the question out.",
    ),
    # Dates
    "no-closing-rule": (
        "confirm",
        "The page says neither when applications close nor that it stays open until filled. "
        "Give a date, or say so.",
    ),
    "date-without-year": (
        "confirm",
        "The date “{text}” has no year, so it was not taken. Give the year.",
    ),
    "weekday-mismatch": (
        "confirm",
        "“{text}” names a weekday that the date does not fall on, so it was not taken. "
        "Check the day and the date.",
    ),
    "date-impossible": (
        "confirm",
        "There is no such date as “{text}”, so it was not taken. Check the day and the month.",
    ),
    "date-ambiguous": (
        "confirm",
        "“{text}” can be read with the day or the month first, so it was not taken. "
        "Write the month's name.",
    ),
    "date-numeric": (
        "confirm",
        "“{text}” was read with the {order} first. Write the month's name to be sure.",
    ),
    "closing-contradictory": (
        "confirm",
        "The page gives different closing dates ({text}), so none was taken. Say which is right.",
    ),
    "closing-rule-twice": (
        "confirm",
        "The page gives a closing date and also stays open until filled. Say which holds.",
    ),
    "interviews-contradictory": (
        "confirm",
        "The page gives different dates for the first interviews ({text}), so none was taken. "
        "Say which is right.",
    ),
    "review-date": (
        "advice",
        "“{text}” is when reading applications begins, not when they close, so it is not the "
        "closing date.",
    ),
    # People and papers
    "no-contact": (
        "confirm",
        "The page names nobody to apply to. Every application needs someone who gets it, so "
        "choose a contact.",
    ),
    "no-contact-name": (
        "advice",
        "The page gives an address but no person. Name who reads it, so that candidates know "
        "whom they write to.",
    ),
    "no-contact-title": (
        "advice",
        "The page does not say what {text} does at the employer. Add the person's job title.",
    ),
    "no-contact-email": (
        "confirm",
        "The page gives no mail address for the contact. Applications are sent there, so add it.",
    ),
    "address-mismatch": (
        "confirm",
        "The page shows {text} but its link writes to {other}. The shown address was taken. "
        "Check which is right and mend the link.",
    ),
    "address-obfuscated": (
        "advice",
        "The address was written to hide it from programs and was read as {text}. "
        "Check that it is right.",
    ),
    "contact-ambiguous": (
        "confirm",
        "The page names more than one address to apply to ({text}). The first was taken. "
        "Check that it is right.",
    ),
    "no-documents": (
        "advice",
        "The page does not say what to send. Name the documents that you want to read.",
    ),
    # Equal opportunity
    "equal-opportunity-missing": (
        "confirm",
        "The page has no equal-opportunity statement. Add the employer's.",
    ),
    "equal-opportunity-differs": (
        "confirm",
        "The equal-opportunity statement differs from what was meant: {text}. "
        "Use the employer's statement word for word.",
    ),
}


def finding(code: str, field: str | None, line: int, **values: str) -> Finding:
    """Make a finding; ``values`` fill the places in its sentence."""
    severity, message = CODES[code]
    return Finding(code, severity, field, max(1, line), message.format(**values))
