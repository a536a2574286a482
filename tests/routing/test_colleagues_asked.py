"""A contact asks a colleague from the mail, and hears what they think."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.notifications.factories import side_by_side
from tests.plugins.apps import Client
from tests.postings import factories as postings
from tests.routing.behind import IDA, ROBIN, ask, end, of
from tests.routing.factories import arrived, mails, path_in
from tracker.accounts.models import Person
from tracker.applications.models import Application, Reader
from tracker.core.access import Role
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError
from tracker.interviews.models import Proposal
from tracker.routing import operations, rules
from tracker.routing.models import (
    Assignment,
    Consultation,
)
from tracker.routing.rules import Why


def answered(mail: str = "opinion_asked") -> str:
    """The path of the colleague's own link."""
    return path_in(mails(mail)[-1])


def test_where_nobody_can_be_chosen_nobody_is_asked_to_choose(app: Flask, client: Client) -> None:
    arrived()
    page = client.page(f"{path_in(mails('application_arrived')[0])}/ask")
    assert page.all("input[@type='radio']") == []
    assert "Only for somebody else." not in page.text


@pytest.mark.both_databases
def test_a_colleague_is_asked_reads_and_says_what_they_think(app: Flask, client: Client) -> None:
    application = arrived()
    page = path_in(mails("application_arrived")[0])
    assert "You hear by mail when Robin Vale has looked" in ask(client, page)
    (asked,) = mails("opinion_asked")
    assert (asked.recipient_address, asked.reply_to_address) == (ROBIN, IDA)
    assert "Story hours?" in asked.text
    assert of(ROBIN).why is Why.ASKED
    assert db.session.scalars(select(Consultation.email_id)).one() == asked.id
    theirs = answered()
    shown = client.get(theirs).text
    assert "Ida Moreno asks what you think" in shown
    assert "Sam Rivera" in shown
    assert of(ROBIN).seen_at is None  # a fetch is no look
    assert "not answered yet" in client.get(page).text
    done = client.submit(
        theirs,
        {"opinion-1-opinion": "They did it for two years."},
        button="Send my opinion",
        follow=True,
    )
    assert "Ida Moreno hears of it by mail." in done.text
    assert of(ROBIN).seen_at is not None
    (told,) = mails("opinion_given")
    assert told.recipient_address == IDA
    assert "They did it for two years." in told.text
    assert "They did it for two years." in client.get(path_in(told)).text
    postings.sign_in(client, postings.coordinator())
    staff = client.get(f"/staff/applications/{application.id}").text
    assert "They did it for two years." in staff
    assert "Opinion of Robin Vale" in staff
    assert [mail.recipient_address for mail in mails("opinion_asked")] == [ROBIN]


def test_a_look_without_a_word_is_told_too(client: Client, page: str) -> None:
    ask(client, page)
    theirs = answered()
    empty = client.submit(theirs, form="opinions/1", button="Send my opinion")
    assert empty.status_code == 422
    assert "Write what you think, or press" in empty.text
    client.submit(theirs, form="opinions/1", button="I have looked; nothing to add")
    assert "They have nothing to add." in mails("opinion_given")[0].text
    assert "has looked, nothing to add" in client.get(page).text


def test_an_opinion_is_given_once_and_stays(client: Client, page: str) -> None:
    ask(client, page)
    shown = client.page(answered())
    client.fill(shown, {"opinion-1-opinion": "Yes."}, button="Send my opinion")
    again = client.fill(shown, {"opinion-1-opinion": "No."}, button="Send my opinion")
    assert again.status_code == 409
    assert db.session.scalars(select(Consultation.opinion)).one() == "Yes."
    assert len(mails("opinion_given")) == 1


