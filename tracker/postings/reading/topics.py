"""What a heading or a "key: value" line is about."""

import re
from functools import lru_cache

# Order matters only for reading; a heading may have several topics ("Salary & Benefits").
TOPICS: tuple[tuple[str, str], ...] = (
    ("equal", r"equal|\beeo\b|\beoe\b|non-?discriminat|affirmative|diversity"),
    ("accommodation", r"accommodation|\bada\b"),
    ("benefits", r"benefit|perks|we offer|what you.?ll get"),
    ("pay", r"salar|\bpay\b|wage|compensation|\brates?\b|remuneration|stipend"),
    (
        "schedule",
        r"schedul|\bhours?\b|\bshifts?\b|work(?:ing)? (?:week|pattern|times)|availability",
    ),
    ("closing", r"deadline|clos(?:es|ing)|apply by|due date"),
    ("interviews", r"interview"),
    (
        "apply",
        r"\bappl(?:y|ying|ication|ications)\b|how to|\bsubmi|send|materials? (?:needed|required)"
        r"|required (?:documents|materials)|^documents|next steps|deadline|clos(?:es|ing)",
    ),
    ("contact", r"contact|questions|inquir|enquir|hiring manager"),
    (
        "qualifications",
        r"qualif|requirement|education|experience|skills|abilit|attributes"
        r"|knowledge|who you are|must.have|nice to have|preferred|looking for|about you|criteria",
    ),
    (
        "duties",
        r"\bdut(?:y|ies)|responsib|what you.?ll do|functions|\btasks?\b|you will\b"
        r"|day.to.day|\brole\b|the job\b|the work\b",
    ),
    ("location", r"location|\bbranch\b|where you"),
    ("about", r"\babout\b|overview|summary|who we are|introduction|description|\bthe library\b"),
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in TOPICS)


@lru_cache(maxsize=1024)
def topics_of(heading: str) -> frozenset[str]:
    """Return what a heading is about; empty when it is none of the known topics."""
    if len(heading) > 90:
        return frozenset()
    return frozenset(name for name, pattern in _COMPILED if pattern.search(heading))


# "Key: value" lines. Only known keys, so that a sentence with a colon stays a sentence.
KEYS: tuple[tuple[str, str], ...] = (
    (
        "title",
        r"(?:job |position |posting |working |role )?title|position|job|role|vacancy|opening",
    ),
    (
        "type",
        r"(?:employment |job |position |contract |work )?type|(?:employment )?status|"
        r"(?:job )?classification|contract|time|employment|terms?",
    ),
    (
        "hours",
        r"(?:weekly |working |work )?hours(?: per week| a week| weekly)?|hours/week|"
        r"time commitment",
    ),
    ("schedule", r"(?:work )?schedule|shifts?|days(?: and (?:hours|times))?|working pattern"),
    (
        "pay",
        r"(?:starting |hourly |annual |base |pay |salary )?(?:salary|pay|wages?|compensation|"
        r"rate|remuneration|rate of pay|pay rate|range|salary range|pay range)(?: range| rate|"
        r" scale)?"
        r"|hiring range",
    ),
    ("benefits", r"(?:employee )?benefits(?: package)?|perks"),
    (
        "location",
        r"(?:job |work |position )?location|branch|work site|worksite|place of work|where|place",
    ),
    (
        "reports_to",
        r"reports? to|reporting to|(?:immediate |direct )?supervisor|line manager|"
        r"responsible to|supervised by|accountable to",
    ),
    (
        "closing",
        r"(?:application |closing |final |submission |filing )?(?:deadline|closing date|due date|"
        r"close date)|closes(?: on)?|closing(?: date)?|apply by|applications? (?:due|close|"
        r"deadline)"
        r"(?: by| on)?|deadline (?:to apply|for applications?|date)|last (?:day|date) to apply"
        r"|open until|position closes|due",
    ),
    ("interviews", r"(?:first )?interviews?(?: dates?| begin| start| week)?|interviewing"),
    (
        "contact",
        r"contact(?: person| name| information| details| us)?|hiring (?:manager|contact)|"
        r"questions|inquiries|enquiries|attention|attn",
    ),
    (
        "apply",
        r"(?:how )?to apply|apply(?: to| at)?|(?:send|submit) (?:applications? )?to"
        r"|applications? to|applications?",
    ),
    ("email", r"e-?mail(?: address)?"),
    ("phone", r"(?:tele)?phone|tel"),
    (
        "documents",
        r"(?:required |application )?(?:documents|materials|attachments)"
        r"(?: required| needed)?|please (?:send|include|submit)|what to send|submit|send|include",
    ),
    ("subject", r"(?:e-?mail )?subject(?: line)?"),
    ("start", r"(?:anticipated |expected )?start(?:ing)?(?: date)?|available"),
    ("posted", r"(?:date )?posted(?: on)?|posting date|updated|date"),
    ("duties", r"(?:essential |main |key )?(?:duties|responsibilities|functions)"),
    (
        "qualifications",
        r"(?:minimum |preferred )?(?:qualifications|requirements|skills|education|"
        r"experience)",
    ),
    ("department", r"department|division|agency|employer|organization|organisation|library"),
)
_KEYS = tuple((name, re.compile(rf"(?:{pattern})", re.IGNORECASE)) for name, pattern in KEYS)
_KEY_LINE = re.compile(
    r"^\s{0,20}[*_]{0,3}([A-Za-z][A-Za-z /&'’()-]{1,45}?)\s?[*_]{0,3}\s?(?::|\||"
    r" [–—])[*_]{0,3}\s{0,9}(.*)$"
)
KEY_TOPICS = {
    "hours": {"schedule"},
    "type": {"type"},
    "subject": {"apply"},
    "documents": {"apply"},
    "email": {"contact"},
    "phone": {"contact"},
    "reports_to": {"about"},
    "closing": {"closing"},
}


def key_line(row: str) -> tuple[str, str] | None:
    """Split a line such as "**Pay:** $18 an hour" into its known key and its value."""
    if len(row) > 2000 or not (":" in row or "|" in row or "–" in row or "—" in row):
        return None
    match = _KEY_LINE.match(row)
    if not match:
        return None
    for name, pattern in _KEYS:
        if pattern.fullmatch(match[1].strip()):
            return name, match[2].strip().rstrip("|").strip()
    return None


def topics_of_key(key: str) -> frozenset[str]:
    """Return what a key line is about, in the topics of headings."""
    return frozenset(KEY_TOPICS.get(key, {key}))
