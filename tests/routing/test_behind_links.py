"""More time, a colleague's opinion, and whose act it is: what is done behind a private link."""

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.notifications.factories import side_by_side
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.test_views import mails, path_in
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications.models import Application, Reader
from tracker.applications.rules import Outcome, Reason, Stage
from tracker.core.access import Role
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError
from tracker.core.tokens import TOKEN_BYTES, hash_token
from tracker.interviews.models import Proposal
from tracker.routing import operations, rules
from tracker.routing.models import (
    Assignment,
    Consultation,
    ContactLink,
    LinkAct,
    LinkFetch,
    LinkRevocation,
    MoreTime,
)
from tracker.routing.rules import LinkDeed, MoreTimeError, Why

IDA, ROBIN = "ida.moreno@example.org", "robin.vale@example.org"
# A Wednesday, in the afternoon of Alder Falls.
WEDNESDAY = dt.datetime(2027, 5, 12, 18, tzinfo=dt.UTC)


@pytest.fixture
def application(app: Flask) -> Application:
    """Sam Rivera's, with Ida Moreno as contact."""
    return arrived()


@pytest.fixture
def page(application: Application) -> str:
    """The path that Ida Moreno's mail opens."""
    return path_in(mails("application_arrived")[0])


def of(email: str) -> Assignment:
    """A person's newest assignment, as it is now."""
    db.session.rollback()
    found = db.session.scalars(
        select(Assignment)
        .join(Assignment.person)
        .where(Person.email == email)
        .order_by(Assignment.id.desc())
    ).first()
    assert found is not None
    return found


def end(application_id: int) -> None:
    """End an application. Commits."""
    with writing():
        applications.move(
            lock(Application, application_id),
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.NO_RESPONSE,
            by=db.session.query(Person).filter_by(email=IDA).one(),
            mail=False,
        )
        db.session.commit()


# More time


@pytest.mark.both_databases
@time_machine.travel(WEDNESDAY, tick=True)
def test_a_contact_asks_for_more_time_in_working_days(app: Flask, client: Client) -> None:
    postings.employer()
    application = arrived()
    page = path_in(mails("application_arrived")[0])
    form = client.page(f"{page}/more-time")
    assert "5 working days, until Wednesday 19 May 2027" in form.text
    assert "You can ask 3 times, until Friday 11 June 2027 at the latest." in form.text
    note = "I am at the conference until Tuesday."
    client.fill(form, {"until": "5", "note": note}, button="Ask for more time")
    now_ = of(IDA)
    until = dt.datetime(2027, 5, 20, 3, 59, tzinfo=dt.UTC)
    assert now_.later_until == until
    assert now_.next_step_at == until  # the clock looks again then
    assert (now_.seen_at is not None, now_.acknowledged_at) == (True, None)
    assert now_.application.stage is Stage.RECEIVED
    shown = client.get(page).text
    assert "You asked for more time, until Wednesday 19 May 2027, 11:59 pm" in shown
    assert note in shown
    postings.sign_in(client, postings.coordinator())
    staff = client.get(f"/staff/applications/{application.id}").text
    assert "asked for more time until 19 May 2027, 11:59 pm" in staff
    assert note in staff
    assert note not in "".join(mail.text for mail in mails("application_received"))


@time_machine.travel(WEDNESDAY, tick=True)
def test_a_day_of_ones_choice_is_asked_for_and_kept_where_it_cannot_be(
    app: Flask, client: Client
) -> None:
    arrived()
    url = path_in(mails("application_arrived")[0]) + "/more-time"
    for values, words in (
        ({}, "Choose until when."),
        ({"until": "day"}, "Choose a day."),
        ({"until": "day", "day": "soon"}, "Choose a day."),
        ({"until": "day", "day": "2027-05-11"}, "Choose a day that is still to come."),
        ({"until": "day", "day": "2027-07-01", "note": "Kept."}, "for 30 days in all"),
    ):
        answer = client.submit(url, values, button="Ask for more time")
        assert answer.status_code == 422
        assert words in answer.text
    assert "Kept." in answer.text
    assert of(IDA).later_until is None
    client.submit(url, {"until": "day", "day": "2027-06-11"}, button="Ask for more time")
    assert of(IDA).later_until is not None


