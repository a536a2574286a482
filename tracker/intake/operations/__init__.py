"""Take in mail: keep it, understand it, put it where it belongs."""

from tracker.intake.operations.keeping import keep
from tracker.intake.operations.replies import receive_reply

__all__ = ["keep", "receive_reply"]
