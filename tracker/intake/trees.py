"""Read a mail into the tree of its parts, with work that grows with its length and nothing else.

The standard library's reader takes apart the headers of each part again and again, and some of
that work grows with the square of a header's length. So those headers are cut before it sees
them, and a mail of more parts than any mail has is not read to its end.
"""

from email import message_from_bytes
from email.message import Message
from email.policy import Compat32, Policy

from tracker.documents.confined.refusals import RefusedError
from tracker.documents.rules import Reason

LONGEST_FIELD = 16_000
MOST_SEMICOLONS = 100
"""So many parameters, at the most, are read of a field; a long file name in pieces has ten."""
MOST_READ = 20_000
"""Parts that are read at all: ten times those that are looked at."""
MOST_MULTIPARTS = 150
"""Parts that hold parts: each line below is held against the boundary of each that is open."""
STRUCTURED = {"content-type", "content-disposition", "content-transfer-encoding"}


def read_tree(data: bytes) -> Message:
    """Return the mail with its parts. Raises RefusedError for one of too many parts."""
    counted = _Counted()
    return message_from_bytes(data, policy=_Bounded(counted))


class _Counted:
    """Make the messages of one tree, and stop where there are too many."""

    def __init__(self) -> None:
        self.parts = 0
        self.multiparts = 0

    def __call__(self, policy: Policy) -> Message:
        self.parts += 1
        self.check()
        return Message(policy)

    def check(self) -> None:
        if self.parts > MOST_READ or self.multiparts > MOST_MULTIPARTS:
            raise RefusedError(Reason.TOO_COMPLEX, "More parts than are read.")


class _Bounded(Compat32):
    """The reader's own way, but for the length of what has parameters (RFC 2045 §5)."""

    counted: _Counted  # a policy takes only what its class names

    def __init__(self, counted: _Counted) -> None:
        super().__init__(message_factory=counted)
        object.__setattr__(self, "counted", counted)  # policies are meant not to change

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header; of a structured one as much as has a meaning."""
        name, value = super().header_source_parse(sourcelines)
        field = name.strip().lower()
        if field not in STRUCTURED:
            return name, value
        if field == "content-type" and value.lstrip()[:10].lower() == "multipart/":
            self.counted.multiparts += 1
            self.counted.check()
        return name, ";".join(value[:LONGEST_FIELD].split(";")[: MOST_SEMICOLONS + 1])
