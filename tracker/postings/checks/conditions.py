"""Pay and benefits: given, whole, and the same in the fields and in the text."""

from collections.abc import Iterator
from decimal import Decimal

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Manuscript
from tracker.postings.reading.money import RANGE, read_pay
from tracker.postings.reading.terms import read_benefits
from tracker.postings.rules import PayUnit

# What an hour or a year is paid, at the very least and the very most. Outside of it the
# unit, or a comma, is wrong.
SENSIBLE = {
    PayUnit.HOUR: (Decimal(2), Decimal(500)),
    PayUnit.YEAR: (Decimal(2_000), Decimal(2_000_000)),
}
UNITS = {
    PayUnit.HOUR: "an hour",
    PayUnit.DAY: "a day",
    PayUnit.WEEK: "a week",
    PayUnit.MONTH: "a month",
    PayUnit.YEAR: "a year",
}


def _figures(manuscript: Manuscript) -> list[Decimal]:
    facts = manuscript.facts
    return [each for each in (facts.pay_min, facts.pay_max) if each is not None]


def _pay_missing(manuscript: Manuscript) -> Iterator[Place]:
    if not _figures(manuscript):
        yield Place()


def _range_with_one_figure(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    low, high = facts.pay_min, facts.pay_max
    if len(_figures(manuscript)) == 1:
        given = "from" if high is None else "up to"
        yield Place(f"{given} {low if high is None else high}", "Pay", "The other end is empty.")
        return
    if low is None or low != high:
        return
    if RANGE.search(facts.pay_note):
        yield Place(facts.pay_note, "Note on pay", "Both ends are the same figure.")
    _, line, odd = read_pay(manuscript.outline)
    if line is not None and any(each.code == "pay-range-single" for each in odd):
        for sentence in manuscript.own_lines:
            if RANGE.search(sentence.words) and "pay" in sentence.topics:
                yield Place(sentence.words, sentence.section, "It names one figure.")


def _unit_differs(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    if facts.pay_unit not in SENSIBLE or not _figures(manuscript):
        return
    said, _, _ = read_pay(manuscript.outline)
    if said is not None and said.unit != facts.pay_unit.value:
        said_unit, unit = UNITS[PayUnit(said.unit)], UNITS[facts.pay_unit]
        words = f"{said.min if said.min is not None else said.max:,.2f} {said_unit}"
        yield Place(words, "Text", f"The posting's pay is {unit}.")
        return
    least, most = SENSIBLE[facts.pay_unit]
    for figure in _figures(manuscript):
        if figure and not least <= figure <= most:
            yield Place(f"{figure:,} {UNITS[facts.pay_unit]}", "Pay", "It can hardly be that.")


def _pay_differs(manuscript: Manuscript) -> Iterator[Place]:
    facts = manuscript.facts
    figures = _figures(manuscript)
    if not figures:
        return
    said, _, odd = read_pay(manuscript.outline)
    if any(each.code == "pay-contradictory" for each in odd):
        yield Place("", "Text", "The text itself gives more than one pay.")
    if said is None or facts.pay_unit is None or said.unit != facts.pay_unit.value:
        return
    if said.currency != facts.currency:
        return  # "$" is the money of many countries
    named = [Decimal(str(each)) for each in (said.min, said.max) if each is not None]
    if any(each not in figures for each in named):
        words = "–".join(f"{each:,.2f}" for each in dict.fromkeys(named))
        ours = "–".join(f"{each:,.2f}" for each in dict.fromkeys(figures))
        yield Place(words, "Text", f"The posting's pay is {ours}.")


def _no_benefits(manuscript: Manuscript) -> Iterator[Place]:
    if manuscript.facts.benefits.strip():
        return
    said, _, _ = read_benefits(manuscript.outline)
    if said is None:
        yield Place()


RULES = (
    Rule(
        "pay-missing",
        "confirm",
        "pay_min",
        "No pay",
        "The posting gives no pay. Many places require a wage or a range on every posting,"
        " and candidates look for it first.",
        "Give a figure or a range. Ask counsel if you are unsure.",
        _pay_missing,
    ),
    Rule(
        "no-benefits",
        "confirm",
        "benefits",
        "No benefits",
        "The posting says nothing about benefits. Some places require a general description"
        " of them on every posting.",
        "Name them; if there are none, say so. Ask counsel if you are unsure.",
        _no_benefits,
    ),
    Rule(
        "pay-range-single",
        "confirm",
        "pay_max",
        "Range with one figure",
        "The pay is a range of which one figure is given, so candidates cannot tell what they"
        " would earn. Where a range is required, both ends are meant.",
        "Give the other end, or the same figure twice where it is fixed, and call it pay.",
        _range_with_one_figure,
    ),
    Rule(
        "pay-unit-differs",
        "confirm",
        "pay_unit",
        "Pay unit differs",
        "What the pay is for does not agree with its figures or with the text. Lists and search"
        " engines show the fields, the page shows both.",
        "Choose hour, day, week, month or year so that it fits, or mend the text.",
        _unit_differs,
    ),
    Rule(
        "pay-differs",
        "confirm",
        "pay_min",
        "Pay differs from the text",
        "The text gives another pay than the posting's own. Candidates see both and may hold"
        " you to the higher one.",
        "Make them the same, or take the figure out of the text.",
        _pay_differs,
    ),
)
