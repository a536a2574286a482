"""Stages, outcomes and disposition reasons: three separate things, and their moves."""

import datetime as dt
import enum
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tracker.core.errors import DomainError
from tracker.postings.rules import Closing, PostingState

LEFT_ALONE = dt.timedelta(minutes=10)
"""After so long without a key or a click, nothing stays on a shared computer."""


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate later"
    """Mark a sentence for translation; the page translates it."""
    return text


class Stage(enum.StrEnum):
    """How far an application has come; it keeps its stage when an outcome is set."""

    RECEIVED = "received"
    UNDER_REVIEW = "under review"
    SHORTLISTED = "shortlisted"
    INTERVIEW = "interview"
    REFERENCES = "references"
    OFFER = "offer"


class Outcome(enum.StrEnum):
    """How an application ended; none while it is open."""

    HIRED = "hired"
    NOT_SELECTED = "not selected"
    WITHDRAWN = "withdrawn"
    DECLINED_OFFER = "declined offer"
    POSITION_CANCELLED = "position cancelled"


class Reason(enum.StrEnum):
    """Why an application ended: mandatory with every outcome that staff set, save a hire."""

    MINIMUM_QUALIFICATIONS = "minimum qualifications not met"
    BETTER_QUALIFIED = "better qualified selected"
    NO_RESPONSE = "no response"
    DUPLICATE = "duplicate"
    LATE = "late"
    PAY_EXPECTATION = "pay expectation"
    SCHEDULE = "not available for the schedule"
    FAILED_ASSESSMENT = "failed assessment"
    POSITION_CLOSED = "position filled or cancelled"
    BEST_QUALIFIED = "best qualified"
    CANDIDATE_DECISION = "candidate's own decision"
    OTHER = "other"


class ActorKind(enum.StrEnum):
    """Who made a move: the candidate, a person of the employer, or Tracker itself."""

    CANDIDATE = "candidate"
    PERSON = "person"
    SYSTEM = "system"


class Channel(enum.StrEnum):
    """By which way an application came in; what came on paper was keyed in by staff."""

    WEB = "web"
    MAIL = "mail"
    PAPER = "paper"
    DESK = "desk"


SENT_THEMSELVES = frozenset({Channel.WEB, Channel.MAIL})
"""Channels by which candidates send an application themselves."""


class AnswerWay(enum.StrEnum):
    """How a candidate who has no e-mail address is told something."""

    LETTER = "by letter"
    PHONE = "by telephone"
    IN_PERSON = "in person"


@dataclass(frozen=True)
class Standing:
    """Stage, outcome and reason at one moment."""

    stage: Stage
    outcome: Outcome | None = None
    reason: Reason | None = None
    note: str = ""


STAGES = list(Stage)
OUTCOMES_FROM: dict[Outcome, frozenset[Stage]] = {
    Outcome.HIRED: frozenset({Stage.OFFER}),
    Outcome.DECLINED_OFFER: frozenset({Stage.OFFER}),
    Outcome.NOT_SELECTED: frozenset(Stage),
    Outcome.WITHDRAWN: frozenset(Stage),
    Outcome.POSITION_CANCELLED: frozenset(Stage),
}
REASONS_FOR: dict[Outcome, frozenset[Reason]] = {
    Outcome.HIRED: frozenset({Reason.BEST_QUALIFIED, Reason.OTHER}),
    Outcome.NOT_SELECTED: frozenset(Reason) - {Reason.BEST_QUALIFIED, Reason.CANDIDATE_DECISION},
    Outcome.WITHDRAWN: frozenset({Reason.CANDIDATE_DECISION, Reason.NO_RESPONSE, Reason.OTHER}),
    Outcome.DECLINED_OFFER: frozenset(
        {Reason.CANDIDATE_DECISION, Reason.PAY_EXPECTATION, Reason.SCHEDULE, Reason.OTHER}
    ),
    Outcome.POSITION_CANCELLED: frozenset({Reason.POSITION_CLOSED, Reason.OTHER}),
}


