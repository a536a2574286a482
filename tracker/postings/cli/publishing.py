"""The one place from which commands publish."""

from dataclasses import dataclass, field

from tracker.core.errors import DomainError
from tracker.postings import operations, queries
from tracker.postings.models import Posting


@dataclass(slots=True)
class Published:
    """Whether it was published, and what is to be told."""

    done: bool
    lines: list[str] = field(default_factory=list)


def publish(posting: Posting) -> Published:
    """Publish what nothing blocks, naming each warning; else say what is missing."""
    checks = queries.checks_of(posting)
    try:
        operations.publish(posting, by=None, confirmed=[each.code for each in checks])
    except DomainError as error:
        return Published(False, [f"It was not published. {error.message}"])
    warnings = [f"{each.name}: {each.message}" for each in checks if each.severity == "confirm"]
    return Published(True, [f"It was published as {posting.state.value}.", *warnings])
