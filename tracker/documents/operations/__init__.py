"""Take in documents, name them in rows, let go of them. Decides nothing about who may read."""

from tracker.documents.operations.checking import (
    claim_unscanned,
    put_all_off,
    put_off,
    record_verdict,
    turn,
)
from tracker.documents.operations.photographs import (
    originals_of,
    receive_photographs,
)
from tracker.documents.operations.receiving import (
    is_photograph,
    receive,
    receive_seen,
    receive_text,
)
from tracker.documents.operations.recording import (
    CLAIM,
    StoredPage,
    claim_waiting,
    record,
    record_all,
    record_preview,
    record_text,
    remove,
)
from tracker.documents.operations.spooling import (
    Original,
    Received,
    RefusedError,
    forget_files,
)

__all__ = [
    "CLAIM",
    "Original",
    "Received",
    "RefusedError",
    "StoredPage",
    "claim_unscanned",
    "claim_waiting",
    "forget_files",
    "is_photograph",
    "originals_of",
    "put_all_off",
    "put_off",
    "receive",
    "receive_photographs",
    "receive_seen",
    "receive_text",
    "record",
    "record_all",
    "record_preview",
    "record_text",
    "record_verdict",
    "remove",
    "turn",
]
