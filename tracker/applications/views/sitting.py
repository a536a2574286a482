"""One candidate at one form: which posting, which browser, which page of the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.applications.rules import Step, steps_for
from tracker.applications.views.browser import Browser
from tracker.core.db import db
from tracker.core.errors import NotFoundError
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.postings.rules import HIDDEN, QuestionKind


@dataclass
class Sitting:
    """Posting, browser, draft, step, and what is wrong with the files so far.

    `step` is None where the form is one page, or was sent as one. `shared`: this computer is
    used by others. `refused` holds a sentence by the id of the document asked for; `away`
    tells that one of them is ours: a part that Tracker needs cannot be reached.
    """

    posting: Posting
    browser: Browser
    draft_id: int | None = None
    token: str = ""
    step: Step | None = None
    shared: bool = False
    refused: dict[int, str] = field(default_factory=dict)
    away: bool = False

    @property
    def status(self) -> int:
        """The HTTP status of a page that says what is to be mended, or that we are away."""
        return 503 if self.away else 422

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of this posting's form; none where it is one page."""
        kinds = [each.kind for each in self.posting.questions]
        return steps_for(
            documents=len(self.posting.documents),
            answers=len(kinds),
            essays=kinds.count(QuestionKind.LONG_TEXT),
            skills=len(self.posting.skills),
        )


def sit_down(
    slug: str, sent: Mapping[str, str] | None = None, *, token: str = "", step: str = ""
) -> Sitting:
    """Begin to answer a request about a posting's form; `sent` is the form, if one came.

    Raises `NotFoundError` for a posting that the public may not know of.
    """
    posting = posting_of(slug)
    browser = Browser(posting.id)
    sitting = Sitting(posting, browser, token=token, step=_step(step), shared=browser.shared)
    if sent is not None:
        sitting.token, sitting.step = sent.get("submission_token", ""), _step(sent.get("step", ""))
        if sitting.step in {None, Step.ABOUT}:  # the pages that have the box
            sitting.shared = bool(sent.get("shared"))
    return sitting


def _step(name: str) -> Step | None:
    return Step(name) if name in set(Step) else None


def posting_of(slug: str) -> Posting:
    """Load a posting that the public may know of; a draft of one is not there.

    It is taken out of the session, as a page of paper: a form is looked at in several short
    transactions, and each would load the whole of it anew. What is decided is decided on the
    posting of the draft, which is loaded under the lock.
    """
    posting = postings.by_slug(slug)
    if posting is None or posting.published_at is None or posting.state in HIDDEN:
        raise NotFoundError("There is no posting at this address.")
    db.session.expunge(posting)
    return posting
