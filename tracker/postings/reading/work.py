"""Read how a job is held: full-time or not, hours a week, and when."""

import re
from dataclasses import dataclass

from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Block, Sentence, SentencedOutline
from tracker.postings.reading.words import JOB_NOUNS, RUN_NO_COMMA

# The thing that is full-time must be the job: a page also speaks of part-time
# colleagues, full-time students and full-time equivalents.
_JOB = (
    r"position|job|role|opportunity|opening|vacancy|post|work|employment|employee position|"
    r"appointment|schedule|hours|permanent|temporary|seasonal|contract|basis|professional"
)
_NOT_JOB = (
    r"\s(?:staff|employees?|students?|colleagues|team members?|workers|personnel|equivalents?|"
    r"benefits?|experience|assistants|shelvers|pages|clerks|librarians|volunteers|study|service|"
    r"fte)\b"
)
_TIME = re.compile(
    r"\b(full|part)(?:\s?-\s?|\s)?time\b(?:\s?(?:or|and|/)\s?(full|part)[\s-]?time\b)?", re.I
)
_BOTH = re.compile(r"\b(full|part)[\s-](?:or|and|/)\s?(full|part)[\s-]?time\b", re.I)
_ABOUT_JOB = re.compile(rf"\b(?:{_JOB})\b", re.I)
_SEEKING = re.compile(
    r"\b(?:seek(?:s|ing)?|look(?:s|ing) for|hir(?:es|ing)|recruit(?:s|ing)?|join|invites?|has an?|"
    r"wanted|needs?|is an?)\b",
    re.I,
)
_OTHERS = (
    (
        "TEMPORARY",
        re.compile(
            rf"\b(?:temporary|seasonal|fixed[- ]term|limited[- ]term|"
            rf"interim)\b(?=[^.]{{0,40}}\b(?:{_JOB}|"
            r"assignment|intern\w*)\b)|\b(?:position|job|role|appointment|this|it) (?:is|will be) "
            r"(?:an? )?(?:\w+[- ]?\w* ){0,2}?(?:temporary|seasonal|fixed[- ]term|limited[- ]term)\b"
            r"|\bmaternity (?:cover|leave replacement)\b"
            r"|\b(?:temporary|seasonal)[,/ ]+(?:and )?(?:full|part)[- ]?time\b"
            rf"(?!{_NOT_JOB})|\b(?:full|part)[- ]?time[,/ ]+(?:and )?(?:temporary|seasonal)\b"
            rf"(?!{_NOT_JOB})"
            r"|\b(?:\w+)[- ](?:month|week|year)[- ](?:long )?(?:contract|appointment|assignment|"
            r"term)\b",
            re.I,
        ),
    ),
    (
        "CONTRACTOR",
        re.compile(
            r"\bindependent contractor\b|\bcontract(?:or)? (?:position|role|job|basis)\b|"
            r"\bfreelance\b"
            r"|\b(?:as|on) a? ?contract(?:or)?\b(?! (?:management|negotiation))",
            re.I,
        ),
    ),
    (
        "INTERN",
        re.compile(
            r"\binternship\b|\bpaid intern\b|\bas an intern\b"
            r"|\b(?:seek|look|hir)\w*\b[^.]{0,60}\bintern\b",
            re.I,
        ),
    ),
    (
        "PER_DIEM",
        re.compile(
            r"\b(?:per[- ]diem|on[- ]call|substitute|as[- ]needed)\b[^.]{0,30}\b(?:position|job|"
            r"role|basis|"
            r"schedule|librarian|opening)\b",
            re.I,
        ),
    ),
    (
        "VOLUNTEER",
        re.compile(r"\bvolunteer (?:position|role|opportunity|opening)\b|\bunpaid\b", re.I),
    ),
)
_TYPE_WORDS = (
    ("FULL_TIME", r"\bfull[\s-]?time\b|\bF/?T\b"),
    ("PART_TIME", r"\bpart[\s-]?time\b|\bP/?T\b"),
    ("TEMPORARY", r"\btemp(?:orary)?\b|seasonal|fixed[- ]term|limited[- ]term|interim|\bmonths?\b"),
    ("CONTRACTOR", r"contractor|freelance|^contract\b"),
    ("INTERN", r"\bintern(?:ship)?\b"),
    ("PER_DIEM", r"per[- ]diem|on[- ]call|substitute|as[- ]needed|casual"),
    ("VOLUNTEER", r"volunteer|unpaid"),
)
_ORDER = [name for name, _ in _TYPE_WORDS]
_ELSEWHERE = frozenset({"equal", "accommodation", "qualifications"})


