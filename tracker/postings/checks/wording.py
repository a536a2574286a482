"""Plain words: abbreviations, jargon, long sentences, hard reading."""

import re
from collections.abc import Iterator

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Line, Manuscript
from tracker.postings.checks.phrases import compiled

# What candidates know without being told: places, times, degrees, common things, techniques
# that are only ever called by their letters.
_KNOWN_TEXT = """
US USA UK EU UN AM PM EST EDT CST CDT MST MDT PST PDT TV DVD CD CDS DVDS PC PCS IT HR ID IDS PDF
FAQ FAQS ATM GPS USB WIFI OK CEO CFO AV PA PR PTO FTE GED MBA BA BS MA MS PHD MD JD MLS MLIS MSLIS
BSC MSC LLC INC PO RSVP ZIP NASA COVID CPR AED ADA EEO EOE AA FLSA FMLA HIPAA ALA SQL HTML CSS XML
JSON PHP API APIS IP VPN LAN WAN URL SEO CRM DNS SSL VOIP IOS HP IBM AWS PLUS DIY STEM STEAM LGBTQ
LGBT ESL VIP NGO DOT IRS GAAP BIPOC SUV NYC LA DC QA UX UI AI VR AR PIN SMS MS CV CVS LED CPA ACT
SAT TBD ASAP NB PS AKA DOB SSN SHRM CT NY NJ MA RI NH VT ME PA OH MI IL IN WI MN IA MO ND SD NE KS
DE MD VA WV NC SC GA FL KY TN AL MS AR LA OK TX MT WY CO NM AZ UT NV WA OR CA AK HI ON BC QC
II III IV VI VII VIII IX XI XII A B C
"""
KNOWN = frozenset(_KNOWN_TEXT.split())
_SHORT = re.compile(r"(?<![\w/&.@'’+-])([A-Z]{2,6})(s?)(?![\w@&+]|[./'’-]\w)")
MOST_SHORT = 400

# What insiders say, and what to say to everybody else.
JARGON: tuple[tuple[str, str], ...] = (
    (
        r"weed(?:ing)? (?:of )?(?:the )?(?:books|collections?|materials|shelves|stacks)",
        "removing worn or outdated books",
    ),
    (r"collection weeding", "removing worn or outdated books"),
    (r"circ (?:desk|staff|department|functions)", "the desk where books are lent"),
    (r"shelf[- ]?reading", "checking that books stand in order"),
    (r"copy cataloging", "cataloging from existing records"),
    (
        r"readers?['’]? advisory (?:interviews?|transactions?)",
        "helping people find books that they like",
    ),
    (
        r"rock ?stars?|ninjas?|gurus?|unicorn (?:candidate|employee)",
        "what the person is good at",
    ),
    (r"synerg(?:y|ies|ize|istic)", "working together"),
    (r"hit the ground running", "start soon, or what that means here"),
    (r"wear(?:s|ing)? (?:many|multiple|several) hats", "name the kinds of work"),
    (r"work hard,? play hard", "what the work is like"),
    (
        r"move the needle|low-hanging fruit|think outside the box|boil the ocean",
        "what is meant",
    ),
    (r"best[- ]of[- ]breed|value[- ]add(?:ed)?|paradigm shifts?|thought leaders?", "what is meant"),
    (r"self-starters?|go-getters?", "works without close supervision"),
    (r"(?:the )?incumbent (?:will|shall|must)", "you will"),
)
_JARGON = tuple((compiled(rf"\b(?:{pattern})\b"), plain) for pattern, plain in JARGON)


def _abbreviations(manuscript: Manuscript) -> Iterator[Place]:
    words = manuscript.all_words
    told: set[str] = set()
    for line in manuscript.own_lines:
        if line.is_asked or _is_shouted(line.words):
            continue
        for match in _SHORT.finditer(line.words):
            short = match[1]
            if short in told or short in KNOWN or short + match[2].upper() in KNOWN:
                continue
            if len(told) == MOST_SHORT:
                return
            told.add(short)
            if not _is_explained(short, words) and not _is_a_name(line.words, match):
                yield Place(short, line.section, _around(line.words, match))


