"""What somebody sends later who has applied: a certificate goes to the application they have."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.applications import desk
from tests.documents import samples
from tests.intake.letters import stands
from tests.intake.mails import LETTER, MAILBOX, bookkeeper, mail, one, resume, rows, sent_to
from tests.postings import factories as postings
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import ActorKind, Outcome, Reason
from tracker.core.db import db, writing
from tracker.core.files import files
from tracker.intake.guessing import kind_of
from tracker.intake.models import Reply
from tracker.intake.rules import APPLICATIONS_A_DAY, Verdict, Writer, is_own_application
from tracker.postings.rules import DocumentKind
from tracker.routing.models import Assignment

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)
SENDER = "marisol@example.net"
NOTE = "Dear Ms. Moreno,\n\nhere is the certificate that I wrote of.\n\nMarisol Quennell\n"
ALONE = "that it is the candidate's is known by its sender's address alone"
CV, LETTER_KIND, OTHER = DocumentKind.RESUME, DocumentKind.COVER_LETTER, DocumentKind.OTHER


def certificate(words: str = "This certifies that Marisol Quennell") -> tuple[bytes, str]:
    return samples.pdf(f"{words} keeps books."), "certificate.pdf"


def came(app: Flask, folder: Path, number: int, **values: Any) -> dict[str, Any]:
    """One more mail under the posting's subject, taken in."""
    given: dict[str, Any] = {"text": NOTE, "message_id": f"<{number}@example.net>", **values}
    return one(app, folder / str(number), mail(**given))


def applied(app: Flask, folder: Path, **values: Any) -> Application:
    """Marisol's application by mail."""
    given = {"text": LETTER, "files": [(resume(), "CV.pdf")], **values}
    said = came(app, folder, 0, **given)
    assert said["verdict"] == "application", said
    return db.session.query(Application).one()


def contact_of(application: Application) -> str:
    found = db.session.query(Assignment).filter_by(application_id=application.id).one()
    return found.person.email


def stored_files() -> set[str]:
    return {each.key for each in files().list()}