def test_a_colleague_who_reads_decides_nothing_and_asks_nobody_else(
    client: Client, page: str
) -> None:
    ask(client, page)
    theirs = answered()
    shown = client.page(theirs)
    assert "Ask a colleague" not in shown.text
    assert "Propose interview times" not in shown.text
    token = {"csrf_token": shown.token()}
    for act, more in (
        ("acknowledge", {}),
        ("shortlist", {}),
        ("more-time", {"until": "2"}),
        ("ask", {"person": "else", "name": "Kim", "email": "kim@example.org"}),
    ):
        assert client.post(f"{theirs}/{act}", data={**token, **more}).status_code == 409, act
    assert len(mails("opinion_asked")) == 1
    assert db.session.scalars(select(Proposal)).all() == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "spy@elsewhere.example"}, "not one of the employer’s"),
        ({"email": IDA}, "That is your own address."),
        ({"email": "no address"}, "That is not an e-mail address."),
        ({"email": ""}, "Enter their e-mail address."),
        ({"name": " "}, "Enter their name."),
        ({"email": "gone@example.org"}, "Nobody can be asked at that address."),
    ],
)
def test_an_application_is_shown_to_colleagues_alone_and_what_is_typed_is_kept(
    client: Client, page: str, values: dict[str, str], words: str
) -> None:
    postings.person("gone@example.org", disabled_at=now())
    shown = ask(client, page, **values)
    assert words in shown
    assert "Story hours?" in shown
    assert mails("opinion_asked") == []
    assert db.session.scalars(select(Consultation)).all() == []


def test_an_address_tells_nobody_whether_it_is_known(client: Client, page: str) -> None:
    postings.person("known@example.org", name="Alexandra Known", title="Head of Maps")
    known = ask(client, page, email="known@example.org", name="Alex")
    unknown = ask(client, page, email="unknown@example.org", name="Kim")
    for shown in (known, unknown):
        assert "You hear by mail when" in shown
    assert "Alexandra" not in known
    assert "Head of Maps" not in known
    assert db.session.query(Person).filter_by(email="unknown@example.org").one().unconfirmed


def test_the_directory_is_shown_to_its_signed_in_owner_alone(
    application: Application, client: Client, page: str
) -> None:
    postings.person(ROBIN, name="Robin Vale")
    on_it = postings.person("copied@example.org", name="Kit Copied")
    with writing():
        operations.assign(
            lock(Application, application.id),
            db.session.get_one(Person, on_it.id),
            why=Why.COPIED,
        )
        db.session.commit()
    # Who holds the link sees who works on it anyway, and no address of anybody.
    shown = client.get(f"{page}/ask").text
    assert "Kit Copied" in shown
    assert "Robin Vale" not in shown
    assert "copied@example.org" not in shown
    other = postings.person("max@example.org", name="Max Reed", role=Role.MANAGER)
    postings.sign_in(client, other)
    assert "Robin Vale" not in client.get(f"{page}/ask").text
    ida = db.session.query(Person).filter_by(email=IDA).one()
    ida.role = Role.MANAGER
    db.session.commit()
    client.get("/sign-out")
    postings.sign_in(client, ida)
    shown = client.get(f"{page}/ask").text
    assert "Robin Vale" in shown
    assert ROBIN not in shown
    robin = db.session.query(Person).filter_by(email=ROBIN).one().id
    client.submit(f"{page}/ask", {"person": str(robin)}, button="Ask them")
    assert mails("opinion_asked")[0].recipient_address == ROBIN


def test_a_contact_asks_only_so_many_and_each_once(client: Client, page: str) -> None:
    ask(client, page)
    assert "You have asked them already." in ask(client, page)
    for number in range(rules.MOST_CONSULTED - 1):
        ask(client, page, email=f"kim{number}@example.org", name="Kim")
    assert "You have asked 5 colleagues" in ask(client, page, email="last@example.org")
    assert len(mails("opinion_asked")) == rules.MOST_CONSULTED


def test_two_windows_ask_a_colleague_once(any_app: Flask) -> None:
    application_id = arrived().id

    def consult() -> None:
        try:
            with writing():
                operations.consult(
                    lock(Application, application_id),
                    name="Robin",
                    email=ROBIN,
                    note="",
                    by=db.session.query(Person).filter_by(email=IDA).one(),
                )
                db.session.commit()
        except DomainError:
            return

    side_by_side(any_app, consult, count=4)
    db.session.rollback()
    assert len(mails("opinion_asked")) == 1
    assert len(db.session.scalars(select(Consultation)).all()) == 1
    first = db.session.scalars(select(Consultation)).one()
    db.session.add(
        Consultation(
            application_id=application_id,
            asked_by_id=first.asked_by_id,
            person_id=first.person_id,
            name="Again",
            email_id=first.email_id,
        )
    )
    with pytest.raises(IntegrityError, match="consultation"):
        db.session.flush()
    db.session.rollback()


