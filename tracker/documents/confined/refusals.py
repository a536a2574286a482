"""How a reader says that a document is not taken."""

from tracker.documents.rules import Reason


class RefusedError(Exception):
    """The document is refused; `note` says to staff what was seen."""

    def __init__(self, reason: Reason, note: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.note = note