def test_nobody_puts_a_candidate_off_for_ever() -> None:
    at, day = WEDNESDAY, dt.timedelta(days=1)
    rules.check_more_time(at + 30 * day, at=at, asked=[])
    # Counted from when they first asked, and never more than three times.
    rules.check_more_time(at + 10 * day, at=at, asked=[at - 20 * day])
    with pytest.raises(MoreTimeError, match="30 days in all"):
        rules.check_more_time(at + 12 * day, at=at, asked=[at - 20 * day])
    with pytest.raises(MoreTimeError, match="three times"):
        rules.check_more_time(at + day, at=at, asked=[at - day] * 3)


def test_a_fourth_time_is_refused_in_words(client: Client, page: str) -> None:
    for _ in range(3):
        client.submit(f"{page}/more-time", {"until": "2"}, button="Ask for more time")
    answer = client.submit(f"{page}/more-time", {"until": "2"}, button="Ask for more time")
    assert answer.status_code == 422
    assert "You have asked for more time three times" in answer.text
    assert db.session.scalar(select(func.count(MoreTime.id))) == 3


def test_what_has_ended_is_not_put_off(application: Application, client: Client, page: str) -> None:
    shown = client.page(f"{page}/more-time")
    end(application.id)
    answer = client.fill(shown, {"until": "2"}, button="Ask for more time")
    assert answer.status_code == 409
    assert of(IDA).later_until is None


def test_more_time_lies_ahead_in_the_database_too(any_app: Flask) -> None:
    arrived()
    db.session.add(MoreTime(assignment=of(IDA), until=now() - dt.timedelta(days=1)))
    with pytest.raises(IntegrityError, match="more_time_ahead"):
        db.session.flush()
    db.session.rollback()


# A colleague


def ask(client: Client, page: str, **values: str) -> str:
    """Ask Robin Vale to look, by name and address; the page that follows."""
    known = {"person": "else", "name": "Robin Vale", "email": ROBIN, "note": "Story hours?"}
    return client.submit(f"{page}/ask", {**known, **values}, button="Ask them", follow=True).text


def answered(mail: str = "opinion_asked") -> str:
    """The path of the colleague's own link."""
    return path_in(mails(mail)[-1])


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


# Whose act it is


def test_a_look_ahead_and_a_head_are_fetches_and_nothing_more(client: Client, page: str) -> None:
    ida = db.session.query(Person).filter_by(email=IDA).one()
    ida.role = Role.MANAGER
    db.session.commit()
    postings.sign_in(client, ida)
    client.head(page)
    client.get(page, headers={"Sec-Purpose": "prefetch;prerender"})
    client.get(page, headers={"Purpose": "prefetch"})
    assert of(IDA).seen_at is None
    assert db.session.scalar(select(func.count(LinkFetch.id))) == 3
    assert db.session.scalars(select(LinkAct)).all() == []
    client.get(page)  # signed in as the link's person: a look
    assert of(IDA).seen_at is not None


def test_who_is_signed_in_as_another_is_told_before_they_act_and_noted(
    application: Application, client: Client, page: str
) -> None:
    manager = postings.person("max@example.org", name="Max Reed", role=Role.COORDINATOR)
    postings.sign_in(client, manager)
    shown = client.page(page)
    assert "You are signed in as Max Reed" in shown.text
    assert "it is noted that Max Reed was signed in" in shown.text
    assert "Open the application as Max Reed instead" in shown.text
    assert client.fill(shown, form="acknowledge", button="Acknowledge").status_code == 303
    acted = db.session.scalars(select(LinkAct)).one()
    assert (acted.what, acted.link.person.email) == (LinkDeed.ACKNOWLEDGED, IDA)
    assert acted.signed_in_id == manager.id
    done = of(IDA)
    assert done.acknowledged_at is not None
    assert done.application.history[-1].by_id == done.person_id
    staff = client.get(f"/staff/applications/{application.id}").text
    assert "Done as Ida Moreno while Max Reed was signed in: acknowledged" in staff


@pytest.mark.parametrize("act", ["acknowledge", "shortlist", "take-back", "more-time", "ask"])
def test_who_signed_in_after_the_page_was_drawn_does_nothing_unawares(
    client: Client, page: str, act: str
) -> None:
    manager = postings.person("max@example.org", name="Max Reed", role=Role.MANAGER)
    postings.sign_in(client, manager)
    values = {"until": "2", "person": "else", "name": "Kim", "email": "kim@example.org"}
    token = {"csrf_token": client.token(page), **values}
    for seen in ("", "999"):
        answer = client.post(f"{page}/{act}", data={**token, "signed_in": seen})
        assert answer.status_code == 409
        assert "You are signed in as Max Reed" in answer.text
    assert of(IDA).seen_at is None
    assert db.session.scalars(select(LinkAct)).all() == []


