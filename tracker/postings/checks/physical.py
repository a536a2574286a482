"""Physical demands, and the line that says that they may be met with accommodation."""

from tracker.postings.checks.findings import Rule
from tracker.postings.checks.phrases import phrases

RULES = (
    Rule(
        "physical-demands",
        "advice",
        "sections",
        "Physical demands without accommodation",
        "The posting asks for strength or stamina and does not say that it can be met with"
        " accommodation, so people who could do the work do not apply.",
        "Keep what the work cannot do without, and add: “with or without reasonable"
        " accommodation”.",
        phrases(
            r"\blift(?:ing)?\b[^.]{0,40}?\b\d{1,3}\s?(?:(?:-|–|to)\s?\d{1,3}\s?)?"
            r"(?:lbs?\b|pounds|kg\b)",
            r"\bphysical(?:ly)? (?:strength|stamina|demanding|demands|effort|endurance)\b",
            r"\b(?:stand(?:ing)?|(?:be )?on your feet|sit(?:ting)?|walk(?:ing)?)"
            r" (?:for|during|up to)\b[^.]{0,25}\b(?:hours|periods)\b",
            r"\b(?:climb|ascend)[^.]{0,25}\bladders?\b",
            r"\b(?:push|pull)(?:ing)?\b[^.]{0,25}\b(?:carts?|book ?trucks?)\b",
            r"\b(?:reach|bend|stoop|kneel|crouch|crawl|twist|squat)(?:ing)?(?:,| and| or|, and"
            r"|, or) (?:reach|bend|stoop|kneel|crouch|crawl|twist|squat)(?:ing)?\b",
            but_if_said=r"\b(?:reasonable|with|without|request|provide[sd]?|make|offer) (?:an? )?"
            r"accommodations?\b|\baccommodations? (?:is|are|will|can|may|to|for)\b",
        ),
    ),
)
