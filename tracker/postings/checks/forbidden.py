"""Questions that many places forbid, or restrict, at the start of an application.

What the law says where is not for a program to decide: every finding says "ask counsel".
"""

import re

from tracker.postings.checks.findings import Rule
from tracker.postings.checks.manuscript import Line
from tracker.postings.checks.phrases import phrases
from tracker.postings.reading.requested import SALARY_HISTORY

# A sentence of the text asks when it orders candidates to give something. Duties and
# qualifications are about the work: "check the date of birth on passport applications".
_ORDER = re.compile(
    r"\b(?:please|include|provide|state|indicate|list|tell us|send|submit|attach|enclose|give"
    r"|enter|supply|specify|mention|must|should|require[sd]?|e-?mail)\b",
    re.IGNORECASE,
)
_OF_THE_WORK = frozenset({"duties", "equal", "accommodation", "benefits", "about"})


def asks(line: Line) -> bool:
    """Tell whether candidates are asked something: a question, or an order in the text."""
    if line.is_asked:
        return True
    if line.topics & _OF_THE_WORK or ("qualifications" in line.topics and line.is_item):
        return False
    return bool(_ORDER.search(line.words))


def _is_asked(line: Line) -> bool:
    return line.is_asked


_COUNSEL = "Take it out. Ask counsel before you ask this on a first application."

RULES = (
    Rule(
        "asks-age",
        "confirm",
        "questions",
        "Asks for the age",
        "Candidates are asked how old they are. Some places forbid it on a first application.",
        "Ask instead whether they have the least age that the work requires, if there is one."
        " Ask counsel if you are unsure.",
        phrases(
            r"\bhow old are you\b",
            r"\byour (?:current |exact |present )?age\b(?! (?:group|range)s? (?:you|that))",
            r"^\W{0,3}(?:current |exact )?age(?: in years)?\W{0,3}$",
            r"\b(?:state|include|give|provide|indicate)\b[^.]{0,30}\b(?:their|his or her|the"
            r" applicant['’]s|the candidate['’]s) age\b",
            where=asks,
            unless=r"\b(?:at least|over|older than) (?:the age of )?\d\d\b|\bminimum age\b",
        ),
    ),
    Rule(
        "asks-birth-date",
        "confirm",
        "questions",
        "Asks for the date of birth",
        "Candidates are asked when they were born. Some places forbid it on a first application.",
        _COUNSEL,
        phrases(
            r"\b(?:date|year|month) of birth\b",
            r"\bbirth ?dates?\b",
            r"\byear you were born\b",
            r"\bwhen were you born\b",
            r"\byour birthday\b",
            r"\bd\.?o\.?b\.?(?!\w)",
            where=asks,
        ),
    ),
    Rule(
        "asks-graduation-dates",
        "confirm",
        "questions",
        "Asks for dates of school or graduation",
        "Candidates are asked when they went to school or graduated, which tells their age."
        " Some places forbid it on a first application.",
        "Ask whether they have the degree, not since when. Ask counsel if you are unsure.",
        phrases(
            r"\b(?:graduation|degree|diploma) (?:dates?|years?)\b",
            r"\b(?:dates?|years?) (?:of|for) (?:your )?(?:high[- ]school |college )?"
            r"(?:graduation|attendance|degrees?)\b",
            r"\b(?:when|what year|which year|the year|year) (?:did )?you (?:graduated?"
            r"|finish(?:ed)? (?:high |college|school|university)"
            r"|completed? your (?:degree|diploma|studies))",
            r"\byear (?:of graduation|graduated)\b",
            r"\bdates (?:you )?attended\b",
            where=asks,
        ),
    ),
    Rule(
        "asks-salary-history",
        "confirm",
        "questions",
        "Asks for pay history",
        "Candidates are asked what they earned before. Some places forbid asking.",
        "Ask what they expect, or say what you pay. Ask counsel if you are unsure.",
        phrases(
            SALARY_HISTORY.pattern,
            r"\b(?:what|how much) (?:do|did|are|were) you (?:currently |now |last )?"
            r"(?:earn(?:ing)?|mak(?:e|ing)|being paid|paid)\b",
            where=asks,
        ),
    ),
    Rule(
        "asks-criminal-history",
        "confirm",
        "questions",
        "Asks for criminal history",
        "Candidates are asked about arrests, charges or convictions. Some places forbid it on a"
        " first application, and it keeps people from applying who could be hired.",
        "Ask after an offer, if at all. Ask counsel where a law requires it for this job.",
        phrases(
            r"\b(?:criminal|arrest|conviction|police) (?:history|records?|background)\b"
            r"(?! checks?)",
            r"\b(?:ever|previously) (?:been )?(?:arrested|convicted|charged|indicted|pleaded|pled)",
            r"\bhave you (?:any|a) (?:criminal|felony|convictions?|police)",
            r"\b(?:list|disclose|describe) (?:any|all) (?:\w{1,12} ){0,2}"
            r"(?:convictions|arrests|felonies)",
            where=asks,
            unless=r"\b(?:after|upon|following|contingent|conditional)\b[^.]{0,40}\boffer"
            r"|\b(?:work(?:ed)?|experience) with\b",
        ),
    ),
    Rule(
        "asks-protected",
        "confirm",
        "questions",
        "Asks about family, faith, health or origin",
        "Candidates are asked about themselves what has nothing to do with the work, and what"
        " the law in many places keeps out of hiring.",
        _COUNSEL,
        phrases(
            r"\bmarital status\b",
            r"\bmaiden name\b",
            r"\bsocial security number\b",
            r"\bare you (?:married|single|divorced|pregnant|disabled|religious)\b",
            r"\bdo you (?:have|plan to have|want) (?:any )?(?:children|kids)\b",
            r"\bdo you have (?:an?|any) (?:disabilit\w{1,4}|medical condition|health problem)",
            r"\b(?:what is|state|give|indicate|select|choose) your (?:religion|race|ethnicity"
            r"|nationality|national origin|sex|gender|sexual orientation|political)",
            r"\bwhere were you born\b|\bplace of birth\b",
            where=_is_asked,
        ),
    ),
    Rule(
        "asks-photo",
        "confirm",
        "documents",
        "Asks for a photograph",
        "Candidates are asked for a picture of themselves, which shows age, sex and skin before"
        " anybody has read a word.",
        _COUNSEL,
        phrases(
            r"\b(?:photo(?:graph)?|picture) of (?:yourself|you)\b",
            r"\b(?:include|attach|enclose|submit|send|with) (?:an? |your )?(?:recent |current )?"
            r"(?:photo(?:graph)?|headshot)\b",
            r"\byour (?:photo(?:graph)?|headshot)\b",
            where=asks,
        ),
    ),
)
