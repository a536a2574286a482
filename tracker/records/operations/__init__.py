"""Writes of packets; `indexing` keeps the words of applications."""

from tracker.records.operations.packets import (
    GAVE_UP,
    ask,
    claim,
    finish,
    forget_expired,
    give_back,
    report,
)

__all__ = [
    "GAVE_UP",
    "ask",
    "claim",
    "finish",
    "forget_expired",
    "give_back",
    "report",
]
