"""Where the employer wants it, nobody publishes alone, by whatever door."""

import datetime as dt
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.postings.approvals import S, administrator
from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
    employer,
    manager,
    person,
)
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.core.jobs import run_now
from tracker.notifications.models import OutgoingEmail
from tracker.organization import operations as organization
from tracker.postings import operations, queries
from tracker.postings.models import Posting
from tracker.postings.rules import MOVES, PostingState


@pytest.fixture
def two(app: Flask) -> tuple[Person, Person]:
    """An administrator and a coordinator, where a second person publishes."""
    employer()
    both = administrator(), coordinator()
    organization.set_publishing(second_person=True, by=both[0])
    db.session.commit()
    return both


def mails(kind: str) -> list[str]:
    """Who gets mail of a kind, in the order of the outbox."""
    rows = select(OutgoingEmail).where(OutgoingEmail.message == kind).order_by(OutgoingEmail.id)
    return [each.recipient_address for each in db.session.scalars(rows)]


def test_a_draft_is_not_published_by_one_person_alone(two: tuple[Person, Person]) -> None:
    posting = draft_posting()
    for by in (*two, None):
        with pytest.raises(operations.ApprovalNeededError):
            operations.publish(posting, by=by)
        db.session.rollback()
    assert posting.state is S.DRAFT


@pytest.mark.both_databases
def test_who_asked_cannot_approve_and_a_second_person_can(any_app: Flask) -> None:
    employer()
    ada, cora = administrator(), coordinator()
    organization.set_publishing(second_person=True, by=ada)
    posting = draft_posting()
    operations.ask_approval(posting, by=ada)
    db.session.commit()
    assert (posting.state, mails("approval_asked")) == (S.AWAITING, [cora.email])
    for by in (ada, None):
        with pytest.raises(operations.ApprovalNeededError):
            operations.publish(posting, by=by)
        db.session.rollback()
    entry = operations.publish(posting, by=cora)
    db.session.commit()
    assert (posting.state, posting.approved_by_id, mails("posting_approved")) == (
        S.OPEN,
        cora.id,
        [ada.email],
    )
    assert [(each.old, each.new, each.by_id) for each in queries.history_of(posting)] == [
        (S.DRAFT, S.AWAITING, ada.id),
        (S.AWAITING, S.OPEN, cora.id),
    ]
    assert entry.by_id == cora.id


def test_the_last_who_edited_cannot_approve_either(two: tuple[Person, Person]) -> None:
    ada, cora = two
    third = coordinator("tom.hale@example.org")
    posting = draft_posting()
    operations.ask_approval(posting, by=ada)
    operations.change(posting, {"title": "Storyteller"}, by=cora)
    db.session.commit()
    with pytest.raises(operations.ApprovalNeededError, match="edited"):
        operations.publish(posting, by=cora)
    db.session.rollback()
    assert queries.who_may_approve(posting) == [third]
    operations.change(posting, {"title": "Storyteller"}, by=third)  # the same: nothing was edited
    operations.publish(posting, by=third)
    assert posting.state is S.OPEN


def test_an_edit_after_the_approval_makes_it_void(two: tuple[Person, Person]) -> None:
    ada, cora = two
    posting = draft_posting(publish_at=now() + dt.timedelta(days=1))
    operations.ask_approval(posting, by=ada)
    operations.publish(posting, by=cora)
    assert posting.state is S.SCHEDULED
    operations.change(posting, {"managers": []}, by=ada)  # nothing that was approved
    assert posting.state is S.SCHEDULED
    operations.change(posting, {"summary": "Other words."}, by=cora)
    assert (posting.state, posting.approved_by_id) == (S.AWAITING, None)
    assert queries.history_of(posting)[-1].reason == "It was edited after it was approved."
    for by in two:  # one asked for it, the other has edited it
        with pytest.raises(operations.ApprovalNeededError):
            operations.publish(posting, by=by)
        db.session.rollback()


def test_what_was_voided_does_not_open_by_itself(two: tuple[Person, Person], clock: Any) -> None:
    ada, cora = two
    posting = draft_posting(publish_at=now() + dt.timedelta(hours=1))
    operations.ask_approval(posting, by=ada)
    operations.publish(posting, by=cora)
    operations.change(posting, {"summary": "Other words."}, by=ada)
    db.session.commit()
    clock.shift(dt.timedelta(hours=2))
    run_now("postings_clock")
    db.session.rollback()
    assert posting.state is S.AWAITING


def test_it_is_sent_back_with_words_and_asked_for_again(two: tuple[Person, Person]) -> None:
    ada, cora = two
    posting = draft_posting()
    operations.ask_approval(posting, by=ada)
    with pytest.raises(DomainError):
        operations.send_back(posting, by=cora, reason=" ")
    operations.send_back(posting, by=cora, reason="The pay is last year's.")
    assert (posting.state, posting.asked_by_id, mails("posting_sent_back")) == (
        S.DRAFT,
        None,
        [ada.email],
    )
    (mail,) = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.message == "posting_sent_back")
    )
    assert "The pay is last year's." in mail.text
    operations.ask_approval(posting, by=cora)
    operations.publish(posting, by=ada)
    assert posting.state is S.OPEN


def test_who_takes_their_own_back_is_not_written_to(two: tuple[Person, Person]) -> None:
    posting = draft_posting()
    operations.ask_approval(posting, by=two[0])
    operations.send_back(posting, by=two[0], reason="Not yet.")
    assert (posting.state, mails("posting_sent_back")) == (S.DRAFT, [])


