"""Read what a job pays: one figure or a range, for an hour or a year."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Sentence, SentencedOutline

_NUMBER = r"\d{1,3}(?:[,.  ’']\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?!\d)"
_BEFORE = r"US\s?\$|CA?\s?\$|AU?\s?\$|NZ\s?\$|[$£€]|\b(?:USD|CAD|AUD|NZD|GBP|EUR)\s?\$?"
_AFTER = r"(?:[$£€]|USD|CAD|AUD|NZD|GBP|EUR|dollars|euros?|pounds)(?![\w])"
FIGURE = re.compile(
    rf"(?P<before>(?:{_BEFORE})\s?)?(?<![\d.,/#])(?P<number>{_NUMBER})\s?(?P<thousand>[kK]\b)?"
    rf"\s?(?P<after>{_AFTER})?(?P<plus>\s?\+)?"
)
_CODES = {
    "$": "USD",
    "US$": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "£": "GBP",
    "€": "EUR",
    "DOLLARS": "USD",
    "EURO": "EUR",
    "EUROS": "EUR",
    "POUNDS": "GBP",
}
HOURLY = re.compile(
    r"(?:/|\bper|\ban?|\beach)\s?(?:hr|hour)\b|^\s?(?:hr|hour)\b|\bhourly\b|/\s?h\b|\bp\.?/?h\.?(?!\w)|\bp\.\s?hr\b",
    re.I,
)
YEARLY = re.compile(
    r"(?:/|\bper|\ban?|\beach)\s?(?:yr|year|annum)\b|\bannual(?:ly|ized)?\b|\byearly\b|"
    r"\bp\.?a\.?(?!\w)",
    re.I,
)
OTHERLY = re.compile(
    r"(?:/|\bper|\ban?|\beach|\bevery(?: two)?)\s?(?:weeks?|wk|month|mo|day|shift|session|diem|"
    r"fortnight|pay period)\b"
    r"|\b(?:bi-?|semi-?)?(?:weekly|monthly)\b|\bfortnightly\b|\bdaily\b",
    re.I,
)
# Hours a week stand beside the pay without being its unit.
_HOURS = re.compile(
    r"\d[\d.]{0,5}\s?-?(?:\s?(?:-|–|to)\s?\d[\d.]{0,5}\s?)?(?:hours?|hrs?)\b\.?\s?(?:/|per|a|"
    r"each)?\s?"
    r"(?:weekly|week|wk|month|day)?|\bweekly (?:hours|schedule)",
    re.I,
)
PAY_WORDS = re.compile(
    r"\b(?:salar(?:y|ies)|pay(?:s|rate|ing)?|paid|wages?|compensation|hourly|rate|remuneration|"
    r"earn)\b",
    re.I,
)
OF_THE_JOB = re.compile(r"\b(?:position|job|role|post|(?:full|part)[- ]time)\b", re.I)
# Money of the house or of the job's work, not of the job.
NOT_PAY = re.compile(
    r"\b(?:budgets?|funds?|funding|grants?|bonus(?:es)?|stipends?|reimburse\w*|allowances?|fees?"
    r"|revenues?|fines?|tuition|purchas\w+|rais(?:e[sd]?|ing)|donations?|endowment|differential|"
    r"campaign|"
    r"invoices?|contracts? (?:up to|of|over)|savings|population|mileage|deductible|scholarships?"
    r"|assets)\b",
    re.I,
)
NO_MAXIMUM = re.compile(
    r"\b(?:begin(?:s|ning)?|start(?:s|ing)?)\b(?:\s(?:\w+\s){0,3}?)?(?:at|from|with|is|of|"
    r":)?\W{0,3}$"
    r"|\b(?:from|minimum(?: of)?|min\.?|at least|no less than|not less than)\W{0,3}$"
    r"|\b(?:starting|beginning|minimum|entry) (?:\w+ ){0,2}(?:pay|salary|wage|rate|compensation)"
    r"(?: \w+){0,2}\W{0,4}$",
    re.I,
)
NO_MINIMUM = re.compile(
    r"\b(?:up to|maximum(?: of)?|max\.?|not to exceed|no more than|as much as)\W{0,3}$", re.I
)
BETWEEN = re.compile(
    r"^\W{0,3}(?:an hour|per hour|/\s?ho?u?r|hourly|per year|a year|annually|/\s?yr)?\W{0,2}"
    r"(?:-|–|—|−|to|and|through|up to|\.\.)+\s{0,2}$",
    re.I,
)
# "37.5 hours a week. $63,000." A sum that is a sentence of its own is what the job pays.
ALONE = re.compile(r"[$£€]\s?\d{2,3},\d{3}(?:\.\d\d)?[.;]?")
MOST_FIGURES = 12
"""Figures of one sentence that are looked at."""
RANGE = re.compile(r"\brang(?:e|es|ing)\b", re.I)


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay as stated. A side that the page leaves open is None."""

    min: float | None
    max: float | None
    unit: str
    currency: str

    def as_json(self) -> dict[str, object]:
        """Return the pay as the import command prints it."""
        return {"min": self.min, "max": self.max, "unit": self.unit, "currency": self.currency}


