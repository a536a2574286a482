"""The form in a real browser: on a phone, by keyboard, in a hurry, and left alone."""

import random
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Locator, expect
from playwright.sync_api import Page as Window

from tests.applications.factories import EMAIL, NAME, demanding_posting, long_posting
from tests.documents import samples
from tests.documents.samples.photographs import photograph
from tests.plugins.browsers import PageOpener
from tests.plugins.servers import LiveServer
from tracker.applications.models import Application, Draft, DraftFile
from tracker.core.db import db

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PATIENCE_MS = 30_000
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}


def address(server: LiveServer, *, long: bool = False) -> str:
    """Publish a posting; the address of its form."""
    app = server.app()
    with app.app_context():
        posting = long_posting() if long else demanding_posting(questions=[], skills=[])
        found = f"{server.url}/postings/{posting.slug}/apply"
        db.session.remove()
    return found


def files(server: LiveServer) -> list[str]:
    """The names of the files that applications have, then those of drafts."""
    app = server.app()
    with app.app_context():
        sent = [
            each.document.file_name
            for made in db.session.query(Application).order_by(Application.id)
            for each in made.documents
        ]
        kept = [each.document.file_name for each in db.session.query(DraftFile)]
        db.session.remove()
    return sent + kept


def slow_down(window: Window) -> None:
    """Make the line slow enough that a file takes seconds."""
    session = window.context.new_cdp_session(window)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)


def stored(window: Window, which: int) -> Locator:
    return window.locator("[data-upload-stored]").nth(which)


def heavy(folder: Path, name: str) -> Path:
    """A document of some 80 KB."""
    noise = random.Random(name).randbytes(40_000).hex()  # noqa: S311 - noise, no secret
    found = folder / name
    found.write_text(f"{name}\n{noise}")
    return found


def problems(window: Window) -> list[str]:
    found = Axe().run(window, options=RULES).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


def test_send_waits_for_the_files_and_sends_each_once(
    live_server: LiveServer, page: Window, tmp_path: Path
) -> None:
    page.goto(address(live_server))
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("E-mail address").fill(EMAIL)
    slow_down(page)
    choices = page.locator("input[type=file]")
    choices.nth(0).set_input_files(heavy(tmp_path, "letter.txt"))
    choices.nth(1).set_input_files(heavy(tmp_path, "resume.txt"))
    page.get_by_role("button", name="Send application").last.click()
    expect(page.get_by_text("your files are still on their way").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Your application has arrived", timeout=PATIENCE_MS
    )
    assert files(live_server) == ["letter.txt", "resume.txt"]


def test_a_file_is_dropped_cancelled_replaced_and_pages_are_added(
    live_server: LiveServer, page: Window, tmp_path: Path
) -> None:
    before = files(live_server)
    page.goto(address(live_server))
    box = page.locator("[data-upload]").first
    handle = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['Dear library'], 'dropped.txt', {type: 'text/plain'}));"
        " return data; }"
    )
    box.dispatch_event("drop", {"dataTransfer": handle})
    expect(stored(page, 0)).to_contain_text("dropped.txt")
    expect(stored(page, 0)).to_contain_text("It begins: “Dear library”")
    choice = page.locator("input[type=file]").first
    choice.set_input_files(
        [
            FilePayload(name=f"{n}.jpg", mimeType="image/jpeg", buffer=photograph(words=n))
            for n in "12"
        ]
    )
    expect(stored(page, 0)).to_contain_text("2 photographed pages.")
    expect(stored(page, 0).locator("canvas")).to_have_count(2)
    page.get_by_role("button", name="Remove page 1").click()
    expect(stored(page, 0)).to_contain_text("1 photographed page.")
    slow_down(page)
    choice.set_input_files(heavy(tmp_path, "wrong.txt"))
    page.get_by_role("button", name="Cancel Cover letter").click()
    expect(page.get_by_text("Cancelled. Nothing was sent.").first).to_be_visible()
    expect(choice).to_be_focused()
    assert files(live_server) == [*before, "2.pdf"]


@pytest.mark.parametrize("script", [True, False])
def test_the_steps_lose_nothing_on_a_phone(
    live_server: LiveServer, open_page: PageOpener, script: bool
) -> None:
    window = open_page(
        java_script_enabled=script, viewport={"width": 320, "height": 800}, color_scheme="dark"
    )
    window.goto(address(live_server, long=True))
    window.get_by_label("Your name").fill(NAME)
    window.get_by_label("E-mail address").fill(EMAIL)
    window.keyboard.press("Enter")
    expect(window.locator("[aria-current=step]")).to_have_text("Documents")
    window.locator("summary", has_text="Type or paste").first.click()
    window.get_by_label("Cover letter, typed or pasted").fill("one two three")
    if script:
        expect(window.get_by_text("3 of 10 words")).to_be_visible()
    window.get_by_role("button", name="What you know").click()
    window.get_by_label("Spreadsheets: Not yet").focus()
    window.keyboard.press("ArrowRight")
    window.keyboard.press("Tab")
    window.keyboard.press("Space")
    window.get_by_role("button", name="Next").last.click()
    expect(window.locator("[aria-current=step]")).to_have_text("Check and send")
    window.go_back()
    expect(window.get_by_label("Spreadsheets: I have tried it")).to_be_checked()
    expect(window.get_by_label("Label printers: Not yet")).to_be_checked()
    if not script:
        live_server.kill()
        live_server.start()
    window.reload()
    expect(window.get_by_label("Spreadsheets: I have tried it")).to_be_checked()
    window.go_forward()
    expect(window.locator(".check-rows").nth(1)).to_contain_text("one two three")
    window.get_by_role("button", name="Send application").last.click()
    expect(window.locator("[aria-current=step]")).to_have_text("Documents")
    expect(window.get_by_role("link", name="Add this document: Resume.")).to_be_visible()
    if script:
        expect(window.locator("#error-summary")).to_be_focused()
    assert window.locator("html").evaluate("page => page.scrollWidth") <= 320