def test_managers_of_the_posting_may_approve_and_others_may_not(
    two: tuple[Person, Person],
) -> None:
    ada, cora = two
    mine, other = manager(), manager("mia.lark@example.org")
    person("gone@example.org", role=Role.ADMINISTRATOR, disabled_at=now())
    posting = draft_posting(managers=[mine.id])
    operations.ask_approval(posting, by=ada)
    assert {each.email for each in queries.who_may_approve(posting)} == {cora.email, mine.email}
    assert queries.awaiting_approval(mine) == [posting]
    assert queries.awaiting_approval(other) == []
    assert queries.awaiting_approval(ada) == []


def test_what_is_not_whole_is_not_asked_for(two: tuple[Person, Person]) -> None:
    posting = draft_posting(title="")
    with pytest.raises(operations.BlockedError):
        operations.ask_approval(posting, by=two[0])


def test_a_second_person_confirms_warnings_by_name(two: tuple[Person, Person]) -> None:
    posting = draft_posting(benefits="")
    operations.ask_approval(posting, by=two[0])
    db.session.commit()
    with pytest.raises(operations.UnconfirmedError):
        operations.publish(posting, by=two[1])
    db.session.rollback()
    assert posting.approved_by_id is None
    operations.publish(posting, by=two[1], confirmed=["no-benefits"])
    assert posting.state is S.OPEN


def test_where_one_person_is_enough_nobody_is_asked(app: Flask) -> None:
    posting = draft_posting()
    with pytest.raises(DomainError, match="no approval is needed"):
        operations.ask_approval(posting, by=coordinator())


def test_turned_off_again_what_waits_is_published_by_anybody(two: tuple[Person, Person]) -> None:
    posting = draft_posting()
    operations.ask_approval(posting, by=two[0])
    organization.set_publishing(second_person=False, by=two[0])
    operations.publish(posting, by=two[0])
    assert posting.state is S.OPEN


def test_what_was_public_closes_and_opens_again_without(two: tuple[Person, Person]) -> None:
    organization.set_publishing(second_person=False, by=two[0])
    posting = closed_posting()
    organization.set_publishing(second_person=True, by=two[0])
    operations.reopen(posting, by=two[0], reason="The one we chose left.")
    assert posting.state is S.OPEN
    operations.cancel(posting, by=two[0], reason="No money.")
    operations.reopen(posting, by=two[0], reason="Money.")  # a draft, which is approved anew
    with pytest.raises(operations.ApprovalNeededError):
        operations.publish(posting, by=two[0])


@pytest.mark.parametrize(("old", "new"), list(product(S, S)))
def test_no_door_to_the_public_stands_open(
    two: tuple[Person, Person], old: PostingState, new: PostingState
) -> None:
    """Every move from every state, by `move` itself: a draft never gets past a second person."""
    posting = _in_state(old, two)
    if (old, new) == (S.DRAFT, S.AWAITING):
        posting.asked_by_id = two[0].id  # as `ask_approval` does; the database wants it
    try:
        operations.move(posting, new, by=two[0], reason="Why not.")
    except operations.ApprovalNeededError:
        outcome = "needs approval"
    except DomainError:
        outcome = "no such move"
    else:
        outcome = "moved"
    db.session.rollback()
    if new not in MOVES[old]:
        assert outcome == "no such move"
    elif old in {S.DRAFT, S.AWAITING} and new in {S.OPEN, S.SCHEDULED}:
        assert outcome == "needs approval"
    else:
        assert outcome == "moved"


def _in_state(state: PostingState, two: tuple[Person, Person]) -> Posting:
    ada, cora = two
    posting = draft_posting()
    if state is not S.DRAFT:
        operations.ask_approval(posting, by=ada)
    if state is S.SCHEDULED:
        posting.publish_at = now() + dt.timedelta(days=1)
    if state not in {S.DRAFT, S.AWAITING}:
        operations.publish(posting, by=cora)
    if state in {S.CLOSED, S.FILLED, S.CANCELLED}:
        operations.move(posting, state, by=cora, reason="It is over.")
    db.session.commit()
    assert posting.state is state
    return posting


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE posting SET state = 'awaiting approval', asked_by_id = NULL", "asked_by_somebody"),
        ("UPDATE posting SET asked_by_id = :who, approved_by_id = :who", "second_person"),
        ("UPDATE posting SET asked_by_id = NULL, approved_by_id = :who", "second_person"),
        (
            "UPDATE posting SET asked_by_id = :other, edited_by_id = :who, approved_by_id = :who",
            "second_person",
        ),
        ("UPDATE posting SET state = 'on holiday'", "state"),
    ],
)
def test_the_database_knows_it_too(any_app: Flask, statement: str, name: str) -> None:
    posting, who = draft_posting(), {"who": coordinator().id, "other": administrator().id}
    with pytest.raises(IntegrityError, match=f"ck_posting_{name}"):
        db.session.execute(text(statement), who if ":" in statement else {})
    db.session.rollback()
    assert posting.state is S.DRAFT


def test_reading_in_with_publish_obeys(
    two: tuple[Person, Person], app: Flask, tmp_path: Path
) -> None:
    person("ida.moreno@example.org", title="Head of Youth Services")
    (tmp_path / "page.md").write_text(
        "# Children's Librarian\n\n$20 an hour. Benefits: health insurance.\n\n"
        "Apply to Ida Moreno, Head of Youth Services, ida.moreno@example.org, by May 4, 2099.\n"
    )
    result = app.test_cli_runner().invoke(args=["postings", "import", str(tmp_path), "--publish"])
    assert result.exit_code == 0
    assert "It was not published. Here a second person publishes." in result.output
    assert db.session.scalars(select(Posting.state)).all() == [S.DRAFT]