def check_move(old: Standing, new: Standing, *, actor: ActorKind) -> None:
    """Raise `DomainError` unless an application may go from `old` to `new`.

    Any open stage may follow any other, both ways: people change their minds, and history
    keeps it. An ended application first opens again (a move of its own) before anything
    else. A candidate may only withdraw, and needs no reason for it.
    """
    if old == new or (old.stage, old.outcome) == (new.stage, new.outcome):
        raise DomainError("The application already stands there. Nothing was changed.")
    if new.outcome is None:
        _check_open_move(new, actor)
        return
    if old.outcome is not None:
        raise DomainError("This application has ended. Reopen it first, then set the new outcome.")
    if new.stage is not old.stage:
        raise DomainError("An outcome keeps the stage that was reached. Move and end separately.")
    _check_outcome(new, actor)


def _check_open_move(new: Standing, actor: ActorKind) -> None:
    if new.reason is not None:
        raise DomainError("A reason belongs to an outcome, not to a stage.")
    if actor is ActorKind.CANDIDATE:
        raise DomainError("Only the employer can move an application.")


def _check_outcome(new: Standing, actor: ActorKind) -> None:
    assert new.outcome is not None
    if actor is ActorKind.CANDIDATE:
        if new.outcome is not Outcome.WITHDRAWN:
            raise DomainError("A candidate can withdraw, and nothing else.")
        return
    if new.stage not in OUTCOMES_FROM[new.outcome]:
        raise DomainError(f"“{new.outcome.value}” needs an offer first. Move to the offer stage.")
    if new.reason is None:
        raise DomainError("Choose a reason: an outcome without one cannot be explained later.")
    if new.reason not in REASONS_FOR[new.outcome]:
        raise DomainError(f"“{new.reason.value}” is no reason for “{new.outcome.value}”.")
    if new.reason is Reason.OTHER and not new.note.strip():
        raise DomainError("Say in the note what “other” means here.")


def open_targets(old: Standing) -> list[Stage | Outcome]:
    """List where a person of the employer may move an application that stands at `old`."""
    targets: list[Stage | Outcome] = [
        stage for stage in STAGES if (stage, None) != (old.stage, old.outcome)
    ]
    if old.outcome is None:
        targets += [each for each in Outcome if old.stage in OUTCOMES_FROM[each]]
    return targets


def next_target(old: Standing) -> Stage | Outcome | None:
    """Name the step that usually follows; None where an application has ended."""
    if old.outcome is not None:
        return None
    if old.stage is Stage.OFFER:
        return Outcome.HIRED
    return STAGES[STAGES.index(old.stage) + 1]


def target_named(name: str) -> Stage | Outcome | None:
    """Find the stage or outcome of that name; no name is used for both."""
    for kind in (Stage, Outcome):
        if name in {each.value for each in kind}:
            return kind(name)
    return None


PLAIN_STAGES: dict[Stage, str] = {
    Stage.RECEIVED: N_("Received"),
    Stage.UNDER_REVIEW: N_("Being read"),
    Stage.SHORTLISTED: N_("Shortlisted"),
    Stage.INTERVIEW: N_("Interview"),
    Stage.REFERENCES: N_("References"),
    Stage.OFFER: N_("Offer"),
}
PLAIN_OUTCOMES: dict[Outcome, str] = {
    Outcome.HIRED: N_("You are hired"),
    Outcome.NOT_SELECTED: N_("Not selected this time"),
    Outcome.WITHDRAWN: N_("Withdrawn"),
    Outcome.DECLINED_OFFER: N_("You declined the offer"),
    Outcome.POSITION_CANCELLED: N_("The position was cancelled"),
}


ACTS: dict[Stage | Outcome, str] = {
    Stage.RECEIVED: N_("Put back to received"),
    Stage.UNDER_REVIEW: N_("Begin the review"),
    Stage.SHORTLISTED: N_("Shortlist"),
    Stage.INTERVIEW: N_("Move to interview"),
    Stage.REFERENCES: N_("Ask for references"),
    Stage.OFFER: N_("Make an offer"),
    Outcome.HIRED: N_("Hire"),
    Outcome.NOT_SELECTED: N_("Decline"),
    Outcome.WITHDRAWN: N_("Record a withdrawal"),
    Outcome.DECLINED_OFFER: N_("Record a declined offer"),
    Outcome.POSITION_CANCELLED: N_("End: position cancelled"),
}
"""What a button that moves an application says."""


