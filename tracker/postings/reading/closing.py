"""Read when applications close, when interviews begin, and whether any are taken."""

import re
from dataclasses import dataclass
from datetime import date

from tracker.postings.reading.dates import Day, Mention, day_of, mentions, numeric_order, purposes
from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Sentence, SentencedOutline

OPEN_UNTIL_FILLED = re.compile(
    r"\b(?:until|till|til|’til|'til)\s+(?:it is |they are |the |this |that |a |all )?"
    r"(?:\w+ ){0,3}?(?:is |are |has been |have been )?filled\b",
    re.IGNORECASE,
)
NOT_ACCEPTING = re.compile(
    r"no longer (?:being )?(?:accept(?:ing|ed)|tak(?:ing|en)|open)"
    r"|(?:applications?|resumes?|résumés?) (?:are |is )?not (?:currently |now )?being "
    r"(?:accepted|taken)"
    r"|not (?:currently |now )?(?:accepting|taking) (?:any )?"
    r"(?:new |further |more )?applica|applications? (?:are|is|have|has) (?:now |"
    r"been )?(?:now )?closed"
    r"|(?:position|job|role|opening|posting|vacancy|opportunity|recruitment|search) "
    r"(?:is|has been|was|are) (?:now |already |currently )?(?:filled|closed)"
    r"|(?:position|job|role|vacancy|posting|opening) (?:has )?(?:now )?(?:closed|expired)\b"
    r"|closed to (?:new )?applica|(?:have|has) (?:been )?filled (?:this|the) (?:position|role)"
    r"|^\W{0,5}(?:position |now )?(?:filled|closed)\W{0,5}$",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b(?:until|till|once|when|after|if|unless|before|as soon as|should)\b", re.I
)
APPLYING = re.compile(
    r"\b(?:appl(?:y|ications?|icants?)|submi\w+|send|resumes?|résumés?|cover letters?|e-?mail"
    r"|materials|candidates|responses)\b",
    re.IGNORECASE,
)
OF_THE_OPENING = re.compile(
    r"\b(?:appl\w+|positions?|postings?|vacanc\w+|jobs?|openings?|recruitment|search|this)\b", re.I
)
# Small words that name a deadline only in a sentence about applying.
WEAK = frozenset(
    {
        "by",
        "before",
        "until",
        "through",
        "up to",
        "received",
        "end",
        "ends",
        "ending",
        "accepted",
        "accepting",
        "due",
        "on or before",
        "are due",
        "is due",
        "be due",
        "expires",
        "expire",
    }
)


@dataclass(frozen=True, slots=True)
class Closing:
    """Closing rule and first interviews, each with its line, and what was odd."""

    closes_on: date | None
    open_until_filled: bool
    interviews_begin_on: date | None
    lines: dict[str, int]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Dated:
    mention: Mention
    line: int
    day: Day


def read_closing(outline: SentencedOutline, as_of: date | None) -> Closing:
    """Read the closing rule and the day of the first interviews."""
    order = numeric_order("\n".join(block.plain for block in outline.blocks))
    found: list[Finding] = []
    closing: list[_Dated] = []
    interviews: list[_Dated] = []
    filled: int | None = None
    for sentence in outline.sentences:
        text = sentence.text[:2000]
        if sentence.topics & {"equal", "accommodation"}:
            continue
        if filled is None and OPEN_UNTIL_FILLED.search(text):
            filled = sentence.line
        for mention, purpose, word in purposes(text, mentions(text, order)):
            kind = _kind(sentence, purpose, word)
            if kind == "closing":
                day = day_of(mention, as_of, last=True)
                closing.append(_Dated(mention, sentence.line, day))
            elif kind == "interviews":
                interviews.append(_Dated(mention, sentence.line, day_of(mention, as_of)))
            elif kind == "review":
                found.append(finding("review-date", "closes_on", sentence.line, text=mention.text))
    lines: dict[str, int] = {}
    if filled is not None:
        lines["open_until_filled"] = filled
    closes_on = _settle(closing, "closes_on", "closing-contradictory", lines, found)
    begin_on = _settle(interviews, "interviews_begin_on", "interviews-contradictory", lines, found)
    if not closing and filled is None:
        line = outline.line_about("closing", "apply", "contact")
        found.append(finding("no-closing-rule", "closes_on", line))
    if closing and filled is not None:
        found.append(finding("closing-rule-twice", "closes_on", filled))
    return Closing(closes_on, filled is not None, begin_on, lines, tuple(found))


def _kind(sentence: Sentence, purpose: str, word: str) -> str:
    """Let the section or the key decide where the sentence's own words do not."""
    topics, key = sentence.topics, sentence.block.key
    if key in ("start", "posted"):
        return "other"
    if key == "interviews" and purpose != "closing":
        return "interviews"
    if key == "closing":
        return purpose if purpose in ("interviews", "review") else "closing"
    if purpose == "closing" and word in WEAK:
        # A duty may have dates of its own: "reports are due by 1 July".
        about_applying = bool(topics & {"apply", "contact", "closing"})
        if topics & {"duties", "qualifications"} or not (
            about_applying or APPLYING.search(sentence.text)
        ):
            return "other"
    if (
        purpose == "closing"
        and word in ("close", "closes")
        and not (topics & {"apply", "closing"} or OF_THE_OPENING.search(sentence.text))
    ):
        return "other"  # the library closes too, on holidays
    if purpose == "other" and not word:
        if "closing" in topics and "interviews" not in topics:
            return "closing"
        if "interviews" in topics:
            return "interviews"
    return purpose


def _settle(
    dated: list[_Dated], name: str, contradictory: str, lines: dict[str, int], found: list[Finding]
) -> date | None:
    """Take the one day that all mentions agree on; say why there is none."""
    for one in dated:
        if one.day.problem:
            found.append(finding(one.day.problem, name, one.line, text=one.mention.text))
        elif one.mention.numeric:
            first = "month" if one.mention.text.startswith(str(one.mention.month)) else "day"
            if (
                one.mention.month != one.mention.day
                and min(one.mention.month, one.mention.day) < 13
            ):
                found.append(
                    finding("date-numeric", name, one.line, text=one.mention.text, order=first)
                )
    if not dated:
        return None
    lines[name] = dated[0].line
    days = [one.day.on for one in dated if one.day.on]
    if name == "interviews_begin_on" and days and not any(one.day.problem for one in dated):
        # Several days of interviews: they begin on the first.
        return min(days)
    if len(set(days)) > 1:
        text = ", ".join(dict.fromkeys(one.mention.text for one in dated))
        found.append(finding(contradictory, name, dated[-1].line, text=text))
        return None
    return days[0] if days else None


def read_accepting(outline: SentencedOutline) -> tuple[bool, int | None]:
    """Return whether applications are taken: true unless the page says otherwise."""
    candidates = [(block.plain[:2000], block.line) for block in outline.headings]
    candidates += [(one.text[:2000], one.line) for one in outline.sentences]
    for text, line in candidates:
        match = NOT_ACCEPTING.search(text)
        # "until the position is filled" promises an end, it does not say there was one.
        if match and not CONDITION.search(text[max(0, match.start() - 40) : match.start()]):
            return False, line
    return True, None
