"""Reads of packets; `finding` looks applications up by their words."""

from tracker.records.queries.packets import (
    Contents,
    Original,
    Paper,
    applications_in,
    contents_of,
    count_in,
    expired,
    infected_since,
    own_packet,
    packet_for,
    unclaimed,
    waiting_of,
)

__all__ = [
    "Contents",
    "Original",
    "Paper",
    "applications_in",
    "contents_of",
    "count_in",
    "expired",
    "infected_since",
    "own_packet",
    "packet_for",
    "unclaimed",
    "waiting_of",
]
