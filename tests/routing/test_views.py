"""A contact does the job from the mail alone: read, acknowledge, shortlist, decline."""

import datetime as dt

from flask import Flask
from sqlalchemy import select

from tests.intake.mails import gone
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.factories import arrived, mails, path_in
from tracker.applications import operations as applications
from tracker.applications.models import Application
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, now, writing
from tracker.postings.content import QuestionValue
from tracker.postings.models import PostingMember
from tracker.postings.rules import MemberRole, QuestionKind
from tracker.routing.models import Assignment, ContactLink, LinkFetch, LinkRequest


def assignment() -> Assignment:
    """The only assignment, as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Assignment)).one()


def test_the_page_says_as_whom_one_acts_and_shows_everything(client: Client, page: str) -> None:
    text = client.get(page).text
    for words in (
        "You act here as",
        "Ida Moreno",
        "Sam Rivera",
        "sam@example.org",
        "203 555 0100",
        "Can you work on Saturdays?",
        "Resume",
        "Story time",
        "I use it regularly",
    ):
        assert words in text, words


def test_opening_a_link_is_a_fetch_and_nothing_more(client: Client, page: str) -> None:
    client.get(page)
    client.get(page)
    now_ = assignment()
    assert (now_.fetched_at is not None, now_.seen_at, now_.acknowledged_at) == (True, None, None)
    assert now_.application.stage is Stage.RECEIVED
    assert len(db.session.scalars(select(LinkFetch)).all()) == 2


def test_acknowledging_is_a_post_and_puts_it_under_review(client: Client, page: str) -> None:
    client.submit(page, form="acknowledge", button="Acknowledge", follow=True)
    done = assignment()
    assert done.seen_at is not None
    assert done.acknowledged_at is not None
    assert done.application.stage is Stage.UNDER_REVIEW
    assert done.application.history[-1].by_id == done.person_id


def test_a_second_click_changes_nothing(client: Client, page: str) -> None:
    shown = client.page(page)
    client.fill(shown, form="acknowledge", button="Acknowledge")
    first = assignment().acknowledged_at
    assert client.fill(shown, form="acknowledge", button="Acknowledge").status_code == 303
    assert assignment().acknowledged_at == first
    assert len(assignment().application.history) == 2


def test_shortlisting_shows_the_mail_and_sends_it_only_when_asked(
    client: Client, page: str
) -> None:
    shown = client.get(f"{page}/shortlist").text
    assert "You are on the shortlist: Children&#39;s Librarian" in shown
    client.submit(f"{page}/shortlist", button="Shortlist")
    assert assignment().application.stage is Stage.SHORTLISTED
    assert mails("moved_shortlisted") == []


def test_shortlisting_with_the_mail_sends_what_was_shown(client: Client, page: str) -> None:
    client.submit(f"{page}/shortlist", {"mail": True}, button="Shortlist")
    (mail,) = mails("moved_shortlisted")
    assert mail.recipient_address == "sam@example.org"
    assert mail.subject == "You are on the shortlist: Children's Librarian"


def test_declining_needs_a_reason_and_keeps_what_was_typed(client: Client, page: str) -> None:
    response = client.submit(
        f"{page}/decline", {"note": "Kind, but too far away."}, button="Decline the application"
    )
    assert response.status_code == 422
    assert "Choose a reason." in response.text
    assert "Kind, but too far away." in response.text
    assert assignment().application.outcome is None


def test_other_as_a_reason_has_to_be_explained(client: Client, page: str) -> None:
    response = client.submit(
        f"{page}/decline", {"reason": "other"}, button="Decline the application"
    )
    assert response.status_code == 422
    assert "Say here what “other” means." in response.text


def test_declining_ends_the_application_and_answers_the_candidate(
    client: Client, page: str
) -> None:
    response = client.submit(
        f"{page}/decline",
        {"reason": "better qualified selected", "note": "Strong field."},
        button="Decline the application",
    )
    assert response.status_code == 303
    application = assignment().application
    assert (application.outcome, application.disposition_reason, application.disposition_note) == (
        Outcome.NOT_SELECTED,
        Reason.BETTER_QUALIFIED,
        "Strong field.",
    )
    (mail,) = mails("outcome_not_selected")
    assert mail.recipient_address == "sam@example.org"
    assert "Strong field" not in mail.text


def test_what_has_ended_offers_nothing_more_and_refuses_more(client: Client, page: str) -> None:
    shown = client.page(f"{page}/decline")
    fields = {"reason": "no response"}
    client.fill(shown, fields, button="Decline the application")
    assert "This application has ended." in client.get(page).text
    again = client.fill(shown, fields, button="Decline the application")
    assert again.status_code == 409
    assert len(mails("outcome_not_selected")) == 1


def test_a_mistaken_decline_is_taken_back_by_whoever_made_it(client: Client, page: str) -> None:
    client.submit(f"{page}/decline", {"reason": "no response"}, button="Decline the application")
    gone(mails("outcome_not_selected")[0])
    shown = client.submit(page, form="take-back", button="Take it back", follow=True)
    assert "The candidate had been mailed about it" in shown.text
    application = assignment().application
    assert (application.stage, application.outcome) == (Stage.RECEIVED, None)
    last, decline = application.history[-1], application.history[-2]
    assert (last.undoes_id, last.by_id) == (decline.id, assignment().person_id)
    assert len(mails("outcome_not_selected")) == 1
    assert "Take back" not in client.get(page).text


def test_what_somebody_else_decided_is_not_taken_back_here(client: Client, page: str) -> None:
    client.submit(f"{page}/shortlist", button="Shortlist")
    shown = client.page(page)
    with writing():
        application = db.session.scalars(select(Application)).one()
        applications.move(application, to_stage=Stage.INTERVIEW, by=postings.manager(), mail=False)
        db.session.commit()
    assert client.fill(shown, form="take-back", button="Take it back").status_code == 409
    assert assignment().application.stage is Stage.INTERVIEW


def test_who_is_copied_reads_but_does_not_decide(app: Flask, client: Client) -> None:
    posting = postings.open_posting()
    other = postings.person("copied@example.org")
    db.session.add(PostingMember(posting_id=posting.id, person_id=other.id, role=MemberRole.COPIED))
    db.session.commit()
    arrived(posting)
    path = path_in(mails("application_arrived")[1])
    assert "The hiring contact of the posting decides" in client.get(path).text
    token = client.token(path)
    assert client.post(f"{path}/acknowledge", data={"csrf_token": token}).status_code == 409


def test_documents_are_read_as_text_and_downloaded_as_attachments(
    client: Client, page: str, application: Application
) -> None:
    number = application.documents[1].id
    assert "Resume of Sam Rivera." in client.get(f"{page}/documents/{number}").text
    original = client.get(f"{page}/documents/{number}/original")
    assert original.data == b"Resume of Sam Rivera."
    assert original.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert original.headers["Cache-Control"] == "no-store"


def test_a_link_opens_its_own_application_only(client: Client, page: str) -> None:
    other = arrived(postings.open_posting(title="Shelver"), email="kim@example.org", name="Kim")
    foreign = other.documents[0].id
    assert client.get(f"{page}/documents/{foreign}").status_code == 404
    assert client.get(f"{page}/documents/{foreign}/original").status_code == 404
    assert client.get(f"{page}/documents/987654").status_code == 404


def test_an_expired_link_offers_a_new_one_to_its_owner(client: Client, page: str) -> None:
    link = db.session.scalars(select(ContactLink)).one()
    link.expires_at = now() - dt.timedelta(minutes=1)
    db.session.commit()
    shown = client.page(page, status=410)
    assert client.post(f"{page}/acknowledge", data={"csrf_token": shown.token()}).status_code == 410
    assert (
        "A new link is on its way"
        in client.post(f"{page}/renew", data={"csrf_token": shown.token()}).text
    )
    (mail,) = mails("contact_link_again")
    assert mail.recipient_address == "ida.moreno@example.org"
    assert client.get(path_in(mail)).status_code == 200
    assert client.get(page).status_code == 410


def test_a_link_of_somebody_who_left_opens_nothing(client: Client, page: str) -> None:
    postings.person(disabled_at=now())
    assert client.get(page).status_code == 410


def ask(client: Client, page: str, email: str) -> str:
    """Ask for a link of one's own, as a colleague with a forwarded mail; the page's words."""
    return client.submit(
        page,
        {"name": "Alex Moreno", "email": email},
        button="Ask for my own link",
        follow=True,
    ).text


def test_a_known_colleague_gets_a_link_in_their_own_name(client: Client, page: str) -> None:
    postings.person("alex@example.org", name="Alex Moreno")
    ask(client, page, "Alex@example.org")
    (mail,) = mails("colleague_link")
    assert mail.recipient_address == "alex@example.org"
    shown = client.get(path_in(mail)).text
    assert "<strong>Alex Moreno</strong>" in shown
    assert "You need not do anything" in mails("colleague_asks")[0].text


def test_a_stranger_waits_for_the_owner_and_the_page_says_the_same(
    client: Client, page: str
) -> None:
    postings.person("alex@example.org", name="Alex Moreno")
    known, unknown = ask(client, page, "alex@example.org"), ask(client, page, "x@example.org")
    notice = "If the employer knows your address, a link of your own is on its way to it."
    assert notice in known
    assert notice in unknown
    assert [mail.recipient_address for mail in mails("colleague_link")] == ["alex@example.org"]
    asked = mails("colleague_asks")[1]
    assert asked.recipient_address == "ida.moreno@example.org"
    client.submit(path_in(asked), form="give", button="Give a link Alex Moreno", follow=True)
    assert [mail.recipient_address for mail in mails("colleague_link")] == [
        "alex@example.org",
        "x@example.org",
    ]


def test_nobody_outside_the_employer_is_given_a_link(client: Client, page: str) -> None:
    ask(client, page, "x@elsewhere.example")
    response = client.submit(page, form="give", button="Give a link Alex Moreno")
    assert response.status_code == 409
    assert "not one of the employer" in response.text
    assert mails("colleague_link") == []


def test_the_owner_may_refuse(client: Client, page: str) -> None:
    ask(client, page, "x@elsewhere.example")
    client.submit(page, form="refuse", button="Refuse Alex Moreno", follow=True)
    db.session.rollback()
    request = db.session.scalars(select(LinkRequest)).one()
    assert (request.granted, request.decided_at is not None) == (False, True)
    assert mails("colleague_link") == []


def test_a_link_is_no_endless_source_of_mail(client: Client, page: str) -> None:
    for number in range(5):
        ask(client, page, f"x{number}@elsewhere.example")
    shown = client.page(page)
    response = client.fill(
        shown,
        {"name": "X", "email": "x6@elsewhere.example"},
        button="Ask for my own link",
    )
    assert response.status_code == 429
    assert len(mails("colleague_asks")) == 5


def test_who_is_signed_in_as_somebody_else_is_told(app: Flask, client: Client, page: str) -> None:
    manager = postings.person("max@example.org", name="Max Reed", role=Role.MANAGER)
    postings.sign_in(client, manager)
    assert "You are signed in as Max Reed" in client.get(page).text


def test_the_page_takes_the_same_number_of_queries_however_much_it_shows(
    app: Flask, client: Client, count_queries: QueryCounter
) -> None:
    counted = []
    for number in (1, 30):
        posting = postings.open_posting(
            title=f"Posting {number}",
            skills=[f"Skill {each}" for each in range(number)],
            questions=[
                QuestionValue(f"Question {each}?", QuestionKind.YES_NO) for each in range(number)
            ],
        )
        arrived(posting, email=f"p{number}@example.org")
        path = path_in(mails("application_arrived")[-1])
        client.get(path)
        with count_queries() as statements:
            client.get(path)
        counted.append(len(statements))
    assert counted[0] == counted[1]