@dataclass(frozen=True, slots=True)
class _Figure:
    value: Decimal
    start: int
    end: int
    currency: str | None
    plus: bool
    thousand: bool


@dataclass(frozen=True, slots=True)
class _Stated:
    low: Decimal | None
    high: Decimal | None
    unit: str | None
    currency: str
    text: str
    line: int
    own_topic: bool
    said_range: bool


def read_pay(outline: SentencedOutline) -> tuple[Pay | None, int | None, list[Finding]]:
    """Return the pay, its line, and what was odd or missing about it."""
    stated = [one for sentence in outline.sentences for one in _stated(sentence)]
    # What stands under "Salary" outranks a figure met elsewhere.
    stated = [one for one in stated if one.own_topic] or stated
    if not stated:
        line = outline.line_about("pay", "schedule", "apply")
        return None, None, [finding("pay-missing", "pay", line)]
    known = [one for one in stated if one.unit in ("HOUR", "YEAR")]
    if not known:
        first = stated[0]
        code = "pay-unit-unsupported" if first.unit else "pay-unit-unclear"
        return None, first.line, [finding(code, "pay", first.line, text=first.text)]
    first = known[0]
    # "$45,000 a year ($21.63 an hour)" says one thing twice: the first unit counts.
    alike = [one for one in known if one.unit == first.unit and one.currency == first.currency]
    if len({(one.low, one.high) for one in alike}) > 1:
        text = "; ".join(dict.fromkeys(one.text for one in alike))
        return None, first.line, [finding("pay-contradictory", "pay", first.line, text=text)]
    if first.low is not None and first.high is not None and first.low > first.high:
        return None, first.line, [finding("pay-reversed", "pay", first.line, text=first.text)]
    odd = []
    if first.said_range and first.low == first.high:
        odd.append(finding("pay-range-single", "pay", first.line, text=first.text))
    low = None if first.low is None else float(first.low)
    high = None if first.high is None else float(first.high)
    return Pay(low, high, str(first.unit), first.currency), first.line, odd


def _stated(sentence: Sentence) -> list[_Stated]:
    text = sentence.text[:2000]
    keyed = sentence.block.key == "pay" and re.search(r"\d", text)
    if not keyed and not re.search(rf"[$£€]|\b(?:{_AFTER}|[A-Z]{{3}}\s?\d)|\d\s?[kK]\b", text):
        return []
    topics = sentence.topics
    in_pay = "pay" in topics
    if topics & {"equal", "accommodation"} or (
        topics & {"duties", "qualifications", "about"}
        and not PAY_WORDS.search(text)
        and (sentence.block.kind == "bullet" or not OF_THE_JOB.search(text))
    ):
        return []
    found = []
    figures = _figures(text)[:MOST_FIGURES]
    index = 0
    while index < len(figures):
        first = figures[index]
        pair = _pair(text, figures, index)
        index += 2 if pair else 1
        last = pair or first
        if _is_not_pay(text, first, last):
            continue
        unit = _unit(text, first, last, sentence)
        # Outside "Salary", a figure is pay when its unit or its sentence says so.
        stated_unit = unit == "HOUR" or (unit == "YEAR" and OF_THE_JOB.search(text))
        if in_pay or stated_unit or PAY_WORDS.search(text) or ALONE.fullmatch(text):
            found.append(_one(text, first, pair, unit, sentence, in_pay))
    return found