# "A full-time Map Librarian is …" at the page's very start speaks of the opening.
_OPENING = re.compile(
    rf"(?:An?|The|Our)\s(?:\w+\s)?(?P<time>[Ff]ull|[Pp]art)[\s-]?[Tt]ime\s"
    rf"(?P<title>{RUN_NO_COMMA})"
)


def types_in(text: str) -> list[str]:
    """Return the employment types that a short label such as a title or a value names."""
    return [name for name, form in _TYPE_WORDS if re.search(form, text, re.I)]


def read_employment(outline: SentencedOutline) -> tuple[list[str], int | None]:
    """Return the employment types the page states of the job, and the line of the first."""
    found: dict[str, int] = {}
    for block in outline.keyed("type"):
        for name in types_in(block.value):
            found.setdefault(name, block.line)
    for block in [*outline.keyed("title", "hours", "schedule"), *_top_headings(outline)]:
        text = block.value or block.plain
        for name in types_in(text) if len(text) < 120 else []:
            if name in ("FULL_TIME", "PART_TIME", "INTERN"):
                found.setdefault(name, block.line)
    for sentence in outline.sentences:
        if not sentence.topics & _ELSEWHERE or _SEEKING.search(sentence.text[:200]):
            for name in _types_said(sentence):
                found.setdefault(name, sentence.line)
    for sentence in outline.sentences[:1]:
        opening = _OPENING.match(sentence.text)
        if opening and opening["title"].split()[-1].lower() in JOB_NOUNS:
            found.setdefault(f"{opening['time'].upper()}_TIME", sentence.line)
    names = sorted(found, key=_ORDER.index)
    return names, found[names[0]] if names else None


def _top_headings(outline: SentencedOutline) -> list[Block]:
    first = outline.blocks[:1]
    return [block for block in first if block.kind == "heading"]


