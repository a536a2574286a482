"""Take a file out of a mail that was kept, as an upload would bring it: the same to the byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tracker.core.db import db
from tracker.core.errors import DomainError, NotFoundError, UnavailableError
from tracker.core.files import files
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.documents.sandbox import SandboxError
from tracker.intake import conversations, limits
from tracker.intake.ahead import opened_mail
from tracker.intake.models import IncomingAttachment, Reply
from tracker.intake.operations import check_take_over


@dataclass(frozen=True)
class TakenOut:
    """A file of a mail, stored on its own, and its name as it may be shown."""

    received: Received
    title: str


@contextmanager
def taken_out(reply: Reply, attachment: IncomingAttachment) -> Iterator[TakenOut]:
    """Lend a file of a candidate's mail, stored on its own; forgotten where no row comes of it.

    Ends the reading of the database; no lock may be held as it begins. Raises `DomainError` as
    `check_take_over` and `documents.receive` do, and `UnavailableError` where the mail could not
    be opened just now.
    """
    check_take_over(reply, attachment)
    file_key, rank = reply.incoming.file_key, attachment.rank
    title = conversations.shown(attachment.name)
    db.session.rollback()
    received = _take_file(file_key, rank)
    try:
        yield TakenOut(received, title)
    except BaseException:
        documents.forget_files(received.keys)
        raise


def _take_file(file_key: str, rank: int) -> Received:
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
