"""Packets that were asked for, and the words by which applications are found."""

from tracker.records.models.packets import (
    Packet,
)
from tracker.records.models.search import (
    SearchChange,
    SearchEntry,
)

__all__ = [
    "Packet",
    "SearchChange",
    "SearchEntry",
]
