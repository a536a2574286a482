"""People: invited, changed, shut out; an administrator always remains."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.accounts.conftest import PASSWORD, PersonMaker, sign_in
from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tracker.accounts import operations
from tracker.accounts.models import Person
from tracker.accounts.queries import active_people, by_email
from tracker.accounts.rules import LastAdministratorError
from tracker.core.access import Role
from tracker.core.db import db, load, writing
from tracker.notifications.models import OutgoingEmail

PEOPLE = "/staff/people"
ALEX = "alex.moreno@example.org"
INVITATION = {"name": "Alex Moreno", "email": ALEX, "title": "Head of Youth", "role": "manager"}


def test_an_invitation_leads_to_a_password_and_in(app: Flask, admin: Client) -> None:
    """From the form over the mail to the desk of a new colleague."""
    assert admin.submit(f"{PEOPLE}/invite", INVITATION).status_code == 303
    mail = db.session.scalars(select(OutgoingEmail)).one()
    assert (mail.recipient_address, mail.about_kind) == (ALEX, "person")
    link = next(word for word in mail.text.split() if "/sign-in/" in word)
    alex = app.test_client()
    assert isinstance(alex, Client)
    assert "Welcome. Choose a password" in alex.page(link).text
    assert alex.submit(link, {"new_password": "a shelf of atlases"}).status_code == 303
    assert alex.page("/staff/account").text.count("Manager") >= 1
    assert alex.get(PEOPLE).status_code == 403


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_inviting_works_over_https(admin: Client) -> None:
    """The form's token is taken where the site is behind TLS."""
    assert admin.submit(f"{PEOPLE}/invite", INVITATION).status_code == 303


def test_a_contact_without_account_is_added_and_gets_no_mail(admin: Client) -> None:
    """Who only reads mail needs no password."""
    answer = admin.submit(f"{PEOPLE}/invite", {**INVITATION, "role": "none"})
    assert answer.status_code == 303
    alex = by_email(ALEX)
    assert alex is not None
    assert (alex.role, alex.unconfirmed) == (None, False)
    assert db.session.scalars(select(OutgoingEmail)).all() == []


