"""How to apply: in the form and not by mail, in active words, with what the form asks for."""

import re
from collections.abc import Iterator

from tracker.postings.checks.findings import Place, Rule
from tracker.postings.checks.manuscript import Line, Manuscript
from tracker.postings.checks.phrases import compiled, phrases
from tracker.postings.content import DOCUMENT_TITLES
from tracker.postings.reading.requested import Document, read_documents, read_skills
from tracker.postings.reading.words import letters
from tracker.postings.rules import DocumentKind

_PAPERS = r"(?:applications?|resum[eé]s?|résum[eé]s?|cvs?|cover letters?|letters? of interest)"
_SENDING = r"(?:apply|e-?mail(?:ed)?|send|sent|submit(?:ted)?|forward(?:ed)?|mail(?:ed)?)"
_ADDRESS = r"(?:[\w.+-]+@[\w-]+\.[\w.-]+|\bby (?:e-?)?mail\b|\bvia (?:e-?)?mail\b|mailto:)"
MAILED = re.compile(
    rf"\b{_SENDING}\b[^.!?\n]{{0,300}}\b{_PAPERS}\b(?:[^!?\n]|\n(?!\n)){{0,300}}?{_ADDRESS}"
    rf"|\b{_PAPERS}\b[^!?\n]{{0,300}}\b{_SENDING}\b(?:[^!?\n]|\n(?!\n)){{0,300}}?{_ADDRESS}"
    rf"|\be-?mail\s+(?:your|an?|the|us|me|him|her)\b[^.!?\n]{{0,300}}\b{_PAPERS}\b",
    re.IGNORECASE,
)
MOST_OF_A_PARAGRAPH = 1500


