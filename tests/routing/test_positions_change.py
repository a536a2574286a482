"""A position gets another holder, or somebody leaves: what nobody answered follows."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from tests.postings import factories as postings
from tests.routing.factories import arrived
from tests.routing.following import CORA, IDA, KIM, at_position, mails, person
from tracker.accounts.models import Person
from tracker.applications import operations as applications
from tracker.applications import queries as listed
from tracker.applications.models import Application, Reader
from tracker.applications.rules import Outcome, Reason
from tracker.core.access import Role
from tracker.core.db import db, lock, now, writing
from tracker.notifications.models import OutgoingEmail
from tracker.organization.models import Position
from tracker.postings import operations as writes
from tracker.postings import queries as openings
from tracker.postings.models import Posting
from tracker.routing import operations
from tracker.routing.models import Assignment
from tracker.routing.rules import Why

NOA = "noa.berg@example.org"


def position() -> Position:
    return db.session.scalars(select(Position).filter_by(title="Head of Youth")).one()


def hand_to(holder: Person | None, *, version: int | None = None) -> int:
    """Give the position another holder, as the page does."""
    holder_id, position_id = holder.id if holder else None, position().id
    with writing():
        found = lock(Position, position_id)
        count = operations.change_position(
            found,
            title=found.title,
            holder=db.session.get(Person, holder_id) if holder_id else None,
            deputy=found.deputy,
            next_in_line=None,
            version=version or found.version,
            by=person(CORA),
        )
        db.session.commit()
    return count


def given() -> list[tuple[str, Why, str, bool]]:
    """Who has or had each application: why, the reason, and whether they still have it."""
    rows = db.session.scalars(select(Assignment).order_by(Assignment.id))
    return [(each.person.email, each.why, each.reason, each.ended_at is None) for each in rows]


def mail(message: str) -> OutgoingEmail:
    return db.session.scalars(select(OutgoingEmail).filter_by(message=message)).one()


def three_arrived() -> list[int]:
    posting_id = at_position().id
    return [
        arrived(
            db.session.get_one(Posting, posting_id),
            name=f"Candidate {number}",
            email=f"c{number}@example.org",
        ).id
        for number in range(3)
    ]


def test_unanswered_applications_follow_and_each_side_gets_one_mail(any_app: Flask) -> None:
    first, second, third = three_arrived()
    with writing():
        declined = db.session.get_one(Application, third)
        applications.move(
            declined,
            outcome=Outcome.NOT_SELECTED,
            reason=Reason.BETTER_QUALIFIED,
            by=person(CORA),
            mail=False,
        )
        db.session.commit()
    before = len(mails())
    assert hand_to(postings.person(NOA)) == 2
    assert mails()[before:] == [("taken_over", NOA), ("passed_on", IDA)]
    assert given() == [
        (IDA, Why.CONTACT, "", False),
        (IDA, Why.CONTACT, "", False),
        (IDA, Why.CONTACT, "", True),  # answered already: it stays as it was
        (NOA, Why.NEW_HOLDER, "in place of Ida Moreno", True),
        (NOA, Why.NEW_HOLDER, "in place of Ida Moreno", True),
    ]
    told = mail("applications_taken_over")
    assert told.subject == "Now with you: 2 applications"
    links = ["/for/" + each.split()[0] for each in told.text.split("/for/")[1:]]
    client = any_app.test_client()
    assert [client.get(each).status_code for each in links] == [200, 200]
    gone = mail("applications_passed_on").text
    assert "/for/" not in gone
    assert gone.count("(now with Noa Berg)") == 2
    old = db.session.scalars(
        select(OutgoingEmail.text).filter_by(message="application_arrived").order_by("id")
    ).first()
    assert old is not None
    assert client.get("/for/" + old.split("/for/")[1].split()[0]).status_code == 410
    readers = db.session.scalars(select(Reader.person_id).where(Reader.application_id == first))
    assert list(readers) == [person(NOA).id]
    assert second != first


def test_the_posting_follows_by_itself(any_app: Flask) -> None:
    posting_id = at_position().id
    hand_to(postings.person(NOA))
    arrived(db.session.get_one(Posting, posting_id))
    assert given() == [(NOA, Why.CONTACT, "", True)]


def test_following_again_moves_and_tells_nothing(any_app: Flask) -> None:
    three_arrived()
    old_id = person(IDA).id
    hand_to(postings.person(NOA))
    before = (given(), mails())
    with writing():
        assert operations.follow(lock(Position, position().id), old_id, by=None) == 0
        db.session.commit()
    assert (given(), mails()) == before
    assert hand_to(postings.person(NOA)) == 0


def test_a_crash_before_the_commit_moves_nothing(app: Flask) -> None:
    three_arrived()
    before = (given(), mails())
    noa_id, position_id = postings.person(NOA).id, position().id

    def crash() -> None:
        with writing():
            found = lock(Position, position_id)
            operations.change_position(
                found,
                title=found.title,
                holder=db.session.get_one(Person, noa_id),
                deputy=found.deputy,
                next_in_line=None,
                version=found.version,
                by=person(CORA),
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    assert (given(), mails()) == before
    assert position().holder_id == person(IDA).id


def test_what_was_given_to_the_holder_by_hand_stays_with_them(app: Flask) -> None:
    posting = postings.open_posting()
    at_position()
    application_id = arrived(posting).id
    with writing():
        row = db.session.get_one(Application, application_id)
        operations.hand_over(row, person(KIM), reason="Knows the field.", by=person(CORA))
        db.session.commit()
    assert hand_to(postings.person(NOA)) == 0


def test_a_vacated_position_passes_to_its_deputy_and_back_to_a_new_holder(any_app: Flask) -> None:
    three_arrived()
    with writing():
        operations.vacate(lock(Position, position().id), by=person(CORA))
        db.session.commit()
    assert [each[:2] for each in given() if each[3]] == [(KIM, Why.NEXT_IN_LINE)] * 3
    assert hand_to(postings.person(NOA)) == 3  # Kim had not looked at them
    assert [each[:2] for each in given() if each[3]] == [(NOA, Why.NEW_HOLDER)] * 3


def test_what_the_next_in_line_had_follows_to_their_successor(any_app: Flask) -> None:
    """Nobody is Head of Youth; the Director answered for it, and is now somebody else."""
    posting_id = at_position(deputy_id=None).id
    director = Position(title="Director", holder_id=person(IDA).id)
    db.session.add(director)
    db.session.flush()
    vacant = position()
    vacant.holder_id, vacant.next_id = None, director.id
    db.session.commit()
    arrived(db.session.get_one(Posting, posting_id))
    noa_id, director_id = postings.person(NOA).id, director.id
    with writing():
        found = lock(Position, director_id)
        moved = operations.change_position(
            found,
            title=found.title,
            holder=db.session.get_one(Person, noa_id),
            deputy=None,
            next_in_line=None,
            version=found.version,
            by=person(CORA),
        )
        db.session.commit()
    assert moved == 1
    assert [each[:2] for each in given()] == [
        (IDA, Why.NEXT_IN_LINE),
        (NOA, Why.NEXT_IN_LINE),
    ]


def test_who_stood_in_and_has_looked_goes_on(app: Flask) -> None:
    three_arrived()
    with writing():
        operations.vacate(lock(Position, position().id), by=person(CORA))
        for each in db.session.scalars(select(Application)):
            operations.record_seen(each, person(KIM))
        db.session.commit()
    assert hand_to(postings.person(NOA)) == 0


def test_what_somebody_who_leaves_had_goes_to_whoever_answers_now(any_app: Flask) -> None:
    """The contact leaves on the day on which an application arrived."""
    three_arrived()
    before = len(mails())
    with writing():
        assert operations.disable(person(IDA), by=person(CORA)) == 3
        db.session.commit()
    assert mails()[before:] == [("taken_over", KIM)]  # nothing goes to who has left
    assert [each[:3] for each in given() if each[3]] == [
        (KIM, Why.NEXT_IN_LINE, "in place of Ida Moreno")
    ] * 3


def test_a_contact_by_name_who_leaves_is_replaced_by_managers_or_coordinators(
    any_app: Flask,
) -> None:
    arrived()
    postings.coordinator()
    with writing():
        operations.disable(person(IDA), by=person(CORA))
        db.session.commit()
    assert given() == [
        (IDA, Why.CONTACT, "", False),
        (CORA, Why.MANAGER, "in place of Ida Moreno", True),
    ]


def test_a_new_holder_who_read_along_decides_now(app: Flask) -> None:
    application_id = three_arrived()[0]
    noa = postings.person(NOA)
    with writing():
        row = db.session.get_one(Application, application_id)
        operations.assign(row, db.session.get_one(Person, noa.id), why=Why.COPIED)
        db.session.commit()
    hand_to(postings.person(NOA))
    mine = [each[1:] for each in given() if each[0] == NOA]
    assert mine[0] == (Why.COPIED, "", False)
    assert mine[1:] == [(Why.NEW_HOLDER, "in place of Ida Moreno", True)] * 3


def test_a_manager_sees_what_they_answer_for_while_they_stand_in(any_app: Flask) -> None:
    posting = at_position()
    posting_id, kim = posting.id, postings.manager(KIM)
    assert openings.may_see(kim, posting) is False
    db.session.get_one(Position, position().id).holder_id = None
    db.session.commit()
    assert openings.may_see(kim, db.session.get_one(Posting, posting_id)) is True
    application = arrived(db.session.get_one(Posting, posting_id))
    assert listed.is_run_by(person(KIM), application) is True


def test_a_position_that_resolves_to_nobody_cannot_be_published(any_app: Flask) -> None:
    nobody = Position(title="Head of Maps")
    db.session.add(nobody)
    db.session.commit()
    draft = postings.draft_posting(contact_position_id=nobody.id)
    codes = [each.code for each in openings.checks_of(draft)]
    assert "contact-unreachable" in codes
    with pytest.raises(writes.BlockedError):
        writes.publish(draft, by=None, confirmed=codes)
    db.session.rollback()
    director = Position(title="Director", holder_id=postings.person(NOA).id)
    db.session.add(director)
    db.session.flush()
    nobody.next_id = director.id
    db.session.commit()
    assert "contact-unreachable" not in [each.code for each in openings.checks_of(draft)]


def test_on_the_desk_at_once_with_what_to_do(app: Flask) -> None:
    at_position(deputy_id=None)
    admin = postings.person("ann@example.org", role=Role.ADMINISTRATOR)
    client = app.test_client()
    postings.sign_in(client, admin)
    assert "Every open posting has somebody" in client.get("/staff").text
    position_id = position().id
    page = f"/staff/organization/positions/{position_id}"
    token = client.get(page).text.split('name="csrf_token" type="hidden" value="')[1]
    answer = client.post(
        f"{page}/vacate", data={"csrf_token": token.split('"')[0]}, follow_redirects=True
    )
    assert "The position is vacant, and nobody answers for it." in answer.text
    desk = client.get("/staff").text
    assert "Head of Youth is vacant" in desk
    assert f'href="{page}"' in desk


def test_the_page_of_a_position_refuses_a_circle_and_says_who_moved(app: Flask) -> None:
    three_arrived()
    admin = postings.person("ann@example.org", role=Role.ADMINISTRATOR)
    director = Position(title="Director", next_id=position().id)
    db.session.add(director)
    db.session.commit()
    director_id, noa = director.id, postings.person(NOA)
    client = app.test_client()
    postings.sign_in(client, admin)
    page = f"/staff/organization/positions/{position().id}"
    refused = client.submit(page, {"next_in_line": str(director_id)})  # type: ignore[attr-defined]
    assert refused.status_code == 422
    assert "Head of Youth → Director → Head of Youth" in refused.text
    done = client.submit(page, {"holder": str(noa.id)}, follow=True)  # type: ignore[attr-defined]
    assert "3 applications that nobody has answered yet went to whoever answers now." in done.text


def test_nothing_is_given_twice_to_one_person(app: Flask) -> None:
    """One open assignment of a person to an application, says the database too."""
    application = arrived()
    (first,) = db.session.scalars(select(Assignment))
    db.session.add(
        Assignment(
            application_id=application.id,
            person_id=first.person_id,
            why=Why.BY_HAND,
            told_email_id=first.told_email_id,
            created_at=now() + dt.timedelta(days=1),
        )
    )
    with pytest.raises(Exception, match=r"assignment.application_id|uq_assignment_open"):
        db.session.commit()
