"""For which posting a mail is, with how much confidence and why, in words. Pure.

Nobody is scored here: what is weighed is where a mail belongs, and staff see the reasons. Each
reason has a confidence of its own; several add up as independent ones do.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.intake.sorting import bare_subject

TAG, RULE, KEYWORD, KEYWORD_WITHIN = 100, 98, 96, 88
REFERENCE, REFERENCE_IN_TEXT, LINK = 95, 80, 85
TITLE, TITLE_IN_TEXT, TITLE_PARTLY = 90, 76, 60
PRESCRIBED = frozenset({TAG, RULE, KEYWORD, KEYWORD_WITHIN, REFERENCE})
"""Ways to name a posting that only somebody takes who wants to apply, or whom staff put there."""
CONTACT, SHARED_CONTACT, MAILBOX = 80, 40, 10
CERTAIN, MARGIN, WORTH_SAYING = 75, 15, 20
OPENING_CHARS = 4_000
MOST_SUGGESTIONS = 5
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "de",
        "el",
        "for",
        "full",
        "in",
        "job",
        "la",
        "no",
        "of",
        "on",
        "open",
        "opening",
        "part",
        "position",
        "post",
        "posting",
        "role",
        "the",
        "time",
        "to",
        "vacancy",
    ]
)
_GENERIC = frozenset(
    [
        "apply",
        "application",
        "applications",
        "applying",
        "applicant",
        "aplicacion",
        "bewerbung",
        "candidate",
        "candidatura",
        "cover",
        "cv",
        "employment",
        "email",
        "follow",
        "fw",
        "fwd",
        "hello",
        "hi",
        "inquiry",
        "interest",
        "interested",
        "job",
        "jobs",
        "letter",
        "mail",
        "message",
        "my",
        "new",
        "none",
        "opportunity",
        "please",
        "re",
        "regarding",
        "resume",
        "resumes",
        "solicitud",
        "subject",
        "thank",
        "thanks",
        "trabajo",
        "untitled",
        "update",
        "your",
        "you",
    ]
)


@dataclass(frozen=True)
class Opening:
    """What of a posting a mail may name. `contacts` are the addresses of whoever answers for it."""

    id: int
    slug: str
    reference: str
    title: str
    keyword: str
    contacts: frozenset[str]
    is_open: bool


@dataclass(frozen=True)
class Suggestion:
    """A posting that a mail may be for: confidence out of 100, and why."""

    posting_id: int
    confidence: int
    why: tuple[str, ...]
    prescribed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as a row keeps it."""
        return {"posting": self.posting_id, "confidence": self.confidence, "why": list(self.why)}


@dataclass
class _Weighed:
    reasons: list[tuple[int, str]] = field(default_factory=list)

    def add(self, confidence: int, why: str) -> None:
        self.reasons.append((confidence, why))

    @property
    def confidence(self) -> int:
        doubt = 1.0
        for confidence, _ in self.reasons:
            doubt *= 1 - confidence / 100
        return round(100 * (1 - doubt))


@dataclass(frozen=True)
class Clues:
    """What of a mail may name a posting. `passed_on_by` are colleagues that it came through."""

    subject: str
    text: str
    recipients: Sequence[str]
    passed_on_by: Sequence[str] = ()
    ruled: tuple[int, str] | None = None


def tags_of(addresses: Iterable[str], mailbox: str) -> list[str]:
    """Return the tags by which addresses of the mailbox were extended: jobs+TAG@example.org."""
    local, _, host = mailbox.lower().rpartition("@")
    found = []
    for each in addresses:
        name, _, domain = each.lower().rpartition("@")
        base, plus, tag = name.partition("+")
        if local and plus and tag and base == local and domain == host:
            found.append(tag)
    return list(dict.fromkeys(found))


def suggest(clues: Clues, openings: Sequence[Opening], *, mailbox: str) -> list[Suggestion]:
    """Weigh every posting; the likeliest first, and none of which nothing speaks."""
    weighed = {each.id: _Weighed() for each in openings}
    _by_address(clues, openings, mailbox, weighed)
    subject = bare_subject(clues.subject)
    _by_phrases(subject, "subject", openings, weighed)
    _by_phrases(clues.text[:OPENING_CHARS], "text", openings, weighed)
    _by_names(subject, clues.text[:OPENING_CHARS], openings, weighed)
    if clues.ruled is not None and clues.ruled[0] in weighed:
        weighed[clues.ruled[0]].add(RULE, clues.ruled[1])
    is_open = {each.id: each.is_open for each in openings}
    found = [
        Suggestion(
            key,
            each.confidence,
            tuple(why for _, why in sorted(each.reasons, reverse=True)),
            any(confidence in PRESCRIBED for confidence, _ in each.reasons),
        )
        for key, each in weighed.items()
        if each.confidence >= WORTH_SAYING
    ]
    # Between two that are named alike, the one that takes applications.
    found.sort(key=lambda each: (-each.confidence, not is_open[each.posting_id], -each.posting_id))
    return found[:MOST_SUGGESTIONS]


