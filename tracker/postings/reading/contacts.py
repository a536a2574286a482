"""Read whom to apply to: name, job title, address."""

import re
from dataclasses import dataclass

from tracker.postings.reading.addresses import PHONE, Address, addresses
from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Block, Sentence, SentencedOutline
from tracker.postings.reading.words import (
    JOB_NOUNS,
    NAME,
    RUN_NO_COMMA,
    is_job_title,
    is_person_name,
    with_division,
    without_honorific,
)

_SENDING = re.compile(
    r"\b(?:appl(?:y|ications?)|submi\w+|send|sent|forward\w*|"
    r"e-?mail(?:ed)?|mail(?:ed)?|direct(?:ed)?|"
    r"address(?:ed)?|deliver\w*|respond|resumes?|résumés?|cv|cover letters?|materials|attn|"
    r"attention)\b",
    re.I,
)
_ASKING = re.compile(
    r"\b(?:questions?|inquir\w+|enquir\w+|more information|further information|learn more|"
    r"informal (?:chat|conversation)|details)\b",
    re.I,
)
_ACCOMMODATION = re.compile(
    r"\b(?:accommodations?|disabilit\w+|ADA coordinator|accessib\w+)\b", re.I
)
_LEAD = re.compile(
    r"(?:\b(?:to|contact|contacting|attention|attn|with|c/o|care of|ask for|call|reach|email|"
    r"e-mail|via|"
    r"manager|of|by|from|addressed to)\b[.:]?\s*|^\s*|[:(]\s*|[–—-]\s)(?:the\s|our\s)?",
    re.I,
)
_PLACE = re.compile(
    r"\b(?:librar\w+|public|schools?|town|city|county|university|college|museum|branch|street|"
    r"road|avenue|cent(?:er|re)|department|office|room|desk|park|hall)\b",
    re.I,
)
_TOWN = re.compile(r",\s[A-Z]{2}\b")
_NAME_AFTER = re.compile(rf",\s(?P<name>{NAME})(?=\s*(?:[,;(]|at\b|via\b|by\b|$))")
_DEGREES = re.compile(
    r"(?:,\s(?:Ph\.?\s?D|Ed\.?\s?D|M\.?L\.?I?\.?S|M\.?S|M\.?A|M\.?B\.?A|J\.?D|CPA|Esq)\b\.?)+"
)
_WEAK_LEAD = re.compile(r"(?:of|by|from|with)\b", re.I)
_FROM = re.compile(r"(?:of|from)\b", re.I)
_NAME = re.compile(NAME)
_RUN = re.compile(RUN_NO_COMMA)
_TITLE_END = (
    r"(?=\s*(?:$|[,;:.()\[\]|–—]|\s-|\b(?:at|via|by|on|or|and|with|using|no later|before|"
    r"through|in)\b))"
)
_AFTER_NAME = (
    re.compile(r"^,?\s*\((?P<title>[^()]{3,80})\)"),
    re.compile(rf"^\s*(?:,|[–—|]|-)\s*(?:the |our )?(?P<title>{RUN_NO_COMMA})", re.U),
    re.compile(rf"^\s*,\s*(?:the |our )?(?P<title>[a-z][\w’'& -]{{2,60}}?){_TITLE_END}"),
)
_ATTENTION = re.compile(
    r"\b(?:attn|attention|c/o|care of|addressed to|for the attention of)\b[.:]?\s*", re.I
)
_ASIDE = re.compile(
    r"^\W*(?:please\s)?(?:e-?mail|mail|write(?: to)?|contact|send(?: to)?|message)\W+", re.I
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Who gets the applications. What the page does not say is None."""

    name: str | None
    title: str | None
    email: str | None

    def as_json(self) -> dict[str, str | None]:
        """Return the contact as the import command prints it."""
        return {"name": self.name, "title": self.title, "email": self.email}


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: int
    sentence: Sentence
    address: Address


def read_contact(outline: SentencedOutline) -> tuple[Contact | None, int | None, list[Finding]]:
    """Return the contact, its line, and what was missing, odd or ambiguous."""
    ranked = _ranked(outline)
    if not ranked:
        return _without_address(outline)
    best = max(ranked, key=lambda one: one.rank)
    name, title = _person(outline, best)
    found = _findings(best, ranked, name, title)
    return Contact(name, title, best.address.email), best.sentence.line, found


def _ranked(outline: SentencedOutline) -> list[_Candidate]:
    """List every address with how plainly it is the one to apply to."""
    ranked = []
    for sentence in outline.sentences:
        text = sentence.text[:2000]
        if (
            "@" not in text
            and not sentence.block.links
            and not re.search(r"\bat\b|_at_", text, re.I)
        ):
            continue
        if sentence.topics & {"equal", "accommodation"} or _ACCOMMODATION.search(text):
            continue
        here = bool(sentence.topics & {"apply", "contact", "closing", "email"})
        rank = 1 + here
        if _ASKING.search(text) and not re.search(
            r"\b(?:resume|résumé|cover letter|materials)\b", text, re.I
        ):
            rank = 1 if not here else 2
        elif _SENDING.search(text):
            rank = 4 if here else 3
        ranked += [_Candidate(rank, sentence, one) for one in addresses(text, sentence.block)]
    return ranked


def _findings(
    best: _Candidate, ranked: list[_Candidate], name: str | None, title: str | None
) -> list[Finding]:
    line, shown = best.sentence.line, best.address.email
    found = []
    target = best.address.linked_to
    if target and target.lower() != shown.lower():
        found.append(finding("address-mismatch", "contact", line, text=shown, other=target))
    if best.address.hidden:
        found.append(finding("address-obfuscated", "contact", line, text=shown))
    rivals = {
        one.address.email.lower(): one.address.email for one in ranked if one.rank == best.rank
    }
    if len(rivals) > 1:
        text = ", ".join(rivals.values())
        found.append(finding("contact-ambiguous", "contact", line, text=text))
    if name is None and title is None:
        found.append(finding("no-contact-name", "contact", line))
    elif title is None and name is not None:
        found.append(finding("no-contact-title", "contact", line, text=name))
    return found


def _without_address(
    outline: SentencedOutline,
) -> tuple[Contact | None, int | None, list[Finding]]:
    """Read a contact that has only a telephone, or only a name."""
    for sentence in outline.sentences:
        text = sentence.text[:2000]
        if sentence.topics & {"equal", "accommodation"} or _ACCOMMODATION.search(text):
            continue
        near = bool(sentence.topics & {"contact", "apply"}) or bool(_SENDING.search(text))
        if not near or not (
            PHONE.search(text)
            or sentence.block.key == "contact"
            or re.search(r"\b(?:contact|call|attn|attention|in person|apply to|see)\b", text, re.I)
        ):
            continue
        name, title = _in_text(text)
        if name or title:
            found = [finding("no-contact-email", "contact", sentence.line)]
            if title is None and name:
                found.append(finding("no-contact-title", "contact", sentence.line, text=name))
            return Contact(name, title, None), sentence.line, found
    return None, None, [finding("no-contact", "contact", outline.line_about("contact", "apply"))]


def _person(outline: SentencedOutline, best: _Candidate) -> tuple[str | None, str | None]:
    """Find name and title: before the address, after it, around it, then behind its link."""
    sentence, address = best.sentence, best.address
    text = sentence.text[:2000]
    before, after = text[: address.start], text[address.end :]
    link_words = address.link.text if address.link else ""
    if is_person_name(link_words):
        return without_honorific(link_words), _title_after(after)
    for words in (before[-240:], _attention(after)):
        name, title = _in_text(words)
        if name or title:
            return name, title
    nearby = _rows_before(sentence.block) or _around(outline, sentence)
    if nearby[0] or nearby[1]:
        return nearby
    if address.link:
        aside = _ASIDE.sub("", address.link.title).strip()
        if is_person_name(aside):
            return without_honorific(aside), None
    return None, None


def _attention(after: str) -> str:
    lead = _ATTENTION.search(after[:120])
    if lead:
        return after[lead.start() : lead.start() + 200]
    aside = re.match(rf"\s*[,(–—-]\s*(?={NAME})", after)
    return after[aside.end() : aside.end() + 120] if aside else ""


def _around(outline: SentencedOutline, sentence: Sentence) -> tuple[str | None, str | None]:
    """Look at the lines beside the address: "Contact: …" keys, then its neighbours."""
    for block in outline.keyed("contact"):
        name, title = _in_text(block.value[:240])
        if name or title:
            return name, title
    place = next(index for index, one in enumerate(outline.sentences) if one is sentence)
    for other in outline.sentences[max(0, place - 2) : place + 2]:
        if other is sentence or not other.topics & {"apply", "contact", "email"}:
            continue
        if addresses(other.text[:2000], other.block):
            continue  # whoever stands there has an address of their own
        lead = _ATTENTION.search(other.text[:400])
        short = len(other.text) < 90 and other.block.kind == "paragraph"
        if lead or short:
            name, title = _in_text(other.text[lead.start() if lead else 0 :][:240])
            if name:
                return name, title
    return None, None


def _rows_before(block: Block) -> tuple[str | None, str | None] | None:
    """Read a name and title set on lines of their own above the address."""
    rows = [row.strip(" ,;") for row in block.plain.split("\n")]
    for index, row in enumerate(rows):
        if _TOWN.search(row):
            continue
        if is_person_name(row.partition(",")[0].strip()) and index + 1 < len(rows):
            title = row.partition(",")[2].strip() or rows[index + 1]
            good = is_job_title(title) and "@" not in title and len(title) < 80
            return row.partition(",")[0].strip(), title if good else None
    return None


def _in_text(words: str) -> tuple[str | None, str | None]:
    """Find "NAME, TITLE", "TITLE NAME" or a bare TITLE after a word that leads to it."""
    fallback: str | None = None
    # "A Town of Elm form to Ana Ruiz": who is led to by "to" goes before who stands after "of".
    for lead in sorted(_LEAD.finditer(words), key=lambda one: bool(_WEAK_LEAD.match(one[0]))):
        rest = words[lead.end() : lead.end() + 200]
        match = _NAME.match(rest)
        if match:
            found = _shorter_name(match, rest)
            if found:
                return without_honorific(found), _title_after(rest[len(found) :])
        run = _RUN.match(rest)
        if not run:
            continue
        title, name = _title_then_name(run[0])
        if name:
            return name, title
        # "The Director’s Office" is a place: a bare title ends in a post, or says of what.
        post = title and (title.rpartition(" ")[2].lower() in JOB_NOUNS or " of " in title)
        if post and fallback is None and not _FROM.match(lead[0]):
            named = _NAME_AFTER.match(rest[len(run[0]) :])
            if named and is_person_name(named["name"]):
                return without_honorific(named["name"]), title
            fallback = title
    return None, fallback


def _shorter_name(match: re.Match[str], rest: str) -> str | None:
    """Try the match, then without its last words: "Jane Doe Library Director"."""
    text = match[0]
    while " " in text:
        dropped = match[0][len(text) :]
        # "Great Elm Library" is a place, and no Great Elm who works there.
        if _PLACE.search(dropped) and not is_job_title(dropped):
            return None
        # "Jane Doe Head of Maps": Head is a name of some, but not before "of".
        leads = text.rpartition(" ")[2].lower() in JOB_NOUNS and rest[len(text) :].startswith(
            " of "
        )
        if is_person_name(text) and not leads:
            return text
        text = text.rpartition(" ")[0].rstrip(",")
    return None


def _title_then_name(run: str) -> tuple[str | None, str | None]:
    words = run.split()
    for cut in range(1, len(words)):
        title, name = " ".join(words[:cut]), " ".join(words[cut:])
        if is_job_title(title) and is_person_name(name):
            return title, name
    return (run if is_job_title(run) else None), None


def _title_after(rest: str) -> str | None:
    degrees = _DEGREES.match(rest)
    rest = rest[degrees.end() :] if degrees else rest
    for form in _AFTER_NAME:
        match = form.match(rest)
        if match and is_job_title(match["title"]) and not PHONE.search(match["title"]):
            title = match["title"].strip()
            follow = re.match(
                rf",\s*({RUN_NO_COMMA})(?=\s*(?:,|at\b|$))", rest[match.end("title") :]
            )
            # "Manager, Children's Services": a bare noun goes with what it heads.
            if (
                follow
                and " " not in title
                and not re.search(r"\b(?:Library|Town|City)\b", follow[1])
            ):
                return f"{title}, {follow[1]}"
            return with_division(title, rest[match.end("title") :])
    spaced = re.match(rf"^\s(?P<title>{RUN_NO_COMMA})", rest)
    return spaced["title"] if spaced and is_job_title(spaced["title"]) else None
