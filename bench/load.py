"""A load client: keep-alive connections in two processes, so that it is not the limit itself."""

import http.client
import multiprocessing
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from multiprocessing.synchronize import Barrier

PROCESSES = 2
TIMEOUT_S = 60


@dataclass(frozen=True)
class Request:
    """One request and the status that it must be answered with."""

    path: str
    status: int = 200
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Figures:
    """What was measured: requests a second, and the median latency in milliseconds."""

    rate: float
    median_ms: float


class WrongAnswerError(Exception):
    """A server answered something else: its figures would mean nothing."""


def measure(port: int, requests: Sequence[Request], *, connections: int, seconds: float) -> Figures:
    """Send requests over so many connections until the time is up, and measure.

    A single request is repeated; of several, each is sent once.
    """
    shares = [list(range(connections))[at::PROCESSES] for at in range(PROCESSES)]
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[tuple[float, float, list[float], str]] = context.Queue()
    barrier = context.Barrier(sum(1 for share in shares if share))
    children = [
        context.Process(
            target=_work, args=(port, requests, share, connections, seconds, barrier, queue)
        )
        for share in shares
        if share
    ]
    for child in children:
        child.start()
    answers = [queue.get(timeout=seconds + 2 * TIMEOUT_S) for _ in children]
    for child in children:
        child.join()
    for *_, wrong in answers:
        if wrong:
            raise WrongAnswerError(wrong)
    began, ended = min(each[0] for each in answers), max(each[1] for each in answers)
    latencies = list(chain.from_iterable(each[2] for each in answers))
    return Figures(len(latencies) / (ended - began), statistics.median(latencies) * 1000)


def _work(
    port: int,
    requests: Sequence[Request],
    share: Sequence[int],
    connections: int,
    seconds: float,
    barrier: Barrier,
    queue: "multiprocessing.Queue[tuple[float, float, list[float], str]]",
) -> None:
    """Run a share of the connections in this process, each on a thread."""
    latencies: list[float] = []
    wrong: list[str] = []
    barrier.wait()
    began = time.monotonic()
    threads = [
        threading.Thread(
            target=_connection,
            args=(port, _sequence(requests, at, connections), began + seconds, latencies, wrong),
        )
        for at in share
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.put((began, time.monotonic(), latencies, wrong[0] if wrong else ""))


def _sequence(requests: Sequence[Request], at: int, connections: int) -> Iterator[Request]:
    return repeat(requests[0]) if len(requests) == 1 else iter(requests[at::connections])


def _connection(
    port: int,
    requests: Iterator[Request],
    until: float,
    latencies: list[float],
    wrong: list[str],
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    for request in requests:
        if time.monotonic() >= until or wrong:
            break
        began = time.perf_counter()
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        content = answer.read()
        latencies.append(time.perf_counter() - began)
        if answer.status != request.status:
            wrong.append(
                f"{request.method} {request.path} answered {answer.status}, not {request.status}:"
                f" {content[:300]!r}"
            )
    connection.close()