@pytest.mark.both_databases
def test_a_certificate_goes_to_the_application_as_a_reply_does(
    any_app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    application = applied(any_app, tmp_path)
    number, contact = application.number, contact_of(application)
    to_candidate, stored = len(sent_to(SENDER)), stored_files()
    said = came(any_app, tmp_path, 1, files=[certificate()])
    assert (said["verdict"], said["application"], said["posting"]) == ("reply", number, None)
    assert said["why"] == (
        "It comes from an address that has applied for this posting, and brings no resume:"
        f" it goes to application {number}."
    )
    assert [(each["name"], each["accepted"]) for each in said["attachments"]] == [
        ("certificate.pdf", True)
    ]
    assert db.session.query(Application).count() == 1
    reply = db.session.query(Reply).one()
    assert (reply.application.number, reply.writer, reply.held) == (number, Writer.CANDIDATE, "")
    assert reply.text.startswith("Dear Ms. Moreno,\n\nhere is the certificate")
    told = sent_to(contact)[-1]
    assert told.message == "candidate_replied"
    assert "here is the certificate" in told.text
    assert "- certificate.pdf" in told.text
    assert ALONE in told.text
    assert ALONE in " ".join(told.html.replace("&#39;", "'").split())
    assert len(sent_to(SENDER)) == to_candidate, "no second receipt, and nothing to replace"
    assert stored_files() - stored == {rows()[-1].file_key}


def test_staff_take_the_certificate_over_with_one_click(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    key = applied(app, tmp_path).id
    came(app, tmp_path, 1, files=[certificate()])
    client = desk.coordinator(app)
    url = f"/staff/applications/{key}"
    assert ALONE in client.page(url).text
    (attachment,) = rows()[-1].attachments
    answer = client.post(
        f"{url}/attachments/{attachment.id}/take", data={"csrf_token": client.token(url)}
    )
    assert answer.status_code == 303
    db.session.rollback()
    last = db.session.get_one(Application, key).documents[-1]
    assert (last.title, last.document.sha256) == ("certificate.pdf", attachment.sha256)
    page = client.page(f"/staff/incoming/{rows()[-1].id}")
    assert "brings no resume: it goes to application" in page.text


@pytest.mark.parametrize("name", ["CV 2026.pdf", "Marisol Quennell.pdf"])
def test_a_resume_anew_is_a_second_application(app: Flask, tmp_path: Path, name: str) -> None:
    bookkeeper()
    applied(app, tmp_path)
    anew = resume("Marisol Quennell. Education. Work experience. Now with a certificate.")
    said = came(app, tmp_path, 1, files=[certificate(), (anew, name)])
    assert (said["verdict"], said["posting"]) == ("application", "bookkeeper")
    assert db.session.query(Application).count() == 2
    assert [each.message for each in sent_to(SENDER)].count("applied_again") == 1
    assert db.session.query(Reply).count() == 0


def test_a_resume_that_is_missing_goes_to_the_application(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    application = applied(app, tmp_path, files=[])
    number = application.number
    assert [each.title for each in application.requests] == ["Resume"]
    said = came(app, tmp_path, 1, files=[(resume(), "CV.pdf")])
    assert (said["verdict"], said["application"]) == ("reply", number)
    assert (
        f"brings the resume that was still to come: it goes to application {number}." in said["why"]
    )


def test_a_resume_that_was_asked_for_goes_to_the_application(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    application = applied(app, tmp_path)
    number, by = application.number, postings.coordinator()
    applications.ask_document(application, title="Your newest resume", by=by)
    db.session.commit()
    said = came(app, tmp_path, 1, files=[(resume("Version 2"), "CV.pdf")])
    assert (said["verdict"], said["application"]) == ("reply", number)


def test_once_it_has_ended_the_next_mail_is_an_application(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    key = applied(app, tmp_path).id
    with writing():
        applications.move(
            db.session.get_one(Application, key),
            outcome=Outcome.WITHDRAWN,
            reason=Reason.CANDIDATE_DECISION,
            by=None,
            actor=ActorKind.CANDIDATE,
            mail=False,
        )
        db.session.commit()
    said = came(app, tmp_path, 1, files=[certificate()])
    assert said["verdict"] == "application"


def test_another_posting_or_another_sender_is_another_application(
    app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    bookkeeper(title="Archivist", subject_keyword="Archivist")
    applied(app, tmp_path)
    for number, other in enumerate(({"subject": "Archivist"}, {"sender": "kim@example.net"}), 1):
        said = came(app, tmp_path, number, files=[certificate()], **other)
        assert said["verdict"] == "application"
    assert db.session.query(Reply).count() == 0


def test_after_five_applications_in_a_day_a_certificate_still_arrives(
    app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    applied(app, tmp_path)
    for number in range(1, APPLICATIONS_A_DAY):
        anew = [(resume(f"Version {number}"), "CV.pdf")]
        assert came(app, tmp_path, number, files=anew)["verdict"] == "application"
    assert came(app, tmp_path, 20, files=[(resume("V"), "CV.pdf")])["verdict"] == "unsorted"
    assert came(app, tmp_path, 21, files=[certificate()])["verdict"] == "reply"


def test_two_papers_with_the_same_words_both_reach_the_contact(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    contact = contact_of(applied(app, tmp_path))
    first, second = certificate("First"), certificate("Second")
    for number, paper in enumerate((first, second, first), 1):
        came(app, tmp_path, number, text="Attached.", files=[paper])
    held = [bool(each.held) for each in db.session.query(Reply).order_by(Reply.id)]
    assert held == [False, False, True]
    assert [each.message for each in sent_to(contact)].count("candidate_replied") == 2


# Who is not believed


def test_what_answers_a_mail_of_ours_is_not_in_doubt(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    application = applied(app, tmp_path)
    key, contact = application.id, contact_of(application)
    receipt = sent_to(SENDER)[0]
    ways = ({"In_Reply_To": receipt.message_id}, {"to": str(receipt.reply_to_address)})
    for number, way in enumerate(ways, 1):
        text = f"{number}: {NOTE}"
        said = came(app, tmp_path, number, text=text, files=[certificate()], **way)
        assert said["verdict"] == "reply"
    waits = came(app, tmp_path, 3, subject="Hello", files=[certificate()])
    assert waits["verdict"] == "unsorted"
    client, url = desk.coordinator(app), f"/staff/incoming/{rows()[-1].id}"
    given = {"attach-number": db.session.get_one(Application, key).number}
    assert client.submit(url, given, form="attach").status_code == 303
    told = [each.text for each in sent_to(contact) if each.message == "candidate_replied"]
    assert [ALONE in each for each in told] == [False] * 3
    assert ALONE not in client.page(f"/staff/applications/{key}").text


@pytest.mark.settings(INTAKE_ADDRESS=MAILBOX, INTAKE_AUTHORITY="mx.example.org")
def test_a_sender_who_may_be_forged_puts_nothing_into_an_application(
    app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    before = len(sent_to(contact_of(applied(app, tmp_path))))
    said = came(
        app, tmp_path, 1, files=[certificate()],
        Authentication_Results="mx.example.org; dmarc=fail header.from=example.net",
    )  # fmt: skip
    assert (said["verdict"], said["application"]) == ("unsorted", None)
    assert "the sender may be forged" in said["why"]
    said = came(app, tmp_path, 2, sender=f"{SENDER}, eve@example.net", files=[certificate()])
    assert (said["verdict"], said["application"]) == ("unsorted", None)
    assert db.session.query(Reply).count() == 0
    assert len(sent_to(contact_of(db.session.query(Application).one()))) == before
    proved = "mx.example.org; dmarc=pass header.from=example.net"
    said = came(app, tmp_path, 3, files=[certificate()], Authentication_Results=proved)
    assert said["verdict"] == "reply"


def test_what_is_packed_so_that_nothing_opens_it_may_be_a_resume(
    app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    applied(app, tmp_path)
    packed = (b"\x78\x9f\x3e\x22", "winmail.dat")
    said = came(app, tmp_path, 1, files=[certificate(), packed])
    assert said["verdict"] == "application"
    receipt = [each for each in sent_to(SENDER) if each.message == "application_by_mail"][-1]
    assert "winmail.dat" in receipt.text


def test_a_paper_that_cannot_be_taken_is_named_to_the_contact(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    contact = contact_of(applied(app, tmp_path))
    locked = [(samples.encrypted_pdf(), "certificate.pdf")]
    said = came(app, tmp_path, 1, files=locked)
    assert (said["verdict"], said["attachments"][0]["accepted"]) == ("reply", False)
    assert "- certificate.pdf" in sent_to(contact)[-1].text


def test_a_forgery_moves_and_confirms_nothing(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    application = applied(app, tmp_path)
    before, key = stands(application), application.id
    came(app, tmp_path, 1, files=[certificate()], text=f"I withdraw. {NOTE}")
    assert stands(db.session.get_one(Application, key)) == before
    assert rows()[-1].verdict is Verdict.REPLY


# The rule


@pytest.mark.parametrize(
    ("brought", "lacking", "own"),
    [
        ([], [], False),
        ([OTHER], [], False),
        ([LETTER_KIND], [], False),
        ([LETTER_KIND, OTHER], [CV], False),
        ([CV], [], True),
        ([CV, OTHER], [LETTER_KIND], True),
        ([CV], [CV], False),
        ([CV, LETTER_KIND], [CV, OTHER], False),
    ],
)
def test_only_a_resume_that_is_there_already_makes_another_application(
    brought: list[DocumentKind], lacking: list[DocumentKind], own: bool
) -> None:
    assert is_own_application(brought, lacking) is own


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("Resume.pdf", "", CV),
        ("MarisolQuennell_CV_2026.pdf", "", CV),
        ("hoja de vida.docx", "", CV),
        ("resume-and-certificates.pdf", "", CV),
        ("Cover letter.pdf", "Education. Work experience. Skills.", LETTER_KIND),
        ("references.pdf", "", DocumentKind.REFERENCES),
        ("certificate.pdf", "Work experience. Education. Skills.", OTHER),
        ("Título.pdf", "", OTHER),
        ("scan.pdf", "This certifies that she completed Education and Experience.", OTHER),
        ("scan.pdf", "Education\nWork experience\nSkills\nCertificates", CV),
        ("scan.pdf", "Continuing education, 12 hours.", None),
        ("scan.pdf", "Dear Ms. Moreno, my education and experience. Sincerely", LETTER_KIND),
        ("IMG_0001.jpg", "", None),
    ],
)
def test_a_file_is_recognised_by_its_name_and_else_by_its_words(
    name: str, text: str, kind: DocumentKind | None
) -> None:
    assert kind_of(name, text) is kind


@pytest.mark.both_databases
def test_a_certificate_that_is_written_down_first_is_not_taken_for_the_resume(
    any_app: Flask, tmp_path: Path
) -> None:
    bookkeeper()
    application = applied(any_app, tmp_path, files=[certificate()])
    number = application.number
    assert [each.title for each in application.documents] == ["Cover letter", "certificate.pdf"]
    said = came(any_app, tmp_path, 1, files=[(resume(), "Marisol Quennell.pdf")])
    assert (said["verdict"], said["application"]) == ("reply", number)
    assert "brings the resume that was still to come" in said["why"]
    assert db.session.query(Application).count() == 1
