"""The fictional library of the demo: who works there and what it is looking for. Pure data.

Every name is invented; every address is on example.org, which receives no mail.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tracker.core.access import Role
from tracker.organization.rules import Profile
from tracker.postings.content import (
    DOCUMENT_TITLES,
    DocumentValue,
    PostingValues,
    QuestionValue,
    SectionValue,
)
from tracker.postings.rules import DocumentKind, PayUnit, QuestionKind

ZONE = "America/New_York"
NAME = "Wrenfield Public Library"
SENDER = "jobs@example.org"
PROFILE = Profile(
    name=NAME,
    street="18 Orchard Street",
    city="Wrenfield",
    region="CT",
    postal_code="06999",
    country="US",
    website="https://wrenfield.example.org",
    time_zone=ZONE,
    currency="USD",
    accent_colour="#2c5f4f",
    introduction=(
        "Wrenfield Public Library is the town’s living room: 9,400 neighbors with a card, a"
        " children’s room that is rarely quiet, and thirty-one people who like their work."
        "\n\n"
        "We read every application ourselves, tell you when it has arrived, and always answer."
    ),
    equal_opportunity_statement=(
        "Wrenfield Public Library is an equal opportunity employer. We hire for what people can"
        " do and welcome applications from everybody, whatever their race, color, religion,"
        " sex, gender identity, sexual orientation, national origin, age, disability or"
        " veteran status."
    ),
    accommodation_name="Imogen Vasquez-Hale",
    accommodation_email="access@example.org",
    accommodation_phone="(555) 010-0142",
    privacy_notice=(
        "We use what you send us to fill this one position. The people who choose can read it,"
        " and nobody else. We keep applications for two years, because the law asks us to, and"
        " delete them afterwards."
    ),
    film_url="",
)
BADGE = {
    "link": "https://awards.example.org/neighborly-workplaces",
    "alternative_text": "Neighborly Workplace award of the fictional Library Guild",
}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody at the library; without a role they read mail only."""

    email: str
    name: str
    title: str
    role: Role | None


DIRECTOR = Colleague(
    "rosalind.achterberg@example.org", "Rosalind Achterberg", "Director", Role.ADMINISTRATOR
)
BUSINESS = Colleague(
    "imogen.vasquez-hale@example.org", "Imogen Vasquez-Hale", "Business Manager", Role.COORDINATOR
)
CHILDREN = Colleague(
    "lena.halvorsen@example.org", "Lena Halvorsen", "Head of Children’s Services", Role.MANAGER
)
TECHNOLOGY = Colleague(
    "desmond.okafor@example.org", "Desmond Okafor", "Head of Technology", Role.MANAGER
)
REFERENCE = Colleague(
    "priya.ramanathan@example.org", "Priya Ramanathan", "Reference Librarian", Role.PANELIST
)
CIRCULATION = Colleague(
    "marguerite.foss@example.org", "Marguerite Foss", "Head of Circulation", None
)
COLLEAGUES = (DIRECTOR, BUSINESS, CHILDREN, TECHNOLOGY, REFERENCE, CIRCULATION)

# title: holder, deputy
POSITIONS: dict[str, tuple[Colleague, Colleague | None]] = {
    "Director": (DIRECTOR, BUSINESS),
    "Business Manager": (BUSINESS, DIRECTOR),
    "Head of Children’s Services": (CHILDREN, REFERENCE),
    "Head of Technology": (TECHNOLOGY, None),
    "Head of Circulation": (CIRCULATION, BUSINESS),
}

_BENEFITS = (
    "Health and dental insurance, a retirement plan with a match of 5%, four weeks of vacation,"
    " twelve holidays, and money for courses."
)
_BENEFITS_PART_TIME = (
    "Paid sick leave, paid time on holidays that fall on a working day, and free courses."
)


def _asks(*kinds: DocumentKind) -> list[DocumentValue]:
    return [DocumentValue(kind, DOCUMENT_TITLES[kind]) for kind in kinds]


@dataclass(frozen=True, slots=True)
class Opening:
    """A posting of the demo. Days count from today; `closes_in` None: until filled."""

    key: str
    position: str
    values: PostingValues
    published_days_ago: int
    closes_in: int | None = None
    copied: tuple[Colleague, ...] = ()
    interviews_in: int | None = None

    @property
    def is_past(self) -> bool:
        """Whether it has closed by today."""
        return self.closes_in is not None and self.closes_in < 0

    def dated(self, today: dt.date) -> PostingValues:
        """The values with their dates counted from a day."""
        values = self.values.copy()
        if self.closes_in is None:
            values["open_until_filled"] = True
        else:
            values["closes_on"] = today + dt.timedelta(days=self.closes_in)
        if self.interviews_in is not None:
            values["interviews_begin_on"] = today + dt.timedelta(days=self.interviews_in)
        return values