def _types_said(sentence: Sentence) -> list[str]:
    text = sentence.text[:2000]
    names = []
    for match in [*_TIME.finditer(text), *_BOTH.finditer(text)]:
        after = text[match.end() :]
        if re.match(_NOT_JOB, after, re.I) and not re.search(
            r"\b(?:seek|hir|recruit|look)\w*\b[^.]{0,40}$", text[: match.start()], re.I
        ):
            continue
        if sentence.topics & {"duties"} and not _ABOUT_JOB.search(after[:60]):
            continue
        if (
            _ABOUT_JOB.search(text)
            or _SEEKING.search(text[: match.start()])
            or sentence.topics & {"schedule", "pay", "type"}
            # "Full-time, some evenings" says of no other what it is.
            or (match.start() == 0 and re.match(r"\s?(?:$|[,;.(–—-])", after))
        ):
            names += [f"{word.upper()}_TIME" for word in match.groups() if word]
    for name, form in _OTHERS:
        if not sentence.topics & {"duties"} and form.search(text):
            names.append(name)
    return names


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours a week as stated. A side that the page leaves open is None."""

    min: float | None
    max: float | None

    def as_json(self) -> dict[str, float | None]:
        """Return the hours as the import command prints them."""
        return {"min": self.min, "max": self.max}


_NUMBER_WORDS = {
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "sixteen": 16,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "twenty-five": 25,
    "thirty": 30,
    "thirty-five": 35,
    "forty": 40,
}
_N = r"(?:\d{1,2}(?:\.\d{1,2}|½)?|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + ")"
_H = r"(?:hours?|hrs?|h)\b\.?"
_WEEK = (
    r"(?:\s?/\s?|[\s-]?per[\s-]|[\s-]?an?[\s-]|\s?each\s|\s?every\s|[\s-])?\s?"
    r"(?:work)?(?:week(?:ly)?|wk)\b"
)
_WEEKLY = re.compile(
    rf"(?<![\d.$£€])(?P<low>{_N})(?:\s?(?:{_H}(?:{_WEEK})?)?\s?(?:-|–|—|to|and|"
    rf"or)\s?(?P<high>{_N}))?"
    rf"(?P<plus>\s?\+)?\s?-?\s?(?:{_H})(?:\s?\([^)]{{1,20}}\))?(?P<week>{_WEEK})?",
    re.I,
)
_BARE = re.compile(
    rf"({_N})(?:\s?(?:-|–|to)\s?({_N}))?(?:\s?(?:/|per|an?|each)\s?week|\sweekly)?\.?", re.I
)
_AT_LEAST = re.compile(
    r"(?:at least|minimum(?: of)?|no (?:less|fewer) than|min\.?)\s?(?:\w+ )?$", re.I
)
_AT_MOST = re.compile(
    r"(?:not (?:to )?exceed|no more than|not more than|up to|maximum(?: of)?|at most|exceeding|"
    r"(?:less|fewer|under) than|under|max\.?)\s?$",
    re.I,
)
_NOT_THE_JOB = re.compile(
    r"\b(?:library|branch|building|desk) is open\b|\bopen (?:\d|to the)|\bopen hours\b", re.I
)


def read_hours(outline: SentencedOutline) -> tuple[Hours | None, int | None, list[Finding]]:
    """Return the hours a week, their line, and what was odd about them."""
    stated: list[tuple[Hours, int]] = []
    for block in outline.headings[:2]:
        # A title may carry them: Reference Associate, 20 hrs/wk.
        match = _WEEKLY.search(block.plain[:200])
        hours = _one(block.plain, match, False, False) if match else None
        if hours:
            stated.append((hours, block.line))
    for sentence in outline.sentences:
        hours = _hours_said(sentence)
        if hours:
            stated.append((hours, sentence.line))
    if not stated:
        return None, None, [finding("no-hours", "hours_per_week", outline.line_about("schedule"))]
    merged, line = stated[0]
    for hours, other in stated[1:]:
        joined = _join(merged, hours)
        if joined is None:
            text = " and ".join(_shown(one) for one in (merged, hours))
            odd = finding("hours-contradictory", "hours_per_week", other, text=text)
            return None, line, [odd]
        merged = joined
    return merged, line, []


def _shown(hours: Hours) -> str:
    if hours.min == hours.max:
        return f"{hours.min:g}"
    low = f"{hours.min:g}" if hours.min is not None else "any"
    return f"{low} to {hours.max:g}" if hours.max is not None else f"{low} or more"


def _join(one: Hours, other: Hours) -> Hours | None:
    """Join two statements; None when they cannot both hold."""
    low = one.min if one.min is not None else other.min
    high = one.max if one.max is not None else other.max
    agrees = (other.min in (None, low)) and (other.max in (None, high))
    return Hours(low, high) if agrees and (low is None or high is None or low <= high) else None


def _hours_said(sentence: Sentence) -> Hours | None:
    text = sentence.text[:2000]
    bullet_of_work = sentence.block.kind == "bullet" and not sentence.block.key
    elsewhere = sentence.topics & {"equal", "accommodation"} or _about_employer(sentence)
    if (elsewhere and not sentence.block.key) or (
        bullet_of_work and sentence.topics & {"duties", "qualifications"}
    ):
        return None
    if _NOT_THE_JOB.search(text):
        return None
    keyed = sentence.block.key == "hours"
    if keyed and (bare := _BARE.fullmatch(sentence.block.value)):
        low = _number(bare[1])
        high = _number(bare[2]) if bare[2] else low
        # "Hours: 9-5" is a time of day, "Hours: 15-20" is an amount.
        return Hours(low, high) if 10 <= low <= high <= 60 else None
    said: Hours | None = None
    weekly = keyed or bool(re.search(r"\bweek(?:ly)?\b|/\s?wk\b", text, re.I))
    for match in _WEEKLY.finditer(text):
        one = _one(text, match, keyed, weekly)
        if one:
            said = one if said is None else (_join(said, one) or said)
    return said


def _about_employer(sentence: Sentence) -> bool:
    """Tell words about the library from those under "Description" or "About the position"."""
    return "about" in sentence.topics and not re.search(
        r"description|overview|summary|position|\bjob\b|\brole\b", sentence.block.context, re.I
    )


def _one(text: str, match: re.Match[str], keyed: bool, weekly: bool) -> Hours | None:
    before = text[max(0, match.start() - 40) : match.start()]
    after = text[match.end() : match.end() + 20]
    least, most = _AT_LEAST.search(before), _AT_MOST.search(before)
    daily = re.match(
        r"\s?(?:/|per|a|each)\s?(?:day|shift|month|year|pay period|two weeks)", after, re.I
    )
    low = _number(match["low"])
    week = (
        match["week"] or keyed or (weekly and (least or most)) or _of_position(low, before, after)
    )
    if daily or not week:
        return None
    if match["high"]:
        high = _number(match["high"])
        return Hours(low, high) if low <= high <= 80 else None
    if low > 80 or low == 0:
        return None
    if least or match["plus"] or re.match(r"\s?(?:minimum|or more)\b", after, re.I):
        return Hours(low, None)
    if most or re.match(r"\s?(?:maximum|or less|or fewer)\b", after, re.I):
        return Hours(None, low)
    return Hours(low, low)


# Ten hours and more in "a 15 hour weekday position" and "part-time (20 hours)" are a
# week's: so openings are named, and no shift is as long.
_POSITION_AFTER = re.compile(
    r"\s?(?:(?:weekday|weekend|evening|flexible|regular|permanent|temporary|benefited|"
    r"(?:full|part)[- ]?time),?\s){0,2}(?:position|job|role|post)\b",
    re.I,
)
_TIME_BEFORE = re.compile(
    r"\b(?:full|part)\s?-?\s?time(?:\s\w+)?\s?\((?:up to |at least |about |approximately )?$", re.I
)


def _of_position(hours: float, before: str, after: str) -> bool:
    named = _POSITION_AFTER.match(after) or (_TIME_BEFORE.search(before) and after[:1] == ")")
    return hours >= 10 and bool(named)


def _number(text: str) -> float:
    word = text.lower()
    return float(_NUMBER_WORDS.get(word, 0)) or float(word.replace("½", ".5"))


_DAYS = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|weekends?|weeknights?|evenings?|"
    r"mornings?|afternoons?|nights|mon|tue|wed|thu|fri|sat|sun|rotating|flexible schedule)\b",
    re.I,
)
_NOT_SCHEDULE = re.compile(
    r"\b(?:deadline|interviews?|due|apply|by (?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"library is open|(?:19|20)\d\d)\b",
    re.I,
)


def read_schedule(outline: SentencedOutline) -> tuple[str | None, int | None]:
    """Return the sentences that say when the work is, and the line of the first.

    What stands under a schedule heading or key comes first, then sentences about the
    position, then what the duties ask ("one evening per week").
    """
    said = [
        one
        for one in outline.sentences
        if not one.topics & {"equal", "accommodation", "contact", "interviews"}
        and not _about_employer(one)
    ]
    keyed = outline.keyed("schedule")
    if keyed:
        return " ".join(block.value for block in keyed), keyed[0].line
    days = [
        one
        for one in said
        if _DAYS.search(one.text[:2000]) and not re.search(r"[$£€]\s?\d", one.text)
    ]
    own = [one for one in days if "schedule" in one.topics]
    dated = [one for one in days if not _NOT_SCHEDULE.search(one.text)]
    about = [
        one
        for one in dated
        if _ABOUT_JOB.search(one.text) or "pay" in one.topics or re.search(r"\bweek\b", one.text)
    ]
    for chosen in (own, [one for one in about if not one.topics & {"qualifications"}], dated):
        if chosen:
            return " ".join(map(_said, chosen)), chosen[0].line
    return None, None


def _said(sentence: Sentence) -> str:
    """Return a sentence without the key that it follows ("Hours:")."""
    value = sentence.block.value
    return value if value and sentence.text.endswith(value) else sentence.text
