"""Read benefits, place, and whom a job reports to."""

import re

from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.money import FIGURE
from tracker.postings.reading.outline import Sentence, SentencedOutline
from tracker.postings.reading.words import RUN_NO_COMMA, is_job_title, with_division

BENEFIT_WORDS = re.compile(
    r"\b(?:benefits?|pensions?|(?:health|dental|medical|vision|life)(?: and \w+)? (?:insurance|"
    r"coverage|"
    r"plans?)|insurance|vacation|(?:paid|sick|personal|parental) (?:leave|time|days?|holidays?)|"
    r"pto|"
    r"paid time off|holidays|401\(?k\)?|403\(?b\)?|457|retirement (?:plan|system|savings|fund)|"
    r"tuition (?:reimbursement|assistance)|professional development|superannuation|annual leave|"
    r"health,? dental)(?!\w)",
    re.I,
)
# Outside a benefits section, only words that can mean nothing else count.
PLAIN_STATEMENT = re.compile(
    r"\b(?:no|without|not? (?:\w+ ){0,3}?(?:eligible for|includ\w+|offer|carry|entitled to)|"
    r"(?:full|part|generous|excellent|competitive|comprehensive|pro-?rated|"
    r"health|medical|employee|town|city|state|county|"
    r"standard) (?:and \w+ )?)[^.]{0,20}\bbenefits?\b|"
    r"\bbenefits?(?: package)?(?: \w+)?:|\bbenefits (?:includ\w+|are|package|eligible)|"
    r"\bbenefits?-eligible|\bnon-?benefit|\bplus benefits|\band benefits\b|\bwith benefits|"
    r"\b(?:health|dental|medical|vision|life)(?:,? (?:and )?\w+){0,3} (?:insurance|coverage)\b|"
    r"\b(?:pension|paid time off|PTO|401\(?k\)?|403\(?b\)?|retirement (?:plan|system))\b",
    re.I,
)
ONLY_PAY = re.compile(
    r"\b(?:salary|pay|wage|compensation|range|rate|ranging|annual|commensurate|experience|hourly|"
    r"starting|full-time|part-time|position)\b",
    re.I,
)


def read_benefits(outline: SentencedOutline) -> tuple[str | None, int | None, list[Finding]]:
    """Return what the page says of benefits in its own words, "no benefits" included."""
    keyed = outline.keyed("benefits")
    if keyed:
        return " ".join(block.value for block in keyed), keyed[0].line, []
    own = [one for one in outline.sentences if "benefits" in one.topics]
    headed_alone = [one for one in own if "pay" not in one.topics]
    said = [one for one in headed_alone if not _is_pay(one)]
    # Under "Salary & Benefits" some sentences are about pay: those that name a benefit count.
    said += [one for one in own if "pay" in one.topics and _names_benefit(one)]
    # A "Salary" section may run on to benefits: "Salary includes vacation and sick leave".
    said += [
        one
        for one in outline.sentences
        if "pay" in one.topics and "benefits" not in one.topics and _names_benefit(one)
    ]
    if not said:
        said = [one for one in outline.sentences if _stated_elsewhere(one)]
    if not said:
        line = outline.line_about("benefits", "pay")
        return None, None, [finding("no-benefits", "benefits", line)]
    return " ".join(one.text for one in said), said[0].line, []


def _is_pay(sentence: Sentence) -> bool:
    return bool(
        FIGURE.search(sentence.text)
        and re.search(r"[$£€]", sentence.text)
        and ONLY_PAY.search(sentence.text)
        and not BENEFIT_WORDS.search(sentence.text)
    )


def _names_benefit(sentence: Sentence) -> bool:
    return bool(BENEFIT_WORDS.search(sentence.text))


def _stated_elsewhere(sentence: Sentence) -> bool:
    if sentence.topics & {"equal", "accommodation"}:
        return False
    # Among duties, benefits may be what the work is about: "explain benefits to staff".
    if sentence.topics & {"duties", "qualifications"} and (
        sentence.block.kind == "bullet"
        or not re.search(r"\b(?:position|job|role|post)\b", sentence.text)
    ):
        return False
    return bool(PLAIN_STATEMENT.search(sentence.text[:2000]))