PAGE = Opening(
    key="page",
    position="Head of Circulation",
    published_days_ago=12,
    values={
        "title": "Library Page",
        "summary": "Put books back where readers will find them, ten hours a week.",
        "employment_types": ["PART_TIME"],
        "hours_min": Decimal(10),
        "hours_max": Decimal(12),
        "schedule": "Two afternoons and every other Saturday.",
        "pay_min": Decimal("17.25"),
        "pay_max": Decimal("17.25"),
        "pay_unit": PayUnit.HOUR,
        "benefits": _BENEFITS_PART_TIME,
        "location": "Main library",
        "reports_to": "Head of Circulation",
        "openings": 2,
        "sections": [
            SectionValue(
                "",
                "A book in the wrong place is a lost book. Pages see to it that none are: they"
                " shelve what came back, straighten what was browsed, and know the building"
                " better than anybody.",
            ),
            SectionValue(
                "What you will do",
                "- Sort and shelve returned books, films and games\n"
                "- Read shelves and put strays right\n"
                "- Empty the outdoor return and bring in the newspapers\n"
                "- Point readers to the desk that can help them",
            ),
            SectionValue(
                "What you need",
                "You are sixteen or older, at ease with the alphabet and with decimals, and can"
                " push a loaded cart and reach a high shelf, with or without accommodation. No"
                " experience is asked for; we show you everything in the first week.",
            ),
        ],
        "documents": [
            DocumentValue(
                DocumentKind.COVER_LETTER,
                "Cover letter",
                "A few sentences are enough. Tell us when you can work.",
            ),
            DocumentValue(DocumentKind.RESUME, "Resume", "If you have one.", required=False),
        ],
        "questions": [
            QuestionValue("Can you work every other Saturday?", QuestionKind.YES_NO),
        ],
    },
)
HELP_DESK = Opening(
    key="help desk",
    position="Head of Technology",
    published_days_ago=26,
    closes_in=6,
    copied=(BUSINESS,),
    values={
        "title": "Technology Help Desk Assistant",
        "summary": "Patient help with phones, printers and forms, nineteen hours a week.",
        "employment_types": ["PART_TIME"],
        "hours_min": Decimal(19),
        "hours_max": Decimal(19),
        "schedule": "Monday and Wednesday 1 to 8 pm, Saturday 10 am to 3 pm.",
        "pay_min": Decimal("21.50"),
        "pay_max": Decimal("23.00"),
        "pay_unit": PayUnit.HOUR,
        "benefits": _BENEFITS_PART_TIME,
        "location": "Main library, second floor",
        "reports_to": "Head of Technology",
        "sections": [
            SectionValue(
                "",
                "Somebody has to print a boarding pass in ten minutes. Somebody else has forgotten"
                " the password of a mailbox that their pension office writes to. You sit at the"
                " desk where both of them sigh with relief.",
            ),
            SectionValue(
                "What you will do",
                "- Help readers with their own devices and with ours\n"
                "- Keep printers, scanners and twenty public computers going\n"
                "- Teach a beginners’ hour each month\n"
                "- Write down what broke and how it was mended",
            ),
            SectionValue(
                "What you need",
                "Patience first, and the gift of explaining without taking the mouse away. A high"
                " school diploma. A second language is welcome.",
            ),
        ],
        "documents": _asks(DocumentKind.COVER_LETTER, DocumentKind.RESUME),
        "skills": [
            "Word processing",
            "Spreadsheets",
            "Chromebooks",
            "Printing and scanning",
            "E-readers and library apps",
            "Password managers",
        ],
        "questions": [
            QuestionValue(
                "Tell us about a time when you helped somebody who was afraid of a computer.",
                QuestionKind.LONG_TEXT,
                word_limit=200,
            ),
        ],
    },
)
CHILDRENS_LIBRARIAN = Opening(
    key="children's librarian",
    position="Head of Children’s Services",
    published_days_ago=19,
    closes_in=24,
    interviews_in=3,
    values={
        "title": "Children’s Librarian",
        "summary": "Story times, a collection of 14,000 books, and the summer reading club.",
        "employment_types": ["FULL_TIME"],
        "hours_min": Decimal("37.5"),
        "hours_max": Decimal("37.5"),
        "schedule": "Tuesday to Saturday, with one evening a week.",
        "pay_min": Decimal(58000),
        "pay_max": Decimal(66500),
        "pay_unit": PayUnit.YEAR,
        "benefits": _BENEFITS,
        "location": "Main library, children’s room",
        "reports_to": "Head of Children’s Services",
        "sections": [
            SectionValue(
                "",
                "Forty toddlers come on Wednesdays and expect to be amazed. In the afternoon the"
                " fourth grade wants to know everything about eels. You like both.",
            ),
            SectionValue(
                "What you will do",
                "- Plan and hold story times, clubs and class visits\n"
                "- Choose, weed and show the collection for ages 0 to 12\n"
                "- Run the summer reading club with two assistants\n"
                "- Help children and grown-ups find the next book",
            ),
            SectionValue(
                "What you need",
                "A master’s degree in library science, or one within a year. Experience with"
                " children in groups. A singing voice is not required; the willingness is.",
            ),
        ],
        "documents": [
            *_asks(DocumentKind.COVER_LETTER, DocumentKind.RESUME),
            DocumentValue(
                DocumentKind.OTHER,
                "Plan for one story time",
                "One page: the age, the books, and what happens between them.",
            ),
        ],
        "skills": ["Story time", "Reader’s advisory for children", "Spanish"],
    },
)
BOOKKEEPER = Opening(
    key="bookkeeper",
    position="Business Manager",
    published_days_ago=8,
    closes_in=17,
    values={
        "title": "Bookkeeper",
        "summary": "Keep the library’s accounts in order, twenty-five hours a week.",
        "employment_types": ["PART_TIME"],
        "hours_min": Decimal(25),
        "hours_max": Decimal(25),
        "schedule": "Weekdays, hours by agreement; half of them can be worked at home.",
        "pay_min": Decimal("31.00"),
        "pay_unit": PayUnit.HOUR,
        "pay_note": "Begins at this figure; more with experience in fund accounting.",
        "benefits": _BENEFITS,
        "location": "Main library, offices",
        "reports_to": "Business Manager",
        "subject_keyword": "Ledger",
        "sections": [
            SectionValue(
                "",
                "Two million dollars of the town’s money pass through our books in a year, in"
                " four hundred invoices, nine grants and one jar of overdue fines from 1987.",
            ),
            SectionValue(
                "What you will do",
                "- Enter invoices, pay them on time, and reconcile every month\n"
                "- Follow grants from award to report\n"
                "- Prepare payroll for thirty-one people\n"
                "- Get the papers ready for the auditor",
            ),
            SectionValue(
                "What you need",
                "Three years of bookkeeping, at best for a town or a charity, and care with other"
                " people’s money and secrets.",
            ),
        ],
        "documents": _asks(DocumentKind.COVER_LETTER, DocumentKind.RESUME, DocumentKind.REFERENCES),
        "skills": ["QuickBooks", "Spreadsheets", "Fund accounting"],
    },
)
REFERENCE_LIBRARIAN = Opening(
    key="reference librarian",
    position="Director",
    published_days_ago=75,
    closes_in=-34,
    copied=(REFERENCE,),
    values={
        "title": "Reference Librarian",
        "summary": "Answers at the desk and on the telephone, and the local history room.",
        "employment_types": ["FULL_TIME"],
        "hours_min": Decimal("37.5"),
        "hours_max": Decimal("37.5"),
        "schedule": "Weekdays, one evening a week, one weekend a month.",
        "pay_min": Decimal(56000),
        "pay_max": Decimal(63000),
        "pay_unit": PayUnit.YEAR,
        "benefits": _BENEFITS,
        "location": "Main library",
        "reports_to": "Director",
        "sections": [
            SectionValue(
                "",
                "What year did the mill burn down, and may I put a fence there? You find out, and"
                " show how you did.",
            ),
            SectionValue(
                "What you need",
                "A master’s degree in library science, and curiosity that does not wear off.",
            ),
        ],
        "documents": _asks(DocumentKind.COVER_LETTER, DocumentKind.RESUME),
    },
)
OPENINGS = (REFERENCE_LIBRARIAN, HELP_DESK, CHILDRENS_LIBRARIAN, PAGE, BOOKKEEPER)
