"""Read what the job is called."""

import re
from dataclasses import dataclass

from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Block, SentencedOutline
from tracker.postings.reading.topics import topics_of
from tracker.postings.reading.words import (
    BODY_WORDS,
    JOB_NOUNS,
    RUN_NO_COMMA,
    UPPER,
    is_job_title,
    letters,
    with_division,
)

SEEKS = re.compile(
    r"\b(?:seek(?:s|ing)?|(?:is|are) looking for|looking to (?:hire|add|fill)|"
    r"(?:looking|searching) for|"
    r"has an? (?:\w+ ){0,2}?"
    r"(?:opening|vacancy|position|opportunity)(?: available| open)? for|(?:is |are |now )?hiring|"
    r"recruiting|"
    r"invites? applications (?:for|from)|(?:is |are )?(?:now )?accepting applications (?:for|from)|"
    r"wanted:?|announces (?:an? )?(?:opening|vacancy|the position)(?: for| of)?|"
    r"(?:position|post|role|job) of|needs?|join (?:us|our \w+)(?= as\b)|"
    r"welcomes? applications for|to (?:fill|serve as)|"
    r"applications are (?:now )?(?:being )?(?:invited|accepted) for)\s+",
    re.I,
)
# The words between "seeks a" and the title say how the candidate should be, in small letters.
TITLE = re.compile(
    rf"(?:(?:the|an?|our(?: next| new)?|one|two|three|several|qualified|candidates? for|"
    rf"applicants for|"
    rf"for|position of|role of|post of)\s+){{0,5}}(?P<how>(?:[a-z][\w’'-]*,?\s+){{0,9}}?)"
    rf"(?P<title>{RUN_NO_COMMA}(?:\s(?:I{{1,3}}|IV|\d)\b)?)"
)
# "A person to assist the Map Librarian": after these words somebody else's title follows.
ANOTHERS = re.compile(
    r"\b(?:with|who|that|under|by|in|at|of|alongside|reporting)\s"
    r"|\bto (?!hire\b|add\b|fill\b|recruit\b|appoint\b|employ\b|serve as\b|work as\b)",
    re.I,
)
# "To join the Map Room as a full-time Map Clerk" names the job, "experience as a" another.
AS = re.compile(rf"\bas (?:an?|the|our)\s+(?:[a-z][\w’'-]*,?\s+){{0,4}}?(?P<title>{RUN_NO_COMMA})")
TO_DO = re.compile(r"\bto [a-z]+\b")
PAST = re.compile(
    r"\b(?:experienc\w*|background|worked|working|serv(?:ed|ing)|such|known|trained|certified|"
    r"career|years?|as well)\b",
    re.I,
)
# What may stand after a title. A small noun after capitals ("an MLIS student") shows
# that the capitals belong to a description.
AFTER = re.compile(
    r"\s?(?:$|[.,;:!?(–—]| -|\(|(?:to|who|for|with|in|at|that|and|as|on|responsible|position|role|"
    r"vacancy|opening|job|whose|is|will|wanted|interested|within|based|eager|ready|passionate|able|"
    r"committed|dedicated|skilled)\b)"
)
SUBJECT = re.compile(
    r"(?:\b[Tt]he|\b[Aa]s (?:an?|our|the)(?: new| next)?|\b(?:[Oo]ur|a) (?:next|new)|^An?)\s+"
    rf"(?:(?:full|part)[- ]time |temporary |seasonal |permanent |new )?"
    rf"(?P<title>{RUN_NO_COMMA})(?=,? (?:is\b|will\b|serves?|works?|plans|leads|manages|supports|"
    rf"provides|"
    r"performs|assists|helps|oversees|coordinates|reports|under\b|has\b|must\b|acts|you\b|delivers|"
    r"answers|collaborates|covers|ensures|participates|selects|teaches|develops|maintains|creates|directs|position\b|role\b))"
)
PREFIX = re.compile(
    r"^(?:(?:job|position|employment|career)s? (?:opening|opportunity|posting|announcement|vacancy|"
    r"description|title)|now hiring|we.?re hiring|hiring|vacancy|position|opening|wanted|job|"
    r"title|role)"
    r"(?:\s?[:–—-]\s?|\s(?=an?\s))(?:an?\s)?",
    re.I,
)
SUFFIX = re.compile(
    r"\s?(?:[|–—@]| - | at (?:the )?(?=[A-Z])|, (?=[A-Z][\w ]*(?:Library|Town|City)))"
)
NO_TITLE = re.compile(
    r"^(?:employment|jobs?|careers?|work (?:with|for) us|join (?:us|our team)|opportunit\w+|"
    r"open positions?|"
    r"current openings?|job openings?|(?:employment|job|career) opportunit\w+|vacanc\w+|position"
    r"(?: announcement| description)?|job (?:description|announcement|posting)|welcome|home|"
    r"about.*|"
    r"we(?:’|')?re hiring|now hiring|human resources)\W{0,3}$",
    re.I,
)
HOURS_IN_BRACKETS = re.compile(r"\s?\([^()]{0,60}(?:hours?|hrs?|h/w|time|\d)[^()]{0,60}\)$", re.I)
TIME_WORDS = re.compile(
    r"^(?:(?:(?:full|part)[- ]?time|temporary|seasonal|permanent)[,/ ]+(?:and |or )?)+", re.I
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title and the line that it stands on."""

    text: str
    line: int


def read_title(outline: SentencedOutline) -> tuple[Title | None, list[Finding]]:
    """Return the title the page itself gives: a key, its own heading, or its first sentence."""
    found = [
        Title(_keyed(block.value), block.line)
        for block in outline.keyed("title")
        if len(block.value) <= 120
    ]
    heading = _own_heading(outline)
    if heading:
        found.append(Title(_without_frame(heading.plain), heading.line))
    said = _first_sentence(outline)
    if said:
        found.append(said)
    if not found:
        return None, []
    # The first sentence often says it shorter: only whole other titles are worth a word.
    odd = [
        finding("second-title", "title", one.line, text=one.text)
        for one in found[1:]
        if not _same_job(one.text, found[0].text)
    ][:1]
    return found[0], odd


def _same_job(one: str, other: str) -> bool:
    short, long = sorted((letters(one), letters(other)), key=len)
    return short in long or letters(TIME_WORDS.sub("", one)) == letters(TIME_WORDS.sub("", other))


def _own_heading(outline: SentencedOutline) -> Block | None:
    """Return the heading that names the whole page: at its top, above or unlike the others."""
    headings = outline.headings
    if not headings or (outline.blocks[0] is not headings[0] and headings[0].level > 1):
        return _second_heading(outline)
    top = headings[0]
    words = _without_frame(top.plain)
    alone = all(other.level > top.level for other in headings[1:])
    named = is_job_title(words)
    if NO_TITLE.match(top.plain) or _is_body(words) or not words:
        return _second_heading(outline)
    if named and not _asks(words):
        return top
    known = topics_of(top.plain)
    return top if top.level == 1 and alone and not known and len(words) <= 80 else None


def _second_heading(outline: SentencedOutline) -> Block | None:
    """After the employer's name as first heading, the next one may be the job's."""
    for block in outline.blocks[1:3]:
        if block.kind == "heading" and is_job_title(block.plain) and not topics_of(block.plain):
            return None if NO_TITLE.match(block.plain) else block
    return None


def _asks(words: str) -> bool:
    """Tell "About the Librarian" and "Librarian duties" from a title."""
    topics = topics_of(words)
    return bool(topics) and not (
        words[:1].isupper()
        and re.search(rf"\b[{UPPER}]\w+$", words)
        and words.rsplit(maxsplit=1)[-1].lower() in JOB_NOUNS
    )


def _is_body(words: str) -> bool:
    last = re.findall(r"[\w’']+", words.lower())
    return bool(last) and last[-1] in BODY_WORDS - JOB_NOUNS and not is_job_title(words)


def _without_frame(words: str) -> str:
    """Drop "Job opening:" before a title and the employer's name after it."""
    bare = PREFIX.sub("", " ".join(words.split()))
    bare = HOURS_IN_BRACKETS.sub("", bare)
    first = SUFFIX.split(bare, maxsplit=1)[0].strip()
    return first if is_job_title(first) else bare


def _keyed(value: str) -> str:
    """Drop quotes around a value, and the employer's name after it."""
    return _without_frame(value.strip('"“”').rstrip("."))


def _first_sentence(outline: SentencedOutline) -> Title | None:
    """Return the capitalised job title that the page's first sentence names, if it does."""
    for sentence in outline.sentences:
        if sentence.block.kind == "bullet" or sentence.block.key:
            return None
        text = sentence.text[:600]
        if len(text.split()) < 4:
            continue
        for seeks in SEEKS.finditer(text):
            title = _sought(text, seeks.end())
            if title:
                return Title(title, sentence.line)
        for match in SUBJECT.finditer(text):
            title = _accepted(match["title"], "", 0)
            if (title and title.split()[-1].lower() in JOB_NOUNS) or (
                title and re.match(r"\w+ of ", title) and is_job_title(title)
            ):
                return Title(title, sentence.line)
        return None
    return None


def _sought(text: str, start: int) -> str | None:
    """Return the title after "seeks a", or after "seeks somebody to join us as a"."""
    match = TITLE.match(text, start)
    if match and not ANOTHERS.search(match["how"]):
        title = _in_its_place(match, text)
        if title:
            return title
    for role in AS.finditer(text, start):
        before = text[start : role.start()]
        if (TO_DO.search(before) or not before.strip()) and not PAST.search(before[-40:]):
            title = _in_its_place(role, text)
            if title:
                return title
    return None


def _in_its_place(match: re.Match[str], text: str) -> str | None:
    """Take the title without the room it is in: "Map Clerk in the Plans Room"."""
    title = match["title"].partition(" in the ")[0]
    end = match.start("title") + len(title)
    accepted = _accepted(title, text, end)
    return with_division(accepted, text[end : end + 200]) if accepted else None


def _accepted(title: str, text: str, end: int) -> str | None:
    if text and not AFTER.match(text[end:]):
        return None
    bare = TIME_WORDS.sub("", title).strip()
    if not bare or not is_job_title(bare):
        return None
    words = re.findall(r"[\w’'-]+", bare.lower())
    body_last = words[-1] in BODY_WORDS and words[-1] not in JOB_NOUNS
    # "Head of Adult Services" ends in a department's name and is a post all the same.
    return None if body_last and words[0] not in JOB_NOUNS and " of " not in bare else bare
