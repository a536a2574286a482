"""The Unsorted tray: what waits, who sees it, one click, and what is remembered."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import (
    MAILBOX,
    bookkeeper,
    mail,
    one,
    put,
    resume,
    rows,
    sent_to,
    take_in,
)
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.plugins.pages import Page
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tracker.applications.models import Application
from tracker.applications.rules import Channel
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.documents.models import Document
from tracker.intake import queries
from tracker.intake.models import FilingRule, IncomingEmail
from tracker.intake.rules import Verdict
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.queries import MOST_COUNTED
from tracker.postings import operations as publishing
from tracker.postings.content import QuestionValue
from tracker.postings.queries import contact_of
from tracker.postings.rules import QuestionKind

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
BUTTON = "File as an application"
UNCLEAR = "Quiet hours at the river desk"


def unsorted(app: Flask, folder: Path, number: int = 1, **values: object) -> int:
    """A mail in the tray that names no posting."""
    message = mail(
        **{  # type: ignore[arg-type]
            "subject": UNCLEAR,
            "sender": f"Marisol Quennell <marisol{number}@example.net>",
            "message_id": f"<{number}@example.net>",
            "files": [(resume(), "CV.pdf")],
            **values,
        }
    )
    said = one(app, folder / str(number), message)
    assert said["verdict"] == "unsorted", said
    return rows()[-1].id


def addresses(page: Page) -> list[str | None]:
    """Where every link of a page leads."""
    return [each.get("href") for each in page.all("a")]


def test_one_click_files_a_mail_and_later_mail_follows(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    posting_id = bookkeeper(title="Archivist", subject_keyword="").id
    key = unsorted(any_app, tmp_path)
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/incoming/{key}")
    assert "No posting is named clearly." in page.text
    answer = client.fill(page, {"posting": str(posting_id)}, form=f"{key}/file", button=BUTTON)
    assert answer.status_code == 303, answer.text
    filed = client.page(f"/staff/incoming/{key}").text
    assert "Later mail like it goes there, too: see “Remembered choices”." in filed
    application = db.session.query(Application).one()
    assert application.channel is Channel.MAIL
    assert application.email == "marisol1@example.net"
    sizes = {each.title: each.document.sha256 for each in application.documents}
    assert sizes["Resume"] == hashlib.sha256(resume()).hexdigest()
    (rule,) = db.session.query(FilingRule)
    assert (rule.value, rule.posting_id) == ("quiet hours at the river desk", posting_id)
    said = one(
        any_app,
        tmp_path / "later",
        mail(
            subject=f"Re: {UNCLEAR}!",
            sender="Lee Ash <lee@example.net>",
            message_id="<later@example.net>",
            files=[(resume("Lee"), "resume.pdf")],
        ),
    )
    assert said["verdict"] == "application"
    assert "A choice that staff made for such mail." in said["why"]
    rules_page = client.page("/staff/incoming/rules")
    assert "1 mail" in rules_page.text
    assert client.fill(rules_page, {}, form="/remove").status_code == 303
    assert "Nothing is remembered" in client.page("/staff/incoming/rules").text
    again = one(
        any_app,
        tmp_path / "after",
        mail(subject=UNCLEAR, message_id="<after@example.net>", sender="kim@example.net",
             files=[(resume("Kim"), "resume.pdf")]),
    )  # fmt: skip
    assert again["verdict"] == "unsorted"


def test_the_closed_door_is_closed_and_the_lists_are_read_by_key(
    app: Flask, client: Client, count_queries: QueryCounter, tmp_path: Path
) -> None:
    """As many queries at one row as at thirty; newer and older by key."""
    bookkeeper()
    first = unsorted(app, tmp_path)
    postings.sign_in(client, postings.coordinator())
    counts = []
    for number in (1, 30):
        take_in(
            app,
            *put(
                tmp_path / f"more-{number}",
                *(
                    mail(
                        subject=UNCLEAR, text=f"Hello {each}", message_id=f"<{number}-{each}@x.org>"
                    )
                    for each in range(number)
                ),
            ),
        )
        with count_queries() as statements:
            page = client.page("/staff/incoming")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert "Unsorted (32)" in page.text
    assert f"/staff/incoming/{first}" not in addresses(page)
    older = client.page(page.link("Older →"))
    assert f"/staff/incoming/{first}" in addresses(older)
    for who in (postings.manager(), None):
        other = app.test_client()
        if who is not None:
            postings.sign_in(other, who)
        for address in (
            "/staff/incoming",
            f"/staff/incoming/{first}",
            f"/staff/incoming/{first}/raw",
        ):
            assert other.get(address).status_code in {302, 403}


def test_more_mail_than_anybody_counts_is_said_to_be_more(any_app: Flask, client: Client) -> None:
    """So that the page costs the same with a hundred thousand."""
    at = now()
    with writing():
        for number in range(MOST_COUNTED + 3):
            db.session.add(
                IncomingEmail(
                    file_key=f"many/{number}",
                    sha256=f"{number:064}",
                    size=1,
                    verdict=Verdict.UNSORTED,
                    understood_at=at,
                    subject="Hours",
                )
            )
        db.session.commit()
    postings.sign_in(client, postings.coordinator())
    assert queries.count_waiting() == MOST_COUNTED + 1
    assert queries.count_by_verdict()[Verdict.UNSORTED] == MOST_COUNTED + 1
    assert "Unsorted (999+)" in client.page("/staff/incoming").text
    assert "More than 999 mails in the Unsorted tray" in client.page("/staff").text
    with writing():
        for each in db.session.query(IncomingEmail).order_by(IncomingEmail.id).limit(3):
            each.dismissed_at, each.dismissal = at, "Nothing for us."
        db.session.commit()
    assert "Unsorted (999)" in client.page("/staff/incoming").text
    assert "999 mails in the Unsorted tray" in client.page("/staff").text


def test_a_raw_mail_is_handed_out_and_never_shown(
    app: Flask, client: Client, tmp_path: Path
) -> None:
    bookkeeper()
    text = "<script>alert(1)</script> Hello"
    key = unsorted(app, tmp_path, text=text, files=())
    postings.sign_in(client, postings.coordinator())
    page = client.get(f"/staff/incoming/{key}")
    assert b"<script>alert(1)" not in page.data
    raw = client.get(f"/staff/incoming/{key}/raw")
    assert raw.data == (tmp_path / "1" / "0000.eml").read_bytes()
    assert raw.headers["Content-Disposition"] == f'attachment; filename="mail-{key}.eml"'
    assert raw.mimetype == "application/octet-stream"


def test_a_mail_goes_to_an_application_or_is_dismissed_and_taken_back(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    application = arrived(bookkeeper())
    number, application_id = application.number, application.id
    postings.sign_in(client, postings.coordinator())
    key = unsorted(any_app, tmp_path, files=())
    wrong = client.submit(
        f"/staff/incoming/{key}", {"attach-number": "2026-XXXXX"}, form=f"{key}/attach"
    )
    assert wrong.status_code == 422
    assert "There is no application with this number." in wrong.text
    reloaded = client.get(f"/staff/incoming/{key}/attach", follow_redirects=True)
    assert (reloaded.status_code, reloaded.request.path) == (200, f"/staff/incoming/{key}")
    assert "Nothing was sent by opening that address." in reloaded.text
    put_there = client.submit(
        f"/staff/incoming/{key}", {"attach-number": number.lower()}, form=f"{key}/attach"
    )
    assert put_there.status_code == 303
    assert rows()[-1].application_id == application_id
    other = unsorted(any_app, tmp_path, 2, files=(), text="Buy our shelves.")
    empty = client.submit(f"/staff/incoming/{other}", {}, form=f"{other}/dismiss")
    assert empty.status_code == 422
    gone = client.submit(
        f"/staff/incoming/{other}",
        {"dismiss-reason": "An advertisement", "dismiss-remember": "sender"},
        form=f"{other}/dismiss",
    )
    assert gone.status_code == 303
    assert "Unsorted (0)" in client.page("/staff/incoming").text
    follows = mail(
        sender="marisol2@example.net", subject="More shelves", text="Buy more shelves.",
        message_id="<more@example.net>",
    )  # fmt: skip
    assert one(any_app, tmp_path / "ads", follows)["verdict"] == "unsorted"
    assert rows()[-1].dismissal == "Mail like this is dismissed by a remembered choice."
    back = client.submit(f"/staff/incoming/{other}", {}, form=f"{other}/take-back")
    assert back.status_code == 303
    assert "Unsorted (1)" in client.page("/staff/incoming").text


def test_a_second_click_files_nothing_twice(app: Flask, client: Client, tmp_path: Path) -> None:
    posting_id = bookkeeper(title="Archivist", subject_keyword="").id
    key = unsorted(app, tmp_path)
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/incoming/{key}")
    answers = [
        client.fill(page, {"posting": str(posting_id)}, form=f"{key}/file", button=BUTTON)
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [303, 409]
    assert db.session.query(Application).count() == 1
    kept = {each.file_key for each in db.session.query(Document)} | {rows()[0].file_key}
    assert {each.key for each in files().list()} == kept


def test_what_is_late_is_filed_as_late_by_hand(app: Flask, client: Client, tmp_path: Path) -> None:
    posting = bookkeeper()
    publishing.close(posting, by=None)
    db.session.commit()
    said = one(app, tmp_path / "in", mail(files=[(resume(), "cv.pdf")]))
    assert (said["verdict"], said["application"]) == ("unsorted", None)
    postings.sign_in(client, postings.coordinator())
    key = rows()[0].id
    page = client.page(f"/staff/incoming/{key}")
    assert "closed on" in page.text
    assert client.fill(page, {}, form=2, button="File here Bookkeeper").status_code == 303
    application = db.session.query(Application).one()
    assert application.is_late
    assert "closed on" in application.history[0].note


def test_the_guess_is_said_and_staff_swap_it(app: Flask, client: Client, tmp_path: Path) -> None:
    bookkeeper()
    files_ = [
        (resume("Dear all, sincerely."), "a-resume.pdf"),
        (resume("Education"), "b-letter.pdf"),
    ]
    one(app, tmp_path / "in", mail(files=files_))
    (row,) = rows()
    assert row.application is not None
    before = {each.title: each for each in row.application.documents}
    assert before["Resume"].document.file_name == "a-resume.pdf"
    ids = {title: each.id for title, each in before.items()}
    wanted = {each.title: each.id for each in row.application.posting.documents}
    postings.sign_in(client, postings.coordinator())
    page = client.page(f"/staff/incoming/{row.id}")
    assert "Taken for “Resume” by its name." in page.text
    swapped = client.fill(
        page,
        {
            f"document-{ids['Resume']}": str(wanted["Cover letter"]),
            f"document-{ids['Cover letter']}": str(wanted["Resume"]),
        },
        form="/labels",
    )
    assert swapped.status_code == 303, swapped.text
    after = {each.title: each.document.file_name for each in rows()[0].application.documents}  # type: ignore[union-attr]
    assert after == {"Resume": "b-letter.pdf", "Cover letter": "a-resume.pdf"}


def test_the_desk_counts_what_waits(app: Flask, client: Client, tmp_path: Path) -> None:
    bookkeeper()
    unsorted(app, tmp_path)
    postings.sign_in(client, postings.coordinator())
    assert "1 mail in the Unsorted tray" in client.page("/staff").text
    postings.sign_in(client, postings.manager())
    assert "Unsorted tray" not in client.page("/staff").text


def test_the_candidate_confirms_and_completes(app: Flask, client: Client, tmp_path: Path) -> None:
    bookkeeper(
        questions=[QuestionValue("Can you work on Saturdays?", QuestionKind.YES_NO)],
        skills=["Spreadsheets"],
    )
    one(app, tmp_path / "in", mail(files=[(resume(), "cv.pdf")]))
    (receipt,) = sent_to("marisol@example.net")
    assert "Your answers to the questions of the posting" in receipt.text
    token = receipt.text.split("/my/")[1].split()[0]
    page = client.page(f"/my/{token}")
    assert "A few questions are still open" in page.text
    client.fill(page, {}, button="Yes, this is my address", form="/confirm")
    empty = client.submit(f"/my/{token}/questions", {}, form=0)
    assert empty.status_code == 422
    application = db.session.query(Application).one()
    question, skill = application.posting.questions[0].id, application.posting.skills[0].id
    sent = client.submit(
        f"/my/{token}/questions",
        {f"question_{question}": "Yes", f"skill_{skill}": "2"},
        form=0,
    )
    assert sent.status_code == 303
    db.session.rollback()
    application = db.session.query(Application).one()
    assert application.email_confirmed_at is not None
    assert [(each.question, each.text) for each in application.answers] == [
        ("Can you work on Saturdays?", "Yes")
    ]
    assert [(each.skill, each.level) for each in application.skills] == [("Spreadsheets", 2)]
    assert client.get(f"/my/{token}/questions").status_code == 303
    told = db.session.query(OutgoingEmail).filter_by(message="answers_added").one()
    assert told.recipient_address == "ida.moreno@example.org"


def test_a_mail_that_was_filed_says_how_at_its_head(
    any_app: Flask, client: Client, tmp_path: Path
) -> None:
    """And one from a host that only this house knows can be filed as it can be taken in."""
    posting = bookkeeper(title="Archivist", subject_keyword="")
    posting_id, number = posting.id, arrived(posting).number
    who = postings.coordinator()
    postings.sign_in(client, who)
    as_application = unsorted(any_app, tmp_path, sender="Lee Ash <lee@mail.test>")
    page = client.page(f"/staff/incoming/{as_application}")
    filed = client.fill(
        page, {"posting": str(posting_id)}, form=f"{as_application}/file", button=BUTTON
    )
    assert filed.status_code == 303, filed.text
    as_message = unsorted(any_app, tmp_path, 2, subject="Saturdays", files=())
    client.submit(
        f"/staff/incoming/{as_message}", {"attach-number": number}, form=f"{as_message}/attach"
    )
    for key, said in (
        (as_application, "filed it as an application on"),
        (as_message, "put it to the application as a message on"),
    ):
        page = client.page(f"/staff/incoming/{key}")
        (head,) = page.texts("section[@aria-labelledby='state-title']")
        assert said in head
        assert "Unsorted" not in head


def test_a_question_is_not_said_to_name_a_posting_where_it_names_none(
    app: Flask, tmp_path: Path
) -> None:
    posting = bookkeeper(subject_keyword="")
    holder = contact_of(posting)
    assert holder is not None
    contact = holder.email
    said = one(app, tmp_path, mail(to=contact, subject="Saturdays", text="Are you open then?"))
    assert said["verdict"] == "unsorted"
    assert said["why"].startswith(f"{contact} is the posting's contact.")
    assert "names a posting" not in said["why"]