_PLACED = re.compile(
    r"\b(?:position|job|role|post|work|opening|vacancy)\b(?: \w+){0,4}? (?:is |will be |)"
    r"(?:based|located|situated|assigned|stationed) (?:at|in|to|on) (?:the |our )?"
    rf"({RUN_NO_COMMA}(?:, (?:{RUN_NO_COMMA}|"
    rf"\d{{5}}))?|\d{{1,5}} {RUN_NO_COMMA}(?:, {RUN_NO_COMMA}){{0,2}})"
)
_REMOTE = re.compile(
    r"\b(?:fully |100% )?(remote|hybrid)\b (?:position|job|role|opportunity|work arrangement)|"
    r"\b(?:position|job|role) (?:is|can be|may be) (?:performed |fully |100% )*(remote|remotely|"
    r"hybrid)\b",
    re.I,
)


def read_location(outline: SentencedOutline) -> tuple[str | None, int | None]:
    """Return where the work is, only where the page says it of the job."""
    for block in outline.keyed("location"):
        return block.value, block.line
    for sentence in outline.sentences:
        if "location" in sentence.topics and len(sentence.text) <= 160:
            return sentence.text.rstrip("."), sentence.line
    for sentence in outline.sentences:
        placed = _PLACED.search(sentence.text[:2000])
        if placed:
            return placed[1], sentence.line
        remote = _REMOTE.search(sentence.text[:2000])
        if remote:
            word = (remote[1] or remote[2]).lower()
            return ("Hybrid" if word == "hybrid" else "Remote"), sentence.line
    return None, None


# "reports" must be the verb of a job or a person: "prepare monthly reports to the Board" is not.
_SUBJECT = (
    r"(?:position|role|job|incumbent|candidate|person|employee|hire|individual|appointee|post|"
    r"who|which|it|you|will|and|[Ll]ibrarian|[Aa]ssistant|[Mm]anager|[Cc]oordinator|[Ss]pecialist|"
    r"[Dd]irector|[Ss]upervisor|[Cc]lerk|[Pp]age|[Tt]echnician|[Aa]ssociate|[Hh]ead|[Oo]fficer)"
)
_REPORTING = re.compile(
    rf"(?:\b{_SUBJECT} (?:will )?(?:directly )?reports? (?:directly )?to"
    r"|^Reports? (?:directly )?to|\b[Rr]eporting (?:directly )?to"
    r"|\b[Uu]nder the (?:\w+ ){0,2}(?:supervision|direction|guidance) of"
    r"|\b(?:is |are |be )(?:directly )?(?:supervised by|responsible to|accountable to|managed by)) "
    r"(?:the |our |a |an )?"
)
_PHRASE = re.compile(RUN_NO_COMMA)
_LOWER = re.compile(
    r"[a-z][\w’'& -]{2,60}?(?=[.,;:()]|$| and | with | who | to | in this | for | at )"
)


def read_reports_to(outline: SentencedOutline) -> tuple[str | None, int | None]:
    """Return the post that the job reports to."""
    for block in outline.keyed("reports_to"):
        value = re.sub(r"^(?:the|our)\s", "", block.value, flags=re.I).rstrip(".;")
        if value and len(value) <= 120:
            return value, block.line
    for sentence in outline.sentences:
        if sentence.block.kind == "bullet" and re.match(
            r"(?:prepare|submit|provide|write)", sentence.text, re.I
        ):
            continue
        for match in _REPORTING.finditer(sentence.text[:2000]):
            rest = sentence.text[match.end() : match.end() + 200]
            named = _PHRASE.match(rest) or _LOWER.match(rest)
            if named and (named[0][0].isupper() or is_job_title(named[0])):
                post = with_division(named[0].strip(" -–"), rest[named.end() :])
                return post, sentence.line
    return None, None
