"""Errors whose words are fit for a page. Pure: `core.web` turns them into answers."""


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate later"
    """Mark a sentence for translation; the page translates it."""
    return text


class DomainError(Exception):
    """A rule was broken by an honest person; `message` tells them what to do next.

    `status` is the HTTP status of the page that shows it. Nothing has been saved when
    one is raised: the request's transaction is rolled back before the page is drawn.
    """

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(DomainError):
    """What was asked for is not there, or is not for the person who asks.

    One error for both, so that nobody learns from the answer which it was.
    """

    status = 404

    def __init__(
        self, message: str = N_("This page may not exist, or may not be open to you.")
    ) -> None:
        super().__init__(message)


class GoneError(DomainError):
    """It was here once: a used link, a closed posting."""

    status = 410


class TooManyRequestsError(DomainError):
    """Asked too often; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(DomainError):
    """A part that Tracker needs is away (store, database); nothing was saved."""

    status = 503


class StaleError(DomainError):
    """Somebody else changed the same thing first; nothing was overwritten."""
