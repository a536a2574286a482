"""Requirements that shut people out without need: each a phrase, why, and what to say instead."""

from tracker.postings.checks.findings import Rule
from tracker.postings.checks.manuscript import Line
from tracker.postings.checks.phrases import phrases

_LAW = (
    r"\b(?:required by (?:federal |state )?law|by law|by statute|state department"
    r"|department of state)\b"
)
"""Where the posting says that a law or an authority wants it, it is not without need."""
_DRIVING = (
    r"\b(?:driv(?:e|es|ing) (?:the|a|our|between|to)|bookmobile|courier|make deliveries"
    r"|deliver(?:s|ing)? (?:\w+ ){0,3}(?:to|between)|travel(?:s|ing)? (?:between|to|among) )"
)


def _not_a_duty(line: Line) -> bool:
    return "duties" not in line.topics


RULES = (
    Rule(
        "recent-graduate",
        "confirm",
        "sections",
        "Wants a recent graduate",
        "“Recent graduate” says that older candidates need not apply.",
        "Name what they must know or be able to do. Ask counsel if you are unsure.",
        phrases(
            r"\b(?:recent(?:ly)?|newly|new) (?:college |university |high[- ]school |library"
            r"[- ]school )?(?:graduates?|graduated|grads?)\b",
            where=_not_a_duty,
            unless=r"\b(?:including|as well as|also|welcome|encouraged|programs? for|outreach)\b",
        ),
    ),
    Rule(
        "age-coded",
        "confirm",
        "sections",
        "Words that stand for an age",
        "These words say that candidates of another age need not apply.",
        "Name what they must be able to do. Ask counsel if you are unsure.",
        phrases(
            r"\byoung(?:,? (?:and )?\w{2,15})? (?:team|candidates?|applicants?|colleagues?)\b",
            r"\bdigital natives?\b",
            r"\byouthful\b",
            r"\bmaximum age\b",
            r"\b(?:candidates?|applicants?)\b[^.]{0,40}\b(?:no older than|under|below) \d\d"
            r"(?: years)?\b",
            where=_not_a_duty,
        ),
    ),
    Rule(
        "too-much-experience",
        "advice",
        "sections",
        "Shuts out experience",
        "A most of experience shuts out who has more, and that is mostly older candidates.",
        "Say what the job is and what it pays, and let candidates decide.",
        phrases(
            r"\b(?:no more than|not more than|at most) \w{1,9} years?['’]? (?:of )?"
            r"(?:\w{1,12} ){0,2}experience\b",
            r"\bover-?qualified (?:candidates|applicants|persons|people)\b",
            negation=False,
        ),
    ),
    Rule(
        "native-speaker",
        "confirm",
        "sections",
        "Wants a native speaker",
        "Where somebody was born says nothing about how well they speak, and asking for it"
        " shuts out by origin.",
        "Say what they must be able to do in the language: “fluent in Spanish”. Ask counsel if"
        " you are unsure.",
        phrases(
            r"\b(?<!non-)native[- ](?:level )?(?:\w{3,12}[- ])?(?:speak(?:er|ers|ing)|fluency"
            r"|proficiency)\b",
            r"\b(?:english|spanish|french|portuguese|mandarin|polish) (?:is|as)"
            r" (?:a |their |the |your )?(?:first|mother|native) (?:language|tongue)\b",
            where=_not_a_duty,
            unless=r"\b(?:non-native|need not|for native|with native|to native)\b",
        ),
    ),
    Rule(
        "perfect-language",
        "advice",
        "sections",
        "Wants flawless language",
        "Flawless or accentless language shuts out people who do the work well.",
        "Say what they must be able to do: “explains things clearly, in speech and in writing”.",
        phrases(
            r"\b(?:perfect|flawless|impeccable|unaccented|accent-free|accentless)"
            r" (?:spoken |written |command of )?english\b",
            r"\b(?:no|without (?:an|any)) accent\b",
            negation=False,
        ),
    ),
    Rule(
        "requires-car",
        "advice",
        "sections",
        "Must have a car",
        "A car or a licence is required, and nothing in the posting is done by driving. That"
        " shuts out who comes by bus, by bicycle or with a disability.",
        "Say what must be reached and when (“travels to both branches”), and leave how to them.",
        phrases(
            r"\b(?:must|need to|required to|should|has to|have to) (?:have|own|possess|provide)"
            r" (?:(?!experience|knowledge|skill)\w{1,12} ){0,4}"
            r"(?:car|vehicle|automobile|transportation)\b",
            r"\b(?:must|need to|required to|should|has to|have to) (?:have|hold|possess)"
            r" (?:\w{1,12} ){0,4}driver['’]?s?['’]? licen[cs]e\b",
            r"\b(?:own|personal|reliable|private) (?:car|vehicle|automobile|transportation)"
            r"(?: \w{1,12}){0,2} (?:required|needed|necessary|a must)\b",
            r"\bdriver['’]?s?['’]? licen[cs]e(?: \w{1,12}){0,2}"
            r" (?:required|needed|necessary|a must)\b",
            but_if_said=_DRIVING,
        ),
    ),
    Rule(
        "own-equipment",
        "advice",
        "sections",
        "Must own equipment",
        "Candidates must own what the employer can lend, which shuts out who cannot afford it.",
        "Lend it, or say what is lent.",
        phrases(
            r"\b(?:must|need to|required to|should) (?:have|own|provide|bring)"
            r" (?:an? |your |their )(?:own )?"
            r"(?:laptop|computer|smart ?phone|cell ?phone|mobile phone)\b",
        ),
    ),
    Rule(
        "able-bodied",
        "confirm",
        "sections",
        "Wants the healthy",
        "These words shut out people with disabilities whether or not they could do the work.",
        "Name what must be done, and that it may be done with accommodation. Ask counsel if you"
        " are unsure.",
        phrases(
            r"\bable[- ]bodied\b",
            r"\b(?:must be |be |is )?(?:physically fit"
            r"|in (?:good|excellent|perfect) (?:physical )?health)\b",
            r"\bno (?:physical |mental )?(?:disabilit(?:y|ies)|handicaps?)\b",
            where=_not_a_duty,
            unless=r"\b(?:programs?|patrons?|community|workshops?|materials|books) ",
            negation=False,
        ),
    ),
    Rule(
        "gendered-words",
        "advice",
        "sections",
        "Words of one sex",
        "The word stands for men or for women only, and reads as if the others were not meant.",
        "Use a word for the work: chair, supervisor, salesperson, server.",
        phrases(
            r"\b(?:sales|handy|repair|work|crafts|fore|chair|delivery|mail)(?:man|men)\b",
            r"\b(?:waitress|janitress|stewardess|hostess)(?:es)?\b|\bcleaning lad(?:y|ies)\b",
            r"\bgirl friday\b|\bgal friday\b",
        ),
    ),
    Rule(
        "employed-only",
        "advice",
        "sections",
        "Shuts out who has no job",
        "Candidates without a job, or with years without one, are shut out: carers, the ill,"
        " and those whose employer closed.",
        "Ask for what they know and can do.",
        phrases(
            r"\b(?:must be |only )(?:currently|presently|now) employed\b",
            r"\b(?:no|without) (?:unexplained )?(?:employment |career |resume )gaps\b",
            r"\bunemployed (?:candidates|applicants|persons|people)?\s?(?:need|should|will) not\b",
            negation=False,
        ),
    ),
    Rule(
        "family-status",
        "confirm",
        "sections",
        "Wants no family duties",
        "These words shut out who cares for somebody.",
        "Give the hours, and let candidates decide. Ask counsel if you are unsure.",
        phrases(
            r"\b(?:no|without|free (?:of|from)) (?:\w{1,10} )?(?:family|childcare|child[- ]care"
            r"|parental|caregiving) (?:obligations?|commitments?|duties|issues|responsibilities)\b",
            r"\bno (?:small )?children at home\b",
            negation=False,
        ),
    ),
    Rule(
        "citizens-only",
        "confirm",
        "sections",
        "Citizens only",
        "People who may work here without being citizens are shut out. Some places forbid it"
        " where no law requires citizenship.",
        "Say “authorized to work in the country”, or which law requires it. Ask counsel.",
        phrases(
            r"\bmust be an? (?:u\.? ?s\.?|united states|american) (?:citizen|national)\b",
            r"\b(?:u\.? ?s\.? |united states )?citizens only\b",
            r"\bonly (?:u\.? ?s\.? |united states |american )citizens\b",
            but_if_said=_LAW,
        ),
    ),
    Rule(
        "requires-clean-record",
        "confirm",
        "sections",
        "Wants a clean record",
        "People with a record are shut out before anybody asks what it was and how long ago."
        " Some places forbid it where no law requires it.",
        "Take it out, or say which law requires it. Ask counsel.",
        phrases(
            r"\bno (?:prior |previous )?(?:criminal (?:record|history|convictions?|background)"
            r"|felony (?:record|convictions?)|felonies|felons|convictions)\b",
            r"\b(?:clean|spotless|clear) (?:criminal |police )?record\b",
            r"\bfree of any [^.]{0,60}?convictions?\b",
            r"\bfelons need not apply\b",
            where=_not_a_duty,
            but_if_said=_LAW,
            negation=False,
        ),
    ),
    Rule(
        "credit-check",
        "advice",
        "sections",
        "Wants good credit",
        "Credit says little about work, and asking for it shuts out who was ill or poor. Some"
        " places restrict it.",
        "Take it out. Ask counsel if you are unsure.",
        phrases(
            r"\b(?:good|clean|excellent|acceptable) credit"
            r" (?:history|score|record|rating|report)\b",
            r"\bcredit checks?\b",
            where=_not_a_duty,
        ),
    ),
)
