"""Lanes: several conversations with the mail server at once, each on a thread of its own.

A lane knows no database: it takes a claimed mail, says how it ended, and takes the next one,
over the same connection. Another lane is opened while mails pile up and the server lets it; a
server that takes no further connection is used with those that it took.
"""

import datetime as dt
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from tracker.core.db import now
from tracker.notifications import transport
from tracker.notifications.connection import Connection, UnreachableError, UnsendableError
from tracker.notifications.headers import AddressError
from tracker.notifications.mailserver import MailServer
from tracker.notifications.rules import AttemptResult, result_of_code

# A mail is begun only while this much of its claim is left: longer than one conversation.
ENOUGH = dt.timedelta(minutes=4)
MAILS_A_LANE = 3
"""So many waiting mails are worth another connection."""

WAIT_S = 0.5
GOODBYE_S = 2.0
TOO_MANY = {421, 432}
"""Answers by which a server says that it has enough connections of ours."""


@dataclass(frozen=True)
class Claimed:
    """A mail that is this worker's for a while, as plain data: no transaction stays open."""

    email_id: int
    until: dt.datetime
    letter: transport.Letter


@dataclass(frozen=True)
class Outcome:
    """How one try ended."""

    result: AttemptResult
    code: int | None
    words: str


@dataclass(frozen=True)
class Done:
    """What a lane says of one mail: no outcome where it was not tried.

    `opened` tells whether there was a connection; `closes` that this lane takes no more.
    """

    claimed: Claimed
    outcome: Outcome | None
    opened: bool = True
    closes: bool = False


class Lanes:
    """Up to `most` conversations at once."""

    def __init__(
        self, app: Flask, server: MailServer, *, most: int, timeout_s: float, patience_s: float
    ) -> None:
        self.app, self.server, self.most = app, server, most
        self.timeout_s, self.patience_s = timeout_s, patience_s
        self.open = 0
        self.under_way = 0
        self._work: queue.SimpleQueue[Claimed | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._proven = False

    @property
    def waiting(self) -> int:
        """How many mails nobody has begun."""
        return self._work.qsize()

    def give(self, claimed: Sequence[Claimed]) -> None:
        """Hand over mails."""
        for each in claimed:
            self._work.put(each)
        self.under_way += len(claimed)

    def open_more(self) -> None:
        """Open lanes for what waits; the first has to reach the server before there are more."""
        wanted = min(self.most, -(-self.waiting // MAILS_A_LANE)) if self._proven else 1
        while self.under_way and self.open < max(wanted, 1):
            self.open += 1
            # A lane ends with its process: what it held is found by its claim.
            lane = threading.Thread(target=self._run, name="mail lane", daemon=True)
            self._threads.append(lane)
            lane.start()

    def ended(self) -> list[Done]:
        """Wait for the next outcome, and give every one that is there by then."""
        found: list[Done] = []
        try:
            found.append(self._done.get(timeout=WAIT_S))
            while True:
                found.append(self._done.get_nowait())
        except queue.Empty:
            pass
        kept = [each for each in found if not self._is_for_another(each)]
        self.under_way -= len(kept)
        if any(each.outcome and each.opened for each in kept):
            self._proven = True
        return kept

    def _is_for_another(self, done: Done) -> bool:
        """Count a lane that closes; its mail goes to another one where there is another."""
        if done.closes:
            self.open -= 1
            # The server has said how many it wants.
            self.most = max(self.open, 1)
        if done.opened or not self.open:
            return False
        self._work.put(done.claimed)
        return True

    def take_back(self) -> list[Claimed]:
        """Take back what nobody has begun."""
        found: list[Claimed] = []
        try:
            while True:
                each = self._work.get_nowait()
                if each is not None:
                    found.append(each)
        except queue.Empty:
            pass
        self.under_way -= len(found)
        return found

    def close(self) -> None:
        """Let every lane say goodbye; one whose server does not answer is left behind."""
        for _ in range(self.open):
            self._work.put(None)
        until = time.monotonic() + GOODBYE_S
        for each in self._threads:
            each.join(max(until - time.monotonic(), 0))

    def _run(self) -> None:
        with (
            self.app.app_context(),
            Connection(
                self.server, timeout_s=self.timeout_s, patience_s=self.patience_s
            ) as connection,
        ):
            while (claimed := self._work.get()) is not None:
                done = self._send(connection, claimed)
                self._done.put(done)
                if done.closes:
                    return

    def _send(self, connection: Connection, claimed: Claimed) -> Done:
        if claimed.until - now() < ENOUGH:
            return Done(claimed, None)
        try:
            outcome = _try(connection, claimed)
        except UnreachableError as error:
            away = Outcome(AttemptResult.UNREACHABLE, None, str(error))
            return Done(claimed, away, opened=error.opened, closes=not error.opened)
        except Exception as error:  # a lane that dies would take its mail along
            fault = Outcome(AttemptResult.UNREACHABLE, None, f"A fault of ours: {error!r:.200}")
            return Done(claimed, fault)
        return Done(claimed, outcome, closes=outcome.code in TOO_MANY)


def _try(connection: Connection, claimed: Claimed) -> Outcome:
    try:
        message = transport.build(claimed.letter)
        answers = connection.deliver(message)
    except AddressError as error:
        return Outcome(AttemptResult.REFUSED, None, error.message)
    except UnsendableError as error:
        return Outcome(AttemptResult.REFUSED, None, str(error))
    except transport.HeaderError:
        return Outcome(
            AttemptResult.REFUSED, None, "The mail's headers are not in order; nothing was sent."
        )
    (answer,) = answers.values()
    return Outcome(result_of_code(answer.code), answer.code, answer.words)