def test_a_known_contact_gets_the_account(admin: Client, add_person: PersonMaker) -> None:
    """The person met in an imported page and the one invited are one."""
    alex = add_person(ALEX, None, password_hash=None, unconfirmed=True)
    assert admin.submit(f"{PEOPLE}/invite", INVITATION).status_code == 303
    db.session.refresh(alex)
    assert (alex.role, alex.unconfirmed, alex.name) == (Role.MANAGER, False, "Alex Moreno")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": "robin.vale@example.org"}, "This person has an account already."),
        ({"email": "nobody"}, "Enter an address like name@example.org."),
        ({"name": "  "}, "Enter a name."),
        ({"role": None}, "Choose a role."),
    ],
)
def test_a_wrong_invitation_keeps_what_was_typed(
    admin: Client, changed: dict[str, str | None], sentence: str
) -> None:
    """The error stands at its field; the rest of the form is as it was."""
    answer = admin.submit(f"{PEOPLE}/invite", {**INVITATION, **changed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Head of Youth"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_an_invitation_is_sent_again_until_it_is_taken(
    admin: Client, add_person: PersonMaker
) -> None:
    """The page offers it, and stops offering it."""
    alex = add_person(ALEX, Role.MANAGER, password_hash=None)
    again = f"{PEOPLE}/{alex.id}/invite-again"
    assert admin.submit(f"{PEOPLE}/{alex.id}", form=again).status_code == 303
    assert db.session.scalars(select(OutgoingEmail.recipient_address)).all() == [ALEX]
    alex.password_hash = "set"
    db.session.commit()
    assert "Mail a new invitation" not in admin.page(f"{PEOPLE}/{alex.id}").text
    refused = admin.post(again, data={"csrf_token": admin.token(PEOPLE)})
    assert refused.status_code == 409


def test_a_person_is_changed_and_confirmed(admin: Client, add_person: PersonMaker) -> None:
    """Name, address, title and role; saving confirms who it is."""
    alex = add_person(ALEX, None, name="A. Moreno", unconfirmed=True)
    page = f"{PEOPLE}/{alex.id}"
    data = {"name": "Alex Moreno", "email": "Alex@Example.org", "title": "Clerk", "role": "manager"}
    assert admin.submit(page, data).status_code == 303
    db.session.refresh(alex)
    assert (alex.name, alex.email, alex.title, alex.role, alex.unconfirmed) == (
        "Alex Moreno",
        "alex@example.org",
        "Clerk",
        Role.MANAGER,
        False,
    )


@pytest.mark.parametrize("role", [None, *Role])
def test_saving_the_page_as_it_is_changes_nothing(
    admin: Client, add_person: PersonMaker, role: Role | None
) -> None:
    """The role that somebody has is the one that is chosen in the form."""
    alex = add_person(ALEX, role)
    assert admin.submit(f"{PEOPLE}/{alex.id}", {"title": "Clerk"}).status_code == 303
    db.session.refresh(alex)
    assert (alex.title, alex.role) == ("Clerk", role)


def test_confirming_takes_one_button(admin: Client, add_person: PersonMaker) -> None:
    """The one who was met in an imported page is right as they are."""
    alex = add_person(ALEX, None, unconfirmed=True)
    page = f"{PEOPLE}/{alex.id}"
    assert admin.submit(page, form="/confirm").status_code == 303
    assert "Unconfirmed" not in admin.page(page).text


def test_another_persons_address_is_refused(admin: Client, add_person: PersonMaker) -> None:
    """One address is one person."""
    alex = add_person(ALEX, Role.MANAGER)
    answer = admin.submit(f"{PEOPLE}/{alex.id}", {"email": "robin.vale@example.org"})
    assert answer.status_code == 409
    assert "Another person has this address already." in answer.text


def test_a_page_that_was_open_too_long_overwrites_nothing(
    admin: Client, add_person: PersonMaker
) -> None:
    """Two administrators edit one person: the second is told."""
    alex = add_person(ALEX, Role.MANAGER)
    page = admin.page(f"{PEOPLE}/{alex.id}")
    assert admin.fill(page, {"title": "First"}, form=f"/people/{alex.id}").status_code == 303
    answer = admin.fill(page, {"title": "Second"}, form=f"/people/{alex.id}")
    assert answer.status_code == 409
    assert "Nothing was overwritten" in answer.text
    db.session.refresh(alex)
    assert alex.title == "First"


def test_disabling_and_enabling(app: Flask, admin: Client, add_person: PersonMaker) -> None:
    """Out at the next request; in again with the old password, not with the old cookie."""
    alex = add_person(ALEX, Role.MANAGER)
    browser = app.test_client()
    assert isinstance(browser, Client)
    sign_in(browser, ALEX)
    page = f"{PEOPLE}/{alex.id}"
    assert admin.submit(page, form="/disable").status_code == 303
    assert browser.get("/staff/account").status_code == 302
    assert sign_in(browser, ALEX).status_code == 422
    assert admin.submit(page, form="/enable").status_code == 303
    assert sign_in(browser, ALEX).status_code == 303


def test_the_last_administrator_stays(admin: Client, robin: Person) -> None:
    """Neither disabled nor demoted, and told why."""
    page = f"{PEOPLE}/{robin.id}"
    refused = admin.submit(page, form="/disable")
    demoted = admin.submit(page, {"role": "coordinator"})
    assert (refused.status_code, demoted.status_code) == (409, 409)
    assert "This is the last administrator" in refused.text
    assert "This is the last administrator" in demoted.text
    db.session.refresh(robin)
    assert (robin.role, robin.disabled_at) == (Role.ADMINISTRATOR, None)


def test_a_disabled_administrator_does_not_count(admin: Client, add_person: PersonMaker) -> None:
    """The other one must be able to sign in."""
    add_person(ALEX, Role.ADMINISTRATOR, disabled_at=func.now())
    robin = by_email("robin.vale@example.org")
    assert robin is not None
    assert admin.submit(f"{PEOPLE}/{robin.id}", form="/disable").status_code == 409


@pytest.mark.parametrize("act", ["demote", "disable"])
def test_two_who_demote_each_other_at_one_moment_leave_one(any_app: Flask, act: str) -> None:
    """Both decide on what they see; the lock makes the second see what the first did."""
    ids = []
    for name in ("robin", "alex"):
        person = Person(email=f"{name}@example.org", name=name, role=Role.ADMINISTRATOR)
        db.session.add(person)
        db.session.flush()
        ids.append(person.id)
    db.session.commit()

    def attack(pair: tuple[int, int]) -> str:
        with any_app.app_context():
            by_id, target_id = pair
            try:
                with writing():
                    by, target = load(Person, by_id), load(Person, target_id)
                    if act == "disable":
                        operations.disable(target, by=by)
                    else:
                        operations.edit(
                            target,
                            email=target.email,
                            name=target.name,
                            title="",
                            role=Role.PANELIST,
                            version=1,
                            by=by,
                        )
                    db.session.commit()
            except LastAdministratorError:
                return "refused"
            return "done"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(attack, [(ids[0], ids[1]), (ids[1], ids[0])]))
    assert results == ["done", "refused"]
    left = db.session.scalar(
        select(func.count())
        .select_from(Person)
        .where(Person.role == Role.ADMINISTRATOR, Person.disabled_at.is_(None))
    )
    assert left == 1


