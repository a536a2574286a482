"""Take in mail: keep it, understand it, put it where it belongs."""

from tracker.intake.operations.answering import answer_sender
from tracker.intake.operations.choices import remove_rule
from tracker.intake.operations.deciding import (
    decide,
    decided_by_hand,
    files_of,
    is_sealed,
    unsorted,
    why_no_answer,
    why_sealed,
)
from tracker.intake.operations.decisions import Decision, OutdatedError, Surroundings
from tracker.intake.operations.filing import (
    FURTHER,
    dismiss,
    file_application,
    file_message,
    posting_to_file_under,
    relabel,
    take_back,
)
from tracker.intake.operations.fitting import fit_message, fit_words
from tracker.intake.operations.keeping import claim, keep, locked, release
from tracker.intake.operations.letters import (
    Fit,
    answer,
    answer_by_link,
    fit_answer,
    fit_letter,
    keep_draft,
    needs_no_answer,
)
from tracker.intake.operations.looking import look, look_at_files
from tracker.intake.operations.mistakes import no_application
from tracker.intake.operations.opened import Opened, Taken
from tracker.intake.operations.replies import (
    check_take_over,
    handlers,
    receive_reply,
    take_over,
)
from tracker.intake.operations.settling import settle, with_letter

__all__ = [
    "FURTHER",
    "Decision",
    "Fit",
    "Opened",
    "OutdatedError",
    "Surroundings",
    "Taken",
    "answer",
    "answer_by_link",
    "answer_sender",
    "check_take_over",
    "claim",
    "decide",
    "decided_by_hand",
    "dismiss",
    "file_application",
    "file_message",
    "files_of",
    "fit_answer",
    "fit_letter",
    "fit_message",
    "fit_words",
    "handlers",
    "is_sealed",
    "keep",
    "keep_draft",
    "locked",
    "look",
    "look_at_files",
    "needs_no_answer",
    "no_application",
    "posting_to_file_under",
    "receive_reply",
    "relabel",
    "release",
    "remove_rule",
    "settle",
    "take_back",
    "take_over",
    "unsorted",
    "why_no_answer",
    "why_sealed",
    "with_letter",
]
