"""A first visit is light and quick: at most 60 KB, nothing jumps, all is there within a second.

Measured in Chromium against `flask serve`, as Lighthouse measures a phone: 1.6 Mbit/s down, 150 ms
to the server and back, a processor four times slower. Bytes are those that came over the wire, by
what the browser's own network counted, with all headers; the employer's own pictures are not ours
to weigh. A machine that is busy makes any single visit slow and none fast, so the quickest of a few
counts; what weighs and what jumps must be right on each.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.plugins.servers import LiveServer, ServerStarter
from tests.postings import factories
from tracker.core.db import db
from tracker.postings.content import SectionValue

LARGEST = 60_000
SLOWEST_MS = 1_000
VISITS = 15
THROTTLE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
THEIR_PICTURES = ("/badges/", "/logo")
WATCH = """
    window.seen = {paint: 0, shift: 0, shifted: []};
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) seen.paint = entry.startTime;
    }).observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            seen.shift += entry.value;
            for (const each of entry.sources) {
                const node = each.node;
                seen.shifted.push(node ? (node.outerHTML || node.data).slice(0, 80) : '');
            }
        }
    }).observe({type: 'layout-shift', buffered: true});
"""
GIVEN = Path(__file__).resolve().parents[3] / "shared" / "postings"


@dataclass
class Visit:
    """What one first visit took."""

    paint_ms: float = 0
    shift: float = 0
    shifted: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """All bytes that came over the wire, the employer's own pictures apart."""
        return sum(
            size
            for path, size in self.sizes.items()
            if not any(each in path for each in THEIR_PICTURES)
        )


@pytest.fixture(scope="module")
def server(start_server: ServerStarter) -> LiveServer:
    """A server with an employer that has a film, and with long postings, one of them ended."""
    server = start_server()
    app = server.app()
    with app.app_context():
        factories.employer(
            film_url="https://vimeo.com/123456",
            introduction="We lend books, tools and telescopes.\n\n" * 6,
        )
        for number in range(12):
            factories.open_posting(title=f"Opening {number}")
        factories.open_posting(title="Long", sections=long_text())
        factories.closed_posting(title="Ended", sections=long_text())
        db.engine.dispose()
    return server


def long_text() -> list[SectionValue]:
    """The longest of the real postings that are at hand, else one as long made up."""
    pages = sorted(GIVEN.glob("*.md"), key=lambda path: path.stat().st_size)
    words = pages[-1].read_text(encoding="utf-8") if pages else "Plan story hours. " * 240
    return [SectionValue("", words), SectionValue("Duties", "- Plan story hours\n" * 20)]


@pytest.fixture(params=["light", "dark"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> "Phone":
    """A slow phone that has never been here."""
    return Phone(browser, request.param)


@dataclass
class Phone:
    """A slow phone; each visit is its first."""

    browser: Browser
    scheme: Any

    def visit(self, url: str, *, throttled: bool = True) -> Visit:
        """Open a page with nothing in the cache, and wait until nothing moves any more."""
        context = self.browser.new_context(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            color_scheme=self.scheme,
        )
        try:
            return self._visit(context.new_page(), url, throttled=throttled)
        finally:
            context.close()

    def _visit(self, page: Page, url: str, *, throttled: bool) -> Visit:
        visit, places = Visit(), dict[str, str]()
        network = page.context.new_cdp_session(page)

        def begun(event: dict[str, Any]) -> None:
            places[event["requestId"]] = event["request"]["url"]

        def finished(event: dict[str, Any]) -> None:
            place = places[event["requestId"]]
            visit.sizes[place] = visit.sizes.get(place, 0) + round(event["encodedDataLength"])

        network.on("Network.requestWillBeSent", begun)
        network.on("Network.loadingFinished", finished)
        network.send("Network.enable")
        if throttled:
            network.send("Network.emulateNetworkConditions", THROTTLE)
            network.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.add_init_script(WATCH)
        page.goto(url, wait_until="networkidle")
        page.wait_for_function("seen.paint > 0")
        page.wait_for_timeout(100)
        seen = page.evaluate("seen")
        visit.paint_ms, visit.shift, visit.shifted = seen["paint"], seen["shift"], seen["shifted"]
        return visit


PATHS = {
    "careers": "/",
    "posting": "/postings/long",
    "apply": "/postings/long/apply",
    "ended": "/postings/ended",
    "news": "/alerts",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_first_visit_is_light_and_quick(server: LiveServer, phone: Phone, path: str) -> None:
    quickest = float("inf")
    for _ in range(VISITS):
        visit = phone.visit(server.url + path)
        assert visit.size <= LARGEST, sorted(visit.sizes.items(), key=lambda each: -each[1])
        assert visit.shift == 0, visit.shifted
        quickest = min(quickest, visit.paint_ms)
        if quickest < SLOWEST_MS:
            break
        time.sleep(1)  # what else the machine does comes in bursts
    assert quickest < SLOWEST_MS
