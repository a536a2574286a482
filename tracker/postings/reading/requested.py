"""Read what candidates are asked to send and say: documents, subject line, skills."""

import re

from tracker.postings.reading.findings import Finding, finding
from tracker.postings.reading.outline import Block, SentencedOutline

Document = str | dict[str, str]

_ASK = re.compile(
    r"\b(?:submit\w*|send|sending|e-?mail|mail|apply (?:with|by|via|using)|includ(?:e|es|ing)|"
    r"attach\w*|"
    r"provide|forward|upload|along with|accompanied|consists? of|should (?:include|contain|"
    r"consist)|"
    r"(?:is|are) required|requires?|please|bring|deliver|drop off|complete|must|return|"
    r"fill (?:out|in)|with an?|with your)\b",
    re.I,
)
_COVER = (
    r"(?:cover(?:ing)?\s?letters?|letters? of (?:interest|intent|introduction|application|"
    r"motivation)|"
    r"motivation letters?|application letters?)"
)
_RESUME = r"(?:r[eé]sum[eé]s?|curriculum vitae|curricula vitae|c\.?v\.?s?\b|vitae)"
_REFERENCES = (
    r"(?:references|letters? of (?:recommendation|reference)|reference letters?|referees?)"
)
_ESSAY = r"essays?"
_NOUNS = (
    r"(?:statements?|(?:writing|work|"
    r"teaching) samples?|samples?|portfolios?|transcripts?|questionnaires?|"
    r"application forms?|(?:employment|job|town|city|library|completed|county|"
    r"online) applications?|"
    r"proposals?|philosophy|lesson plans?|program plans?|plans?|videos?|presentations?|"
    r"certificates?|certifications?|licen[cs]es?|diplomas?|publications list|bibliograph(?:y|ies)|"
    r"reading lists?|syllabus|video introductions?|book reviews?|reviews?|work permits?|"
    r"working papers|permits?|forms?)"
)
_KNOWN = re.compile(
    rf"(?P<cover_letter>\b{_COVER})|(?P<essay>\b{_ESSAY}\b)|(?P<resume>\b{_RESUME})"
    rf"|(?P<references>\b{_REFERENCES}\b)",
    re.I,
)
_OTHER = re.compile(rf"\b{_NOUNS}$", re.I)
_DETERMINER = re.compile(
    r"^(?:(?:an?|the|your|their|his|her|our|any|also|both|either|one|two|three|four|five|\d{1,2}|"
    r"current|"
    r"completed|brief|short|updated|recent|please|include|including|attach|submit|send|provide|"
    r"e-?mail|with|"
    r"and|or|as well as|plus|along with|(?:un)?official copy of|(?:a )?cop(?:y|ies) of|"
    r"\(?\d{1,2}\)?)\s+)+",
    re.I,
)
_SPLIT = re.compile(
    r"\s*(?:,|;|\band\b|&|\bor\b|\bplus\b|\balong with\b|\bas well as\b|\bwith\b|:|\+|"
    r"/(?!\w{1,2}\b))\s*",
    re.I,
)
_REFERENCES_LATER = re.compile(
    r"\breferences?\b[^.]{0,40}\b(?:upon request|on request|will be (?:checked|contacted|"
    r"requested|asked)|"
    r"check)|\b(?:finalists?|selected candidates)\b[^.]{0,60}\breferences?|with reference to|"
    r"in reference to|"
    r"\breference (?:number|desk|librarian|check|code|service)|professional references? (?:may|"
    r"will)",
    re.I,
)
_NO_DOCUMENT = re.compile(
    r"\bno (?:cover letter|resume|references)\b|\b(?:cover letter|resume|references?) "
    r"(?:is |are )?not (?:required|needed|necessary)\b",
    re.I,
)
# "Help patrons with resumes and cover letters" is a duty; the ask is elsewhere.
_OTHERS_SECTIONS = frozenset(
    {"duties", "qualifications", "equal", "accommodation", "about", "benefits"}
)
_DIRECT = re.compile(
    r"\b(?:to apply|apply (?:with|by)|please (?:send|submit|e-?mail|forward|include)|"
    r"applicants? (?:must|should)|interested (?:candidates|applicants|persons))\b",
    re.I,
)
# Outside sections about the job's work, an order to send is meant for candidates.
_ORDER = re.compile(r"\bsubmit\b|^(?:e-?mail|send|forward|mail|attach|include|return)\b", re.I)


