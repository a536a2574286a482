"""Check the equal-opportunity statement: present, and in the employer's own words."""

import difflib
import re

from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Block, SentencedOutline

STATED = re.compile(
    r"\bequal[\s-](?:employment[\s-])?opportunit(?:y|ies)\b|\bE\.?O\.?E\.?\b|\bE\.?E\.?O\.?\b|"
    r"\baffirmative action\b|\bdoes not discriminate\b|\bwithout regard to\b[^.]{0,80}\b(?:race|"
    r"sex|religion)\b|"
    r"\bnon-?discrimination (?:policy|statement)",
    re.I,
)
# Slips that keep being retyped: each is a word, only never the one meant here.
SLIPS = (
    (re.compile(r"\bmartial status\b", re.I), "“martial” stands where “marital” was meant"),
    (re.compile(r"\bprincipal of equal\b", re.I), "“principal” stands where “principle” was meant"),
    (re.compile(r"\bdiscrimate\w*\b", re.I), "“discriminate” is misspelt"),
    (re.compile(r"\bsexual (?:orientaion|orentation)\b", re.I), "“orientation” is misspelt"),
    (re.compile(r"\bnational orgin\b", re.I), "“origin” is misspelt"),
    (re.compile(r"\bphysical disablity\b|\bdisablit\w+\b", re.I), "“disability” is misspelt"),
    (re.compile(r"\bveteran(?:’|')?s? statue\b", re.I), "“statue” stands where “status” was meant"),
)


def check_equal_opportunity(outline: SentencedOutline, statement: str | None) -> list[Finding]:
    """Return what is missing from the statement or differs from the employer's."""
    blocks = statement_blocks(outline)
    if not blocks:
        return [finding("equal-opportunity-missing", "sections", outline.last_line)]
    found = []
    for block in blocks:
        for slip, words in SLIPS:
            if slip.search(block.plain):
                found.append(
                    finding("equal-opportunity-differs", "sections", block.line, text=words)
                )
    if not found and statement and statement.strip():
        said = _words(" ".join(block.plain for block in blocks))
        meant = _words(statement)
        if said != meant:
            text = _difference(said, meant)
            found.append(
                finding("equal-opportunity-differs", "sections", blocks[0].line, text=text)
            )
    return found


def statement_blocks(outline: SentencedOutline) -> list[Block]:
    """Return the blocks of the statement: a section's, else the sentence's own."""
    headed = [
        block
        for block in outline.blocks
        if "equal" in block.topics and block.kind != "heading" and not is_award(block)
    ]
    if headed:
        return headed
    return [
        block
        for block in outline.blocks
        if block.kind != "heading" and STATED.search(block.plain[:20000])
    ]


def is_award(block: Block) -> bool:
    """Tell a line wholly in bold: after a statement it praises the employer."""
    return block.kind == "paragraph" and bool(
        re.fullmatch(r"(\*\*|__)(?!\s).{1,200}(\*\*|__)[.!]?", block.text, re.S)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[\w’'-]+", text.replace("’", "'").casefold())


def _difference(said: list[str], meant: list[str]) -> str:
    """Name the first words that differ."""
    matcher = difflib.SequenceMatcher(None, said[:1000], meant[:1000], autojunk=False)
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        here = " ".join(said[left:left_end][:8])
        there = " ".join(meant[right:right_end][:8])
        if here and there:
            return f"“{here}” stands where the employer's says “{there}”"
        return f"“{there}” is missing" if there else f"“{here}” is added"
    return "its words are cut short"
