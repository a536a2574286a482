"""Which file of a mail is the resume, which the letter: guessed by names and words. Pure.

Guesses are said, and staff can change them: nothing is decided by them but a label.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tracker.intake.matching import words_of
from tracker.postings.rules import DocumentKind

_NAMES: dict[DocumentKind, frozenset[str]] = {
    DocumentKind.RESUME: frozenset(
        [
            "resume",
            "resumes",
            "cv",
            "vitae",
            "curriculum",
            "vita",
            "lebenslauf",
            "hojadevida",
            "hoja",
        ]
    ),
    DocumentKind.COVER_LETTER: frozenset(
        [
            "cover",
            "coverletter",
            "letter",
            "carta",
            "motivation",
            "anschreiben",
            "presentacion",
            "lettre",
        ]
    ),
    DocumentKind.REFERENCES: frozenset(
        ["reference", "references", "recommendation", "recommendations", "referencias", "referees"]
    ),
}
_PAPERS = frozenset(
    [
        "certificate",
        "certificates",
        "certification",
        "certifications",
        "degree",
        "degrees",
        "diploma",
        "diplomas",
        "licence",
        "license",
        "licenses",
        "portfolio",
        "transcript",
        "transcripts",
        "certificado",
        "certificados",
        "constancia",
        "expediente",
        "licencia",
        "titulo",
        "titulos",
    ]
)
_PAPER = re.compile(
    r"\b(certif(?:y|ies|icates?|icado|ica)|diploma|transcript|expediente|constancia)\b",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"\b(dear|to whom it may concern|sincerely|yours (truly|faithfully)|estimad[oa]s?"
    r"|atentamente|sehr geehrte|kind regards|best regards)\b",
    re.IGNORECASE,
)
_RESUME = re.compile(
    r"\b(work experience|professional experience|employment history|education|experience|skills"
    r"|experiencia( laboral| profesional)?|educaci[oó]n|formaci[oó]n)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(apply|applying|applicat\w+|resume|r[eé]sum[eé]|cv|curriculum|cover letter|candidate"
    r"|position|solicitud|solicitar|postular\w*|candidatura|bewerb\w+|puesto|vacante)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-.\d]+")
LEAST_LETTER = 15
PAPERS_BEGINNING = 400
LEAST_UNASKED = 40


@dataclass(frozen=True)
class Wanted:
    """A document that a posting asks for."""

    id: int
    kind: DocumentKind
    title: str


@dataclass(frozen=True)
class Candidate:
    """A file that was taken: its place in the mail, its name, and its text."""

    rank: int
    name: str
    text: str


@dataclass(frozen=True)
class Guess:
    """What a file was taken for (None: something further) and by what, in words."""

    wanted: Wanted | None
    words: str


def assign(files: Sequence[Candidate], wanted: Sequence[Wanted]) -> dict[int, Guess]:
    """Say for each file, by its place, which wanted document it is; each is one file at most."""
    guesses: dict[int, Guess] = {}
    open_ = list(wanted)
    for way, say in (
        (_by_title, "by its name"),
        (_by_name, "by its name"),
        (_by_words, "by its words"),
    ):
        for each in files:
            if each.rank in guesses:
                continue
            fitting = next((one for one in open_ if way(each, one)), None)
            if fitting is not None:
                guesses[each.rank] = Guess(fitting, f"Taken for “{fitting.title}” {say}.")
                open_.remove(fitting)
    left = [each for each in files if each.rank not in guesses]
    resume = next((each for each in open_ if each.kind is DocumentKind.RESUME), None)
    may_be = [each for each in left if not _is_paper(each)][:1]
    if may_be and resume is not None and not _is_named(may_be[0]):
        said = "as the only file" if len(left) == 1 else "as the first of the files left"
        guesses[may_be[0].rank] = Guess(resume, f"Taken for “{resume.title}” {said}.")
        open_.remove(resume)
        left.remove(may_be[0])
    letter = next((each for each in open_ if each.kind is DocumentKind.COVER_LETTER), None)
    if len(left) == 1 and letter is not None and _LETTER.search(left[0].text):
        guesses[left[0].rank] = Guess(letter, f"Taken for “{letter.title}” by its words.")
        left = []
    for each in left:
        guesses[each.rank] = Guess(None, "Kept as a further document.")
    return guesses


def kind_of(name: str, text: str = "") -> DocumentKind | None:
    """Recognise what a file is by its name, else by its words; None where neither says.

    Nothing is taken for a resume because it is the only file, as `assign` does.
    """
    names = _name_words(name)
    for kind, words in _NAMES.items():
        if names & words:
            return kind
    headings = {found[0].lower() for found in _RESUME.finditer(text)}
    if names & _PAPERS or (len(headings) < 3 and _begins_as_paper(text)):
        return DocumentKind.OTHER
    if _looks_like_letter(text):
        return DocumentKind.COVER_LETTER
    return DocumentKind.RESUME if len(headings) > 1 else None


def _name_words(name: str) -> set[str]:
    stem = name.rpartition(".")[0] or name
    return set(words_of(_SPLIT.sub(" ", stem)))


def _by_title(file: Candidate, wanted: Wanted) -> bool:
    if wanted.kind in _NAMES:
        return False
    title = words_of(wanted.title)
    hits = sum(each in _name_words(file.name) for each in title)
    return hits >= max(1, (len(title) + 1) // 2)


def _by_name(file: Candidate, wanted: Wanted) -> bool:
    names = _name_words(file.name)
    kinds = [kind for kind, words in _NAMES.items() if names & words]
    return kinds[:1] == [wanted.kind]


def _by_words(file: Candidate, wanted: Wanted) -> bool:
    if _is_named(file):
        return False
    looks_like_letter = _looks_like_letter(file.text)
    if wanted.kind is DocumentKind.COVER_LETTER:
        return looks_like_letter and len(set(_RESUME.findall(file.text))) < 3
    if wanted.kind is DocumentKind.RESUME:
        return not looks_like_letter and bool(_RESUME.search(file.text))
    return False


def _begins_as_paper(text: str) -> bool:
    """Tell whether a text says that it is a certificate before it says what a resume does."""
    paper, heading = _PAPER.search(text[:PAPERS_BEGINNING]), _RESUME.search(text)
    return paper is not None and (heading is None or paper.start() < heading.start())


def _is_paper(file: Candidate) -> bool:
    """Tell whether a file says that it is a certificate: no resume, even where it is alone."""
    return kind_of(file.name, file.text) is DocumentKind.OTHER


def _looks_like_letter(text: str) -> bool:
    return bool(_LETTER.search(text)) and len(text.split()) < 900


def _is_named(file: Candidate) -> bool:
    names = _name_words(file.name)
    return any(names & words for words in _NAMES.values())


def is_letter(text: str, *, asked_so: bool) -> bool:
    """Tell whether a text without files may stand as an application's letter.

    `asked_so` says that the mail was addressed as the posting prescribes. A short question is
    none: where in doubt, staff look.
    """
    words = len(text.split())
    sentences = [each for each in re.split(r"(?<=[.?!])\s", text.strip()) if each.strip()]
    questions = sum(each.rstrip().endswith("?") for each in sentences)
    if sentences and questions * 2 > len(sentences):
        return False
    if asked_so:
        return words >= LEAST_LETTER
    return words >= LEAST_UNASKED and bool(_ASKS.search(text))


_SPANISH = frozenset(
    [
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "que",
        "para",
        "por",
        "con",
        "una",
        "un",
        "mi",
        "su",
        "estoy",
        "gracias",
        "adjunto",
        "adjunta",
        "puesto",
        "trabajo",
        "saludos",
        "solicito",
        "solicitud",
        "experiencia",
        "y",
        "en",
        "atentamente",
        "estimado",
        "estimada",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "to",
        "and",
        "in",
        "for",
        "with",
        "my",
        "your",
        "i",
        "am",
        "is",
        "please",
        "find",
        "attached",
        "position",
        "thank",
        "you",
        "sincerely",
        "dear",
        "experience",
        "application",
        "resume",
        "would",
        "have",
        "this",
        "as",
    ]
)


def language_of(text: str, *, said: str, known: Collection[str]) -> str:
    """Guess in which of the known languages somebody wrote: `said` is what their mail claims.

    The words count more than the claim, which mail programs make by themselves.
    """
    words = re.findall(r"[a-záéíóúñü]+", text[:4_000].lower())
    spanish = sum(each in _SPANISH for each in words)
    english = sum(each in _ENGLISH for each in words)
    if spanish != english and spanish + english >= 4:
        found = "es" if spanish > english else "en"
        return found if found in known else "en"
    claimed = said.partition(",")[0].partition("-")[0].strip()
    return claimed if claimed in known else "en"