def read_documents(outline: SentencedOutline) -> tuple[list[Document], int | None, list[Finding]]:
    """Return what to send, in the page's order, and the line of the first."""
    found: list[Document] = []
    line: int | None = None
    asked_above = False
    for sentence in outline.sentences:
        text = sentence.text[:2000]
        own = bool(sentence.topics & {"apply", "contact", "closing"})
        listed = sentence.block.kind == "bullet" and own and asked_above
        if sentence.block.kind != "bullet":
            asked_above = own and bool(re.search(r":\s*$", text) or _ASK.search(text))
        elsewhere = bool(sentence.topics & _OTHERS_SECTIONS) and not own
        ordered = bool(_DIRECT.search(text) or (not elsewhere and _ORDER.search(text)))
        keyed = sentence.block.key == "documents"
        # In a section on applying, a document that is named is one that is wanted.
        if not (listed or keyed or ordered or (own and _KNOWN.search(text))):
            continue
        others = keyed or listed or ordered or (own and bool(_ASK.search(text)))
        for document in _documents_in(text, allow_others=others):
            if document not in found:
                found.append(document)
                line = line or sentence.line
    odd = [] if found else [finding("no-documents", "documents", outline.line_about("apply"))]
    return found, line, odd


def _documents_in(text: str, *, allow_others: bool) -> list[Document]:
    skipped = _NO_DOCUMENT.sub(" ", text)
    later = bool(_REFERENCES_LATER.search(skipped))
    ask = _ASK.search(skipped)
    documents: list[Document] = []
    for part in _SPLIT.split(re.sub(r"[()]", ", ", skipped)):
        known = list(_KNOWN.finditer(part))
        for match in known:
            kind = str(match.lastgroup)
            if kind == "references" and later:
                continue
            if kind == "essay" and re.search(
                r"\bessay contest|essays? (?:for|about) teens", part, re.I
            ):
                continue
            documents.append(kind)
        if not known and allow_others and (ask or len(skipped) < 90):
            title = _other(part)
            if title:
                documents.append({"kind": "other", "title": title})
    return documents


def _other(part: str) -> str | None:
    """Return the title of another document that this part of a list names, as written."""
    part = re.sub(r"^.{0,40}?\blinks? to\s", "", part.strip(), flags=re.I)
    phrase = re.split(
        r"\s(?:to|at|by|via|from|for|on|through|before|in|no later|describing|about|that|which|if|"
        r"when|"
        r"detailing|explaining|outlining|showing|addressing)\s",
        part.strip(" .*"),
        maxsplit=1,
    )[0]
    asks = list(_ASK.finditer(phrase))
    if asks:
        phrase = phrase[asks[-1].end() :]
    bare = _DETERMINER.sub("", phrase.strip(" .!?*")).strip(" .!?*")
    # "A portfolio of recent work" is a portfolio, "a statement of aims" a statement.
    named = _OTHER.search(bare) or _OTHER.search(bare.partition(" of ")[0])
    return bare if bare and len(bare.split()) <= 7 and named else None


_SUBJECT_MARKED = re.compile(
    r"\bsubject(?: (?:line|heading|field))?\b[^.\"“”_*\n]{0,60}?"
    r"(?:\"([^\"\n]{1,100})\"|“([^”\n]{1,100})”|(?<!\w)_([^_\n]{1,100})_|\*{1,2}([^*\n]{1,100})\*|"
    r"‘([^’\n]{1,100})’|(?<!\w)'([^'\n]{1,100})'(?!\w))",
    re.I,
)
_SUBJECT_BEFORE = re.compile(
    r"(?:\"([^\"\n]{1,100})\"|“([^”\n]{1,100})”|(?<!\w)_([^_\n]{1,100})_|\*{1,2}([^*\n]{1,100})\*|"
    r"‘([^’\n]{1,100})’|(?<!\w)'([^'\n]{1,100})'(?!\w))\s(?:in|as|on) (?:the|"
    r"your) (?:e-?mail(?:’s|'s)? )?subject",
    re.I,
)
_SUBJECT_PLAIN = re.compile(
    r"\bsubject(?: line)?(?: of (?:the|your) e-?mail)?\s?(?::|should (?:read|be|say|state)|"
    r"must (?:read|be)|"
    r"reading|is|to|of)?:?\s(?!line\b|of\b|to\b|field\b)"
    r"([A-Z0-9][\w’'&/-]*(?: (?:(?:of|and|&|for|the|-|–|—) )?[A-Z0-9][\w’'&/-]*){0,8})"
)


