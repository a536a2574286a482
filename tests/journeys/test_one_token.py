"""One form sent many times at once is one application, whatever else comes with its token."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys import crashing
from tests.journeys.candidates import Candidate, Shown, inside, open_posting
from tests.plugins.servers import ServerStarter
from tests.plugins.soak import scaled
from tracker.applications.models import Application
from tracker.core.db import db

CROWD = scaled(60, 500)


def press_all(candidates: list[Candidate]) -> set[Shown]:
    """Press everybody's button at once; what they are shown."""
    with ThreadPoolExecutor(len(candidates)) as people:
        return set(people.map(lambda each: each.insist(each.press), candidates))


@pytest.mark.soak
@pytest.mark.both_databases
def test_a_token_sent_by_a_crowd_is_one_application(
    start_server: ServerStarter, database: str, tmp_path: Path
) -> None:
    server = start_server(TMPDIR=str(tmp_path), DATABASE_URL=database, WORKER_CLOCK="0")
    candidate = Candidate(open_posting(server), "Ada Quill")
    candidate.fill()
    candidate.save()
    candidate.fill(resume=False)
    shown = press_all([candidate] * CROWD)
    (receipt,) = shown
    assert receipt.checksums == candidate.checksums
    kept = crashing.kept(server)
    assert (kept.receipts, kept.outbox.total(), kept.drafts) == ([receipt], 2, 0)
    # The same token with other words: what was acknowledged stands.
    others = [candidate.with_other_words(f"Bo Reed {number}") for number in range(CROWD // 10)]
    assert {each.number for each in press_all(others)} == {receipt.number}
    with inside(server):
        assert [each.name for each in db.session.query(Application)] == ["Ada Quill"]
    kept = crashing.kept(server)
    assert (kept.receipts, kept.outbox.total()) == ([receipt], 2)
    assert crashing.verified(server) == (True, [])
    assert server.stop() == 0