def test_a_page_loaded_again_after_a_refusal_sends_nothing_old_over_what_was_typed_since(
    live_server: LiveServer, open_page: PageOpener
) -> None:
    window = open_page(viewport={"width": 390, "height": 844})
    window.goto(address(live_server))
    window.get_by_role("button", name="Send application").click()
    expect(window.locator("#error-summary")).to_be_focused()
    window.get_by_label("Your name").fill(NAME)
    expect(window.locator("[data-save-state]")).to_contain_text("Saved")
    window.reload()
    expect(window.get_by_label("Your name")).to_have_value(NAME)
    window.get_by_role("link", name="Privacy").click()
    window.go_back()
    expect(window.get_by_label("Your name")).to_have_value(NAME)


def test_axe_finds_nothing_on_any_step(live_server: LiveServer, open_page: PageOpener) -> None:
    window = open_page(reduced_motion="reduce", viewport={"width": 390, "height": 844})
    where = address(live_server, long=True)
    window.goto(where)
    window.get_by_label("I’m on a shared computer").check()
    found = problems(window)
    for step in ("documents", "skills", "check"):
        window.goto(f"{where}?step={step}")
        found += problems(window)
    window.get_by_role("button", name="Send application").last.click()
    found += problems(window)
    assert found == []


def test_a_shared_computer_is_wiped_when_nobody_is_there_and_back_shows_nothing(
    live_server: LiveServer, page: Window
) -> None:
    where = address(live_server)
    page.clock.install()
    page.goto(where)
    page.get_by_label("I’m on a shared computer").check()
    page.get_by_label("Your name").fill("Quennell on a shared computer")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.clock.run_for(3_000)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    question = page.get_by_role("alertdialog", name="Are you still there?")
    page.clock.fast_forward(545_000)
    expect(question).to_be_visible()
    assert problems(page) == []
    page.get_by_role("button", name="I am still here").click()
    expect(question).to_be_hidden()
    page.clock.fast_forward(545_000)
    expect(question).to_be_visible()
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Nothing is left here", timeout=PATIENCE_MS
    )
    assert page.context.cookies() == []
    page.go_back()
    expect(page.get_by_label("Your name")).to_have_value("")
    page.goto(where)
    expect(page.get_by_label("E-mail address")).to_have_value("")
    app = live_server.app()
    with app.app_context():
        names = [each.answers.get("name") for each in db.session.query(Draft)]
        db.session.remove()
    assert "Quennell on a shared computer" not in names


def test_on_a_shared_computer_the_server_is_told_that_somebody_is_there(
    live_server: LiveServer, page: Window
) -> None:
    told: list[int] = []
    page.on(
        "response", lambda each: told.append(each.status) if "/leave/here" in each.url else None
    )
    page.clock.install()
    page.goto(address(live_server))
    page.keyboard.press("Tab")
    page.clock.run_for(20_000)
    page.get_by_label("I’m on a shared computer").check()
    page.clock.run_for(3_000)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    assert told == []
    for count in (1, 2):
        with page.expect_response("**/leave/here"):
            for _ in range(5):
                page.keyboard.press("Shift")
            page.clock.run_for(16_000)
        assert told == [204] * count


def test_a_receipt_on_a_shared_computer_is_shut_behind_its_reader(
    live_server: LiveServer, page: Window, tmp_path: Path
) -> None:
    page.goto(address(live_server))
    page.get_by_label("I’m on a shared computer").check()
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("E-mail address").fill("alone@example.org")
    for which, name in enumerate(("letter.pdf", "resume.pdf")):
        made = tmp_path / name
        made.write_bytes(samples.pdf(name))
        page.locator("input[type=file]").nth(which).set_input_files(made)
    page.get_by_role("button", name="Send application").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Your application has arrived", timeout=PATIENCE_MS
    )
    receipt = page.url
    page.get_by_role("button", name="Leave nothing behind").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Nothing is left here", timeout=PATIENCE_MS
    )
    page.go_back()
    expect(page.get_by_text(NAME)).to_have_count(0)
    page.goto(receipt)
    expect(page.get_by_text("This link opens nothing.")).to_be_visible()
    assert page.context.cookies() == []