def read_subject_keyword(outline: SentencedOutline) -> tuple[str | None, int | None]:
    """Return the words a mail's subject line must have."""
    for block in outline.keyed("subject"):
        return block.value.strip(" \"“”'‘’."), block.line
    for block in outline.blocks:
        text = block.text[:20000]
        if block.kind == "heading" or "ubject" not in text.casefold():
            continue
        for form in (_SUBJECT_MARKED, _SUBJECT_BEFORE, _SUBJECT_PLAIN):
            match = form.search(text if form is not _SUBJECT_PLAIN else block.plain[:20000])
            if match and not (
                form is _SUBJECT_PLAIN and not re.search(r"e-?mail|line", text, re.I)
            ):
                words = next(group for group in match.groups() if group)
                row = text.count("\n", 0, match.start())
                return words.strip(" .,"), block.lines[min(row, len(block.lines) - 1)]
    return None, None


_SAYING = (
    r"\b(?:indicat\w+|stat(?:e|ing)|describ\w+|rat(?:e|ing)|tell(?:ing)? us|"
    r"list(?:ing)?|address\w*|explain\w*|"
    r"specify\w*|mention\w*|say(?:ing)?|not(?:e|ing)|shar(?:e|ing)|outlin\w+|let us know|detail\w*|"
    r"self-assess\w*|includ(?:e|ing))\b"
)
_FAMILIARITY = (
    r"\b(?:familiarit(?:y|ies)|proficienc(?:y|ies)|(?:how |level of |degree of )?(?:familiar|"
    r"proficient|"
    r"comfortable|experienced) |experience (?:level )?(?:with|using|in)|"
    r"comfort (?:level )?(?:with|using)|"
    r"skill level|level of (?:skill|experience|comfort|expertise|knowledge)|knowledge of|expertise)"
)
_ASKS_SKILLS = re.compile(rf"{_SAYING}[^.]{{0,80}}?{_FAMILIARITY}", re.I)
_INLINE = re.compile(
    rf"{_FAMILIARITY}\s?(?:level )?(?:with|using|in|of)?\s?(?:each of )?(?:the following|"
    rf"these)?[^:]{{0,60}}?:\s?(.+)$"
    rf"|{_FAMILIARITY}\s?(?:with|using|in|of)\s(?!each\b|the following|these|it\b|them\b|"
    rf"our\b)(.+)$",
    re.I,
)
_INLINE_END = re.compile(
    r"\s(?:in (?:your|the|their) |on (?:your|the) |when |and (?:send|submit|include) )|[.;]\s|[.]$"
)


def read_skills(outline: SentencedOutline) -> tuple[list[str], int | None]:
    """Return the tools whose familiarity applicants are asked to state: a list or a row.

    Tools that are only required or preferred are none: nobody is asked about them.
    """
    blocks = outline.blocks
    for index, block in enumerate(blocks):
        text = " ".join(block.plain[:4000].split())
        if block.kind == "bullet" or not _ASKS_SKILLS.search(text):
            continue
        listed = _list_after(blocks, index)
        if listed and re.search(r"[:]\s*$|\bfollowing\b|\beach\b|\bbelow\b|\bthese\b", text):
            return listed, blocks[index + 1].line
        asking = _ASKS_SKILLS.search(text)
        inline = _INLINE.search(text, asking.start() if asking else 0)
        if inline:
            return _cut_list(inline[1] or inline[2]), block.line
    return [], None


def _list_after(blocks: list[Block], index: int) -> list[str]:
    listed = []
    for block in blocks[index + 1 :]:
        if block.kind != "bullet":
            break
        listed.append(" ".join(block.plain.split()).rstrip(" ;,."))
    return listed


def _cut_list(words: str) -> list[str]:
    words = _INLINE_END.split(words, maxsplit=1)[0]
    marks = r"\s*;\s*(?:and\s)?" if ";" in words else r"\s*,\s*(?:and\s|or\s|&\s)?|\s(?:and|or|&)\s"
    return [part.strip(" .,:;") for part in re.split(marks, words) if part.strip(" .,:;")]


SALARY_HISTORY = re.compile(
    r"\b(?:salary|wage|pay|compensation|earnings) history\b|\b(?:current|previous|past|prior|last) "
    r"(?:salary|wages?|pay|compensation)\b",
    re.I,
)


def read_forbidden(outline: SentencedOutline) -> list[Finding]:
    """Point at questions that some places forbid to ask."""
    for sentence in outline.sentences:
        if SALARY_HISTORY.search(sentence.text) and _ASK.search(sentence.text):
            return [finding("asks-salary-history", "documents", sentence.line)]
    return []