def test_a_signed_in_look_of_a_colleague_counts(
    application: Application, client: Client, page: str
) -> None:
    robin = postings.person(ROBIN, name="Robin Vale", role=Role.PANELIST)
    ask(client, page)
    postings.sign_in(client, robin)
    client.get(f"/staff/applications/{application.id}")
    db.session.rollback()
    assert db.session.scalars(select(Consultation)).one().looked_at is not None
    assert "has looked" in app_client(client, page)


def app_client(client: Client, page: str) -> str:
    """The contact's page in a browser in which nobody is signed in."""
    return client.application.test_client().get(page).text


def test_what_has_ended_asks_for_no_opinion(
    application: Application, client: Client, page: str
) -> None:
    ask(client, page)
    shown = client.page(answered())
    end(application.id)
    late = client.fill(shown, {"opinion-1-opinion": "Yes."}, button="Send my opinion")
    assert late.status_code == 409
    assert "your opinion is no longer needed" in client.get(shown.url).text
    token = {"csrf_token": client.token(page), "person": "else", "name": "K"}
    answer = client.post(f"{page}/ask", data={**token, "email": "kim@example.org"})
    assert answer.status_code == 409


def test_a_colleague_who_had_it_before_reads_again(
    application: Application, client: Client, page: str
) -> None:
    ask(client, page)
    with writing():
        row = db.session.query(Assignment).join(Person, Assignment.person_id == Person.id)
        found = row.filter(Person.email == ROBIN).one()
        found.ended_at = now()
        asked = db.session.scalars(select(Consultation)).one()
        asked.looked_at = asked.answered_at = now()
        db.session.commit()
    ask(client, page)
    assert of(ROBIN).ended_at is None
    assert client.get(answered()).status_code == 200
    readers = select(func.count(Reader.id)).join(Person, Person.id == Reader.person_id)
    assert db.session.scalar(readers.where(Person.email == ROBIN)) == 1


def test_who_was_asked_to_read_lets_nobody_in(app: Flask, client: Client) -> None:
    """Neither by passing the mail on to somebody the employer knows, nor for a newcomer."""
    postings.person("alex@example.org", name="Alex Moreno")
    arrived()
    page = path_in(mails("application_arrived")[0])
    ask(client, page)
    theirs = answered()
    shown = client.page(theirs)
    assert "Who else reads it is for those who decide on it to say" in shown.text
    assert not any("colleague" in each.action for each in shown.forms)
    for address in ("alex@example.org", "new@example.org"):
        token = {"csrf_token": client.token("/sign-in")}
        data = {**token, "name": "Alex Moreno", "email": address}
        refused = client.post(f"{theirs}/colleague", data=data)
        assert refused.status_code == 409
        assert "nobody was asked and no link was sent" in refused.text
    assert (mails("colleague_link"), mails("colleague_asks")) == ([], [])


def test_who_only_reads_by_now_grants_no_link_that_was_asked_for(
    app: Flask, client: Client
) -> None:
    arrived()
    page = path_in(mails("application_arrived")[0])
    wanted = {"name": "Alex Moreno", "email": "new@example.org"}
    client.submit(page, wanted, button="Ask for my own link", follow=True)
    give = client.page(page).form("give").action
    with writing():
        assignment = db.session.get_one(Assignment, of(IDA).id)
        assignment.why = Why.ASKED
        db.session.commit()
    assert "Alex Moreno" not in client.get(page).text
    refused = client.post(give, data={"csrf_token": client.token("/sign-in")})
    assert refused.status_code == 409
    assert mails("colleague_link") == []


def test_a_colleague_whose_links_were_ended_waits_for_the_owner(app: Flask, client: Client) -> None:
    postings.person(ROBIN, name="Robin Vale")
    application = arrived()
    page = path_in(mails("application_arrived")[0])
    ask(client, page)
    robin = of(ROBIN).person
    with writing():
        row = lock(Application, application.id)
        operations.shut_out(row, db.session.get_one(Person, robin.id), by=of(IDA).person)
        db.session.commit()
    wanted = {"name": "Robin Vale", "email": ROBIN}
    client.submit(page, wanted, button="Ask for my own link", follow=True)
    assert mails("colleague_link") == []
    refused = client.submit(page, form="give", button="Give a link Robin Vale")
    assert refused.status_code == 409
    assert "A colleague has ended" in refused.text
