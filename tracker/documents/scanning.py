"""What the virus scanner's verdicts mean for who may read a document."""

import datetime as dt

from flask import current_app

from tracker.core.errors import DomainError
from tracker.documents.clamd import (
    FileNotScannedError,
    FileTooLargeError,
    Scanner,
    ScannerAwayError,
)

NONE, WAITING, CLEAN, INFECTED = "none", "waiting", "clean", "infected"
CLEARED = (NONE, CLEAN)
"""The states in which a document may be read."""

CLAIM = dt.timedelta(minutes=2)
SHORTEST_PAUSE, LONGEST_PAUSE = dt.timedelta(seconds=20), dt.timedelta(minutes=5)


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's extraction looks for
    """Mark a sentence for translation and return it as it is."""
    return sentence


AWAY = N_("The virus scanner does not answer.")
TOO_LARGE = N_("A file is larger than the virus scanner takes: raise its StreamMaxLength.")
NOT_SCANNED = N_("The virus scanner could not check a file.")
NO_ANSWER = N_("The virus scanner gave no answer for a file.")
NOT_READ = N_("A file could not be read from the store.")


class UncheckedError(DomainError):
    """A document waits for the scanner; nobody may read it yet."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This file is being checked for viruses, which usually takes a minute. It can be"
                " opened afterwards."
            )
        )


class InfectedError(DomainError):
    """A virus was found in a document; nobody may read it any more."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            N_(
                "A virus scanner found something harmful in this file, so nobody can open it. It"
                " is kept locked away. Ask for a clean copy."
            )
        )


def check_cleared(state: str) -> None:
    """Raise `UncheckedError` or `InfectedError` unless a document in this state may be read."""
    if state == INFECTED:
        raise InfectedError
    if state not in CLEARED:
        raise UncheckedError


def trouble(error: Exception) -> str:
    """Say in a sentence for the desk what kept a file from being checked."""
    if isinstance(error, FileTooLargeError):
        return TOO_LARGE
    if isinstance(error, ScannerAwayError):
        return NO_ANSWER
    return NOT_SCANNED if isinstance(error, FileNotScannedError) else NOT_READ


def scanner() -> Scanner | None:
    """The scanner that the settings name; None where nothing is scanned."""
    url = current_app.config["CLAMD_URL"]
    return Scanner(url) if url else None


def first_state() -> str:
    """The state that a new document begins in."""
    return WAITING if current_app.config["CLAMD_URL"] else NONE


def pause(waited: dt.timedelta) -> dt.timedelta:
    """How long to leave a document alone that could not be checked: longer and longer."""
    return min(max(waited / 2, SHORTEST_PAUSE), LONGEST_PAUSE)