class Familiarity(enum.IntEnum):
    """How well a candidate knows a tool, on a short scale."""

    NONE = 0
    SOME = 1
    REGULAR = 2
    EXPERT = 3


FAMILIARITY_WORDS: dict[Familiarity, str] = {
    Familiarity.NONE: N_("Not yet"),
    Familiarity.SOME: N_("I have tried it"),
    Familiarity.REGULAR: N_("I use it regularly"),
    Familiarity.EXPERT: N_("I could teach it"),
}


# The application form


class Step(enum.StrEnum):
    """A page of an application form that asks much; the last one shows all and sends it."""

    ABOUT = "about"
    DOCUMENTS = "documents"
    QUESTIONS = "questions"
    SKILLS = "skills"
    CHECK = "check"


STEP_NAMES: dict[Step, str] = {
    Step.ABOUT: N_("About you"),
    Step.DOCUMENTS: N_("Documents"),
    Step.QUESTIONS: N_("Questions"),
    Step.SKILLS: N_("What you know"),
    Step.CHECK: N_("Check and send"),
}
MOST_ON_ONE_PAGE = 10
LONGEST_ON_PAPER = 366  # days between its coming in and its being keyed in
LONGEST_SOURCE = 60


def steps_for(*, documents: int, answers: int, essays: int, skills: int) -> tuple[Step, ...]:
    """List the steps of a form that asks for that many things; none where one page will do.

    `essays` are those of the answers that are long: each weighs as much as two. Skills are
    one grid, and four of its rows weigh as much as one answer.
    """
    if documents + answers + essays + (skills + 3) // 4 <= MOST_ON_ONE_PAGE:
        return ()
    asked = {Step.DOCUMENTS: documents, Step.QUESTIONS: answers, Step.SKILLS: skills}
    return tuple(each for each in Step if asked.get(each, 1))


def step_of(field: str) -> Step | None:
    """Tell on which step a field of the form stands, by its name; None for those on all."""
    kinds = {
        "file": Step.DOCUMENTS,
        "text": Step.DOCUMENTS,
        "question": Step.QUESTIONS,
        "skill": Step.SKILLS,
    }
    if field in {"name", "email", "phone", "shared", "heard_from", "accommodation"}:
        return Step.ABOUT
    return kinds.get(field.partition("_")[0])


def clean_source(tag: str) -> str:
    """Make a link's `source` a short tag of letters, digits and -_. signs; else it is ''."""
    kept = "".join(each if each.isalnum() or each in "-_." else " " for each in tag[:200])
    return "-".join(kept.split())[:LONGEST_SOURCE].strip("-")


def said_of_source(source: str) -> str:
    """Say in words where somebody came from, as the form proposes it: "notice-board"."""
    return " ".join(source.replace("-", " ").replace("_", " ").split()).capitalize()


# Applications that staff key in


def day_in(at: dt.datetime, zone: str) -> dt.date:
    """Return the day of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def closing_day(closing: Closing, zone: str) -> dt.date | None:
    """Return the last day on which applications were taken; None while there is no end."""
    over = {PostingState.CLOSED, PostingState.FILLED, PostingState.CANCELLED}
    ends = [closing.closes_at, closing.closed_at if closing.state in over else None]
    known = [each for each in ends if each is not None]
    return day_in(min(known), zone) if known else None


def check_received_on(received_on: dt.date, *, today: dt.date) -> None:
    """Raise `DomainError` for a day on which no application can have come in."""
    if received_on > today:
        raise DomainError("That day is still to come. Enter the day on which it came in.")
    if received_on < today - dt.timedelta(days=LONGEST_ON_PAPER):
        raise DomainError("That day is more than a year ago. Check the year.")


def lateness(received_on: dt.date, closed_on: dt.date | None) -> str:
    """Say why an application that came in on a day is late; '' for one that is not.

    The last day counts whole: paper does not say at what hour it came.
    """
    if closed_on is None or received_on <= closed_on:
        return ""
    came, closed = (f"{day:%A} {day.day} {day:%B} {day.year}" for day in (received_on, closed_on))
    return f"Late: it came in on {came}, and the posting had closed on {closed}."
