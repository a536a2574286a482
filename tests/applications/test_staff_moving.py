"""Moving one application from its page: the mail is shown first, and nobody overwrites anybody."""

import re
import threading

import pytest
from flask import Flask

from tests.applications import desk
from tests.plugins.pages import Page, text_of
from tests.postings import factories as postings
from tracker.applications.models import Application, StageChange
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.db import db, now, writing
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState


def url(application: Application, rest: str = "/move") -> str:
    return f"/staff/applications/{application.id}{rest}"


def standing(application: Application) -> tuple[str, str | None, str | None]:
    db.session.rollback()
    row = db.session.get_one(Application, application.id)
    return (
        row.stage.value,
        row.outcome.value if row.outcome else None,
        row.disposition_reason.value if row.disposition_reason else None,
    )


def mails(application: Application, message: str) -> list[OutgoingEmail]:
    return db.session.query(OutgoingEmail).filter_by(message=message, about_id=application.id).all()


def shown(page: Page) -> tuple[str, str]:
    """Subject and text of the mail that a page shows."""
    (text,) = page.all("pre")
    return text_of(page.all("form//p/strong")[0]), "".join(text.itertext())


def test_the_targets_are_buttons_that_lead_on_without_script(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page(url(application))
    answer = client.fill(page, form="to-stage", button="shortlisted")
    assert Page(answer.text).texts("h1") == ["Shortlist: Marisol Quennell"]
    answer = client.fill(page, form="to-outcome", button="not selected")
    asked = Page(answer.text)
    assert asked.texts("h1") == ["Decline: Marisol Quennell"]
    assert len(asked.all("input[@name='reason']")) == 10


@pytest.mark.parametrize(
    ("stage", "target", "message"),
    [
        (Stage.RECEIVED, "under review", "moved_under_review"),
        (Stage.RECEIVED, "shortlisted", "moved_shortlisted"),
        (Stage.RECEIVED, "interview", "moved_interview"),
        (Stage.RECEIVED, "references", "moved_references"),
        (Stage.RECEIVED, "offer", "moved_offer"),
        (Stage.OFFER, "received", "moved_received"),
        (Stage.RECEIVED, "not selected", "outcome_not_selected"),
        (Stage.RECEIVED, "withdrawn", "outcome_withdrawn"),
        (Stage.RECEIVED, "position cancelled", "outcome_position_cancelled"),
        (Stage.OFFER, "declined offer", "outcome_declined_offer"),
        (Stage.OFFER, "hired", "outcome_hired"),
    ],
)
def test_the_mail_that_is_shown_is_the_mail_that_goes(
    app: Flask, stage: Stage, target: str, message: str
) -> None:
    application = desk.arrived()
    if stage is not Stage.RECEIVED:
        desk.move(application, stage)
    client = desk.coordinator(app)
    page = client.page(f"{url(application)}?to={target.replace(' ', '+')}")
    entered = {"mail": True, "note": "Because."}
    if page.all("input[@name='reason']"):
        entered["reason"] = "other"
    answer = client.fill(page, entered, form="/move")
    assert (answer.status_code, answer.location) == (303, url(application, ""))
    (mail,) = mails(application, message)
    without_link = re.sub(r"/my/[\w-]+", "/my/…", mail.text)
    assert shown(page) == (mail.subject, without_link)
    change = db.session.query(StageChange).order_by(StageChange.id.desc()).first()
    assert change is not None
    assert (change.email_id, change.note) == (mail.id, "Because.")
    assert target in {change.new_stage.value, change.new_outcome}


def test_without_the_tick_no_mail_goes(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page(f"{url(application)}?to=shortlisted")
    assert page.one("input[@name='mail']").get("checked") is None
    client.fill(page, form="/move")
    assert standing(application) == ("shortlisted", None, None)
    assert mails(application, "moved_shortlisted") == []


def test_an_end_proposes_the_mail_and_wants_a_reason(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page(f"{url(application)}?to=not+selected")
    assert page.one("input[@name='mail']").get("checked") is not None
    answer = client.fill(page, {"note": "Kept."}, form="/move")
    assert answer.status_code == 422
    again = Page(answer.text, answer.request.url)
    assert again.link("Choose a reason.").endswith("#reason-0")
    assert text_of(again.one("textarea")) == "Kept."
    answer = client.fill(again, {"reason": "other", "note": " "}, form="/move")
    assert "Say here what “other” means." in Page(answer.text).text
    assert standing(application) == ("received", None, None)
    client.fill(again, {"reason": "late"}, form="/move")
    assert standing(application) == ("received", "not selected", "late")


def test_who_comes_too_late_is_told_who_was_faster_and_keeps_the_words(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page(f"{url(application)}?to=not+selected")
    desk.move(application, Stage.SHORTLISTED, by=postings.manager())
    answer = client.fill(page, {"reason": "late", "note": "Mine."}, form="/move")
    assert answer.status_code == 409
    told = Page(answer.text, answer.request.url)
    assert "Somebody else moved this application while you had the page open." in told.text
    assert "The last move was by Max Reed" in told.text
    assert text_of(told.one("textarea")) == "Mine."
    assert standing(application) == ("shortlisted", None, None)
    assert client.fill(told, form="/move").status_code == 303
    assert standing(application) == ("shortlisted", "not selected", "late")


def test_a_target_that_is_gone_gives_the_choice_again(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page(f"{url(application)}?to=not+selected")
    desk.move(application, Outcome.WITHDRAWN, reason=Reason.CANDIDATE_DECISION)
    answer = client.fill(page, {"reason": "late"}, form="/move")
    assert answer.status_code == 409
    assert "Choose the stage at which it opens again." in Page(answer.text).text
    assert standing(application) == ("received", "withdrawn", "candidate's own decision")


@pytest.mark.parametrize("target", ["", "nowhere", "hired"])
def test_an_address_that_was_made_up_offers_what_there_is(app: Flask, target: str) -> None:
    application = desk.arrived()
    page = desk.coordinator(app).page(f"{url(application)}?to={target}")
    assert page.texts("h1") == ["Move: Marisol Quennell"]


def test_of_two_who_move_at_once_one_is_told(any_app: Flask) -> None:
    application = desk.arrived()
    people = [postings.coordinator(), postings.coordinator("dana.hill@example.org")]
    clients = [desk.signed_in(any_app, each) for each in people]
    targets = ["shortlisted", "offer"]
    pages = [
        client.page(f"{url(application)}?to={target}")
        for client, target in zip(clients, targets, strict=True)
    ]
    gate, answers = threading.Barrier(2), [0, 0]

    def press(number: int) -> None:
        gate.wait()
        answers[number] = clients[number].fill(pages[number], form="/move").status_code

    threads = [threading.Thread(target=press, args=(number,)) for number in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [303, 409]
    winner = targets[answers.index(303)]
    assert standing(application) == (winner, None, None)
    moves = db.session.query(StageChange).filter(StageChange.old_stage.is_not(None)).all()
    assert [each.new_stage.value for each in moves] == [winner]


def test_the_last_move_is_taken_back_by_a_button_and_no_mail_goes(app: Flask) -> None:
    application = desk.arrived()
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE, mail=True)
    before = db.session.query(OutgoingEmail).count()
    client = desk.coordinator(app)
    page = client.page(url(application, ""))
    assert "has not gone yet; taking the move back drops it" in page.text
    change_id = db.session.query(StageChange.id).order_by(StageChange.id.desc()).limit(1).scalar()
    answer = client.fill(page, form=f"/undo/{change_id}", follow=True)
    assert "The last move was taken back. No mail was sent." in Page(answer.text).text
    assert standing(application) == ("received", None, None)
    assert db.session.query(OutgoingEmail).count() == before


def test_a_mail_that_has_gone_is_not_called_back(app: Flask) -> None:
    application = desk.arrived()
    desk.move(application, Outcome.NOT_SELECTED, reason=Reason.LATE, mail=True)
    with writing():
        email = db.session.query(OutgoingEmail).order_by(OutgoingEmail.id.desc()).first()
        assert email is not None
        email.state, email.sent_at, email.next_attempt_at = MailState.SENT, now(), None
        db.session.commit()
    page = desk.coordinator(app).page(url(application, ""))
    assert "taking the move back does not call it back" in page.text


def test_taking_back_too_late_changes_nothing(app: Flask) -> None:
    application = desk.arrived()
    desk.move(application, Stage.SHORTLISTED)
    client = desk.coordinator(app)
    page = client.page(url(application, ""))
    change_id = db.session.query(StageChange.id).order_by(StageChange.id.desc()).limit(1).scalar()
    desk.move(application, Stage.OFFER)
    answer = client.fill(page, form=f"/undo/{change_id}")
    assert answer.status_code == 409
    told = Page(answer.text)
    assert "Somebody else moved this application" in told.text
    assert told.link("See how the application stands now").endswith(url(application, ""))
    assert standing(application) == ("offer", None, None)


def test_a_move_of_another_application_cannot_be_taken_back_from_here(app: Flask) -> None:
    first = desk.arrived()
    second = desk.arrived(first.posting)
    desk.move(first, Stage.OFFER)
    desk.move(second, Stage.OFFER)
    client = desk.coordinator(app)
    token = client.token(url(first, ""))
    theirs = db.session.query(StageChange.id).order_by(StageChange.id.desc()).limit(1).scalar()
    data = {"csrf_token": token, "version": first.version}
    assert client.post(url(first, f"/undo/{theirs}"), data=data).status_code == 404
    assert standing(second) == ("offer", None, None)


# The board


def columns(page: Page) -> dict[str, list[str]]:
    """Candidates by column."""
    return {
        each.get("data-stage") or "": [text_of(name) for name in each.findall("ul/li/a")]
        for each in page.all("section[@data-stage]")
    }


def test_the_board_has_a_column_a_stage_and_a_form_a_card(app: Flask) -> None:
    application = desk.arrived()
    desk.arrived(application.posting, name="Ann Lee")
    desk.arrived(name="Of another posting")
    desk.move(application, Stage.SHORTLISTED)
    client = desk.coordinator(app)
    address = f"/staff/applications?view=board&posting={application.posting_id}"
    page = client.page(address)
    expected: dict[str, list[str]] = {stage.value: [] for stage in Stage}
    expected["received"], expected["shortlisted"] = ["Ann Lee"], ["Marisol Quennell"]
    assert columns(page) == expected
    answer = client.fill(page, {"to": "offer"}, form=url(application))
    assert answer.location == address
    assert columns(client.page(address))["offer"] == ["Marisol Quennell"]
    assert mails(application, "moved_offer") == []


def test_the_board_asks_for_a_posting_first(app: Flask) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    page = client.page("/staff/applications?view=board")
    assert page.texts("h2") == ["Choose a posting"]
    answer = client.fill(page, {"posting": application.posting_id}, form="/staff/applications")
    assert columns(Page(answer.text))["received"] == ["Marisol Quennell"]


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "\\\\example.org"])
def test_after_a_move_one_stays_on_this_site(app: Flask, back: str) -> None:
    application = desk.arrived()
    client = desk.coordinator(app)
    data = {
        "csrf_token": client.token(url(application)),
        "to": "offer",
        "version": application.version,
        "back": back,
    }
    assert client.post(url(application), data=data).location == url(application, "")
