"""The steps of a journey, each as a person at a browser takes it."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.documents import samples
from tests.plugins.mail import MailServer
from tests.plugins.servers import LiveServer

PAGE = """### Story Room Assistant
Fernhollow Library is seeking a part-time Story Room Assistant who reads aloud with joy.

### Duties
* Set up story hours
* Choose books with **families**

### Schedule
Candidates work at least 10 hours per week, but will not exceed 15 hours per week.

### Salary & Benefits
$18.50/hour. Paid sick leave and a pension are included.

### To Apply
Send your cover letter and resume to Ida Moreno, Head of Youth Services,
[ida.moreno@example.org](mailto:ida.moreno@example.org). Applications are due by {due}.

### Equal Employment Opportunity
Fernhollow Library gives everybody the same chance at every job.
"""
STATEMENT = "Fernhollow Library gives everybody the same chance at every job."
PATIENCE_MS = 20_000


@dataclass
class Walk:
    """Whose windows are open: staff's own, and one shared by candidates and the contact."""

    server: LiveServer
    mail: MailServer
    staff: Page
    other: Page
    folder: Path

    def mail_to(self, address: str, subject: str) -> str:
        """Wait for a mail with words in its subject; its plain text."""
        deadline = dt.datetime.now(dt.UTC) + dt.timedelta(milliseconds=PATIENCE_MS)
        while dt.datetime.now(dt.UTC) < deadline:
            for each in self.mail.to(address):
                if subject in str(each.message["Subject"]):
                    return each.text
            self.other.wait_for_timeout(100)
        raise AssertionError(f"no mail to {address} about {subject!r}")

    def link_to(self, address: str, subject: str) -> str:
        """The address of this site in such a mail."""
        found = re.search(rf"{self.server.url}/\S+", self.mail_to(address, subject))
        assert found is not None
        return found.group(0)


def press(page: Page, name: str) -> None:
    """Press a button or follow a link by its exact words, once the page has one."""
    button = page.get_by_role("button", name=name, exact=True)
    link = page.get_by_role("link", name=name, exact=True)
    button.or_(link).first.wait_for()
    page.wait_for_load_state()  # a button after the link of the same name goes before it
    (button if button.count() else link).first.click()


def sign_in(walk: Walk) -> None:
    """The first administrator signs in with the link that the command prints."""
    printed = walk.server.flask("users", "create-admin", "ann.field@example.org").stdout
    found = re.search(r"http://\S+/sign-in/\S+", printed)
    assert found is not None
    walk.staff.goto(found.group(0))
    walk.staff.locator("main button[type=submit], main form button").first.click()
    walk.staff.wait_for_url(re.compile(r"/staff"))


def introduce_the_employer(walk: Walk) -> None:
    """Who is hiring, and who its mail is from."""
    page = walk.staff
    page.goto(f"{walk.server.url}/staff/organization")
    page.get_by_label("Name of the employer").fill("Fernhollow Library")
    page.get_by_label("Town or city").fill("Fernhollow")
    page.get_by_label("Equal-opportunity statement").fill(STATEMENT)
    page.get_by_label("Sender's name").fill("Fernhollow Library")
    page.get_by_label("Sender's address").fill("jobs@example.org")
    press(page, "Save")
    expect(page.get_by_text("Saved.").first).to_be_visible()


def publish_from_markdown(walk: Walk) -> str:
    """Paste a page, look through what was read, publish; returns the posting's path."""
    page = walk.staff
    due = dt.date.today() + dt.timedelta(days=30)  # noqa: DTZ011  the page names a day
    page.goto(f"{walk.server.url}/staff/postings/read")
    page.get_by_label("Paste the page").fill(PAGE.format(due=f"{due:%A, %B} {due.day}, {due.year}"))
    press(page, "Read the page")
    expect(page.get_by_label("Title", exact=True)).to_have_value("Story Room Assistant")
    press(page, "Save as draft")
    press(page, "Publish")
    expect(page.get_by_role("button", name="Publish now")).to_be_visible()
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    press(page, "Publish now")
    page.goto(f"{walk.server.url}/")
    page.get_by_role("link", name="Story Room Assistant").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Story Room Assistant")
    return page.url.removeprefix(walk.server.url)


def apply(walk: Walk, path: str, name: str, email: str) -> str:
    """Apply with a real PDF and a real DOCX; returns the number on the receipt."""
    page = walk.other
    page.goto(walk.server.url + path)
    page.get_by_role("link", name=re.compile("^Apply")).first.click()
    page.get_by_label("Name", exact=False).first.fill(name)
    page.get_by_label("E-mail", exact=False).first.fill(email)
    letter, resume = walk.folder / f"{name} letter.docx", walk.folder / f"{name} resume.pdf"
    letter.write_bytes(samples.docx(f"Dear all, I am {name} and I love story hours."))
    resume.write_bytes(samples.pdf(f"Resume of {name}"))
    page.get_by_label("Cover letter", exact=False).first.set_input_files(letter)
    page.get_by_label("Resume", exact=False).first.set_input_files(resume)
    page.locator("main form#apply button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Your application has arrived", timeout=PATIENCE_MS
    )
    for each in (letter.name, resume.name):
        expect(page.get_by_text(each).first).to_be_visible()
    return page.locator(".receipt-number").inner_text()


def acknowledge(walk: Walk, name: str) -> None:
    """The contact reads the mail, opens the link, reads the resume, acknowledges."""
    page = walk.other
    page.goto(walk.link_to("ida.moreno@example.org", name))
    expect(page.locator(".acting-as")).to_contain_text("Ida Moreno")
    page.get_by_role("link", name="Read: Resume").click()
    expect(page.locator(".reader")).to_contain_text("resume.pdf")
    press(page, "Back to the application")
    press(page, "Acknowledge")
    expect(page.get_by_role("main")).to_contain_text("Your colleagues can see that you have")


def open_application(walk: Walk, name: str) -> None:
    """Staff find an application in the list and open it."""
    walk.staff.goto(f"{walk.server.url}/staff/applications")
    walk.staff.get_by_role("link", name=name).first.click()
    expect(walk.staff.get_by_role("heading", level=1)).to_contain_text(name)


def move(walk: Walk, to: str, *, reason: str = "") -> str:
    """Move the open application; returns the subject of the mail that was shown first."""
    page = walk.staff
    address = page.url.partition("?")[0]
    page.goto(f"{address}/move?to={to.replace(' ', '+')}")
    if reason:
        page.get_by_label(reason, exact=True).check()
    box = page.locator("input[name=mail]")
    box.check()
    subject = page.locator("p", has_text="Subject:").locator("strong").inner_text()
    page.locator("main form.form-narrow button.btn").first.click()
    page.wait_for_url(re.compile(r"/staff/applications/\d+(\?.*)?$"))
    return subject


def schedule(walk: Walk) -> None:
    """Schedule an interview for next week with the contact on the panel."""
    page = walk.staff
    day = dt.date.today() + dt.timedelta(days=7)  # noqa: DTZ011  the form asks for a day
    press(page, "Schedule an interview")
    page.get_by_label("Day").fill(day.isoformat())
    page.get_by_label("Begins at").fill("15:00")
    page.get_by_label("Place, or who calls whom").fill("Main library, story room")
    page.get_by_label("Ida Moreno", exact=False).check()
    press(page, "Schedule and invite")
    expect(page.get_by_text("Scheduled.", exact=False).first).to_be_visible()
