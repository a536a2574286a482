"""Postings that wait for a second person."""

from tests.postings.factories import person
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.postings.rules import PostingState

S = PostingState


def administrator(email: str = "ada.stone@example.org") -> Person:
    return person(email, role=Role.ADMINISTRATOR)