def _figures(text: str) -> list[_Figure]:
    found: list[_Figure] = []
    for match in FIGURE.finditer(text):
        mark = (match["before"] or match["after"] or "").replace(" ", "").upper()
        currency = _CODES.get(mark, mark.removesuffix("$")) if mark else None
        joined = bool(found) and bool(BETWEEN.match(text[found[-1].end : match.start()]))
        following = re.match(
            r"\s?[-–—]?\s?(?:hours?|hrs?|%|percent|million|years?|days?|weeks?)\b",
            text[match.end() :],
            re.I,
        )
        # "$18 to 21 per hour": the second figure borrows the first one's currency.
        borrows = match["thousand"] or (joined and not following)
        leads = re.match(r"\s?(?:-|–|—|to)\s?[\d.,]{1,9}\s?[kK€£]", text[match.end() :])
        if currency is None and not borrows and not leads:
            continue
        value = _value(match["number"], currency)
        if value is None or (following and "illion" in following[0]):
            continue
        thousand = bool(match["thousand"])
        found.append(
            _Figure(
                value * 1000 if thousand else value,
                match.start(),
                match.end(),
                currency,
                bool(match["plus"]),
                thousand,
            )
        )
    return found


def _value(number: str, currency: str | None) -> Decimal | None:
    """Read a figure with its thousands marked as in any of the countries."""
    bare = re.sub(r"[  ’']", "", number)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?", bare) and (
        currency == "EUR" or bare.count(".") > 1 or "," in bare
    ):
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", bare):
        bare = bare.replace(",", ".")
    try:
        return Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return None


def _pair(text: str, figures: list[_Figure], index: int) -> _Figure | None:
    """Return the figure that ends a range begun by this one."""
    if index + 1 >= len(figures):
        return None
    first, second = figures[index], figures[index + 1]
    between = text[first.end : second.start]
    if not BETWEEN.match(between):
        return None
    if " and " in between and not re.search(r"\bbetween\b", text[: first.start], re.I):
        return None
    return second


def _is_not_pay(text: str, first: _Figure, last: _Figure) -> bool:
    before = re.split(r"[.;]\s", text[max(0, first.start - 60) : first.start])[-1]
    after = text[last.end : last.end + 30]
    return bool(NOT_PAY.search(before)) or bool(
        re.match(
            r"\s?(?:in |of |for |toward |as )?(?:an? |the )?(?:\w+ )?(?:tuition|reimburs|bonus|"
            r"stipend|allowance|budget|million|grant|sign)",
            after,
            re.I,
        )
    )


def _unit(text: str, first: _Figure, last: _Figure, sentence: Sentence) -> str | None:
    """Name the unit: beside the figure, else in the sentence, else in heading and size."""
    beside = text[last.end : last.end + 32]
    around = text[max(0, first.start - 200) : last.end + 200]
    between = text[first.end : last.start]
    for place in (beside, between, around, sentence.block.context):
        bare = _HOURS.sub(" ", place)
        hits = [
            (match.start(), unit)
            for unit, form in (("HOUR", HOURLY), ("YEAR", YEARLY), ("OTHER", OTHERLY))
            if (match := form.search(bare))
        ]
        if hits:
            return min(hits)[1]
    # Nobody is paid ten thousand an hour, a week or a month here: it is a year's pay.
    return "YEAR" if last.value >= 10_000 else None


def _one(
    text: str,
    first: _Figure,
    second: _Figure | None,
    unit: str | None,
    sentence: Sentence,
    in_pay: bool,
) -> _Stated:
    low: Decimal | None = first.value
    high: Decimal | None = second.value if second else first.value
    if second and low is not None and low < 1000 and second.thousand and not first.thousand:
        low *= 1000  # "$60-80K"
    last = second or first
    before = text[max(0, first.start - 60) : first.start]
    if second is None:
        if (
            NO_MAXIMUM.search(before)
            or first.plus
            or re.match(
                r"[^.;,]{0,14}\b(?:and up|or more|or above|minimum|to start|starting)\b",
                text[first.end :],
                re.I,
            )
        ):
            high = None
        elif NO_MINIMUM.search(before):
            low = None
    elif second.plus:
        high = None
    shown = text[first.start : last.end].strip()
    currency = first.currency or last.currency or "USD"
    called = bool(RANGE.search(text) or RANGE.search(sentence.block.context))
    said_range = second is None and called and low is not None
    return _Stated(low, high, unit, currency, shown, sentence.line, in_pay, said_range)
