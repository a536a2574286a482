"""The fictional people who apply in the demo, what they send, and what became of it. Pure data."""

from dataclasses import dataclass

from tracker.applications.rules import Outcome, Reason, Stage
from tracker.postings.rules import DocumentKind
from tracker.upkeep.demo.papers import Paper


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to an application, so many days ago: one of the fields says what.

    `seen` and `acknowledged` are done by whoever it was assigned to.
    """

    days_ago: int
    seen: bool = False
    acknowledged: bool = False
    stage: Stage | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    note: str = ""
    withdrawn: bool = False
    interview_in: int | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who applies: `posting` is an opening's key, `format` how their papers come.

    `skills` are levels in the posting's order, `answers` texts in the questions' order. A
    `format` of "typed" means that the cover letter was typed on the page. Whoever applied
    `on_paper` left no address; a colleague keyed it in.
    """

    name: str
    posting: str
    days_ago: int
    letter: str
    work: tuple[str, ...]
    format: str = "pdf"
    phone: str = ""
    skills: tuple[int, ...] = ()
    answers: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    on_paper: bool = False

    @property
    def email(self) -> str:
        """An address that receives no mail; '' for whoever left none."""
        if self.on_paper:
            return ""
        return self.name.lower().replace("’", "").replace(" ", ".") + "@example.org"

    def paper(self, kind: DocumentKind, title: str) -> Paper:
        """Write what the posting asks for under that name."""
        if kind is DocumentKind.COVER_LETTER:
            return Paper(
                self.name,
                (self.email, "", "To whom it may concern,", "", self.letter, "", self.name),
            )
        if kind is DocumentKind.RESUME:
            contact = ", ".join(each for each in (self.email, self.phone) if each)
            return Paper(self.name, (contact, "", "# Work", *self.work, "", "# Education", _SCHOOL))
        if kind is DocumentKind.REFERENCES:
            return Paper(f"References of {self.name}", _REFERENCES)
        return Paper(title, _STORY_TIME)


_SCHOOL = "Wrenfield Community College, with distinction"
_REFERENCES = (
    "Odile Marchetti, treasurer, Wrenfield Food Cooperative, odile.marchetti@example.org",
    "Bram Ellery, auditor, bram.ellery@example.org",
)
_STORY_TIME = (
    "# Weather, for ages three to five",
    "Hello song, with scarves that become wind.",
    "A picture book about a storm, read twice: once to listen, once to make the noises.",
    "Rain on the table: eighty fingers, softly, loudly, softly.",
    "Each child draws the weather of the day they were born and asks at home whether it is true.",
    "Goodbye song. Grown-ups take a list of six more books.",
)

