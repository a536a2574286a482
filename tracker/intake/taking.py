"""Take a file out of a mail that was kept, as an upload would bring it: the same to the byte."""

from tracker.core.errors import DomainError, NotFoundError, UnavailableError
from tracker.core.files import files
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.documents.sandbox import SandboxError
from tracker.intake import limits
from tracker.intake.ahead import opened_mail


def take_file(file_key: str, rank: int) -> Received:
    """Open a kept mail, look at one of its files and store it on its own.

    Touches no database; no lock may be held. Raises what `documents.receive` raises, and
    `UnavailableError` where the mail could not be opened just now.
    """
    try:
        with files().local_copy(file_key) as path, opened_mail(path) as (folder, found):
            wanted = next((each for each in found.files if each.rank == rank), None)
            if wanted is None:
                raise NotFoundError
            if wanted.stored is None:
                raise DomainError("This file is too large to be taken. It is kept with the mail.")
            with (folder / wanted.stored).open("rb") as stream:
                return documents.receive(stream, wanted.name, limit=limits.largest_file())
    except (SandboxError, FileNotFoundError) as error:
        raise UnavailableError(
            "The mail could not be opened just now. Nothing was lost; please try again."
        ) from error
