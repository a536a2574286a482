"""Take mail in: keep it raw, name it in a row, understand it, once, however often it is read.

Each step is whole before the next begins, and none needs the one before in memory: the raw file
is on the disk before a row names it, the row is committed before the mail is opened, and what
the mail becomes is one transaction. Whoever comes back after a crash goes on where it stopped:
the same bytes are found by their SHA-256, and a claim of a process that has died is none. No
lock is held while a file is stored or a child reads.
"""

import datetime as dt
import hashlib
import random
import tempfile
import time
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from tracker.core import jobs
from tracker.core.db import db, is_deadlock, now, writing
from tracker.core.errors import DomainError, UnavailableError
from tracker.core.files import CHUNK, COPY, files
from tracker.core.processes import own_name
from tracker.documents import operations as documents
from tracker.documents.sandbox import SandboxError
from tracker.intake import boxes, limits, operations, queries
from tracker.intake.ahead import Begun, opened_mail
from tracker.intake.findings import Found
from tracker.intake.models import IncomingEmail
from tracker.intake.operations import Decision, Opened, Surroundings
from tracker.intake.rules import Verdict

log = structlog.get_logger(__name__)
FRESH = dt.timedelta(seconds=5)
LARGEST = 1 << 40
TRIES = 5
MOST_PAUSE_S = 0.2


