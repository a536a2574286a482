"""Begin postings from others: copies, and the templates that are kept for it."""

from tracker.accounts.models import Person
from tracker.core.db import db
from tracker.core.errors import N_, DomainError
from tracker.postings.content import DocumentValue, PostingValues, QuestionValue, SectionValue
from tracker.postings.models import Posting
from tracker.postings.operations.door import stamp
from tracker.postings.operations.writing import draft, rename
from tracker.postings.rules import MemberRole, PostingState

SAME = (
    "title",
    "summary",
    "employment_types",
    "openings",
    "hours_min",
    "hours_max",
    "schedule",
    "evenings",
    "weekends",
    "pay_min",
    "pay_max",
    "pay_unit",
    "currency",
    "pay_note",
    "benefits",
    "location",
    "reports_to",
    "contact_person_id",
    "contact_position_id",
    "open_until_filled",
    "subject_keyword",
    "unlisted",
    "accepting",
    "accepts_late",
    "equal_opportunity_text",
)
"""What a copy says as the other one does; dates are not among it."""


def copy(posting: Posting, *, by: Person, as_template: bool = False) -> Posting:
    """Make a draft with everything of a posting but its dates, its counts and its short links.

    A template has no managers: whoever begins a posting with it becomes that posting's.
    """
    values = _values_of(posting) | {"is_template": as_template}
    if as_template or posting.is_template:
        values["managers"] = []
    made = draft(by=by, values=values)
    if as_template:
        made.members[:] = [each for each in made.members if each.role is not MemberRole.MANAGER]
        db.session.flush()
    return made


def make_template(posting: Posting, *, by: Person) -> Posting:
    """Keep a posting to begin others from: a draft that was never public itself, else a copy."""
    if posting.state is not PostingState.DRAFT or posting.published_at is not None:
        return copy(posting, by=by, as_template=True)
    _set_template(posting, is_template=True, by=by)
    return posting


def end_template(posting: Posting, *, by: Person) -> None:
    """Make a template an ordinary draft again."""
    if not posting.is_template:
        raise DomainError(N_("This posting is no template."))
    _set_template(posting, is_template=False, by=by)


def _set_template(posting: Posting, *, is_template: bool, by: Person) -> None:
    posting.is_template = is_template
    rename(posting)
    stamp(posting, by=by)
    db.session.flush()


def _values_of(posting: Posting) -> PostingValues:
    """Return what a copy has of a posting; its parts are new rows, so they carry no ids."""
    same: PostingValues = {name: getattr(posting, name) for name in SAME}  # type: ignore[assignment]  # all are keys
    return same | {
        "sections": [SectionValue(each.heading, each.text, each.kind) for each in posting.sections],
        "documents": [
            DocumentValue(
                each.kind,
                each.title,
                each.instructions,
                required=each.required,
                word_limit=each.word_limit,
            )
            for each in posting.documents
        ],
        "questions": [
            QuestionValue(
                each.text,
                each.kind,
                tuple(each.choices),
                word_limit=each.word_limit,
                required=each.required,
            )
            for each in posting.questions
        ],
        "skills": [each.name for each in posting.skills],
        "managers": _members(posting, MemberRole.MANAGER),
        "copied": _members(posting, MemberRole.COPIED),
    }


def _members(posting: Posting, role: MemberRole) -> list[int]:
    return [each.person_id for each in posting.members if each.role is role]
