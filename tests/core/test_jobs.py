"""A nudge reaches the queue, also the very first one, also when several come at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from tracker.app import create_app
from tracker.core import jobs

AT_ONCE = 4


@pytest.mark.both_databases
def test_the_first_nudges_of_a_new_queue_may_come_all_at_once(
    app: Flask, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Each as a process has it: with connections of its own, none of which made the tables."""
    houses = [create_app(settings) for _ in range(AT_ONCE)]
    ready = threading.Barrier(AT_ONCE)

    def nudge(house: Flask) -> None:
        with house.app_context():
            ready.wait()
            jobs.nudge("deliver")
            house.extensions["huey"].storage.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(nudge, houses))
    assert [record.message for record in caplog.records] == []
    assert app.extensions["huey"].pending_count() == AT_ONCE