def certain(found: Sequence[Suggestion], openings: Collection[Opening]) -> Suggestion | None:
    """Return the posting that a mail is for, where there is no doubt; else None.

    A posting that has ended is no rival of one that is open.
    """
    if not found or found[0].confidence < CERTAIN:
        return None
    first = found[0]
    is_open = {each.id: each.is_open for each in openings}
    rivals = [
        each for each in found[1:] if is_open[each.posting_id] or not is_open[first.posting_id]
    ]
    if rivals and first.confidence - rivals[0].confidence < MARGIN:
        return None
    return first


def _by_address(
    clues: Clues, openings: Sequence[Opening], mailbox: str, weighed: dict[int, _Weighed]
) -> None:
    tags = set(tags_of(clues.recipients, mailbox))
    named = {*clues.recipients, *clues.passed_on_by}
    shared: dict[str, int] = {}
    for each in openings:
        for address in each.contacts if each.is_open else ():
            shared[address] = shared.get(address, 0) + 1
    for each in openings:
        tag = next((tag for tag in (each.slug, each.reference.lower()) if tag in tags), None)
        if tag is not None:
            weighed[each.id].add(TAG, f"It was sent to the posting's own address (+{tag}).")
        for address in sorted(each.contacts & named):
            if address == mailbox.lower():
                weighed[each.id].add(MAILBOX, f"{address} is the posting's contact address.")
            elif shared.get(address, 1) > 1:
                weighed[each.id].add(
                    SHARED_CONTACT, f"{address} is its contact, and that of other postings."
                )
            else:
                weighed[each.id].add(CONTACT, f"{address} is the posting's contact.")


def _by_phrases(
    text: str, where: str, openings: Sequence[Opening], weighed: dict[int, _Weighed]
) -> None:
    """Weigh titles and prescribed subjects; of a phrase within a longer one the longer counts."""
    words = words_of(text)
    hits: list[tuple[tuple[str, ...], Opening, int, str]] = []
    for each in openings:
        keyword = tuple(words_of(each.keyword))
        if where == "subject" and keyword and within(keyword, words):
            whole = keyword == tuple(words)
            said = f"Its subject {'is' if whole else 'has'} “{each.keyword}”, as the posting asks."
            hits.append((keyword, each, KEYWORD if whole else KEYWORD_WITHIN, said))
        title = tuple(words_of(each.title))
        if title and within(title, words):
            confidence = TITLE if where == "subject" else TITLE_IN_TEXT
            hits.append((title, each, confidence, f"Its {where} names “{each.title}”."))
        elif where == "subject" and _overlap(title, words):
            said = f"Its subject has words of “{each.title}”."
            hits.append((tuple(each for each in title if each in words), each, TITLE_PARTLY, said))
    for phrase, opening, confidence, said in hits:
        longer = any(
            len(other) > len(phrase) and within(phrase, list(other))
            for other, another, _, _ in hits
            if another.id != opening.id
        )
        if not longer:
            weighed[opening.id].add(confidence, said)


def _by_names(
    subject: str, text: str, openings: Sequence[Opening], weighed: dict[int, _Weighed]
) -> None:
    for each in openings:
        reference = re.compile(rf"(?<![\w-]){re.escape(each.reference)}(?![\w-])", re.IGNORECASE)
        if each.reference and reference.search(subject):
            weighed[each.id].add(REFERENCE, f"Its subject has the reference {each.reference}.")
        elif each.reference and reference.search(text):
            weighed[each.id].add(REFERENCE_IN_TEXT, f"It has the reference {each.reference}.")
        if re.search(rf"/postings/{re.escape(each.slug)}(?![\w-])", text):
            weighed[each.id].add(LINK, "It has the address of the posting's page.")


def _overlap(title: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether most words of a title of several words are there, in any order."""
    return len(title) > 1 and sum(each in words for each in title) * 3 >= len(title) * 2


def words_of(text: str) -> list[str]:
    """Cut a text into words that tell something: plain letters, lower case, no small words."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    plain = re.sub(r"['’`]", "", plain)
    return [each for each in re.findall(r"\w+", plain) if each not in _SMALL]


def within(phrase: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether words stand in a text one after the other."""
    first, length = phrase[0], len(phrase)
    return any(
        words[at] == first and tuple(words[at : at + length]) == tuple(phrase)
        for at in range(len(words) - length + 1)
    )


def subject_key(subject: str) -> str:
    """Return a subject as a remembered choice goes by it; '' for one that says nothing.

    All of its words count: "Re: Job at the library!" and "Job at the library" are one, and
    "Job: Library" is another. "My resume" is none.
    """
    bare = bare_subject(subject)
    telling = [each for each in words_of(bare) if each not in _GENERIC]
    if not any(len(each) > 2 and not each.isdigit() for each in telling):
        return ""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", bare).casefold()))[:200]


def reasons(found: Iterable[Suggestion]) -> Iterator[str]:
    """Write suggestions in words: confidence and why."""
    for each in found:
        yield f"{each.confidence} of 100: {' '.join(each.why)}"
