"""Kinds and states of interviews."""

import enum


class InterviewKind(enum.StrEnum):
    """How an interview is held."""

    IN_PERSON = "in person"
    PHONE = "by phone"
    VIDEO = "by video"


class InterviewState(enum.StrEnum):
    """Whether an interview stands."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