def _mailed(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s{0,20}\n", text):
        match = MAILED.search(paragraph[:MOST_OF_A_PARAGRAPH])
        if match:
            yield match[0]


def asks_for_mail(text: str) -> bool:
    """Tell whether a text asks that an application be mailed: a verb, a paper, an address."""
    return any(_mailed(text))


def _asks_for_mail(manuscript: Manuscript) -> Iterator[Place]:
    if not manuscript.facts.accepting:
        return
    for part in manuscript.parts:
        if part.field == "sections":
            for words in _mailed(part.text):
                yield Place(re.sub(r"\]\([^()\n]{0,300}\)?|[\[\]]", "", words), part.section)


def _said(manuscript: Manuscript) -> list[Document]:
    return read_documents(manuscript.outline)[0]


def _names_same(wanted: str, asked: str) -> bool:
    one, other = letters(wanted), letters(asked)
    return bool(one and other) and (one in other or other in one)


def _not_asked(manuscript: Manuscript) -> Iterator[Place]:
    """A document that the text wants and the form has no place for."""
    facts = manuscript.facts
    if not facts.accepting:
        return
    kinds = {each.kind.value for each in facts.documents}
    titles = [each.title for each in facts.documents]
    # An essay or a statement may also be asked for as a question with a long answer.
    titles += [each.text for each in facts.questions]
    for each in _said(manuscript):
        if isinstance(each, str):
            name = str(DOCUMENT_TITLES[DocumentKind(each)])
            if each in kinds or any(_names_same(name, title) for title in titles):
                continue
        else:
            name = each["title"]
            if any(_names_same(name, title) or _share_noun(name, title) for title in titles):
                continue
        yield Place(name, "Text", "The form has no place for it.")


def _share_noun(name: str, title: str) -> bool:
    """Tell whether both end in the same noun: "Philosophy Statement", "Your statement"."""
    one, other = (re.findall(r"\w+", words.casefold()) for words in (name, title))
    return bool(one and other) and one[-1].rstrip("s") == other[-1].rstrip("s")


def _not_named(manuscript: Manuscript) -> Iterator[Place]:
    """A document that the form requires while the text names others only."""
    said = _said(manuscript)
    if not said or not manuscript.facts.accepting:
        return
    kinds = {each for each in said if isinstance(each, str)}
    words = letters(manuscript.all_words)
    for each in manuscript.facts.documents:
        if each.required and each.kind.value not in kinds and letters(each.title) not in words:
            yield Place(each.title, "Documents", "The text names others, and not this one.")


_FAMILIAR = compiled(
    r"\b(?:familiarity|experience|proficien(?:cy|t)|fluency|fluent|knowledge|comfortable|skilled?|expertise"
    r"|competen(?:ce|cy|t))(?: level)? (?:with|in|of|using)\b[^:]{0,60}:\s*$",
    r"\b(?:systems|software|tools|programs|applications|platforms|technologies)\b[^:]{0,80}:\s*$",
)
FEWEST_SKILLS, LONGEST_SKILL = 3, 6


def _skills_not_asked(manuscript: Manuscript) -> Iterator[Place]:
    """Tools listed one by one, and no question how familiar candidates are with them."""
    facts = manuscript.facts
    if facts.skills or not facts.accepting:
        return
    blocks = manuscript.outline.blocks
    for index, block in enumerate(blocks):
        words = " ".join(block.plain[:2000].split())
        if block.kind == "bullet" or not _FAMILIAR.search(words):
            continue
        tools: list[str] = []
        for below in blocks[index + 1 :]:
            if below.kind != "bullet" or len(below.plain.split()) > LONGEST_SKILL:
                break
            tools.append(" ".join(below.plain.split()).rstrip(" ;,."))
        if len(tools) >= FEWEST_SKILLS:
            yield Place(", ".join(tools), block.context or words)
            return
    skills, _ = read_skills(manuscript.outline)
    if len(skills) >= FEWEST_SKILLS:
        yield Place(", ".join(skills), "Text")


def _about_applying(line: Line) -> bool:
    return not line.topics & {"duties", "equal", "about"}


RULES = (
    Rule(
        "asks-for-mail",
        "confirm",
        "sections",
        "The text asks for applications by mail",
        "The text still tells candidates to mail their application, beside a button that"
        " takes it here. What is mailed lacks what the form asks for, and waits until somebody"
        " has sorted it.",
        "Take the sentence out, or say in it that this is for those who cannot use the form.",
        _asks_for_mail,
    ),
    Rule(
        "document-not-asked",
        "confirm",
        "documents",
        "Document that the form does not ask for",
        "The text tells candidates to send a document, and the form has no place for it.",
        "Add it under Documents, or take it out of the text.",
        _not_asked,
    ),
    Rule(
        "document-not-named",
        "advice",
        "documents",
        "Document that the text does not name",
        "The form requires a document that the text leaves out while it names others, so"
        " candidates come to the form without it.",
        "Name it in the text, or name none there: the page lists what the form asks for.",
        _not_named,
    ),
    Rule(
        "skills-not-asked",
        "advice",
        "skills",
        "Skills without a question",
        "The text lists tools, and nobody is asked how familiar they are with them: candidates"
        " guess what is needed, and you learn it at the interview.",
        "Put them under Skills: the form then asks for each how familiar the candidate is.",
        _skills_not_asked,
    ),
    Rule(
        "passive-apply",
        "advice",
        "sections",
        "Nobody is told to apply",
        "The sentence says what is done with applications and not who does it, so candidates do"
        " not feel spoken to.",
        "Speak to them: “Apply with …”, “Send us …”.",
        phrases(
            rf"\b{_PAPERS}(?: \w{{1,12}}){{0,4}}"
            r" (?:should|must|may|can|shall|are to|is to|will|need to) be (?:sent|submitted"
            r"|e-?mailed|mailed|forwarded|directed|addressed|delivered|made)\b",
            r"\bapplications? (?:forms? )?(?:may|can) be (?:obtained|picked up|found)\b",
            r"\b(?:it is|are) (?:requested|asked|required) that (?:\w+ ){0,3}applications?\b",
            where=_about_applying,
            negation=False,
        ),
    ),
)
