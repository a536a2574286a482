"""A real Chromium.

- `browser`: one for each test process.
- `page`: a fresh window of 1280 × 900; `phone`: one of 390 × 844 with touch;
  `plain_page`: one without JavaScript. A script error in a page fails the test.
- `open_page(**options)`: a window with options of Playwright's `new_context`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tracker.bootstrap import chromium

ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    # The container that tests run in is the sandbox; root has no other.
    "--no-sandbox",
    "--disable-dev-shm-usage",
)

PageOpener = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for each test process."""
    path = chromium()
    assert path is not None, "no Chromium found; python -m tracker test says how to get one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[PageOpener]:
    """Open windows that share nothing; script errors in any of them fail the test."""
    contexts = []
    errors: list[Error] = []

    def open_one(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 - a plain function is wanted
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [error.message for error in errors] == []


@pytest.fixture
def page(open_page: PageOpener) -> Page:
    """A fresh window, of a desktop's size."""
    return open_page()


@pytest.fixture
def phone(open_page: PageOpener) -> Page:
    """A fresh window of a phone's size, with touch."""
    return open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


@pytest.fixture
def plain_page(open_page: PageOpener) -> Page:
    """A fresh window without JavaScript."""
    return open_page(java_script_enabled=False)