def _is_shouted(words: str) -> bool:
    letters = [letter for letter in words if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) > 0.6 * len(letters)


def _is_explained(short: str, words: str) -> bool:
    """Tell whether the letters stand in brackets after words, or words in brackets after them."""
    if re.search(rf"\(\s?{short}s?\s?\)|\b{short}s?\s?\((?=\w[^)]{{3}})", words):
        return True
    initials = r"\w*[\s/&-]+(?:(?:of|and|the|for|to|in)\s+)?".join(short)
    return bool(re.search(rf"\b{initials}", words, re.IGNORECASE))


def _is_a_name(words: str, match: re.Match[str]) -> bool:
    """Tell whether the letters are part of a product's or a body's name: "HP Procurve"."""
    after = re.match(r"\s[A-Z][a-z]", words[match.end() : match.end() + 3])
    before = re.search(r"[A-Z][a-z]\w{0,20}\s$", words[max(0, match.start() - 24) : match.start()])
    return bool(after or before)


def _around(words: str, match: re.Match[str]) -> str:
    start, end = max(0, match.start() - 30), match.end() + 30
    return f"In: {words[start:end].strip()}"


def _jargon(manuscript: Manuscript) -> Iterator[Place]:
    for line in manuscript.own_lines:
        for pattern, plain in _JARGON:
            for match in pattern.finditer(line.words):
                yield Place(match[0], line.section, f"Plainer: “{plain}”.")


LONGEST_SENTENCE = 55
"""Words. Of the real postings' sentences, one in fifty is longer."""
HARDEST_GRADE = 17.0
"""Years of school. Real postings read at 12 to 16; what is above is hard for graduates too."""
FEWEST_WORDS = 120
"""Words of running text that a grade can be told from."""
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]{0,40}")
_VOWELS = re.compile(r"[aeiouy]{1,3}", re.IGNORECASE)


def _running(manuscript: Manuscript) -> Iterator[tuple[Line, list[str]]]:
    """Yield the sentences of running text; a list is read item by item and counts for none."""
    for line in manuscript.own_lines:
        if not line.is_item and not line.is_asked and line.words.rstrip().endswith((".", "!", "?")):
            yield line, _WORD.findall(line.words)


def _long_sentences(manuscript: Manuscript) -> Iterator[Place]:
    for line, words in _running(manuscript):
        if len(words) > LONGEST_SENTENCE:
            yield Place(line.words, line.section, f"{len(words)} words.")


def grade_of(sentences: list[list[str]]) -> float:
    """Return the Flesch-Kincaid grade of sentences: the years of school it takes to read them."""
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    bare = re.sub(r"(?<=[^aeiouyl])(?:es|ed|e)$", "", word.lower().rstrip("'’"))
    return max(1, len(_VOWELS.findall(bare)))


def _hard_reading(manuscript: Manuscript) -> Iterator[Place]:
    sentences = [words for _, words in _running(manuscript) if words]
    if sum(len(words) for words in sentences) < FEWEST_WORDS:
        return
    grade = grade_of(sentences)
    if grade > HARDEST_GRADE:
        yield Place("", "Text", f"It reads like {grade:.0f} years of school.")


RULES = (
    Rule(
        "abbreviation",
        "advice",
        "sections",
        "Unexplained abbreviation",
        "Who comes from elsewhere does not know these letters, and takes the job for not theirs.",
        "Write the words in full, with the letters in brackets, the first time.",
        _abbreviations,
    ),
    Rule(
        "jargon",
        "advice",
        "sections",
        "Jargon",
        "These words are for insiders, or say nothing that one could do or not do.",
        "Say it in plain words.",
        _jargon,
    ),
    Rule(
        "long-sentence",
        "advice",
        "sections",
        "Very long sentence",
        "A sentence of this length is lost half-way, on a phone and read aloud above all.",
        "Make two or three of it, or a list.",
        _long_sentences,
    ),
    Rule(
        "hard-to-read",
        "advice",
        "sections",
        "Hard to read",
        "The text is harder to read than most people's schooling goes, also that of people who"
        " could do the work well.",
        "Use shorter sentences and everyday words.",
        _hard_reading,
    ),
)