def test_with_nobody_signed_in_a_deed_is_noted_without_another(client: Client, page: str) -> None:
    client.submit(page, form="acknowledge", button="Acknowledge")
    assert db.session.scalars(select(LinkAct.signed_in_id)).all() == [None]


# The link itself


def test_a_link_has_more_than_128_bits_and_is_kept_as_a_hash(page: str) -> None:
    token = page.removeprefix("/for/")
    assert TOKEN_BYTES * 8 == 192
    assert len(token) == 32
    link = db.session.scalars(select(ContactLink)).one()
    assert link.token_hash == hash_token(token)
    assert token not in str(vars(link))
    assert link.expires_at - link.created_at <= rules.LINK_LIFETIME + dt.timedelta(seconds=5)


@pytest.mark.both_databases
def test_staff_end_a_link_and_no_mail_brings_it_back(app: Flask, client: Client) -> None:
    application = arrived()
    page = path_in(mails("application_arrived")[0])
    staff = app.test_client()
    assert isinstance(staff, Client)
    postings.sign_in(staff, postings.coordinator())
    url = f"/staff/applications/{application.id}"
    shown = staff.submit(url, form="/end", button="End their link", follow=True)
    assert "The links of Ida Moreno to this application open nothing now." in shown.text
    assert "Their private links have been ended." in shown.text
    assert "Private links of Ida Moreno ended" in shown.text
    assert client.get(page).status_code == 410
    token = {"csrf_token": client.token("/sign-in")}
    for act in ("acknowledge", "decline", "more-time", "ask", "times"):
        assert client.post(f"{page}/{act}", data=token).status_code in {410, 422}
    refused = client.post(f"{page}/renew", data=token)
    assert refused.status_code == 409
    assert "A colleague has ended your links" in refused.text
    assert mails("contact_link_again") == []
    with writing():  # a link that goes out with another mail opens nothing either
        ida = db.session.query(Person).filter_by(email=IDA).one()
        secret = operations.give_link(db.session.get_one(Application, application.id), ida)
        db.session.commit()
    assert client.get(f"/for/{secret}").status_code == 410
    staff.submit(url, form="/send", button="Send a new link Ida Moreno")
    fresh = path_in(mails("contact_link_again")[0])
    assert client.get(fresh).status_code == 200
    assert client.get(page).status_code == 410
    revoked = db.session.scalars(select(LinkRevocation)).one()
    assert revoked.lifted_at is not None


def test_links_are_ended_once_and_only_of_whom_they_were_given(
    application: Application, client: Client
) -> None:
    postings.sign_in(client, postings.coordinator())
    url = f"/staff/applications/{application.id}"
    shown = client.page(url)
    stranger = postings.person("stranger@example.org").id
    token = {"csrf_token": shown.token()}
    for act in ("end", "send"):
        answer = client.post(f"{url}/links/{stranger}/{act}", data=token)
        assert answer.status_code == 404
    assert client.fill(shown, form="/end", button="End their link").status_code == 303
    assert client.fill(shown, form="/end", button="End their link").status_code == 409


def test_who_gets_it_by_hand_again_gets_a_link_that_opens(
    application: Application, client: Client, page: str
) -> None:
    by = postings.coordinator()
    robin = postings.person(ROBIN)
    for receiver in (robin, db.session.query(Person).filter_by(email=IDA).one()):
        with writing():
            row = lock(Application, application.id)
            who = db.session.get_one(Person, by.id)
            if receiver.email == IDA:
                operations.shut_out(row, db.session.get_one(Person, receiver.id), by=who)
            operations.hand_over(
                row, db.session.get_one(Person, receiver.id), reason="Back", by=who
            )
            db.session.commit()
    assert client.get(path_in(mails("application_arrived")[-1])).status_code == 200


def test_the_page_asks_as_often_for_one_opinion_as_for_five(
    application: Application, client: Client, page: str, count_queries: QueryCounter
) -> None:
    postings.employer()
    counted = []
    for number in range(rules.MOST_CONSULTED):
        ask(client, page, email=f"kim{number}@example.org", name="Kim")
        with count_queries() as statements:
            client.get(page)
        counted.append(len(statements))
    assert counted[0] == counted[-1]