@pytest.mark.both_databases
def test_find_or_add_finds_whoever_it_is(app: Flask) -> None:
    """One address, however typed, is one person; what they are called already stays."""
    first = operations.find_or_add(email="Kim.Odell@Example.org", name="Kim Odell", by=None)
    second = operations.find_or_add(
        email=" kim.odell@example.org", name="K.", title="Head of Access", by=first
    )
    assert first.id == second.id
    assert (first.name, first.title, first.unconfirmed) == ("Kim Odell", "Head of Access", True)
    third = operations.find_or_add(email="sam@example.org", by=first)
    assert (third.name, third.unconfirmed, third.role) == ("sam", False, None)


def test_one_address_added_twice_at_one_moment_is_one_person(any_app: Flask) -> None:
    """Two imports meet the same contact."""

    def add(_number: int) -> int:
        with any_app.app_context(), writing():
            person_id = operations.find_or_add(email="kim@example.org", by=None).id
            db.session.commit()
            return person_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(add, range(8)))) == 1


def test_active_people_are_those_who_are_not_disabled(
    app: Flask, robin: Person, add_person: PersonMaker
) -> None:
    """By name; with an account or without."""
    add_person("zoe@example.org", None, name="Abby Zoe")
    add_person("gone@example.org", disabled_at=func.now())
    assert [each.name for each in active_people()] == ["Abby Zoe", "Robin Vale"]


def test_the_list_asks_as_much_for_thirty_as_for_one(
    admin: Client, add_person: PersonMaker, count_queries: QueryCounter
) -> None:
    """A longer list is not a slower one."""
    with count_queries() as one:
        admin.get(PEOPLE)
    for number in range(30):
        add_person(f"person{number}@example.org", Role.PANELIST, name=f"Person {number}")
    with count_queries() as thirty:
        page = admin.page(PEOPLE)
    assert len(page.all("tbody/tr")) == 31
    assert len(thirty) == len(one)
    assert len(one) <= 4


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MANAGER, Role.PANELIST])
def test_people_are_the_administrators_business(
    client: Client, add_person: PersonMaker, role: Role
) -> None:
    """Nobody else sees the list or changes anybody."""
    alex = add_person(ALEX, role)
    sign_in(client, ALEX)
    refused = client.page(PEOPLE, status=403)
    assert f"You are signed in as {alex.name}." in refused.text
    assert refused.one("main//a").get("href") == "/staff"
    token = client.token("/staff/account")
    answer = client.post(f"{PEOPLE}/{alex.id}", data={"role": "administrator", "csrf_token": token})
    assert answer.status_code == 403


def test_ones_own_password_and_name(app: Flask, admin: Client, robin: Person) -> None:
    """The old password allows the new one; this browser stays in, others do not."""
    elsewhere = app.test_client()
    assert isinstance(elsewhere, Client)
    sign_in(elsewhere)
    wrong = admin.submit(
        "/staff/account", {"current_password": "guess", "new_password": "a shelf of atlases"}
    )
    assert wrong.status_code == 422
    assert "This is not your current password." in wrong.text
    right = admin.submit(
        "/staff/account", {"current_password": PASSWORD, "new_password": "a shelf of atlases"}
    )
    assert right.status_code == 303
    assert admin.get("/staff/account").status_code == 200
    assert elsewhere.get("/staff/account").status_code == 302
    assert admin.submit("/staff/account", {"name": "Robin V. Vale"}).status_code == 303
    db.session.refresh(robin)
    assert robin.name == "Robin V. Vale"


def test_signing_out_everywhere_else(app: Flask, admin: Client) -> None:
    """A browser forgotten at another desk is signed out from here."""
    elsewhere = app.test_client()
    assert isinstance(elsewhere, Client)
    sign_in(elsewhere)
    assert admin.submit("/staff/account", form="/end-sessions").status_code == 303
    assert elsewhere.get("/staff/account").status_code == 302
    assert admin.get("/staff/account").status_code == 200