APPLICANTS = (
    Applicant(
        "Thaddeus Bloom",
        "reference librarian",
        68,
        "I have answered questions at a university desk for six years and would like to hear"
        " the town’s. The best one so far took me three weeks and a church register.",
        (
            "Reference assistant, Calder University Library, six years",
            "Volunteer, Wrenfield Historical Society, since 2019",
        ),
        phone="(555) 010-0171",
        steps=(
            Step(66, seen=True, acknowledged=True),
            Step(58, stage=Stage.SHORTLISTED),
            Step(49, stage=Stage.INTERVIEW),
            Step(41, stage=Stage.REFERENCES),
            Step(37, stage=Stage.OFFER),
            Step(33, outcome=Outcome.HIRED, reason=Reason.BEST_QUALIFIED),
        ),
    ),
    Applicant(
        "Saoirse Whitlock",
        "reference librarian",
        61,
        "As a paralegal I look things up for people who need them by four o'clock. I finish my"
        " library degree in May.",
        ("Paralegal, Whitlock and Dane, four years", "Page, Tarn Hill Library, two summers"),
        format="docx",
        steps=(
            Step(60, seen=True, acknowledged=True),
            Step(
                32,
                outcome=Outcome.NOT_SELECTED,
                reason=Reason.BETTER_QUALIFIED,
                note="A strong second; write to her when the next desk opens.",
            ),
        ),
    ),
    Applicant(
        "Anselm Fairweather",
        "help desk",
        23,
        "I repaired telephones until people stopped bringing them, and stayed for the talking.",
        ("Owner, Fairweather Repairs, nine years", "Teacher of beginners’ hours, senior center"),
        phone="(555) 010-0133",
        skills=(3, 2, 2, 3, 1, 3),
        answers=(
            "My neighbor had never touched a mouse. We began with solitaire, and a week later she"
            " wrote to her sister for the first time in four years.",
        ),
        steps=(
            Step(22, seen=True, acknowledged=True),
            Step(15, stage=Stage.SHORTLISTED),
            Step(2, interview_in=2),
        ),
    ),
    Applicant(
        "Juniper Castellanos",
        "help desk",
        20,
        "I am the one whom my whole building asks about printers. I should like to be paid for it.",
        ("Cashier, Green Basket market, three years", "Building representative, since 2022"),
        format="docx",
        skills=(2, 1, 3, 3, 2, 2),
        answers=("My grandfather. He now corrects me.",),
        steps=(Step(19, seen=True, acknowledged=True),),
    ),
    Applicant(
        "Percival Oduya",
        "help desk",
        17,
        "Please find my papers enclosed. I am looking for full-time work but would begin smaller.",
        ("Network technician, Harrow Freight, five years",),
        skills=(1, 1, 0, 2, 0, 3),
        answers=("I usually send them to the manual.",),
        steps=(
            Step(16, seen=True),
            Step(
                9,
                outcome=Outcome.NOT_SELECTED,
                reason=Reason.SCHEDULE,
                note="Cannot work Saturdays.",
            ),
        ),
    ),
    Applicant(
        "Winifred Okonjo-Bell",
        "help desk",
        3,
        "For eleven years I was a school secretary, which is a help desk with more tears.",
        ("Secretary, Alder Street School, eleven years",),
        skills=(3, 3, 2, 2, 1, 1),
        answers=("Every first day of school, forty times, with coffee.",),
    ),
    Applicant(
        "Ludovic Penhallow",
        "children's librarian",
        15,
        "Your fourth grade wants to know about eels. So did mine, and we hatched some.",
        (
            "Children’s library assistant, Marlow Free Library, five years",
            "Puppeteer, The Small Stage, two seasons",
        ),
        phone="(555) 010-0118",
        skills=(3, 2, 1),
        steps=(
            Step(14, seen=True, acknowledged=True),
            Step(8, stage=Stage.SHORTLISTED),
            Step(5, interview_in=3),
        ),
    ),
    Applicant(
        "Beatrix Sandoval",
        "children's librarian",
        9,
        "I read aloud in two languages and on buses. Enclosed is a story time that survived"
        " a fire drill.",
        ("Kindergarten teacher, Rosalie Park School, seven years",),
        format="docx",
        skills=(3, 2, 3),
        steps=(Step(8, seen=True, acknowledged=True),),
    ),
    Applicant(
        "Cormac Delacroix",
        "children's librarian",
        1,
        "I have run a bookshop’s Saturday morning for children for three years, and finish my"
        " degree this winter.",
        ("Bookseller, The Paper Fox, three years",),
        skills=(2, 3, 0),
    ),
    Applicant(
        "Ottoline Reyes",
        "page",
        10,
        "I am seventeen and can come on Tuesdays, Thursdays and Saturdays. I already put books"
        " straight when nobody looks.",
        ("Newspaper round, two years",),
        format="typed",
        answers=("Yes",),
        steps=(Step(9, seen=True, acknowledged=True),),
    ),
    Applicant(
        "Hollis Grantham",
        "page",
        6,
        "Retired from the post office, where things also had to be in the right place.",
        ("Letter carrier, thirty-one years",),
        answers=("Yes",),
        steps=(Step(4, withdrawn=True, note="My knees have voted against it. Good luck."),),
    ),
    Applicant(
        "Eudora Lindqvist",
        "page",
        5,
        "My granddaughter says that one applies with a computer now. I shelve without one.",
        ("Bookbinder, Lindqvist and Daughter, twenty-six years",),
        phone="(555) 010-0146",
        answers=("Yes",),
        steps=(Step(4, seen=True, acknowledged=True),),
        on_paper=True,
    ),
    Applicant(
        "Marisol Quennell",
        "bookkeeper",
        2,
        "I kept the books of a food cooperative of 800 members for six years without a"
        " finding, and I should like to meet the jar from 1987.",
        ("Bookkeeper, Wrenfield Food Cooperative, six years", "Clerk, town of Alden, two years"),
        phone="(555) 010-0164",
        skills=(3, 3, 1),
    ),
)
