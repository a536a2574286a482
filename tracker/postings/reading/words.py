"""Words that tell a job, a person and an organization apart, and the phrases they form."""

import re
from functools import lru_cache

# What a job is called: the noun that carries a title. Singular only, since "our
# Technology Assistants" are colleagues, not the opening.
_JOB_TEXT = """
accountant administrator adviser advisor agent aide ambassador analyst apprentice archivist
artist assistant associate attendant auditor bookkeeper buyer captain cashier cataloger chair
chairperson cataloguer caretaker chief clerk coach conservator consultant controller cook
coordinator co-ordinator counselor courier curator custodian deputy designer developer
director docent driver editor educator electrician engineer executive facilitator fellow
foreman fundraiser gardener generalist guard guide handler handyman head host instructor intern
interpreter janitor landscaper lead leader lecturer liaison librarian manager marketer
mechanic mentor minder monitor musician navigator officer operator organizer page
paralibrarian paraprofessional photographer planner porter president principal processor
producer professor programmer receptionist registrar representative researcher resident
scheduler scientist secretary security selector shelver specialist steward storyteller
strategist substitute superintendent supervisor teacher technician technologist trainee
trainer translator treasurer tutor videographer volunteer warden webmaster worker writer
"""
JOB_NOUNS = frozenset(_JOB_TEXT.split())
# Words that belong to a body or a place, never to a person's own name.
_BODY_TEXT = """
academy administration adult association board borough branch bureau center centre children
circulation city college collections commission committee community company corporation
council county department dept desk development director district division friends foundation
government group human institute library libraries main manager materials municipal museum
network office personnel position program programs programming public reader readers reference
relations resources room school search section selection service services society state street
system team teen technical technology town township trust trustees university village youth
avenue road cover letter resume application applications email mail monday tuesday wednesday
thursday friday saturday sunday january february march july september
october november december equal opportunity online the our your their this to for at by and or
a an
"""
BODY_WORDS = frozenset(_BODY_TEXT.split()) | JOB_NOUNS - {
    "page",
    "head",
    "guard",
    "cook",
    "porter",
    "coach",
    "steward",
    "lead",
    "marketer",
}

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŴŶŸŹŻŽ"
WORD = rf"[{UPPER}][\w]{{0,40}}(?:[’'\-/+][\w]{{1,40}}){{0,4}}(?:[’'](?!\w))?"
JOINER = r"(?: of the| of| and| &| for| in the| in| to the|,| –| -)"
# A capitalised phrase such as "Head of Children's Services". Bounded in every part.
RUN = rf"{WORD}(?:{JOINER}? {WORD}){{0,9}}"
RUN_NO_COMMA = rf"{WORD}(?:{JOINER.replace(',|', '')}? {WORD}){{0,9}}"
INITIAL = rf"[{UPPER}]\."
PARTICLE = (
    r"(?:de la|de los|van der|van den|van|von|de|der|den|di|da|del|della|la|le|bin|al|ter|dos)"
)
HONORIFIC = r"(?:Mrs?|Ms|Mx|Miss|Dr|Prof|Rev)\.? "
NAME = (
    rf"(?:{HONORIFIC})?{WORD}(?: {INITIAL}| {PARTICLE}(?= {WORD})| [“\"'‘(]{WORD}[”\"'’)])"
    rf"{{0,3}}(?: (?:{PARTICLE} )?{WORD}){{1,3}}(?:,? (?:Jr|Sr|II|III)\.?)?"
)
NAME_ONLY = re.compile(rf"^{NAME}$")


@lru_cache(maxsize=1024)
def is_job_title(phrase: str) -> bool:
    """Tell whether a phrase holds the name of a job."""
    return any(word in JOB_NOUNS for word in re.findall(r"[a-zà-ÿ]+(?:-[a-z]+)?", phrase.lower()))


# A department's own words, as in "Assistant Director, Operations". A place or the
# employer after a comma is where the person sits, and no part of the title.
_DIVISION_TEXT = """
access acquisitions adult advancement cataloging children circulation collection collections
communications community development digital engagement experience facilities finance human
information innovation instruction learning literacy marketing materials operations outreach
patron programming programs public readers reference relations resources senior services
technical technology teen user youth and of
"""
DIVISION_WORDS = frozenset(_DIVISION_TEXT.split())
_DIVISION = re.compile(rf"^,\s({RUN_NO_COMMA})(?=\s*(?:[,.;(]|(?:at|to|who|for)\b|$))")


def with_division(title: str, rest: str) -> str:
    """Add the department that follows a title's comma, when nothing but one stands there."""
    follow = _DIVISION.match(rest)
    words = re.findall(r"[^\W\d_]+", re.sub(r"[’']s?\b", "", follow[1].lower())) if follow else []
    whole = bool(words) and all(word in DIVISION_WORDS for word in words)
    return f"{title}, {follow[1]}" if follow and whole else title


def is_person_name(phrase: str) -> bool:
    """Tell whether a phrase can be one person's own name: two words or more, none a body's."""
    if not NAME_ONLY.match(phrase):
        return False
    words = re.findall(r"[\w’'-]+", re.sub(rf"^{HONORIFIC}", "", phrase))
    return len(words) >= 2 and not any(
        re.sub(r"[’']s?$", "", word.lower()) in BODY_WORDS for word in words
    )


def without_honorific(name: str) -> str:
    """Drop Mr, Ms and the like, which are an address and not a name."""
    return re.sub(r"^(?:Mrs?|Ms|Mx|Miss)\.? ", "", name)


def letters(text: str) -> str:
    """Reduce to letters and digits, so that "help desk" equals "helpdesk"."""
    return "".join(character for character in text.casefold() if character.isalnum())