@dataclass
class Outcome:
    """What came of one mail, as `flask mail intake --json` prints it."""

    label: str
    verdict: Verdict
    email_id: int | None = None
    message_id: str = ""
    application: str | None = None
    posting: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as one object of the array."""
        return {
            "path": self.label,
            "message_id": self.message_id or None,
            "verdict": self.verdict.value,
            "application": self.application,
            "posting": self.posting,
            "attachments": self.attachments,
            "why": self.why,
        }


@dataclass(frozen=True)
class _Spooled:
    path: Path
    size: int
    sha256: str


class Arrival:
    """One process's work on mail: what it has looked up, and the nudges that it has gathered.

    Postings and settings are read again every few seconds, not for each mail; the worker is
    nudged when a batch is done, since each nudge is a write of its own.
    """

    def __init__(self) -> None:
        self.worker = own_name()
        self.unreadable: list[str] = []
        self._around: Surroundings | None = None
        self._nudges: set[str] = set()

    def take_in(self, mail: boxes.Found) -> Outcome | None:
        """Keep and understand one mail of a file; None where another process is at it now."""
        return self._ended(self.begin(mail))

    def take_in_stream(self, stream: BinaryIO, *, source: str) -> Outcome | None:
        """Keep and understand one mail that comes as a stream; see `take_in`."""
        with ExitStack() as place:
            spooled = _spool(stream, _copy_in(place))
            return self._ended(self._begin(spooled, source, place))

    def resume(self, email_id: int) -> Outcome | None:
        """Understand a mail that was kept and never understood; None where another is at it."""
        with ExitStack() as place:
            return self._ended(self._go_on(email_id, "", None, place))

    def _ended(self, begun: Begun | Outcome | None) -> Outcome | None:
        return self.understand(begun) if isinstance(begun, Begun) else begun

    def begin(self, mail: boxes.Found, opener: Executor | None = None) -> Begun | Outcome | None:
        """Keep one mail of a file, claim it, and have it opened, by `opener` meanwhile.

        What is begun is to be understood (`understand`). An outcome means that there is nothing
        left to do; None that another process is at it now. Raises `NoMailError`.
        """
        with ExitStack() as place:
            try:
                with mail.open() as stream:
                    spooled = _spool(stream, _copy_in(place))
            except OSError as error:
                raise boxes.NoMailError(f"{mail.label} cannot be read: {error.strerror}.") from None
            return self._begin(spooled, mail.label, place, opener)

    def _begin(
        self, spooled: _Spooled, label: str, place: ExitStack, opener: Executor | None = None
    ) -> Begun | Outcome | None:
        known = queries.by_sha256(spooled.sha256)
        if known is not None and known.verdict is not None:
            return _repeated(known, label)
        email_id = known.id if known is not None else None
        db.session.rollback()
        if email_id is None:
            email_id, is_new = self._keep(spooled, label)
            if is_new:
                return Begun(email_id, label, spooled.path, place, opener)
        return self._go_on(email_id, label, spooled.path, place, opener)

    def _keep(self, spooled: _Spooled, label: str) -> tuple[int, bool]:
        with spooled.path.open("rb") as source:
            stored = files().store(source, limit=LARGEST)
        with writing():
            email, is_new = operations.keep(stored, source=label, worker=self.worker, at=now())
            email_id = email.id
            self._commit()
        if not is_new:
            documents.forget_files([stored.key])
        return email_id, is_new

    def _go_on(
        self,
        email_id: int,
        label: str,
        path: Path | None,
        place: ExitStack,
        opener: Executor | None = None,
    ) -> Begun | Outcome | None:
        """Claim a mail that was kept before, unless somebody else is at it."""
        with writing():
            email = operations.claim(email_id, worker=self.worker, at=now())
            done = None if email is not None else db.session.get_one(IncomingEmail, email_id)
            if done is not None:
                return _repeated(done, label) if done.verdict is not None else None
            assert email is not None
            key = email.file_key
            self._commit()
        if path is None:
            path = place.enter_context(files().local_copy(key))
        return Begun(email_id, label, path, place, opener)

    def understand(self, begun: Begun) -> Outcome:
        """Understand one kept mail, which this process has begun."""
        email_id, label = begun.email_id, begun.label
        try:
            with begun.opened() as (folder, found):
                for _ in range(TRIES):
                    with suppress(operations.OutdatedError):
                        return self._place(email_id, label, found, folder)
                raise UnavailableError("Its sender's applications change all the time.")
        except (SandboxError, UnavailableError, OperationalError) as error:
            log.warning("mail_not_understood", email=email_id, error=repr(error)[:600])
            self.release(email_id)
            return Outcome(
                label,
                Verdict.QUARANTINED,
                email_id,
                why="It is kept, and could not be opened just now. The worker tries again.",
            )

    def _place(self, email_id: int, label: str, found: Found, folder: Path) -> Outcome:
        """Decide where a mail belongs, and write it down. Raises `OutdatedError`, as `settle`."""
        decision = operations.decide(found, self.surroundings())
        db.session.rollback()
        opened, decision = operations.look(found, folder, decision)
        decision = operations.fit_words(found, decision)
        return self._settle(email_id, label, opened, decision)

    def release(self, email_id: int) -> None:
        """Let another one have a mail at once, not only when the claim has run out."""
        db.session.rollback()
        with suppress(OperationalError), writing():
            operations.release(email_id, worker=self.worker)
            self._commit()

    def leave(self, label: str, error: Exception) -> None:
        """Note a mail that broke what took it in. What was kept of it, the worker tries again."""
        log.error("mail_left", label=label, exc_info=error)
        self.unreadable.append(f"{label} could not be taken in: a fault of ours, see the log.")

    def _settle(self, email_id: int, label: str, opened: Opened, decision: Decision) -> Outcome:
        """Write down what a mail is; what cannot be done after all leaves it to staff."""
        used = False
        try:
            for left in reversed(range(TRIES)):
                try:
                    outcome, used = self._write(email_id, label, opened, decision)
                except IntegrityError:  # the same message, another way, in this very moment
                    if not left:
                        raise
                except OperationalError as error:  # two about the same people waited in a circle
                    if not left or not is_deadlock(error):
                        raise
                    db.session.rollback()
                    time.sleep(random.uniform(0, MOST_PAUSE_S))  # noqa: S311 - no secret
                except DomainError as error:
                    log.warning("mail_not_filed", email=email_id, error=error.message)
                    decision = operations.unsorted(decision, error.message)
                else:
                    return outcome
            raise UnavailableError("The mail could not be filed just now. It is kept.")
        finally:
            if not used:
                documents.forget_files(opened.keys)

    def _write(
        self, email_id: int, label: str, opened: Opened, decision: Decision
    ) -> tuple[Outcome, bool]:
        with writing():
            email = operations.locked(email_id)
            if email.verdict is not None:
                return _repeated(email, label), False
            used = operations.settle(email, opened, decision, at=now())
            outcome = outcome_of(email, label)
            self._commit()
        return outcome, used

    def surroundings(self) -> Surroundings:
        """What stands still for some seconds: postings, addresses, settings."""
        at = now()
        if self._around is None or at - self._around.at > FRESH:
            self._around = Surroundings(
                openings=queries.openings(at),
                own_addresses=frozenset(queries.own_addresses()),
                mailbox=limits.mailbox(),
                authority=limits.authority(),
                at=at,
            )
        return self._around

    def _commit(self) -> None:
        """Commit, and gather what the worker is to be told instead of telling it at once."""
        self._nudges |= db.session().info.pop("nudges", set())
        db.session.commit()

    def tell_worker(self) -> None:
        """Nudge the worker for all that was taken in; what is not told, its sweep finds."""
        for each in sorted(self._nudges):
            jobs.nudge(each)
        self._nudges.clear()


def open_again(email_id: int, posting_id: int) -> tuple[Opened, Decision]:
    """Open a mail of the tray once more, to be made an application by hand.

    Its files are stored anew: forget them (`Opened.keys`) where no application comes of it.
    Ends the reading of the database; no lock may be held. Raises `DomainError` for a mail that
    cannot be opened.
    """
    email = queries.one_mail(email_id)
    key = email.file_key
    db.session.rollback()
    worker = Arrival()
    with files().local_copy(key) as path, opened_mail(path) as (folder, found):
        if found.trouble:
            raise DomainError(
                f"{found.trouble} Nothing was filed. Download it, and key the application in, or"
                " ask its sender for another mail."
            )
        decision = operations.decided_by_hand(
            operations.decide(found, worker.surroundings()), posting_id
        )
        db.session.rollback()
        return operations.look_at_files(found, folder, decision), decision


def why_no_answer(email_id: int) -> str:
    """Say why nobody may write to the sender of a mail; '' where one may.

    Opens it once more, since only its own head says so. Ends the reading of the database; no
    lock may be held.
    """
    key = queries.one_mail(email_id).file_key
    db.session.rollback()
    worker = Arrival()
    with files().local_copy(key) as path, opened_mail(path) as (_folder, found):
        if found.trouble:
            return found.trouble
        around = worker.surroundings()
        why = operations.why_no_answer(found, around)
        db.session.rollback()
        return why


def _copy_in(place: ExitStack) -> Path:
    return Path(place.enter_context(tempfile.TemporaryDirectory(prefix=COPY))) / "mail"


def _spool(stream: BinaryIO, path: Path) -> _Spooled:
    """Copy a stream to disk, however long it is, and measure it."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    return _Spooled(path, size, digest.hexdigest())


def _repeated(email: IncomingEmail, label: str) -> Outcome:
    """Say that a mail came before: what became of it stays as it is."""
    outcome = outcome_of(email, label)
    outcome.verdict = Verdict.DUPLICATE
    outcome.why = "The same mail came before."
    return outcome


def outcome_of(email: IncomingEmail, label: str) -> Outcome:
    """Read off a row what came of a mail."""
    assert email.verdict is not None
    return Outcome(
        label,
        email.verdict,
        email.id,
        email.message_id,
        email.application.number if email.application is not None else None,
        email.posting.slug if email.posting is not None else None,
        [
            {
                "name": each.name,
                "sha256": each.sha256,
                "accepted": each.accepted,
                "reason": each.reason or None,
            }
            for each in email.attachments
        ],
        email.why,
    )
